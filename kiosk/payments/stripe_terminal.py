"""Stripe Terminal, server-driven: a reader such as the S700, told by Stripe what to do.

Our key is the idempotency key of the PaymentIntent and stands in its metadata, so that an
attempt is found again after a restart. Funds are held by the card, captured after the sale.
Needs the extra `stripe`; delete this file and it is gone.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import stripe

from boxoffice.driven_readers import OPEN, Far, far
from kiosk.payments.port import REMOVED_EARLY, Attempt, Busy, Step, TerminalDown

PATIENT_S: Final = 8
# Where an attempt is looked for: from a little before its id was made.
_BEFORE_S, _MOST_LOOKED_AT = 600, 1000
T = TypeVar("T")


class StripeTerminal:
    """One reader. Thread-safe as far as the SDK is: one thread talks to a terminal.

    reader: its id, tmr_…. secret: an API key, best a restricted one. address: for tests.
    """

    kind = "card"

    def __init__(self, reader: str, secret: str, *, address: str | None = None) -> None:
        self.name = f"stripe {reader}"
        self._reader = reader
        self._client = stripe.StripeClient(
            secret,
            base_addresses={"api": address} if address else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=PATIENT_S),
        )
        self._known: dict[str, str] = {}

    def status(self) -> str:
        """Say `ready` or `busy`."""
        reader = _asked(lambda: self._client.v1.terminal.readers.retrieve(self._reader))
        if reader.status != "online":
            raise TerminalDown("reader offline", reached=False)
        action = reader.action
        return "busy" if action and action.status == "in_progress" else "ready"

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        """Begin an attempt under our key."""
        wanted: Any = {
            "amount": amount,
            "currency": currency.lower(),
            "payment_method_types": ["card_present"],
            "capture_method": "manual",
            "metadata": {"key": key, "order": order},
        }
        intent = _told(
            lambda: self._client.v1.payment_intents.create(wanted, {"idempotency_key": key})
        )
        self._known[key] = intent.id
        _told(
            lambda: self._client.v1.terminal.readers.process_payment_intent(
                self._reader,
                {"payment_intent": intent.id},
                {"idempotency_key": f"{key}-process"},
            )
        )
        return Attempt(Step.WAITING_FOR_CARD, ref=intent.id)

    def poll(self, key: str) -> Attempt:
        """Ask how far it is."""
        id = self._known.get(key) or self._find(key)
        if id is None:
            return Attempt(Step.NOT_FOUND)
        intent = _asked(
            lambda: self._client.v1.payment_intents.retrieve(
                id, {"expand": ["latest_charge"]}
            )
        )
        if intent.status in OPEN:
            return self._on_the_reader(intent)
        return _attempt(intent)

    def lookup(self, key: str) -> Attempt:
        """Ask what became of it."""
        return self.poll(key)

    def abort(self, key: str) -> None:
        """Take it off the reader and end it, unless a card has answered."""
        id = self._known.get(key) or self._find(key)
        if id is None:
            return
        reader = _asked(lambda: self._client.v1.terminal.readers.retrieve(self._reader))
        if _at(reader, id) == "in_progress":
            _told(lambda: self._client.v1.terminal.readers.cancel_action(self._reader))
        intent = _asked(lambda: self._client.v1.payment_intents.retrieve(id))
        if intent.status in OPEN:
            _told(lambda: self._client.v1.payment_intents.cancel(id))

    def capture(self, key: str) -> Attempt:
        """Take what the card holds for us."""
        found = self.poll(key)
        if found.step is Step.APPROVED and not self._taken(found.ref):
            options: Any = {"idempotency_key": f"{key}-capture"}
            _told(lambda: self._client.v1.payment_intents.capture(found.ref, {}, options))
        return found

    def void(self, key: str) -> Attempt:
        """Let go of what the card holds. Raises Busy once it was taken: refund it then."""
        found = self.poll(key)
        if found.step is not Step.APPROVED:
            return found
        if self._taken(found.ref):
            raise Busy
        _told(lambda: self._client.v1.payment_intents.cancel(found.ref))
        return Attempt(Step.VOIDED, ref=found.ref, amount=found.amount)

    def refund(self, key: str, amount: int) -> Attempt:
        """Give back part of what was taken; repeating it gives nothing more."""
        found = self.poll(key)
        if found.step is not Step.APPROVED:
            return found
        wanted: Any = {"payment_intent": found.ref, "amount": amount}
        options: Any = {"idempotency_key": f"{key}-refund"}
        _told(lambda: self._client.v1.refunds.create(wanted, options))
        return Attempt(Step.APPROVED, ref=found.ref, amount=amount)

    def _find(self, key: str) -> str | None:
        """Find the attempt by our key: the list is exact, unlike a search."""
        made_s = int(key.replace("-", "")[:12], 16) // 1000  # A UUIDv7 begins with it.
        wanted: Any = {"limit": 100, "created": {"gte": made_s - _BEFORE_S}}
        found = _asked(lambda: self._client.v1.payment_intents.list(wanted))
        for number, intent in enumerate(_asked(lambda: list(found.auto_paging_iter()))):
            if _key(intent) == key:
                self._known[key] = intent.id
                return str(intent.id)
            if number > _MOST_LOOKED_AT:
                # Not found among so many says nothing about the money.
                raise TerminalDown("too many attempts to look through")
        return None

    def _on_the_reader(self, intent: Any) -> Attempt:
        reader = _asked(lambda: self._client.v1.terminal.readers.retrieve(self._reader))
        refused = intent.last_payment_error
        action = _at(reader, intent.id)
        match far(str(intent.status), action=action, refused=refused is not None):
            case Far.WAITING:
                return Attempt(Step.WAITING_FOR_CARD, ref=intent.id)
            case Far.DECLINED if action == "failed" and reader.action is not None:
                failed = reader.action
                why = failed.failure_message or failed.failure_code or ""
                if failed.failure_code == REMOVED_EARLY:
                    why = REMOVED_EARLY
                return Attempt(Step.DECLINED, ref=intent.id, reason=str(why))
            case Far.DECLINED:
                return Attempt(Step.DECLINED, ref=intent.id, reason=refused.message or "")
        # Nothing can charge it any more once it is cancelled, which `abort` does.
        return Attempt(Step.NOT_FOUND)

    def _taken(self, id: str) -> bool:
        found = _asked(lambda: self._client.v1.payment_intents.retrieve(id))
        return bool(found.status == "succeeded")


def _key(intent: Any) -> str:
    found = intent.metadata
    return str(found["key"]) if found and "key" in found else ""


def _at(reader: Any, intent: str) -> str:
    """Say how the reader's action on this intent stands; blank: it is at something else."""
    action = reader.action
    handled = action.process_payment_intent if action else None
    if handled is None:
        return ""
    id = handled.payment_intent
    ours = (id if isinstance(id, str) else id.id) == intent
    return str(action.status) if ours else ""


def _attempt(intent: Any) -> Attempt:
    match far(str(intent.status), action="", refused=False):
        case Far.APPROVED:
            charge = intent.latest_charge
            if intent.status == "succeeded" and charge is not None and charge.refunded:
                return Attempt(Step.VOIDED, ref=intent.id)
            amount = intent.amount_capturable or intent.amount_received
            brand, last4 = _card(charge)
            return Attempt(
                Step.APPROVED, ref=intent.id, amount=amount, brand=brand, last4=last4
            )
        case Far.ENDED:
            return Attempt(Step.CANCELLED, ref=intent.id)
        case Far.PROCESSING:
            return Attempt(Step.PROCESSING, ref=intent.id)
        case _:
            raise TerminalDown(f"unknown state {intent.status!r}")


def _card(charge: Any) -> tuple[str, str]:
    details = charge.payment_method_details if charge is not None else None
    card = details.card_present if details is not None else None
    if card is None:
        return "", ""
    return str(card.brand or "").upper(), str(card.last4 or "")[-4:]


def _asked(ask: Callable[[], T]) -> T:
    """Ask Stripe how things are. Without an answer we do not know."""
    try:
        return ask()
    except stripe.StripeError as why:
        raise TerminalDown(type(why).__name__) from why


def _told(tell: Callable[[], T]) -> T:
    """Tell Stripe to change something. A refusal leaves things as they are."""
    try:
        return tell()
    except (stripe.InvalidRequestError, stripe.CardError) as why:
        raise Busy from why
    except stripe.StripeError as why:
        raise TerminalDown(type(why).__name__) from why
