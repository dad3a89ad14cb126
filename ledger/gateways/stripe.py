"""Stripe Checkout: the patron pays on Stripe's page, told by Stripe's own library.

Funds are held by the card and captured once the order is written. Needs the extra `stripe`;
delete this file and it is gone. Source: PAY1, PAY4.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import stripe

from boxoffice.cards import Check
from ledger.gateways.port import Asked, Begun, Charge, Down, Seen, Step
from ledger.gateways.stripe_vault import StripeVault, kept

PATIENT_S: Final = 8
ORIGIN: Final = "https://checkout.stripe.com"
_LANGUAGES: Final = {"en": "en-GB", "da": "da"}
T = TypeVar("T")


class StripeGateway(StripeVault):
    """One account. secret: an API key, best a restricted one. address: for tests."""

    name = "stripe"
    origin = ORIGIN

    def __init__(self, secret: str, *, address: str | None = None) -> None:
        self._client = stripe.StripeClient(
            secret,
            base_addresses={"api": address} if address else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=PATIENT_S),
        )
        self.origin = address or ORIGIN

    def begin(self, asked: Asked) -> Begun:
        """Make a session, or get the one of this key again."""
        item: Any = {
            "quantity": 1,
            "price_data": {
                "currency": asked.currency.lower(),
                "unit_amount": asked.amount,
                "product_data": {"name": asked.words},
            },
        }
        wanted: Any = {
            "mode": "payment",
            "client_reference_id": asked.key,
            "customer_email": asked.email,
            "line_items": [item],
            "payment_method_types": ["card"],
            "billing_address_collection": "required",
            "locale": _LANGUAGES.get(asked.language, "auto"),
            "payment_intent_data": {
                "capture_method": "manual",
                "metadata": {"key": asked.key},
            },
            "success_url": asked.back,
            "cancel_url": asked.back,
        }
        if asked.keep:
            # The card is kept with a customer of its own: forgetting it leaves nobody.
            wanted["customer_creation"] = "always"
            wanted["payment_intent_data"]["setup_future_usage"] = "off_session"
        options: Any = {"idempotency_key": asked.key}
        made = _answered(lambda: self._client.v1.checkout.sessions.create(wanted, options))
        if not made.url:
            raise Down("Stripe gave no address to pay at")
        return Begun(str(made.id), str(made.url))

    def look(self, ref: str) -> Seen:
        """Ask how far it is, and what the bank said of address and code."""
        wanted: Any = {"expand": ["payment_intent.latest_charge"]}
        found: Any = _answered(
            lambda: self._client.v1.checkout.sessions.retrieve(ref, wanted)
        )
        intent = found.payment_intent
        if intent is None:
            ended = found.status == "expired"
            return Seen(Step.ENDED if ended else Step.OPEN)
        step = _step(str(found.status), str(intent.status))
        charge = intent.latest_charge
        details = charge.payment_method_details if charge is not None else None
        card = details.card if details is not None else None
        checks = card.checks if card is not None else None
        return Seen(
            step,
            amount=int(intent.amount_capturable or intent.amount_received or 0),
            failures=self._failures(str(intent.id)) if intent.last_payment_error else 0,
            address=_either(
                _check(checks, "address_line1_check"),
                _check(checks, "address_postal_code_check"),
            ),
            code=_check(checks, "cvc_check"),
            brand=str(card.brand or "").upper() if card is not None else "",
            last4=str(card.last4 or "")[-4:] if card is not None else "",
            kept=kept(intent, card),
        )

    def close(self, ref: str) -> Seen:
        """Expire the session; one that was paid meanwhile stays as it is."""
        try:
            self._client.v1.checkout.sessions.expire(ref)
        except stripe.InvalidRequestError:
            pass  # It is over already: what became of it is asked now.
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why
        return self.look(ref)

    def capture(self, ref: str) -> None:
        """Take what the card holds for us."""
        intent = self._intent(ref)
        if intent.status == "requires_capture":
            options: Any = {"idempotency_key": f"{intent.id}-capture"}
            _answered(
                lambda: self._client.v1.payment_intents.capture(intent.id, {}, options)
            )

    def void(self, ref: str) -> bool:
        """Let go of what the card holds."""
        intent = self._intent(ref)
        if intent.status != "canceled":
            options: Any = {"idempotency_key": f"{intent.id}-cancel"}
            intent = _answered(
                lambda: self._client.v1.payment_intents.cancel(intent.id, {}, options)
            )
        return bool(intent.status == "canceled")

    def refund(self, charge: Charge, *, key: str, amount: int) -> str:
        """Give money back, unless that was done under this key before.

        Stripe forgets an idempotency key after a day; what it has done, it lists for ever.
        Terminals name the payment itself; a checkout is asked which one it made.
        """
        at_terminal = charge.ref.startswith("pi_")
        intent = charge.ref if at_terminal else str(self._intent(charge.ref).id)
        listed: Any = {"payment_intent": intent, "limit": 100}
        found = _answered(lambda: self._client.v1.refunds.list(listed))
        made = next((one for one in found.data if _key(one) == key), None)
        if made is None:
            wanted: Any = {
                "payment_intent": intent,
                "amount": amount,
                "metadata": {"key": key},
            }
            options: Any = {"idempotency_key": f"{key}-refund"}
            try:
                made = self._client.v1.refunds.create(wanted, options)
            except stripe.InvalidRequestError as why:
                return str(why.user_message or why.code or "refused")
            except stripe.StripeError as why:
                raise Down(type(why).__name__) from why
        if made.status in {"failed", "canceled"}:
            return str(made.failure_reason or made.status)
        return ""

    def _intent(self, ref: str) -> Any:
        wanted: Any = {"expand": ["payment_intent"]}
        found = _answered(lambda: self._client.v1.checkout.sessions.retrieve(ref, wanted))
        if found.payment_intent is None:
            raise Down("Stripe knows no payment of this session")
        return found.payment_intent

    def _failures(self, intent: str) -> int:
        """Count the cards that the bank refused."""
        wanted: Any = {"payment_intent": intent, "limit": 20}
        found = _answered(lambda: self._client.v1.charges.list(wanted))
        return sum(charge.status == "failed" for charge in found.data)


def _key(refund: Any) -> str:
    told = refund.metadata
    return str(told["key"]) if told and "key" in told else ""


def _step(session: str, intent: str) -> Step:
    match intent:
        case "requires_capture":
            return Step.AUTHORISED
        case "succeeded":
            return Step.TAKEN
        case "canceled":
            return Step.ENDED
        case _:
            return Step.ENDED if session == "expired" else Step.OPEN


def _check(checks: Any, name: str) -> Check:
    """Only a plain no of the bank is a mismatch: not checked counts as a match."""
    said = getattr(checks, name, None) if checks is not None else None
    return Check.MISMATCH if said == "fail" else Check.MATCH


def _either(*checks: Check) -> Check:
    return Check.MISMATCH if Check.MISMATCH in checks else Check.MATCH


def _answered(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except stripe.StripeError as why:
        raise Down(type(why).__name__) from why
