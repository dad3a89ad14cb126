"""Stripe Terminal at the window, server-driven: a reader that Stripe tells what to do.

The attempt's key is the idempotency key of the PaymentIntent and stands in its metadata, so
that it is found again after a restart. What a card approves is taken at once, and goes back
by a refund. Needs the extra `stripe`; delete this file and it is gone.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, assert_never

import stripe

from boxoffice.driven_readers import OPEN, Far, far
from ledger.gateways.port import Kept
from ledger.gateways.terminal import Seen, Silent, Step

PATIENT_S: Final = 8
# Where an attempt is looked for: from a little before its id was made.
_BEFORE_S, _MOST_LOOKED_AT = 600, 1000
T = TypeVar("T")


class StripeTerminal:
    """One reader. reader: its id, tmr_…. secret: an API key, best a restricted one.

    address: for tests. What it keeps is a card of the same account online, which Stripe
    makes of the one that was held to it; of a phone's wallet it makes none.
    """

    keeps = "stripe"

    def __init__(self, reader: str, secret: str, *, address: str | None = None) -> None:
        self.name = f"stripe {reader}"
        self._reader = reader
        self._client = stripe.StripeClient(
            secret,
            base_addresses={"api": address} if address else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=PATIENT_S),
        )

    def begin(self, key: str, *, amount: int, currency: str, keep: bool = False) -> None:
        """Ask for a card. A reader that is at something else is told nothing."""
        wanted: Any = {
            "amount": amount,
            "currency": currency.lower(),
            "payment_method_types": ["card_present"],
            "capture_method": "automatic",
            "metadata": {"key": key},
        }
        process: Any = {}
        if keep:
            wanted |= {"customer": self._customer(key), "setup_future_usage": "off_session"}
            # Who agreed to this charge alone is not offered the card elsewhere.
            process["process_config"] = {"allow_redisplay": "limited"}
        intents = self._client.v1.payment_intents
        # Without a reader nothing charges: until it is told, nobody was reached.
        made = _asked(
            lambda: intents.create(wanted, {"idempotency_key": key}), reached=False
        )
        try:
            self._client.v1.terminal.readers.process_payment_intent(
                self._reader,
                {"payment_intent": made.id} | process,
                {"idempotency_key": f"{key}-process"},
            )
        except (stripe.InvalidRequestError, stripe.CardError) as why:
            raise Silent(reached=False) from why
        except stripe.StripeError as why:
            raise Silent from why

    def look(self, key: str) -> Seen:
        """Ask Stripe and, while a card is wanted, the reader."""
        intent = self._find(key)
        if intent is None:
            return Seen(Step.NOT_FOUND)
        waits = intent.status in OPEN
        action = self._action(intent.id) if waits else ""
        refused = intent.last_payment_error is not None
        match far(str(intent.status), action=action, refused=refused):
            case Far.WAITING | Far.PROCESSING:
                return Seen(Step.RUNNING, intent.id)
            case Far.APPROVED:
                return _approved(intent)
            case Far.DECLINED:
                return Seen(Step.DECLINED, intent.id)
            case Far.ENDED:
                return Seen(Step.CANCELLED, intent.id)
            case Far.NEVER_ARRIVED:
                return Seen(Step.NOT_FOUND, intent.id)
            case Far.UNKNOWN:
                raise Silent
            case never:
                assert_never(never)

    def abort(self, key: str) -> None:
        """Take it off the reader and end it, unless a card has answered."""
        intent = self._find(key)
        if intent is None or intent.status not in OPEN:
            return
        readers = self._client.v1.terminal.readers
        if self._action(intent.id) == "in_progress":
            _told(lambda: readers.cancel_action(self._reader))
        _told(lambda: self._client.v1.payment_intents.cancel(intent.id))

    def void(self, key: str) -> Seen:
        """Give back all that was taken; repeating it gives nothing more."""
        seen = self.look(key)
        if seen.step in {Step.APPROVED, Step.PART}:
            wanted: Any = {"payment_intent": seen.ref, "amount": seen.amount}
            options: Any = {"idempotency_key": f"{key}-refund"}
            _told(lambda: self._client.v1.refunds.create(wanted, options))
            return self.look(key)
        return seen

    def _customer(self, key: str) -> str:
        """Make whom the card will belong to: nobody by name, as online."""
        customers = self._client.v1.customers
        said: Any = {"metadata": {"key": key}}
        options: Any = {"idempotency_key": f"{key}-customer"}
        return str(_asked(lambda: customers.create(said, options), reached=False).id)

    def _find(self, key: str) -> Any:
        """Find the attempt by our key: the list is exact, unlike a search."""
        made_s = int(key.replace("-", "")[:12], 16) // 1000  # A UUIDv7 begins with it.
        wanted: Any = {
            "limit": 100,
            "created": {"gte": made_s - _BEFORE_S},
            "expand": ["data.latest_charge"],
        }
        found = _asked(lambda: self._client.v1.payment_intents.list(wanted))
        for number, intent in enumerate(_asked(lambda: list(found.auto_paging_iter()))):
            told = intent.metadata
            if told and "key" in told and told["key"] == key:
                return intent
            if number > _MOST_LOOKED_AT:
                # Not found among so many says nothing about the money.
                raise Silent
        return None

    def _action(self, intent: str) -> str:
        """Say how the reader stands with this payment; blank: it is at something else."""
        readers = self._client.v1.terminal.readers
        action = _asked(lambda: readers.retrieve(self._reader)).action
        handled = action.process_payment_intent if action else None
        id = handled.payment_intent if handled else None
        at = id if isinstance(id, str) or id is None else id.id
        return str(action.status) if action and at == intent else ""


def _approved(intent: Any) -> Seen:
    charge = intent.latest_charge
    if charge is not None and charge.refunded:
        return Seen(Step.VOIDED, intent.id)
    part = intent.amount_received < intent.amount
    step = Step.PART if part else Step.APPROVED
    card = _present(charge)
    return Seen(
        step, intent.id, intent.amount_received, *_card(card), kept=_kept(intent, card)
    )


def _present(charge: Any) -> Any:
    details = charge.payment_method_details if charge is not None else None
    return details.card_present if details is not None else None


def _card(card: Any) -> tuple[str, str]:
    """Give brand and last four digits; blank where they are not told. Source: PAY4."""
    if card is None:
        return "", ""
    return str(card.brand or "").upper(), str(card.last4 or "")[-4:]


def _kept(intent: Any, card: Any) -> Kept | None:
    """Give the card that Stripe made of the one that was held to the reader, if it did."""
    method = getattr(card, "generated_card", None)
    customer = getattr(intent, "customer", None)
    if not method or not customer:
        return None
    year, month = (getattr(card, name, None) for name in ("exp_year", "exp_month"))
    expires = f"{year:04d}-{month:02d}" if year and month else ""
    return Kept(f"{customer}/{method}", *_card(card), expires)


def _asked(ask: Callable[[], T], *, reached: bool = True) -> T:
    """Ask Stripe. Without an answer we do not know."""
    try:
        return ask()
    except stripe.StripeError as why:
        raise Silent(reached=reached) from why


def _told(tell: Callable[[], T]) -> None:
    """Tell Stripe to change something. A refusal leaves things as they are: it is asked."""
    try:
        tell()
    except (stripe.InvalidRequestError, stripe.CardError):
        return
    except stripe.StripeError as why:
        raise Silent from why
