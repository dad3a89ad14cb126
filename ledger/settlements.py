"""What the theatre is paid: statements whose lines add up to their amount.

Where cards are charged to the operator's account. Each journal entry of a card order that
moves the theatre's money is one line, on one statement. An order counts from the day on
which it was paid in full. Source: SET1-SET4, FEE2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from boxoffice import ids, statements
from boxoffice.journal import Account
from ledger import audit
from ledger.clock import Means
from ledger.tables.money import JournalEntryRow, JournalLineRow, TenderRow
from ledger.tables.office import StatementLineRow, StatementRow
from ledger.tables.orders import OrderRow

# A setting of the operator's: below it, nothing is paid while productions run. SET2.
MINIMUM = 10_000


@dataclass(frozen=True)
class Line:
    """One entry: what of which order, and how it divides. Amounts in minor units."""

    entry: str
    order: str
    number: str
    why: str
    at_ms: int
    settled_ms: int | None
    charge: int
    handling: int

    @property
    def net(self) -> int:
        """The theatre's part."""
        return self.charge - self.handling


@dataclass(frozen=True)
class Draft:
    """What a statement drawn now would say."""

    included: Sequence[Line]
    waiting: Sequence[Line]
    carried: int
    amount: int
    issued: bool


def draft(session: Session, means: Means, *, complete: bool) -> Draft:
    """Say what a statement of today would hold. complete: the production is over (SET2)."""
    lines = _lines(session)
    today = datetime.fromtimestamp(means.now_ms / 1000, UTC).date()
    carried = _carried(session)
    found = statements.draw(
        [
            statements.Order(
                line.entry,
                line.charge,
                line.handling,
                datetime.fromtimestamp(line.settled_ms / 1000, UTC).date()
                if line.settled_ms is not None
                else None,
            )
            for line in lines
        ],
        on=today,
        minimum=MINIMUM,
        complete=complete,
        carried=carried,
    )
    by_entry = {line.entry: line for line in lines}
    return Draft(
        [by_entry[order.id] for order in found.included],
        [by_entry[order.id] for order in found.waiting],
        carried,
        found.amount,
        found.issued,
    )


def issue(session: Session, means: Means, *, complete: bool, currency: str, by: str) -> str:
    """Draw up a statement of today and keep it; give its id."""
    made = draft(session, means, complete=complete)
    number = 1 + (session.scalar(select(func.max(StatementRow.number))) or 0)
    row = StatementRow(
        id=means.new_id(),
        number=number,
        on_ms=means.now_ms,
        carried=made.carried,
        amount=made.amount,
        issued=made.issued,
        currency=currency,
        staff=by,
        made_ms=means.now_ms,
        paid_by=None,
        paid_ref="",
        paid_ms=None,
    )
    session.add(row)
    session.flush()
    session.add_all(
        StatementLineRow(
            entry=line.entry,
            statement=row.id,
            charge=line.charge,
            handling=line.handling,
            settled_ms=line.settled_ms or means.now_ms,
        )
        for line in made.included
    )
    audit.note(session, means, staff=by, action="draw_statement", subject=row.id)
    session.flush()
    return row.id


def paid(
    session: Session, means: Means, id: str, *, paid_by: str, ref: str, by: str
) -> bool:
    """Write down how a statement was paid, once. False: it is not to be paid, or was."""
    row = session.get(StatementRow, id, with_for_update=True)
    if row is None or not row.issued or row.paid_ms is not None:
        return False
    row.paid_by, row.paid_ref = statements.PaidBy(paid_by).value, ref
    row.paid_ms = means.now_ms
    audit.note(session, means, staff=by, action="pay_statement", subject=id, reason=ref)
    return True


def all_(session: Session) -> Sequence[StatementRow]:
    """Give every statement, newest first."""
    return session.scalars(select(StatementRow).order_by(StatementRow.number.desc())).all()


def lines_of(session: Session, statement: str) -> list[Line]:
    """Give a statement's lines as they were drawn."""
    rows = session.execute(
        select(StatementLineRow, JournalEntryRow, OrderRow.number)
        .join(JournalEntryRow, JournalEntryRow.id == StatementLineRow.entry)
        .outerjoin(OrderRow, OrderRow.id == JournalEntryRow.order)
        .where(StatementLineRow.statement == statement)
        .order_by(StatementLineRow.settled_ms, JournalEntryRow.id)
    )
    return [
        Line(
            entry.id,
            entry.order or "",
            ids.shown(number) if number else "",
            entry.why,
            entry.at_ms,
            line.settled_ms,
            line.charge,
            line.handling,
        )
        for line, entry, number in rows
    ]


def _carried(session: Session) -> int:
    last = session.scalars(
        select(StatementRow).order_by(StatementRow.number.desc()).limit(1)
    ).first()
    return last.amount if last is not None and not last.issued else 0


def _lines(session: Session) -> list[Line]:
    """Give the entries of card orders that are on no statement yet."""
    by_card = select(TenderRow.order).where(TenderRow.kind == "card")
    settled = (
        select(TenderRow.order.label("order"), func.max(TenderRow.at_ms).label("at_ms"))
        .group_by(TenderRow.order)
        .subquery()
    )

    def of(account: Account) -> ColumnElement[Any]:
        amount = case((JournalLineRow.account == account, JournalLineRow.amount), else_=0)
        return func.coalesce(func.sum(amount), 0)

    rows = session.execute(
        select(
            JournalEntryRow.id,
            JournalEntryRow.order,
            JournalEntryRow.why,
            JournalEntryRow.at_ms,
            OrderRow.number,
            OrderRow.charge,
            OrderRow.paid,
            settled.c.at_ms,
            of(Account.THEATRE),
            of(Account.HANDLING),
        )
        .join(JournalLineRow, JournalLineRow.entry == JournalEntryRow.id)
        .join(OrderRow, OrderRow.id == JournalEntryRow.order)
        .join(settled, settled.c.order == OrderRow.id)
        .where(
            JournalEntryRow.order.in_(by_card),
            JournalEntryRow.id.not_in(select(StatementLineRow.entry)),
            JournalLineRow.account.in_((Account.THEATRE, Account.HANDLING)),
        )
        .group_by(
            JournalEntryRow.id,
            JournalEntryRow.order,
            JournalEntryRow.why,
            JournalEntryRow.at_ms,
            OrderRow.number,
            OrderRow.charge,
            OrderRow.paid,
            settled.c.at_ms,
        )
        .order_by(JournalEntryRow.at_ms, JournalEntryRow.id)
    ).all()
    return [
        Line(
            entry,
            order,
            ids.shown(number) if number else "",
            why,
            at_ms,
            settled_ms if paid_ >= charge else None,
            -int(theatre) - int(handling),
            -int(handling),
        )
        for (
            entry,
            order,
            why,
            at_ms,
            number,
            charge,
            paid_,
            settled_ms,
            theatre,
            handling,
        ) in rows
    ]
