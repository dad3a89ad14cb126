"""People who bought at home and want paper: they show their code to a kiosk."""

from functools import partial

from kiosk import will_call
from kiosk.printing import spool
from kiosk.shown.named import Refusal
from ledger import orders
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.machine import Dark
from tests.promises.simulation.world import World


def arrivals(world: World, until_ms: int) -> None:
    """One after the other; some come twice, or try a second kiosk at the same time."""
    chance = world.random("collectors")
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(8_000, 40_000))
        if not world.web:
            continue
        order = chance.choice(world.web)
        count = 1 if chance.random() < 0.7 else min(2, len(world.kiosks))
        for kiosk in chance.sample(world.kiosks, k=count):
            world.spawn(partial(_collects, world, kiosk, order))


def _collects(world: World, kiosk: Kiosk, order: orders.Sold) -> None:
    try:
        if not kiosk.up or not kiosk.do(lambda: kiosk.serves):
            return
        found = kiosk.touch(will_call.find_code, order.tickets[0].payload)
        if isinstance(found, Refusal):
            world.tell(kiosk.name, f"finds nothing to collect: {found.key}")
            world.counts[f"collect {found.key}"] += 1
            return
        world.time.sleep(2_000)
        wanted = [ticket.id for ticket in order.tickets]
        begun = kiosk.touch(will_call.collect, found.ref, wanted)
        said = begun.key if isinstance(begun, Refusal) else "begun"
        world.tell(kiosk.name, f"collection of {len(wanted)}: {said}")
        world.counts[f"collect {said}"] += 1
        for _ in range(8):
            world.time.sleep(1_500)
            if kiosk.touch(spool.progress, order.number) is None:
                return
    except Dark:
        world.tell(kiosk.name, "goes dark before a collector")
