"""The evenings of an order as a calendar file. Source: RFC 5545."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.documents import speech
from ledger.documents.order import Order

_USUAL_MS = 2 * 3_600_000
_LONGEST = 75  # Octets a line, RFC 5545 §3.1.


@dataclass(frozen=True)
class Event:
    """When and where a performance is; Unix milliseconds.

    off: a calendar that has it already shows that nobody is expected any more.
    """

    performance: str
    starts_ms: int
    ends_ms: int | None
    hall: str
    off: bool = False


def ics(order: Order, events: Iterable[Event], *, made_ms: int) -> bytes:
    """Write an event for each performance, with the seats of its own tickets.

    Times are UTC, so that every calendar shows the venue's evening.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Front of House//Tickets//EN",
        "METHOD:PUBLISH",
        *(line for event in events for line in _event(order, event, made_ms)),
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(order: Order, event: Event, made_ms: int) -> tuple[str, ...]:
    tickets = [t for t in order.tickets if t.performance == event.performance]
    evening = tickets[0].evening
    seats = ", ".join(dict.fromkeys(ticket.place for ticket in tickets))
    doors = f" Doors open {evening.doors}." if evening.doors and not event.off else ""
    number = f" Order {order.number}." if order.number else ""
    where = ", ".join(filter(None, (order.house, event.hall, order.address)))
    title = evening.title
    if event.off:
        title = speech.speaker(order.language)("Cancelled: %(title)s", title=title)
    return (
        "BEGIN:VEVENT",
        f"UID:{order.id}.{event.performance}@front-of-house",
        f"DTSTAMP:{_at(made_ms)}",
        f"DTSTART:{_at(event.starts_ms)}",
        f"DTEND:{_at(event.ends_ms or event.starts_ms + _USUAL_MS)}",
        f"SUMMARY:{_text(title)}",
        f"LOCATION:{_text(where)}",
        f"DESCRIPTION:{_text(f'{seats}.{number}{doors}')}",
        *(("STATUS:CANCELLED", "SEQUENCE:1") if event.off else ()),
        "END:VEVENT",
    )


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    plain = " ".join(words.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Break a long line where no character is cut; the rest begins with a blank."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > _LONGEST - bool(parts):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
