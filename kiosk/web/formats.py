"""Amounts, times and seats, as they are said in the guest's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from boxoffice import moments
from boxoffice import money as minor
from kiosk.shown.choosing import MapSeat, Offer
from kiosk.shown.named import SeatShown
from kiosk.shown.rows import rows_of, runs
from kiosk.web import house
from kiosk.web.speech import get_locale
from kiosk.web.speech import gettext as _

# English is written the way that the venue writes it: 24 hours, the day before the month.
_HOUSE_LOCALES = {"en": Locale("en", "GB"), "da": Locale("da", "DK")}
# From here on whoever buys has to hurry, and is told so.
SOON_MS = 10 * 60_000
# The hour from which on today is called tonight.
EVENING = 17
ENGLISH = _HOUSE_LOCALES["en"]


def locale() -> Locale:
    """Give the locale of this request; numbers and dates follow it."""
    asked = get_locale()
    return ENGLISH if asked is None else _HOUSE_LOCALES.get(asked.language, asked)


def money(amount: int, currency: str) -> str:
    """Write minor units with their currency, in a guest's one form: "€48.00", "48,00 €"."""
    places = minor.decimals(currency)
    return format_currency(Decimal(amount).scaleb(-places), currency, locale=locale())


def seconds(count_s: float) -> str:
    """Write a short time: "0.4 s", "0,4 s"."""
    return f"{format_decimal(round(count_s, 1), '0.0', locale=locale())} s"


def moment(at_ms: int, zone: str) -> datetime:
    """Give a moment (ms since 1970, UTC) in the zone of the venue."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))


def clock(at_ms: int, zone: str) -> str:
    """Write the time of day: "19:30"."""
    return format_time(moment(at_ms, zone), "short", locale=locale())


def day(at_ms: int, zone: str) -> str:
    """Write the day in full: "Saturday 14 March", "lørdag den 14. marts"."""
    here = locale()
    pattern = moments.DAY_IN_FULL.get(here.language)
    if pattern is None:
        return format_skeleton("MMMMEEEEd", moment(at_ms, zone), locale=here)
    return format_date(moment(at_ms, zone), pattern, locale=here)


def weekday(at_ms: int, zone: str) -> str:
    """Name the day of the week: "Friday"."""
    return format_date(moment(at_ms, zone), "EEEE", locale=locale())


def plain_day(at_ms: int, zone: str) -> str:
    """Write the day without its weekday: "3 March"."""
    return format_skeleton("MMMMd", moment(at_ms, zone), locale=locale())


def short_day(at_ms: int, zone: str) -> str:
    """Write the day so that it fits a tile: "Sat 14 Mar"."""
    return format_skeleton("MMMEd", moment(at_ms, zone), locale=locale())


def when(at_ms: int, zone: str, now_ms: int) -> str:
    """Say the day as a person would, and the time: "Tonight 19:30"."""
    at, now = moment(at_ms, zone), moment(now_ms, zone)
    time = clock(at_ms, zone)
    if moments.is_today(at, now):
        if is_tonight(at_ms, zone, now_ms):
            return _("Tonight %(time)s", time=time)
        return _("Today %(time)s", time=time)
    if moments.theatre_day(at) - moments.theatre_day(now) == timedelta(days=1):
        return _("Tomorrow %(time)s", time=time)
    return _("%(day)s %(time)s", day=short_day(at_ms, zone), time=time)


def offered(starts_ms: int, zone: str, now_ms: int) -> str:
    """Say when a performance on sale is; of one that is about to begin, how soon.

    "Tonight 19:30"; "19:30, starts in 8 min"; "19:30, has begun".
    """
    left_ms = starts_ms - now_ms
    time = clock(starts_ms, zone)
    if left_ms <= 0:
        return _("%(time)s, has begun", time=time)
    if left_ms <= SOON_MS:
        minutes = -(-left_ms // 60_000)
        return _("%(time)s, starts in %(minutes)s min", time=time, minutes=minutes)
    return when(starts_ms, zone, now_ms)


def is_today(at_ms: int, zone: str, now_ms: int) -> bool:
    """Say whether a moment lies on the day that people in the lobby call today."""
    return moments.is_today(moment(at_ms, zone), moment(now_ms, zone))


def is_tonight(at_ms: int, zone: str, now_ms: int) -> bool:
    """Say whether a moment lies in the evening or night of today: no matinee does."""
    at, now = moment(at_ms, zone), moment(now_ms, zone)
    late = at.hour >= EVENING or at.date() > moments.theatre_day(now)
    return late and moments.is_today(at, now)


def together(words: Iterable[str]) -> str:
    """Join words with commas and a last "and"."""
    return format_list(list(words), locale=locale())


def seat_names(seats: Sequence[SeatShown]) -> str:
    """Name seats shortly: "F 14 and F 15"; many beside one another "F 1–8"."""
    said = []
    for first, group in rows_of(seats):
        said += [f"{first.row} {run}".strip() for run in runs(seat.seat for seat in group)]
    return together(said)


def seat_name(seat: SeatShown) -> str:
    """Name one seat: "F 12", or "12" where rows have no name."""
    return f"{seat.row} {seat.seat}".strip()


def ticket_place(seat: SeatShown | None, known: str) -> str:
    """Name the place of one ticket: "Stalls F 12". known: as who sold it names it."""
    if seat is None:
        return known or _("Unreserved")
    return f"{house.own(seat.section)} {seat_name(seat)}".strip()


def places(seats: Sequence[SeatShown]) -> str:
    """Say where the seats are: "Stalls, row F, seats 12 and 13"."""
    said: list[str] = []
    section = ""
    for first, group in rows_of(seats):
        words = [] if first.section == section else [house.own(first.section)]
        section = first.section
        if first.row:
            words.append(_("row %(row)s", row=first.row))
        numbers = together(runs(seat.seat for seat in group))
        words.append(
            _("seat %(seat)s", seat=numbers)
            if len(group) == 1
            else _("seats %(seats)s", seats=numbers)
        )
        said.append(", ".join(word for word in words if word))
    return "; ".join(said)


def rows(seats: Sequence[SeatShown]) -> str:
    """Say how many seats lie in each row: "Stalls, row F (12), row G (10)"."""
    said: list[str] = []
    section = ""
    for first, group in rows_of(seats):
        said += [house.own(first.section)] if first.section not in {section, ""} else []
        section = first.section
        row = _("row %(row)s", row=first.row) if first.row else ""
        said.append(f"{row} ({len(group)})".strip())
    return ", ".join(said)


def offer_sentence(offer: Offer) -> str:
    """Say an offer: "Stalls, row F, seats 12 and 13, together, centre."."""
    words = [places(offer.seats)]
    if offer.tier in {"together", "together_orphan"} and len(offer.seats) > 1:
        words.append(_("together"))
    if offer.place:
        words.append(
            {"left": _("left"), "centre": _("centre"), "right": _("right")}[offer.place]
        )
    return ", ".join(words) + "."


def number_word(number: int) -> str:
    """Say a small number in a word: "two"."""
    words = (
        _("none"),
        _("one"),
        _("two"),
        _("three"),
        _("four"),
        _("five"),
        _("six"),
        _("seven"),
        _("eight"),
    )
    return words[number] if 0 <= number < len(words) else str(number)


def apart(seats: Sequence[SeatShown], places: Sequence[MapSeat]) -> str:
    """Say how a split party would sit: "two in row F and two right behind"."""
    row_of = {seat.shown.code: seat.row_index for seat in places}
    said: list[str] = []
    before: SeatShown | None = None
    for first, group in rows_of(seats):
        count = number_word(len(group))
        behind = (
            before is not None
            and before.section == first.section
            and row_of.get(first.code, -9) == row_of.get(before.code, -9) + 1
        )
        said.append(
            _("%(count)s right behind", count=count)
            if behind
            else _("%(count)s in row %(row)s", count=count, row=first.row)
        )
        before = first
    return together(said)
