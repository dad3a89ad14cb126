"""Who gets a letter, and lists that a mail merge can read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from boxoffice.bad_input import among
from boxoffice.orders import TicketStatus

# Tells spreadsheets that the file is UTF-8.
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Holder:
    """A ticket, and where its buyer gets mail. Raises UnknownWord."""

    performance: str
    status: TicketStatus
    email: str

    def __post_init__(self) -> None:
        among(TicketStatus, self.status, f"status of a ticket of {self.email}")


def recipients(
    performance: str,
    tickets: Iterable[Holder],
    statuses: Collection[TicketStatus] = frozenset({TicketStatus.ACTIVE}),
) -> list[str]:
    """List the addresses for a letter about a performance, each once, sorted as text.

    statuses: whoever holds a ticket with one of them; normally, a live one.
    Raises UnknownWord. Source: MAI1.
    """
    for status in statuses:
        among(TicketStatus, status, "statuses that get the letter")
    addresses = {
        ticket.email.strip().lower()
        for ticket in tickets
        if ticket.performance == performance and ticket.status in statuses
    }
    return sorted(addresses - {""})


def csv_cell(value: str) -> str:
    """Write a cell so that a spreadsheet shows what stands there, and runs nothing.

    Source: ORD7; RFC 4180 §2.
    """
    cell = f"'{value}" if value.startswith(_FORMULA) else value
    if any(character in cell for character in ',"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a whole file: UTF-8 with BOM once encoded, one order a row. Source: ORD7."""
    lines = (",".join(csv_cell(value) for value in row) for row in (header, *rows))
    return BOM + "".join(f"{line}\r\n" for line in lines)
