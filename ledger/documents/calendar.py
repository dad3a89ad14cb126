"""The evening of an order as a calendar file. Source: RFC 5545."""

from datetime import UTC, datetime

from ledger.documents.order import Order

_USUAL_MS = 2 * 3_600_000
_LONGEST = 75  # Octets a line, RFC 5545 §3.1.


def ics(
    order: Order,
    *,
    performance: str,
    starts_ms: int,
    ends_ms: int | None,
    hall: str,
    made_ms: int,
) -> bytes:
    """Write one event. Times are UTC, so that every calendar shows the venue's evening."""
    seats = ", ".join(dict.fromkeys(ticket.place for ticket in order.tickets))
    doors = f" Doors open {order.evening.doors}." if order.evening.doors else ""
    number = f" Order {order.number}." if order.number else ""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Front of House//Tickets//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{order.id}.{performance}@front-of-house",
        f"DTSTAMP:{_at(made_ms)}",
        f"DTSTART:{_at(starts_ms)}",
        f"DTEND:{_at(ends_ms or starts_ms + _USUAL_MS)}",
        f"SUMMARY:{_text(order.evening.title)}",
        f"LOCATION:{_text(', '.join(filter(None, (order.house, hall, order.address))))}",
        f"DESCRIPTION:{_text(f'{seats}.{number}{doors}')}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


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
