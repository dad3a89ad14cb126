"""Vouchers and gift cards by the batch: made, looked at, made void.

Their codes are kept nowhere: they are in the file that the making gives, and on the cards.
What a card still has is `ledger.voucher_balances`' matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import audit, pickups, rows, voucher_balances
from ledger.clock import Means
from ledger.tables.house import StaffRow
from ledger.tables.members import PromisedRow, VoucherBatchRow, VoucherRow
from ledger.tables.orders import OrderRow

KINDS = {"gift_card": "Gift card", "voucher": "Voucher"}
MOST_AT_ONCE = 1_000
HEADER = ("code", "kind", "value", "currency", "valid until", "batch")


@dataclass(frozen=True)
class Batch:
    """Some that were made together. left: what they still have, void ones left out;
    live: how many of them. Amounts in minor units.
    """

    id: str
    name: str
    kind: str
    currency: str
    amount: int
    count: int
    until_ms: int | None
    by: str
    made_ms: int
    left: int
    live: int


@dataclass(frozen=True)
class Use:
    """What one card paid for, or was promised to. state: of the promise."""

    order: str
    number: str
    amount: int
    state: str
    at_ms: int


def make(
    session: Session,
    means: Means,
    *,
    key: str,
    name: str,
    kind: str,
    currency: str,
    amount: int,
    count: int,
    until_ms: int | None,
    by: str,
) -> list[str]:
    """Make a batch and give its codes; none if this very press made it before."""
    if session.scalar(select(VoucherBatchRow.id).where(VoucherBatchRow.key == key)):
        return []
    batch = VoucherBatchRow(
        id=means.new_id(),
        key=key,
        name=name,
        kind=kind,
        currency=currency,
        amount=amount,
        count=count,
        until_ms=until_ms,
        staff=by,
        made_ms=means.now_ms,
    )
    session.add(batch)
    session.flush()
    codes = [
        voucher_balances.issue(
            session,
            means,
            kind=kind,
            currency=currency,
            amount=amount,
            until_ms=until_ms,
            batch=batch.id,
        )
        for _ in range(count)
    ]
    facts = {"kind": kind, "count": count, "amount": amount, "currency": currency}
    audit.note(
        session,
        means,
        staff=by,
        action="make_vouchers",
        subject=batch.id,
        reason=name,
        facts=facts,
    )
    return codes


def void(session: Session, means: Means, batch: str, *, reason: str, by: str) -> int:
    """Make void all of a batch that are not yet; give how many."""
    return _void(session, means, VoucherRow.batch == batch, batch, reason, by)


def void_one(session: Session, means: Means, hash: str, *, reason: str, by: str) -> bool:
    """Make one void. False: there is no such card, or it is void."""
    return _void(session, means, VoucherRow.hash == hash, hash, reason, by) > 0


def _void(
    session: Session,
    means: Means,
    which: ColumnElement[bool],
    subject: str,
    reason: str,
    by: str,
) -> int:
    changed = rows.changed(
        session,
        update(VoucherRow)
        .where(which, VoucherRow.void_ms.is_(None))
        .values(void_ms=means.now_ms),
    )
    if changed:
        audit.note(
            session, means, staff=by, action="void_vouchers", subject=subject, reason=reason
        )
    return changed


def batches(session: Session, most: int = 200) -> list[Batch]:
    """Give the batches, newest first."""
    newest = select(VoucherBatchRow.id).order_by(VoucherBatchRow.made_ms.desc()).limit(most)
    live = VoucherRow.void_ms.is_(None)
    left = dict[str, tuple[int, int]]()
    for batch, total, count in session.execute(
        select(VoucherRow.batch, func.sum(VoucherRow.balance), func.count())
        .where(VoucherRow.batch.in_(newest), live, VoucherRow.balance > 0)
        .group_by(VoucherRow.batch)
    ):
        left[str(batch)] = int(total), count
    found = session.execute(
        select(VoucherBatchRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == VoucherBatchRow.staff)
        .where(VoucherBatchRow.id.in_(newest))
        .order_by(VoucherBatchRow.made_ms.desc())
    )
    return [
        Batch(
            row.id,
            row.name,
            row.kind,
            row.currency,
            row.amount,
            row.count,
            row.until_ms,
            by or "",
            row.made_ms,
            *left.get(row.id, (0, 0)),
        )
        for row, by in found
    ]


def find(session: Session, code: str) -> VoucherRow | None:
    """Find a card by its code, as it is typed."""
    return session.get(VoucherRow, pickups.hash_of(code))


def read(session: Session, hash: str) -> VoucherRow | None:
    """Give one card."""
    return session.get(VoucherRow, hash)


def uses(session: Session, hash: str) -> Sequence[Use]:
    """Tell what a card paid for, in order."""
    found = session.execute(
        select(PromisedRow, OrderRow.number)
        .outerjoin(OrderRow, OrderRow.id == PromisedRow.order)
        .where(PromisedRow.source == hash)
        .order_by(PromisedRow.made_ms)
    )
    return [
        Use(
            row.order,
            ids.shown(number) if number else "",
            row.amount,
            row.state,
            row.made_ms,
        )
        for row, number in found
    ]
