"""What each way in to a will-call order opens on a kiosk that is cut off.

Tickets with their codes, what is paid, what was fetched: no name, and nothing that anybody
wrote. Source: sync.md §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import copies, log
from ledger import evenings, groups, issues, lookups, pickups
from ledger.clock import Means
from ledger.tables.copies import WillCallCopyRow
from ledger.tables.orders import OrderRow, PatronRow, PickupRow, TicketRow

# A kiosk that is cut off may print a ticket again twice; it cannot sign.
ISSUES: Final = 3


@dataclass(frozen=True)
class Copy:
    """One way in to an order of an evening. kept_as: what the book keeps of the way.

    record: what it opens; None: nothing any more. way: unknown for such a one.
    """

    kept_as: str
    performance: str
    order: str
    record: Mapping[str, Any] | None
    way: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """The key of its row."""
        return self.kept_as, self.performance

    @property
    def outstanding(self) -> bool:
        """Whether there is anything to fetch."""
        return self.record is not None and any(
            ticket["status"] == "active" and ticket["print_state"] not in issues.OUT
            for ticket in self.record["tickets"]
        )


def of(
    session: Session, means: Means, performance: str, order: str, *, by_name: bool
) -> list[Copy]:
    """Give what each way in to an order opens, and the ways that it has no more."""
    row = session.get_one(OrderRow, order)
    record = _record(session, means, row, performance)
    found = [
        Copy(_kept_as(way), performance, order, record, way)
        for way in _ways(session, row, by_name=by_name)
    ]
    still = {copy.kept_as for copy in found}
    before = session.scalars(
        select(WillCallCopyRow.way).where(
            WillCallCopyRow.order == order, WillCallCopyRow.performance == performance
        )
    )
    # Ways in that the order has no more: it is under another name now.
    gone = [way for way in before if way not in still]
    return found + [Copy(way, performance, order, None) for way in gone]


def _ways(session: Session, row: OrderRow, *, by_name: bool) -> list[str]:
    codes = select(PickupRow.hash).where(PickupRow.order == row.id, pickups.collecting())
    hashes = session.scalars(codes)
    ways = [copies.by_code(hash_) for hash_ in sorted(hashes)]
    if by_name and row.patron is not None:
        patron = session.get_one(PatronRow, row.patron)
        ways += copies.by_name(row.number, patron.last_name)
    if by_name and row.group_leader:
        ways += copies.by_name(row.number, groups.leader_collects_as(row))
    return list(dict.fromkeys(ways))


def _record(
    session: Session, means: Means, row: OrderRow, performance: str
) -> dict[str, Any]:
    """Give an order as a kiosk may show it: no name, and nothing that anybody wrote."""
    record = lookups.describe(session, row)
    query = select(TicketRow).where(TicketRow.order == row.id)
    signed = {ticket.id: ticket for ticket in session.scalars(query)}
    evening = evenings.read(session, performance)
    tickets = []
    for ticket in record["tickets"]:
        if ticket["performance"] != performance:
            continue
        now = signed[ticket["ticket"]]
        later = range(now.issue + 1, now.issue + ISSUES)
        payloads = {
            str(issue): issues.code(means, evening, now, issue=issue) for issue in later
        }
        tickets.append({**ticket, "payloads": payloads})
    written = {"note": ""} | ({"group": ""} if row.group_name else {})
    return {**record, "performance": performance, "tickets": tickets, **written}


def _kept_as(way: str) -> str:
    return log.encoded(log.digest(way.encode()))
