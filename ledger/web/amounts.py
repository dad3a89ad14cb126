"""Amounts as clerks type them: 12, 12.50, 12,50; anything else is told at the field."""

from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

MOST = 10_000_000


class NotAnAmount(ValueError):
    """What was typed is no amount; the text says what is wrong with it."""


def read(typed: str, currency: str, *, what: str = "amount") -> int:
    """Read an amount in minor units; blank is 0. Raises NotAnAmount."""
    text = typed.strip().replace(" ", "").replace(",", ".")
    if not text:
        return 0
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise NotAnAmount(f"“{typed.strip()[:30]}” is no {what}.") from None
    places = get_currency_precision(currency)
    if not found.is_finite() or found < 0 or "e" in text.lower():
        raise NotAnAmount(f"The {what} must be 0 or more.")
    minor = found.scaleb(places)
    if minor != minor.to_integral_value():
        raise NotAnAmount(f"The {what} has more than {places} decimals.")
    if minor > MOST:
        raise NotAnAmount(f"The {what} is too large.")
    return int(minor)
