"""What becomes of promised vouchers, gift cards and credits: given back, allotted, spent.

Source: sync.md §2.3.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from ledger import (
    discrepancies,
    members,
    promo_codes,
    rows,
    seat_credits,
    voucher_balances,
)
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.tables.members import PromisedRow
from ledger.tenders import CREDIT, NO_MONEY, PROMO


def allotted(
    session: Session, hold: str, seats: Iterable[tuple[tuple[str, str], int]]
) -> None:
    """The hold's seats are a device's now, and so are its tenders."""
    owned = [[performance, seat, epoch] for (performance, seat), epoch in seats]
    _ALLOTTED.count(session, {"of": hold, "owned": json.dumps(owned)})


def give_back(session: Session, promise: str) -> None:
    """A promise to a hold is not wanted any more."""
    _release(session, PromisedRow.id == promise, "held")


def taken_off(session: Session, promise: str, *, device: str) -> None:
    """Its guest pays without it; what is spent, or another device's, stays as it is."""
    row = session.get(PromisedRow, promise, with_for_update=True)
    if row is not None and row.device == device and row.hold:
        let_go(session, promise)


def let_go(session: Session, promise: str) -> None:
    """Its device does not count on a promise any more, whether allotted or not."""
    _release(session, PromisedRow.id == promise, "held")
    _release(session, PromisedRow.id == promise, "allotted")


def forget_promos(session: Session, hold: str) -> None:
    """Give back every use of a promo code that was promised to a hold."""
    which = and_(PromisedRow.hold == hold, PromisedRow.kind == PROMO)
    _release(session, which, "held")


def hold_ended(session: Session, hold: str) -> None:
    """A hold ran out or was let go: what was promised to it comes back."""
    _release(session, PromisedRow.hold == hold, "held")


def returned(session: Session, device: str, seats: Sequence[tuple[str, str, int]]) -> None:
    """A device gave seats back unsold: tenders that came with them come back, too."""
    gone = {(performance, seat, epoch) for performance, seat, epoch in seats}
    rows_ = session.scalars(
        select(PromisedRow).where(
            PromisedRow.device == device, PromisedRow.state == "allotted"
        )
    ).all()
    for row in rows_:
        if gone & {tuple(seat) for seat in json.loads(row.seats)}:
            _release(session, PromisedRow.id == row.id, "allotted")


def spend(
    session: Session,
    means: Means,
    *,
    tender: str,
    amount: int,
    order: str,
    event: str,
) -> None:
    """The sale was made, with this much of the promise; the rest goes back.

    A promise that was given back meanwhile is taken all the same.
    """
    row = session.get(PromisedRow, tender, with_for_update=True)
    state = row.state if row is not None else ""
    if row is not None and state in {"held", "allotted", "released"}:
        row.state = "spent"
        kept = 0 if state == "released" else row.amount
        if row.kind == CREDIT:
            seat_credits.told(
                session, means, order, row.source, row.production, row.credits
            )
        elif row.kind == PROMO:
            # What happened counts, even above the limit; no money is amiss.
            if state == "released":
                promo_codes.count_again(session, row.source)
            return
        else:
            voucher_balances.give(session, row.source, kept - amount)
        if state != "released" and amount <= row.amount:
            return
    discrepancies.note(
        session,
        means,
        "money_mismatch",
        order,
        facts={"tender": tender, "promised": row is not None},
        evidence=[event],
    )


def refund(session: Session, tender: str, amount: int) -> None:
    """Put money back on the voucher or gift card that a tender took it from.

    Paper vouchers, which nobody keeps a balance of, are not found, and left alone.
    """
    row = session.get(PromisedRow, tender)
    if row is not None and row.kind not in NO_MONEY:
        voucher_balances.give(session, row.source, amount)


def _release(session: Session, which: Any, state: str) -> None:
    won = session.execute(
        update(PromisedRow)
        .where(which, PromisedRow.state == state)
        .values(state="released")
        .returning(
            PromisedRow.kind,
            PromisedRow.source,
            PromisedRow.production,
            PromisedRow.amount,
            PromisedRow.credits,
        )
    ).all()
    for kind, source, production, amount, credits in won:
        if kind == CREDIT:
            members.give_back(session, source, production, credits)
        elif kind == PROMO:
            promo_codes.give_back(session, source)
        else:
            voucher_balances.give(session, source, amount)


_PROMISED = rows.table(PromisedRow)


_ALLOTTED = Prepared(
    update(_PROMISED)
    .where(_PROMISED.c.hold == bindparam("of"), _PROMISED.c.state == "held")
    .values(state="allotted", seats=bindparam("owned"))
)
