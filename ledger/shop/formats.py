"""Amounts, times and seats, as they are said in the patron's language."""

from collections.abc import Sequence

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from flask import g

from boxoffice import moments
from ledger import own_words, written
from ledger.app import running
from ledger.halls import Plan
from ledger.shop.speech import gettext as _
from ledger.shop.speech import locale


def money(amount: int, currency: str) -> str:
    """Write minor units with their currency: "€48.00"."""
    return written.money(amount, currency, locale())


def clock(at_ms: int, zone: str) -> str:
    """Write the time of day: "19:30"."""
    return format_time(written.moment(at_ms, zone), "short", locale=locale())


def day(at_ms: int, zone: str) -> str:
    """Write the day in full: "Saturday 14 March", "lørdag den 14. marts"."""
    here = locale()
    pattern = moments.DAY_IN_FULL[here.language]
    return format_date(written.moment(at_ms, zone), pattern, locale=here)


def short_day(at_ms: int, zone: str) -> str:
    """Write the day shortly: "Sat 14 Mar"."""
    return format_skeleton("MMMEd", written.moment(at_ms, zone), locale=locale())


def together(words: Sequence[str]) -> str:
    """Join words with commas and a last "and"."""
    return format_list(list(words), locale=locale())


def own(text: str) -> str:
    """Say one of the house's own texts in the patron's language, where it is known."""
    if "own_words" not in g:
        with running().store.read() as session:
            g.own_words = own_words.read(session)
    known: dict[str, dict[str, str]] = g.own_words
    return known.get(locale().language, {}).get(text, text)


def access(text: str) -> str:
    """Say what a house says of a performance; what houses usually say is known here."""
    if (said := own(text)) != text:
        return said
    known = _known_access(text.casefold())
    if known and text[:1].isupper():
        return known[:1].upper() + known[1:]
    return known or text


def _known_access(text: str) -> str:
    match text:
        case "step-free":
            return _("step-free")
        case "hearing loop":
            return _("hearing loop")
        case "captioned":
            return _("captioned")
        case "audio described":
            return _("audio described")
        case "sign language":
            return _("sign language")
        case "relaxed":
            return _("relaxed")
        case _:
            return ""


def seat(plan: Plan, code: str) -> str:
    """Name one seat in full: "Stalls, row F, seat 12"; a unit is unreserved."""
    if plan.chart is None:
        return _("Unreserved seat")
    name = plan.name(code)
    if not name.row:
        where = own(name.section), _("seat %(seat)s", seat=name.seat)
        return ", ".join(filter(None, where))
    return _(
        "%(section)s, row %(row)s, seat %(seat)s",
        section=own(name.section),
        row=name.row,
        seat=name.seat,
    )


def seats(plan: Plan, codes: Sequence[str]) -> str:
    """Name seats shortly, in chart order: "Stalls F 12, F 13 and Boxes 3"."""
    names = [plan.name(code) for code in sorted(codes, key=lambda c: plan.places.get(c, 0))]
    said, section = list[str](), ""
    for name in names:
        here = own(name.section) if name.section != section else ""
        said.append(f"{here} {name.row} {name.seat}".strip().replace("  ", " "))
        section = name.section
    return together(said)
