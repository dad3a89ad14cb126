"""Who buys from home, who comes to a door, and who comes with a copy of a ticket."""

from random import Random

from boxoffice import ids, tickets
from boxoffice.pricing import Seller
from kiosk import documents, door
from ledger import orders, seating
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.machine import Dark
from tests.promises.simulation.world import Doubt, Green, World

_FREE_TRIES = 3
# What a door says of a code that it cannot believe, or of one whose time is not now.
_NOT_BELIEVED = {
    "UNKNOWN",
    "FORGED",
    "REVOKED",
    "UNVERIFIED",
    "NOT_YET_VALID",
    "EXPIRED",
    "NOT_OPEN_YET",
    "CLOSED",
}


def shop(world: World, until_ms: int) -> None:
    """Buyers on the web, one after the other: they hold, pay, and get their codes."""
    chance = world.random("shop")
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(5_000, 30_000))
        try:
            _buys(world, chance)
        except Dark:
            world.tell("web", "gets no answer")


def _buys(world: World, chance: Random) -> None:
    tonight, count = world.evening.tonight, chance.randrange(1, 4)
    order = ids.order_number(chance.randbytes)
    held = world.ledger.write(
        seating.hold,
        performance=tonight,
        order=order,
        seller="shop",
        wanted=seating.Wish(count),
    )
    if not isinstance(held, seating.Held):
        return
    world.time.sleep(chance.randrange(2_000, 30_000))
    if chance.random() < 0.2:
        return  # The hold runs out.
    sold = world.ledger.write(
        orders.sell,
        performance=tonight,
        seats=[(seat, "adult") for seat in held.seats],
        seller=Seller.ONLINE,
        tender="card",
        hold=held.hold,
    )
    if isinstance(sold, orders.Sold):
        world.web.append(sold)
        world.counts["web orders"] += 1
        world.tell("web", f"buys {' '.join(ticket.seat or '' for ticket in sold.tickets)}")


def arrivals(world: World, until_ms: int) -> None:
    """People come to the doors with what they were given; some have made copies."""
    chance = world.random("arrivals")
    came: set[str] = set()
    n = 0
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(1_500, 12_000))
        waiting = [code for code in world.codes() if code not in came]
        if not waiting or not world.doors:
            continue
        code = chance.choice(waiting)
        came.add(code)
        copies = 2 if chance.random() < 0.3 else 1
        for _ in range(copies):
            n += 1
            patron = Patron(world, code, f"patron {n}", world.random(f"patron {n}"))
            world.spawn(patron.comes, chance.randrange(0, 4_000))


class Patron:
    """One person with one code in hand."""

    def __init__(self, world: World, code: str, name: str, chance: Random) -> None:
        self.world, self.code, self.name, self.chance = world, code, name, chance

    def comes(self) -> None:
        """Go to a door until it says yes or no."""
        at = self.chance.choice(self.world.doors)
        if not self._enters(at) or self.chance.random() > 0.15:
            return
        self.world.time.sleep(self.chance.randrange(5_000, 40_000))
        if self._scanned(self.chance.choice(self.world.doors), "exit") is not None:
            self.world.time.sleep(self.chance.randrange(5_000, 30_000))
            self._enters(self.chance.choice(self.world.doors))

    def _enters(self, at: Kiosk) -> bool:
        scan = ids.uuid7(self.world.time.now_ms, self.chance.randbytes(10))
        for _ in range(_FREE_TRIES):
            shown = self._scanned(at, "entry", scan)
            if shown is None:
                self.world.time.sleep(self.chance.randrange(2_000, 20_000))
                continue
            if shown.answer == "WRONG_DOOR":
                at = next(door for door in self.world.doors if door is not at)
                scan = ids.uuid7(self.world.time.now_ms, self.chance.randbytes(10))
                continue
            if shown.admit:
                return True
            if shown.answer not in {"BEING_CHECKED", "CANNOT_CHECK"}:
                return False
            self.world.time.sleep(self.chance.randrange(2_000, 8_000))
            if self.chance.random() < 0.5:  # The camera sees the code anew.
                scan = ids.uuid7(self.world.time.now_ms, self.chance.randbytes(10))
        return False

    def _signer_is_known(self, at: Kiosk) -> bool:
        """Whether this door has heard of the key: of a kiosk paired anew it may not yet."""
        with at.device.store.read() as session:
            held = documents.keys(session)
        return not isinstance(tickets.read(self.code, held), tickets.UnknownKey)

    def _was_anothers(self, at: Kiosk) -> bool:
        """Whether the last that a door heard is that another device owned the seat.

        It may have changed hands since; alone, the door leaves it to the usher.
        """
        with at.device.store.read() as session:
            read = tickets.read(self.code, documents.keys(session))
            assert isinstance(read, tickets.Valid), read
            signer = documents.signing_device(session, read.code.key_id)
            for evening in documents.performances(session):
                plan = documents.plan(session, evening.id)
                if plan is None or evening.number != read.code.performance:
                    continue
                place = plan.by_number.get(read.code.seat or 0)
                seat = documents.seat(session, evening.id, place) if place else None
                if seat is not None and seat.device is not None and signer is not None:
                    return seat.device != signer
        return False

    def _scanned(self, at: Kiosk, mode: door.Mode, scan: str = ""):
        scan = scan or ids.uuid7(self.world.time.now_ms, self.chance.randbytes(10))
        try:
            if not at.up or not at.do(lambda: at.serves):
                return None
            shown = at.touch(door.scan, scan, self.code, mode=mode)
        except Dark:
            self.world.tell(at.name, f"{self.name} sees the lamp go out")
            return None
        self.world.counts[f"scan {shown.answer}"] += 1
        self.world.tell(at.name, f"{self.name} {mode}: {shown.answer} ({shown.link})")
        if (
            shown.answer in _NOT_BELIEVED
            and self._signer_is_known(at)
            and not (shown.link == "alone" and self._was_anothers(at))
        ):
            self.world.doubted.append(
                Doubt(shown.ticket, shown.answer, at.name, shown.link)
            )
        if shown.admit:
            green = Green(shown.ticket, at.name, mode, shown.repeat, self.code)
            self.world.greens.append(green)
        return shown
