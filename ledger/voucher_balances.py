"""What vouchers and gift cards still have: made with a balance, taken from, given back to.

Nobody keeps their codes. By the batch they are `ledger.vouchers`' matter.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code
from ledger import guessing, pickups, rows
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.members import PromisedRow, VoucherRow

_CODE_CHARACTERS = 12
_TRIES = 3


def issue(
    session: Session,
    means: Means,
    *,
    kind: str,
    currency: str,
    amount: int,
    until_ms: int | None = None,
    batch: str | None = None,
) -> str:
    """Make a voucher or a gift card and give its code, which is kept nowhere."""
    drawn = means.chance(_CODE_CHARACTERS)
    code = "".join(ids.ALPHABET[byte & 31] for byte in drawn)
    session.add(
        VoucherRow(
            hash=pickups.hash_of(code),
            kind=kind,
            currency=currency,
            balance=amount,
            until_ms=until_ms,
            made_ms=means.now_ms,
            batch=batch,
            void_ms=None,
        )
    )
    session.flush()
    return code


@dataclass(frozen=True)
class Balance:
    """What a voucher or gift card has left, in minor units; nothing once it has ended.

    until_ms: when it ends, or ended; None: never.
    """

    kind: str
    currency: str
    left: int
    until_ms: int | None

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        return asdict(self)


def ask(session: Session, means: Means, code: str, *, by: str) -> Balance | Refused:
    """Say what a code has left, and take nothing; an empty one is known, too.

    by: as in `cover`, and counted with it; but who knows one code guesses others no faster
    for it. Refuses NOT_FOUND, LOCKED.
    """
    row = session.get(VoucherRow, pickups.hash_of(code), populate_existing=True)
    found = row is not None and row.void_ms is None
    refused = guessing.judge(session, means, place(by), found=found, forgives=False)
    if refused is not None or row is None:
        return refused or Refused(Code.NOT_FOUND)
    over = row.until_ms is not None and row.until_ms <= means.now_ms
    return Balance(row.kind, row.currency, 0 if over else row.balance, row.until_ms)


def place(by: str) -> str:
    """Name the place where wrong codes of a device, a basket or staff are counted."""
    return f"voucher {by}"


def left(session: Session, promises: Iterable[str]) -> dict[str, int]:
    """Say what the cards of promised tenders have left now, by the promise's id."""
    found = session.execute(
        select(PromisedRow.id, VoucherRow.balance)
        .join(VoucherRow, VoucherRow.hash == PromisedRow.source)
        .where(PromisedRow.id.in_(list(promises)))
    )
    return {id: int(balance) for id, balance in found}


def look(session: Session, code: str, now_ms: int) -> VoucherRow | None:
    """Find a voucher or gift card that has something left and is not over."""
    return _live(session, pickups.hash_of(code), now_ms)


def _live(session: Session, voucher: str, now_ms: int) -> VoucherRow | None:
    row = session.get(VoucherRow, voucher, populate_existing=True)
    if row is None or row.void_ms is not None or row.balance < 1:
        return None
    return None if row.until_ms is not None and row.until_ms <= now_ms else row


def cover(
    session: Session, means: Means, code: str, amount: int, *, by: str
) -> tuple[VoucherRow, int] | Refused:
    """Take what a code has, at most the amount, in minor units; give it and how much.

    by: device or staff; too many wrong codes there lock it. Refuses NOT_FOUND, LOCKED.
    """
    found = take(session, means, pickups.hash_of(code), amount)
    refused = guessing.judge(session, means, place(by), found=found is not None)
    if refused is None and found is not None:
        return found
    if found is not None:
        give(session, found[0].hash, found[1])
    return refused or Refused(Code.NOT_FOUND)


def give(session: Session, voucher: str, amount: int) -> None:
    """Put money back on a voucher or gift card. voucher: hash of its code."""
    session.execute(
        update(VoucherRow)
        .where(VoucherRow.hash == voucher)
        .values(balance=VoucherRow.balance + amount)
    )


def take(
    session: Session, means: Means, voucher: str, amount: int
) -> tuple[VoucherRow, int] | None:
    """Take what a voucher has, at most the amount; None: there is none, or it is empty.

    voucher: hash of its code. Gives it with what it has left, and how much was taken.
    """
    for _ in range(_TRIES):
        row = _live(session, voucher, means.now_ms)
        if row is None or amount < 1:
            return None
        covered = min(row.balance, amount)
        won = rows.changed(
            session,
            update(VoucherRow)
            .where(VoucherRow.hash == row.hash, VoucherRow.balance >= covered)
            .values(balance=VoucherRow.balance - covered),
        )
        if won:
            session.refresh(row)
            return row, covered
    return None
