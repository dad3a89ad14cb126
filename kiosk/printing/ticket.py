"""What is on a paper ticket. Nothing here knows which printer will print it.

The QR code comes last before the cut, so a ticket that stops half-way carries no code.
Source: lobby.md §3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from boxoffice import ids
from kiosk.printing.pieces import Code, Cut, Gap, Piece, Text, plain, wrapped
from kiosk.printing.words import Words

_DOT: Final = " · "
# A longer title takes letters of one column each, so that the ticket stays short.
_MOST_WIDE_LINES: Final = 2


@dataclass(frozen=True)
class Ticket:
    """One ticket as it is printed; kept with its job, so it survives a restart.

    section, row, seat: all empty in general admission. amount: what the guest paid for it,
    fee: the part that is a fee, in minor units. n, of: its place among the order's tickets.
    code: the text of its QR code. performance, seat_code: ids, not printed.
    """

    venue: str
    title: str
    starts_ms: int
    zone: str
    section: str
    row: str
    seat: str
    door: str
    doors_open_ms: int | None
    note: str
    price_type: str
    amount: int
    fee: int
    currency: str
    order: str
    n: int
    of: int
    issue: int
    device: str
    at_ms: int
    people: int
    rule: str
    ticket: str
    code: str
    language: str
    demo: bool = False
    performance: str = ""
    seat_code: str = ""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` gave."""
        return cls(**document)

    def document(self) -> dict[str, Any]:
        """Give what is kept with the job."""
        return asdict(self)


def pieces(ticket: Ticket, *, columns: int) -> list[Piece]:
    """Lay the ticket out for a line of so many characters (48 on 80 mm, 32 on 58 mm)."""
    words = Words(ticket.language)
    found: list[Piece] = []
    if ticket.demo:
        found.append(Text(words.say("demo"), bold=True, inverse=True))
    found += [replace(line, bold=True) for line in _lines(ticket.venue.upper(), columns)]
    found += _title(ticket, columns)
    when = words.date(ticket.starts_ms, ticket.zone)
    found += _lines(f"{when}  {words.time(ticket.starts_ms, ticket.zone)}", columns)
    if ticket.issue > 1:
        found.append(Text(words.say("reprint"), bold=True, inverse=True))
    found += [
        Text(line, size="largest", bold=True) for line in _place(ticket, words, columns)
    ]
    found += _lines(_door(ticket, words), columns)
    found += _lines(ticket.note, columns)
    found += _lines(_price(ticket, words), columns)
    found += _row(
        (
            words.say("order", order=ids.shown(ticket.order)),
            words.say("ticket", n=ticket.n, of=ticket.of),
            words.say("issue", issue=ticket.issue),
            ticket.device,
            words.time(ticket.at_ms, ticket.zone),
        ),
        columns,
    )
    crowd = (
        words.say("people", people=ticket.people)
        if ticket.people > 1
        else words.say("one_person")
    )
    found += _lines(f"{crowd} {ticket.rule}", columns)
    found += _lines(f"…{ticket.ticket.replace('-', '')[-8:].upper()}", columns)
    return [*found, Gap(), Code(ticket.code), Cut()]


def _title(ticket: Ticket, columns: int) -> list[Text]:
    title = plain(ticket.title).upper()
    wide = wrapped(title, columns // 2)
    if len(wide) <= _MOST_WIDE_LINES:
        return [Text(line, size="big", bold=True) for line in wide]
    return [Text(line, size="tall", bold=True) for line in wrapped(title, columns)]


def _row(parts: Iterable[str], columns: int) -> list[Text]:
    """Set parts beside one another; a dot stands between two, never at a line's end."""
    lines: list[str] = []
    for part in map(plain, parts):
        if lines and len(lines[-1]) + len(_DOT) + len(part) <= columns:
            lines[-1] += _DOT + part
        else:
            lines += _broken(part, columns)
    return [Text(line) for line in lines]


def _place(ticket: Ticket, words: Words, columns: int) -> list[str]:
    half = columns // 2  # The largest letters take two columns each.
    if not ticket.seat:
        where = (words.say("unreserved"), plain(ticket.section).upper())
        return [line for part in where if part for line in wrapped(part, half)]
    parts = [
        plain(ticket.section).upper(),
        words.say("row", row=plain(ticket.row)) if ticket.row else "",
        words.say("seat", seat=plain(ticket.seat)),
    ]
    parts = [part for part in parts if part]
    together = "  ".join(parts)
    if len(together) <= half:
        return [together]
    return [line for part in parts for line in wrapped(part, half)]


def _door(ticket: Ticket, words: Words) -> str:
    if ticket.doors_open_ms is None:
        return ticket.door
    time = words.time(ticket.doors_open_ms, ticket.zone)
    if not ticket.door:
        return words.say("opens", time=time)
    return words.say("door_opens", door=ticket.door, time=time)


def _price(ticket: Ticket, words: Words) -> str:
    said = f"{ticket.price_type} {words.amount(ticket.amount, ticket.currency)}".strip()
    if ticket.fee:
        fee = words.amount(ticket.fee, ticket.currency)
        said = f"{said} {words.say('fee_included', fee=fee)}"
    return said


def _lines(text: str, columns: int) -> list[Text]:
    return [Text(line) for line in _broken(plain(text), columns)]


def _broken(text: str, columns: int) -> list[str]:
    # A line that fits keeps its own blanks, such as two before the time.
    return [text] if 0 < len(text) <= columns else wrapped(text, columns)
