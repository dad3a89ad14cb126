"""Amounts and moments as people read them, on staff pages, in the shop, on paper.

The rule for how many decimals a currency has is `boxoffice.money`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency

from boxoffice import money as minor

LOCALE = "en_GB"


def money(amount: int, currency: str, locale: Locale | str = LOCALE) -> str:
    """Write minor units with their currency: "€48.00"."""
    value = Decimal(amount).scaleb(-minor.decimals(currency))
    return format_currency(value, currency, locale=locale)


def plain(amount: int, currency: str) -> str:
    """Write minor units as they stand in a field or a table: 12.50."""
    places = minor.decimals(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def day_and_time(at_ms: int, zone: str) -> str:
    """Give a moment (ms since 1970, UTC) as staff read it: "Fri 20 Nov, 19:30"."""
    return format_datetime(moment(at_ms, zone), "EEE d MMM, HH:mm", locale=LOCALE)


def moment(at_ms: int, zone: str) -> datetime:
    """Give a moment (ms since 1970, UTC) on the house's own clock."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
