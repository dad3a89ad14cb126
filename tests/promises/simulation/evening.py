"""One seed, played: trade among faults, then everything heals, then the oracle looks."""

import gc
from dataclasses import dataclass
from random import Random

from tests.promises.simulation import (
    collectors,
    faults,
    guests,
    oracle,
    patrons,
    vouchers,
    world,
)
from tests.promises.simulation.faults import Trouble
from tests.promises.simulation.world import World

TRADE_MS = 150_000
HEALS_WITHIN_MS = 2_400_000
LOOK_EVERY_MS = 20_000


@dataclass(frozen=True)
class Played:
    """How an evening went."""

    seed: int
    violations: list[str]
    trace: list[str]
    counts: dict[str, int]


def play(seed: int, *, trade_ms: int = TRADE_MS) -> Played:
    """Play the evening of a seed from beginning to end."""
    chance = Random(f"{seed}/evening")
    strict = chance.random() < 0.35
    gc.disable()  # An evening is short, and the end of it lets go of everything.
    try:
        return _played(seed, chance, strict, trade_ms)
    finally:
        gc.enable()


def _played(seed: int, chance: Random, strict: bool, trade_ms: int) -> Played:
    with world.opened(seed, strict=strict) as lobby:
        _choose_devices(lobby, chance)
        trouble = Trouble.draw(lobby)
        lobby.tell("evening", f"seed {seed}: {trouble.words}, strict={strict}")
        until_ms = lobby.time.now_ms + trade_ms
        lobby.ledger.start()
        for device in lobby.devices.values():
            device.start()
        for kiosk in lobby.kiosks:
            lobby.spawn(lambda kiosk=kiosk: guests.queue(lobby, kiosk, until_ms))
        lobby.spawn(lambda: patrons.shop(lobby, until_ms))
        lobby.spawn(lambda: patrons.arrivals(lobby, until_ms))
        _later_habits(lobby, until_ms)
        faults.begin(lobby, trouble, until_ms)
        lobby.time.run(until_ms)
        faults.end(lobby)
        _heal(lobby)
        return Played(seed, lobby.violations, lobby.trace, dict(lobby.counts))


def _choose_devices(lobby: World, chance: Random) -> None:
    """Two or three kiosks and two doors, sometimes fewer: small evenings are quick."""
    left_out = []
    if chance.random() < 0.75:
        left_out.append("Kiosk 3")
    if chance.random() < 0.2:
        left_out.append("Kiosk 2")
    for name in left_out:
        del lobby.devices[name]
        lobby.absent.append(name)
    lobby.where.machines = list(lobby.devices.values())


def _later_habits(lobby: World, until_ms: int) -> None:
    """What some evenings have besides; drawn apart, so that older seeds stay the same."""
    chance = lobby.random("later habits")
    if chance.random() < 0.4:
        lobby.spawn(lambda: collectors.arrivals(lobby, until_ms))
    if chance.random() < 0.3:
        vouchers.hand_out(lobby)


def _heal(lobby: World) -> None:
    began_ms = lobby.time.now_ms
    while lobby.time.now_ms - began_ms < HEALS_WITHIN_MS:
        lobby.time.run(lobby.time.now_ms + LOOK_EVERY_MS)
        if lobby.violations or (
            lobby.time.now_ms - began_ms > 2 * LOOK_EVERY_MS and oracle.quiet(lobby)
        ):
            break
    else:
        lobby.violated("P21 it is not quiet 40 minutes after all was well")
    healed_s = (lobby.time.now_ms - began_ms) / 1000
    lobby.tell("evening", f"quiet after {healed_s:.0f} s")
    oracle.check(lobby)
