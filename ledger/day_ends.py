"""The end of a day: what came in since the last count, by tender, and what was counted.

A difference in cash is booked as over or short, never lost. Source: P13, lobby.md §7.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from boxoffice import ids, journal
from boxoffice.money import Money
from boxoffice.refusals import Code
from ledger import audit
from ledger import journal as book
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.house import StaffRow
from ledger.tables.money import TenderRow
from ledger.tables.office import DayEndRow
from ledger.tables.orders import OrderRow, PatronRow

MOST_ON_ACCOUNT = 20


@dataclass(frozen=True)
class Since:
    """What the office took since a moment. by_kind: tender to (count, minor units)."""

    since_ms: int
    by_kind: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class OnAccount:
    """Money that no line of its order needs: owed back, or to be used. Minor units."""

    order: str
    number: str
    patron: str
    made_ms: int
    amount: int


@dataclass(frozen=True)
class DayEnd:
    """One count that was made. Amounts in minor units."""

    at_ms: int
    by: str
    currency: str
    expected: Mapping[str, int]
    counted: Mapping[str, int]
    note: str

    @property
    def differences(self) -> Mapping[str, int]:
        """What was counted more (below 0: less) than expected, by tender."""
        return {
            kind: self.counted[kind] - total
            for kind, total in self.expected.items()
            if kind in self.counted and self.counted[kind] != total
        }


def since(session: Session) -> Since:
    """Give what the box office took and gave since the last count; devices and the shop
    count their own.
    """
    last = session.scalar(select(func.max(DayEndRow.at_ms))) or 0
    rows = session.execute(
        select(TenderRow.kind, func.count(), func.sum(TenderRow.amount))
        # As the index says it, so that it is used.
        .where(TenderRow.at_ms > last, literal_column("tender.office"))
        .group_by(TenderRow.kind)
        .order_by(TenderRow.kind)
    )
    return Since(last, {kind: (count, int(total)) for kind, count, total in rows})


def on_account(session: Session) -> tuple[int, int]:
    """Give how many orders have money on account, and how much in minor units."""
    count, total = session.execute(
        select(func.count(), func.sum(OrderRow.paid - OrderRow.charge)).where(
            OrderRow.paid > OrderRow.charge
        )
    ).one()
    return count, int(total or 0)


def on_accounts(session: Session) -> list[OnAccount]:
    """Give orders with money on account, the newest first, MOST_ON_ACCOUNT of them."""
    rows = session.execute(
        select(OrderRow, PatronRow.name)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(OrderRow.paid > OrderRow.charge)
        .order_by(OrderRow.made_ms.desc())
        .limit(MOST_ON_ACCOUNT)
    )
    return [
        OnAccount(
            row.id, ids.shown(row.number), name or "", row.made_ms, row.paid - row.charge
        )
        for row, name in rows
    ]


def close(
    session: Session,
    means: Means,
    *,
    counted: Mapping[str, int],
    currency: str,
    note: str,
    by: str,
) -> Mapping[str, int] | Refused:
    """Write the count down and book differences; give these by tender, in minor units.

    note: why they differ, where they do; without it REASON_NEEDED, and nothing is closed.
    """
    found = since(session)
    expected = {kind: total for kind, (_, total) in found.by_kind.items()}
    differences = {
        kind: counted[kind] - total
        for kind, total in expected.items()
        if kind in counted and counted[kind] != total
    }
    if differences and not note.strip():
        return Refused(Code.REASON_NEEDED, {"differences": differences})
    session.add(
        DayEndRow(
            id=means.new_id(),
            since_ms=found.since_ms,
            at_ms=means.now_ms,
            staff=by,
            currency=currency,
            expected=json.dumps(expected),
            counted=json.dumps(dict(counted)),
            note=note,
        )
    )
    for kind in differences:
        book.post(
            session,
            means.new_id(),
            journal.difference(
                kind,
                counted=Money(counted[kind], currency),
                expected=Money(expected[kind], currency),
            ),
            why="over or short",
            now_ms=means.now_ms,
        )
    audit.note(session, means, staff=by, action="close_day", subject="day_end", reason=note)
    return differences


def earlier(session: Session, most: int = 20) -> Sequence[DayEnd]:
    """Give the counts that were made, newest first."""
    rows = session.execute(
        select(DayEndRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == DayEndRow.staff)
        .order_by(DayEndRow.at_ms.desc())
        .limit(most)
    )
    return [
        DayEnd(
            row.at_ms,
            name or "",
            row.currency,
            json.loads(row.expected),
            json.loads(row.counted),
            row.note,
        )
        for row, name in rows
    ]
