"""SumUp Solo through SumUp's Cloud API: a reader that takes the money at once.

Our key is the transaction's foreign id, which needs an affiliate key of the house's. What a
Solo approves is taken, so voiding is refunding. Needs the extra `sumup`; delete this file
and it is gone.
"""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import sumup
from sumup import errors

from boxoffice import money
from kiosk.payments.port import Attempt, Busy, Step, TerminalDown

PATIENT_S: Final = 8.0
# A checkout takes a while to arrive at the reader.
ARRIVES_S: Final = 15.0
_AT_WORK: Final = {
    "WAITING_FOR_PIN": Step.ENTER_PIN,
    "WAITING_FOR_SIGNATURE": Step.PROCESSING,
}
_ENDS: Final = {
    "SUCCESSFUL": Step.APPROVED,
    "PAID_OUT": Step.APPROVED,
    "FAILED": Step.DECLINED,
    "CANCELLED": Step.CANCELLED,
    "CANCEL_FAILED": Step.APPROVED,
    "REFUND_FAILED": Step.APPROVED,
    "REFUNDED": Step.VOIDED,
    "PENDING": Step.PROCESSING,
}
T = TypeVar("T")


class SumUpSolo:
    """One reader of one merchant. address: for tests. now: seconds that never go back."""

    kind = "card"

    def __init__(
        self,
        merchant: str,
        reader: str,
        *,
        secret: str,
        app: str,
        affiliate: str,
        address: str = "https://api.sumup.com",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"sumup {reader}"
        self._merchant, self._reader = merchant, reader
        self._app, self._affiliate, self._now = app, affiliate, now
        self._client = sumup.Sumup(api_key=secret, base_url=address, timeout=PATIENT_S)
        self._sent: dict[str, float] = {}

    def status(self) -> str:
        """Say `ready` or `busy`."""
        state = self._state()
        return "ready" if state == "IDLE" else "busy"

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        """Begin an attempt under our key."""
        self._sent[key] = self._now()
        _told(
            lambda: self._client.readers.create_checkout(
                self._merchant,
                self._reader,
                total_amount={
                    "currency": currency,
                    "minor_unit": money.decimals(currency),
                    "value": amount,
                },
                description=order,
                affiliate={
                    "app_id": self._app,
                    "key": self._affiliate,
                    "foreign_transaction_id": key,
                },
            )
        )
        return Attempt(Step.WAITING_FOR_CARD)

    def poll(self, key: str) -> Attempt:
        """Ask how far it is."""
        found = self._transaction(key)
        if found is not None:
            return _attempt(found)
        state = self._state()
        if state != "IDLE":
            return Attempt(_AT_WORK.get(state, Step.WAITING_FOR_CARD))
        if self._now() - self._sent.get(key, -ARRIVES_S) < ARRIVES_S:
            return Attempt(Step.WAITING_FOR_CARD)
        return Attempt(Step.NOT_FOUND)

    def lookup(self, key: str) -> Attempt:
        """Ask what became of it."""
        return self.poll(key)

    def abort(self, key: str) -> None:
        """Ask the reader to stop; only a look-up afterwards says what happened."""
        if self._transaction(key) is not None:
            raise Busy
        self._sent.pop(key, None)
        if self._state() != "IDLE":
            _told(
                lambda: self._client.readers.terminate_checkout(
                    self._merchant, self._reader
                )
            )

    def capture(self, key: str) -> Attempt:
        """A Solo takes what it approves: there is nothing left to do."""
        return self.poll(key)

    def void(self, key: str) -> Attempt:
        """Say what there is to give back. Raises Busy once it was taken: refund it then."""
        found = self.poll(key)
        if found.step is Step.APPROVED:
            raise Busy
        return found

    def refund(self, key: str, amount: int) -> Attempt:
        """Give back part of what was taken; one that was refunded stays as it is."""
        found = self._transaction(key)
        if found is None or found.id is None:
            return Attempt(Step.NOT_FOUND)
        before = _attempt(found)
        if before.step is not Step.APPROVED:
            return before
        decimals = money.decimals(str(found.currency or "EUR"))
        _told(
            lambda: self._client.transactions.refund(
                self._merchant, str(found.id), amount=amount / 10**decimals
            )
        )
        return Attempt(Step.APPROVED, ref=before.ref, amount=amount)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _transaction(self, key: str) -> Any:
        def ask() -> Any:
            try:
                return self._client.transactions.get(
                    self._merchant, foreign_transaction_id=key
                )
            except errors.NotFoundError:
                return None

        return _asked(ask)

    def _state(self) -> str:
        told = _asked(lambda: self._client.readers.get_status(self._merchant, self._reader))
        if told.data.status != "ONLINE":
            raise TerminalDown("reader offline", reached=False)
        return str(told.data.state or "IDLE")


def _attempt(found: Any) -> Attempt:
    word = str(found.simple_status or found.status or "")
    step = _ENDS.get(word)
    if step is None:
        # A word that we do not know says nothing about the money.
        raise TerminalDown(f"unknown state {word!r}")
    decimals = money.decimals(str(found.currency or "EUR"))
    amount = None if found.amount is None else round(found.amount * 10**decimals)
    card = found.card
    return Attempt(
        step,
        ref=str(found.transaction_code or found.id or ""),
        amount=amount if step is Step.APPROVED else None,
        brand=str(card.type or "") if card else "",
        last4=str(card.last_4_digits or "")[-4:] if card else "",
        reason="declined" if step is Step.DECLINED else "",
    )


def _asked(ask: Callable[[], T]) -> T:
    """Ask SumUp how things are. Without an answer we do not know."""
    try:
        return ask()
    except (errors.SumupError, ValueError) as why:
        raise TerminalDown(type(why).__name__) from why


def _told(tell: Callable[[], T]) -> T:
    """Tell SumUp to change something. A refusal leaves things as they are."""
    try:
        return tell()
    except errors.APIStatusError as why:
        if 400 <= (why.status or 500) < 500 and why.status != 429:
            raise Busy from why
        raise TerminalDown(str(why.status)) from why
    except (errors.SumupError, ValueError) as why:
        raise TerminalDown(type(why).__name__) from why
