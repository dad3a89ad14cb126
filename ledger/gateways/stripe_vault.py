"""Cards that Stripe keeps for us, charged while nobody is there.

A charge is made first and confirmed second: one that was never confirmed takes nothing, and
one that is in doubt is asked for by its own name. Source: MEM9, PAY1, PAY4.
"""

from typing import Any, Final

import stripe

from ledger.gateways.port import Charged, Down, Kept, NoCard, Step

# What the bank says, as far as a stranger may hear it; anything else is a plain no.
_REASONS: Final = {
    "expired_card": "expired",
    "insufficient_funds": "insufficient_funds",
    "authentication_required": "authentication",
}
_STOPPABLE: Final = {
    "requires_confirmation",
    "requires_payment_method",
    "requires_action",
}


class StripeVault:
    """The part of the gateway that keeps cards."""

    _client: stripe.StripeClient

    def prepare(
        self, key: str, token: str, *, amount: int, currency: str, words: str
    ) -> str:
        """Make a payment of the kept card, still to be confirmed."""
        customer, _, method = token.partition("/")
        wanted: Any = {
            "amount": amount,
            "currency": currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "description": words,
            "metadata": {"key": key},
        }
        try:
            made = self._client.v1.payment_intents.create(wanted, {"idempotency_key": key})
        except stripe.InvalidRequestError as why:
            raise NoCard from why
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why
        return str(made.id)

    def charge(self, ref: str) -> None:
        """Confirm it. A refusal of the bank is no trouble: it is asked for."""
        options: Any = {"idempotency_key": f"{ref}-confirm"}
        try:
            self._client.v1.payment_intents.confirm(ref, {"off_session": True}, options)
        except (stripe.CardError, stripe.InvalidRequestError):
            return
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why

    def outcome(self, ref: str) -> Charged:
        """Ask what became of it."""
        try:
            return _charged(self._client.v1.payment_intents.retrieve(ref))
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why

    def stop(self, ref: str) -> Charged:
        """Cancel it unless it was taken, or is at the bank."""
        try:
            found = self._client.v1.payment_intents.retrieve(ref)
            if found.status in _STOPPABLE:
                found = self._client.v1.payment_intents.cancel(ref)
            return _charged(found)
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why

    def forget(self, token: str) -> None:
        """Delete the customer, and with it the card."""
        try:
            self._client.v1.customers.delete(token.partition("/")[0])
        except stripe.InvalidRequestError:
            return  # It is gone already.
        except stripe.StripeError as why:
            raise Down(type(why).__name__) from why


def kept(intent: Any, card: Any) -> Kept | None:
    """Give the card that a payment left with Stripe, if it did."""
    asked, customer, method = (
        getattr(intent, name, None)
        for name in ("setup_future_usage", "customer", "payment_method")
    )
    if card is None or not asked or not customer or not method:
        return None
    expires = f"{card.exp_year:04d}-{card.exp_month:02d}" if card.exp_year else ""
    brand, last4 = str(card.brand or "").upper(), str(card.last4 or "")[-4:]
    return Kept(f"{customer}/{method}", brand, last4, expires)


def _charged(intent: Any) -> Charged:
    error = intent.last_payment_error
    match intent.status:
        case "succeeded":
            return Charged(Step.TAKEN)
        case "requires_payment_method" | "canceled" if error is not None:
            said = (getattr(error, name, None) for name in ("decline_code", "code"))
            known = (_REASONS[one] for one in said if one in _REASONS)
            return Charged(Step.ENDED, next(known, "declined"))
        case "canceled":
            return Charged(Step.ENDED)
        case _:
            return Charged(Step.OPEN)
