"""What the theatre is paid: statements whose lines add up to their amount.

Where cards are charged to the operator's account. Each journal entry of a card order that
moves the theatre's money is one line, on one statement. An order counts from the day on
which it was paid in full. Source: SET1-SET4, FEE2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from boxoffice import statements
from boxoffice.journal import Account
from ledger import audit, settling, webhooks
from ledger.clock import Means
from ledger.tables.money import JournalEntryRow, JournalLineRow
from ledger.tables.office import StatementLineRow, StatementRow
from ledger.tables.settling import SettlingRow

# As the index says it, so that it is used.
_ZERO = literal_column("0", Integer)
OPEN = (SettlingRow.cards > _ZERO) & (SettlingRow.entries > _ZERO)
SETTLED = SettlingRow.due <= 0


@dataclass(frozen=True)
class Total:
    """Some orders together: how many, their entries, and how these divide."""

    orders: int = 0
    entries: int = 0
    charge: int = 0
    handling: int = 0

    @property
    def net(self) -> int:
        """The theatre's part."""
        return self.charge - self.handling


@dataclass(frozen=True)
class Draft:
    """What a statement drawn now would say."""

    included: Total
    waiting: Total
    carried: int
    amount: int
    issued: bool


def draft(session: Session, means: Means, *, complete: bool, minimum: int) -> Draft:
    """Say what a statement of today would hold. complete: the production is over (SET2).

    minimum: minor units below which nothing is paid while it runs.

    The rule sees all settled orders as one, and all that wait as another: however many they
    are, it adds up the same.
    """
    included, waiting = _total(session, SETTLED), _total(session, ~SETTLED)
    today = _day(means.now_ms)
    carried = _carried(session)
    found = statements.draw(
        [
            statements.Order("settled", included.charge, included.handling, today),
            statements.Order("waiting", waiting.charge, waiting.handling, None),
        ],
        on=today,
        minimum=minimum,
        complete=complete,
        carried=carried,
    )
    return Draft(included, waiting, carried, found.amount, found.issued)


def issue(
    session: Session,
    means: Means,
    *,
    complete: bool,
    minimum: int,
    currency: str,
    by: str,
) -> str:
    """Draw up a statement of today and keep it; give its id. minimum: as of a draft."""
    made = draft(session, means, complete=complete, minimum=minimum)
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
    _state(session, row.id, means.now_ms)
    audit.note(session, means, staff=by, action="draw_statement", subject=row.id)
    webhooks.note(session, means, "statement.drawn", row.id, number=number)
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


def all_(session: Session, most: int = 100) -> Sequence[StatementRow]:
    """Give the statements, newest first."""
    newest = select(StatementRow).order_by(StatementRow.number.desc())
    return session.scalars(newest.limit(most)).all()


def total_of(session: Session, statement: str) -> Total:
    """Add up a statement's lines."""
    entries, charge, handling = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(StatementLineRow.charge), 0),
            func.coalesce(func.sum(StatementLineRow.handling), 0),
        ).where(StatementLineRow.statement == statement)
    ).one()
    return Total(0, entries, int(charge), int(handling))


def _total(session: Session, which: ColumnElement[bool]) -> Total:
    found = session.execute(
        select(
            func.count(),
            *(
                func.coalesce(func.sum(column), 0)
                for column in (
                    SettlingRow.entries,
                    SettlingRow.charge,
                    SettlingRow.handling,
                )
            ),
        ).where(OPEN, which)
    ).one()
    return Total(*map(int, found))


def _state(session: Session, statement: str, now_ms: int) -> None:
    """Put the entries of settled orders on a statement, and take them off their orders."""

    def of(*accounts: Account) -> ColumnElement[Any]:
        amount = case(
            (JournalLineRow.account.in_(accounts), JournalLineRow.amount), else_=0
        )
        return -func.sum(amount)

    lines = (
        select(
            JournalEntryRow.id,
            bindparam("statement", statement),
            of(*settling.SHARED),
            of(Account.HANDLING),
            func.coalesce(SettlingRow.paid_ms, now_ms),
        )
        .join(JournalEntryRow, JournalEntryRow.order == SettlingRow.order)
        .join(JournalLineRow, JournalLineRow.entry == JournalEntryRow.id)
        .outerjoin(StatementLineRow, StatementLineRow.entry == JournalEntryRow.id)
        .where(
            OPEN,
            SETTLED,
            JournalLineRow.account.in_(settling.SHARED),
            StatementLineRow.entry.is_(None),
        )
        .group_by(JournalEntryRow.id, SettlingRow.paid_ms)
    )
    columns = ["entry", "statement", "charge", "handling", "settled_ms"]
    session.execute(insert(StatementLineRow).from_select(columns, lines))
    session.execute(
        update(SettlingRow)
        .where(OPEN, SETTLED)
        .values(entries=0, charge=0, handling=0)
        .execution_options(synchronize_session=False)
    )


def _carried(session: Session) -> int:
    last = session.scalars(
        select(StatementRow).order_by(StatementRow.number.desc()).limit(1)
    ).first()
    return last.amount if last is not None and not last.issued else 0


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()
