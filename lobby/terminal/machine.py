"""The card terminal itself: one attempt at a time, and never the same one twice."""

import time
from collections.abc import Callable
from enum import StrEnum

from lobby.terminal.charges import TAKEN, WAITING, Book, Charge, State
from lobby.terminal.plan import Outcome, Plan, Tap
from lobby.timeline import Note

CARD_TIMEOUT_S = 60.0
BRAND, LAST4 = "VISA", "4242"


class Refusal(StrEnum):
    BUSY = "busy"
    NOT_FOUND = "not_found"
    ABORTED = "aborted"
    NOT_TAKEN = "not_taken"
    CAPTURED = "captured"
    TOO_MUCH = "too_much"
    OTHER_AMOUNT = "other_amount"


class Line(StrEnum):
    """How the terminal behaves on its cable."""

    ANSWERS = "answers"
    SILENT = "silent"
    GONE = "gone"


class Terminal:
    """Safe to use from any thread. Time moves when somebody asks: see advance."""

    def __init__(
        self,
        book: Book,
        note: Note,
        *,
        plan: Plan | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """now: seconds on a clock that never goes back."""
        self._book = book
        self._note = note
        self._now = now
        self._plan = plan or Plan()
        self._began = now()
        self._tapped: float | None = None
        self._silent_until: float | None = None
        self._pulled_out: str | None = None
        for charge in book.charges():
            if charge.running and charge.state is not State.PROCESSING:
                self._finish(charge, State.CANCELLED, reason="the terminal restarted")
            elif charge.running:
                self._tapped = now()

    # The till's side

    def begin(
        self, key: str, *, amount: int, currency: str, order: str
    ) -> Charge | Refusal:
        """Begin an attempt. The same key begins nothing new."""
        with self._book.lock:
            self.advance()
            if charge := self._book.find(key):
                same = (charge.asked, charge.currency) == (amount, currency)
                return charge if same else Refusal.OTHER_AMOUNT
            if self._book.refused(key):
                return Refusal.ABORTED
            if self.attempt():
                return Refusal.BUSY
            ref = f"T{len(self._book.charges()) + 1:05d}"
            charge = Charge(key, amount, currency, order, ref)
            self._began, self._tapped = self._now(), None
            self._book.add(charge)
            self._fall_silent()
            self._note("terminal", f"Tap or insert a card: {_money(charge, amount)}")
            return charge

    def look_up(self, key: str) -> Charge | Refusal:
        with self._book.lock:
            self.advance()
            return self._book.find(key) or Refusal.NOT_FOUND

    def abort(self, key: str) -> Charge | Refusal:
        """Stop the attempt unless a card has been taken. An unknown key never begins."""
        with self._book.lock:
            self.advance()
            charge = self._book.find(key)
            if charge is None:
                self._book.refuse(key)
                return Refusal.NOT_FOUND
            if charge.state in WAITING | {State.ENTER_PIN}:
                self._finish(charge, State.CANCELLED, reason="stopped by the till")
            return charge

    def capture(self, key: str) -> Charge | Refusal:
        """Take what was approved; once more takes nothing more."""
        with self._book.lock:
            charge = self._taken(key)
            if isinstance(charge, Charge) and not charge.captured:
                charge.captured = charge.amount
                self._book.save()
                self._note("terminal", f"{_money(charge, charge.amount)} was captured")
            return charge

    def void(self, key: str) -> Charge | Refusal:
        """Let go of what was approved; once more changes nothing."""
        with self._book.lock:
            self.advance()
            charge = self._book.find(key)
            if charge is None:
                return Refusal.NOT_FOUND
            if charge.running:
                return Refusal.BUSY
            if charge.captured:
                return Refusal.CAPTURED
            if charge.state in TAKEN:
                self._finish(charge, State.VOIDED, reason="voided by the till")
            return charge

    def refund(self, key: str, amount: int, request: str | None = None) -> Charge | Refusal:
        """Give some of what was captured back; the same request gives nothing more."""
        with self._book.lock:
            charge = self._taken(key)
            if isinstance(charge, Refusal):
                return charge
            request = request or f"#{len(charge.refunds) + 1}"
            if request not in charge.refunds:
                if amount <= 0 or charge.refunded + amount > charge.captured:
                    return Refusal.TOO_MUCH
                charge.refunds[request] = amount
                self._book.save()
                self._note("terminal", f"{_money(charge, amount)} went back to the card")
            return charge

    # The lobby's side

    @property
    def plan(self) -> Plan:
        return self._plan

    def set_plan(self, plan: Plan) -> None:
        """Say what happens next; it also counts for the attempt that runs now."""
        with self._book.lock:
            self._plan = plan
            self._silent_until = None
            if self.attempt():
                self._fall_silent()
            self._note("terminal", f"What it does with a card: {plan.outcome}")
            self.advance()

    def tap(self) -> bool:
        """Hold a card against it; False when it waits for none."""
        with self._book.lock:
            charge = self.attempt()
            if charge is None or charge.state not in WAITING:
                return False
            self._tapped = self._now()
            self.advance()
            return True

    def cancel(self) -> bool:
        """Press the red button; False when there is nothing to cancel."""
        with self._book.lock:
            charge = self.attempt()
            if charge is None or charge.state is State.PROCESSING:
                return False
            self._finish(charge, State.CANCELLED, reason="cancelled by the patron")
            return True

    def attempt(self) -> Charge | None:
        """Return the attempt that runs now."""
        return next((charge for charge in self._book.charges() if charge.running), None)

    def charges(self) -> list[Charge]:
        self.advance()
        return self._book.charges()

    def line(self) -> Line:
        """Say how a request that comes now is treated."""
        with self._book.lock:
            if self._plan.outcome is Outcome.UNREACHABLE:
                return Line.GONE
            if self._plan.outcome is Outcome.SILENCE and self.attempt():
                return Line.SILENT
            if self._silent_until is not None and self._now() < self._silent_until:
                return Line.SILENT
            return Line.ANSWERS

    def advance(self) -> None:
        """Let the attempt come as far as it has by now."""
        with self._book.lock:
            charge = self.attempt()
            if charge is None or self._plan.outcome is Outcome.SILENCE:
                return
            if self._tapped is None and not self._card_comes(charge):
                return
            assert self._tapped is not None
            since = self._now() - self._tapped
            if since < self._plan.pin_s:
                self._step(charge, State.ENTER_PIN, "Enter the PIN")
            elif self._waits_for_bank(since):
                self._step(charge, State.PROCESSING, "One moment: asking the bank")
            else:
                self._decide(charge)

    def _fall_silent(self) -> None:
        if self._plan.outcome is Outcome.LATE:
            self._silent_until = self._now() + self._plan.silent_s

    def _card_comes(self, charge: Charge) -> bool:
        waited = self._now() - self._began
        if self._plan.tap is Tap.AUTO and waited >= self._plan.tap_s:
            self._tapped = self._began + self._plan.tap_s
        elif waited >= CARD_TIMEOUT_S:
            self._finish(charge, State.CANCELLED, reason="no card in time")
        return self._tapped is not None

    def _waits_for_bank(self, since: float) -> bool:
        plan = self._plan
        return plan.outcome is Outcome.UNKNOWN or since < plan.pin_s + plan.think_s

    def _decide(self, charge: Charge) -> None:
        match self._plan.outcome:
            case Outcome.REMOVED if self._pulled_out != charge.key:
                self._pulled_out = charge.key
                self._began, self._tapped = self._now(), None
                words = "The card was removed too early: insert it again"
                self._step(charge, State.CARD_REMOVED, words)
            case Outcome.DECLINE:
                self._finish(charge, State.DECLINED, reason=self._plan.reason)
            case Outcome.PART:
                part = self._plan.part_amount
                charge.amount = min(
                    charge.asked // 2 if part is None else part, charge.asked
                )
                self._finish(charge, State.PART, reason="the card could pay only a part")
            case _:
                charge.amount = charge.asked
                self._finish(charge, State.APPROVED)

    def _step(self, charge: Charge, state: State, words: str) -> None:
        if charge.state is not state:
            charge.state = state
            self._book.save()
            self._note("terminal", words)

    def _finish(self, charge: Charge, state: State, *, reason: str = "") -> None:
        charge.state, charge.reason = state, reason
        if state in TAKEN:
            charge.brand, charge.last4 = BRAND, LAST4
        self._book.save()
        because = f": {reason}" if reason else ""
        self._note(
            "terminal", f"{_money(charge, charge.amount or charge.asked)} {state}{because}"
        )

    def _taken(self, key: str) -> Charge | Refusal:
        self.advance()
        charge = self._book.find(key)
        if charge is None:
            return Refusal.NOT_FOUND
        return charge if charge.state in TAKEN else Refusal.NOT_TAKEN


def _money(charge: Charge, amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d} {charge.currency}"
