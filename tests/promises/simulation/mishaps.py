"""What befalls a device besides a power cut: a clock that leaps, storage that is lost."""

from random import Random

from tests.promises.simulation import graves
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.world import World

_DAY_MS = 86_400_000
_YEAR_MS = 365 * _DAY_MS


def clocks(world: World, device: Kiosk, chance: Random, until_ms: int) -> None:
    """Its own clock shows something else again and again, and stays wrong at the end."""
    device.battery = chance.random() < 0.5
    while world.time.now_ms < until_ms:
        device.wall_off_ms = chance.choice(
            [
                -world.time.now_ms,  # 1970
                74 * _YEAR_MS,  # 2100
                -400 * _DAY_MS,
                10 * _YEAR_MS,
                -90_000,
                0,
            ]
        )
        world.counts["clocks leapt"] += 1
        world.tell(device.name, f"has a clock {device.wall_off_ms // 1000} s off")
        world.time.sleep(chance.randrange(10_000, 90_000))


def storage(world: World, chance: Random, until_ms: int) -> None:
    """The storage of one device is gone; staff put in a new one and pair it again."""
    world.time.sleep(chance.randrange(30_000, 110_000))
    device = chance.choice(sorted(world.devices.values(), key=lambda found: found.name))
    if not device.up or world.time.now_ms >= until_ms:
        return
    me = device.device.me
    world.joining.add(device.name)
    folder = device.lose_storage(world.blank)
    world.graves.append(graves.read(device.name, me.device, me.incarnation, folder))
    world.counts["storage lost"] += 1
    world.tell(device.name, "loses its storage")
    world.time.sleep(chance.randrange(5_000, 40_000))
    device.pair(world.ledger)
    world.joining.discard(device.name)
    world.tell(device.name, f"is paired anew as {device.device.me.incarnation}")
