"""Guests at kiosks: they choose, change their minds, pay twice by mistake, walk away."""

from random import Random

from kiosk import holds, sales
from kiosk.payments import attempts, box_office
from kiosk.printing import spool
from kiosk.shown.choosing import Offer
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Intent, Outcome
from kiosk.shown.reviewing import Held
from tests.promises.simulation import vouchers
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.machine import Dark
from tests.promises.simulation.world import World

_OVER = {Outcome.DECLINED, Outcome.CANCELLED, Outcome.UNREACHABLE, Outcome.PART}
_PATIENCE_MS = 150_000


def queue(world: World, kiosk: Kiosk, until_ms: int) -> None:
    """One guest after the other, until the evening's trade is over."""
    chance, n = world.random(f"{kiosk.name}/guests"), 0
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(2_000, 12_000))
        n += 1
        guest = Guest(world, kiosk, chance, f"{kiosk.name} guest {n}")
        try:
            if kiosk.up and kiosk.do(lambda: kiosk.serves):
                guest.visits()
        except Dark:
            world.tell(guest.name, "sees the screen go dark")


class Guest:
    """One guest at one screen."""

    def __init__(self, world: World, kiosk: Kiosk, chance: Random, name: str) -> None:
        self.world, self.kiosk, self.chance, self.name = world, kiosk, chance, name

    def visits(self) -> None:
        """From the first touch to the last ticket, or away before."""
        order = self._chooses()
        if order is None:
            return
        self._thinks()
        if self._perhaps(0.1):
            self._tells("leaves without a word" if self._perhaps(0.5) else "starts over")
            if self._perhaps(0.5):
                self.kiosk.touch(sales.release, order)
            return
        if self._perhaps(0.08):
            self.kiosk.touch(sales.extend, order)
        if self.world.gift_cards and self._perhaps(0.4):
            vouchers.redeem(self.world, self.kiosk, self.chance, order)
            vouchers.perhaps_take_off(self.world, self.kiosk, order)
        if self._pays(order):
            self._waits_for_paper(order)

    def _chooses(self) -> str | None:
        evening = self.world.evening
        performance = evening.studio if self._perhaps(0.2) else evening.tonight
        counts = {"adult": self.chance.randrange(1, 4)}
        if self._perhaps(0.2):
            counts["student"] = 1
        order = self.kiosk.touch(sales.start, performance, counts)
        if isinstance(order, Refusal):
            self._tells(f"cannot start: {order.key}")
            return None
        seats: list[str] = []
        if performance == evening.tonight:
            offer = self.kiosk.touch(sales.offer, order)
            if not isinstance(offer, Offer):
                self._tells(f"no offer: {offer.key}")
                return None
            seats = [seat.code for seat in offer.seats]
            self._thinks()
        return order if self._holds(order, seats) else None

    def _holds(self, order: str, seats: list[str]) -> bool:
        for _ in range(3):
            held = self.kiosk.touch(holds.hold, order, seats)
            if isinstance(held, Held):
                names = (
                    " ".join(seat.code for seat in held.seats) or f"{held.quantity} places"
                )
                self._tells(f"holds {names}")
                self.world.counts["held"] += 1
                return True
            self._tells(f"no hold: {held.key}")
            if not held.seats:
                return False
            seats = [seat.code for seat in held.seats]
        return False

    def _pays(self, order: str) -> bool:
        for _ in range(3):
            begun = self.kiosk.touch(attempts.pay, order, on_phone=self._perhaps(0.05))
            if isinstance(begun, Refusal):
                self._tells(f"cannot pay: {begun.key}")
                self.world.counts[f"pay {begun.key}"] += 1
                seats = [seat.code for seat in begun.seats]
                if begun.key == "link.pay" and self._holds(order, seats):
                    continue
                return False
            self._tells(f"pays {begun.amount}")
            self.world.counts["paid"] += 1
            if self._perhaps(0.2):
                self._taps_again(order, begun)
            outcome = self._watches(order)
            self._tells(f"sees {outcome.value}")
            if outcome is Outcome.APPROVED:
                return True
            if outcome not in _OVER:
                return False
            if self._perhaps(0.2):
                self.kiosk.touch(box_office.park, order)
                return False
            if self._perhaps(0.5):
                self.kiosk.touch(sales.release, order)
                return False
            if self.world.gift_cards:  # Its seats are the kiosk's by now.
                vouchers.perhaps_take_off(self.world, self.kiosk, order)
        return False

    def _taps_again(self, order: str, begun: Intent) -> None:
        again = self.kiosk.touch(attempts.pay, order)
        if isinstance(again, Intent) and again.id != begun.id:
            state = self.kiosk.touch(attempts.state, order)
            if state.outcome not in _OVER and state.outcome is not Outcome.STARTING:
                self.world.violated(f"{self.name}: a second tap began a second attempt")

    def _watches(self, order: str) -> Outcome:
        began_ms = self.world.time.now_ms
        while True:
            self.world.time.sleep(1_500)
            state = self.kiosk.touch(attempts.state, order)
            if state.outcome is Outcome.APPROVED or state.outcome in _OVER:
                return state.outcome
            if state.outcome in {Outcome.REVERSED, Outcome.THIRD_DECLINE}:
                return state.outcome
            if self.world.time.now_ms - began_ms > _PATIENCE_MS:
                return state.outcome
            if state.may_cancel and self._perhaps(0.03):
                self._tells("presses cancel")
                self.kiosk.touch(attempts.cancel, order)

    def _waits_for_paper(self, order: str) -> None:
        for _ in range(8):
            self.world.time.sleep(1_500)
            progress = self.kiosk.touch(spool.progress, order)
            if all(ticket.state in {"printed", "phone"} for ticket in progress.tickets):
                return
        if self._perhaps(0.5):
            found = self.kiosk.touch(spool.on_phone, order)
            if isinstance(found, list):
                self._tells(f"takes {len(found)} on the phone")
                self.world.phones += [ticket.code for ticket in found]
        elif self._perhaps(0.5):
            self.kiosk.touch(spool.resume, order)

    def _thinks(self) -> None:
        self.world.time.sleep(self.chance.randrange(800, 6_000))

    def _perhaps(self, share: float) -> bool:
        return self.chance.random() < share

    def _tells(self, what: str) -> None:
        self.world.tell(self.kiosk.name, f"{self.name[8:]} {what}")
