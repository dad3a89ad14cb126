"""Vouchers, gift cards and seat credits promised to an order before it is paid.

A promise shares the fate of its hold: it comes back when the hold ends, goes to the device
when the seats are allotted, and is spent by the sale, which may be told much later.
Source: sync.md §2.3.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code
from ledger import discrepancies, guessing, members, pickups, rows, seat_credits
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import PromisedRow, VoucherRow
from ledger.tables.seats import HoldRow

CREDIT = "credit"
KINDS = frozenset({"voucher", "gift_card", CREDIT})
_CODE_CHARACTERS = 12
_TRIES = 3


@dataclass(frozen=True)
class Promised:
    """A promised tender. amount: minor units that it covers; credits: seats."""

    id: str
    kind: str
    amount: int
    credits: int

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        return {
            "tender": self.id,
            "kind": self.kind,
            "amount": self.amount,
            "credits": self.credits,
        }


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


def promise(
    session: Session,
    means: Means,
    *,
    device: str,
    hold: str,
    kind: str,
    code: str,
    amount: int,
    place: str | None = None,
) -> Promised | Refused:
    """Promise a tender to the order of a live hold of this device.

    place: where wrong codes are counted; as a rule the device.

    kind: voucher (a gift card, too), with a typed code and the amount still to pay; or
    credit, with a member's id and so many seats. What is covered may be less than asked.
    Refuses NOT_HELD, NOT_FOUND, LOCKED, NOT_ENOUGH_SEAT_CREDITS.
    """
    held = session.scalars(
        select(HoldRow).where(
            HoldRow.id == hold, HoldRow.seller == device, HoldRow.expires_ms > means.now_ms
        )
    ).first()
    if held is None:
        return Refused(Code.NOT_HELD)
    production = session.scalars(
        select(PerformanceRow.production).where(PerformanceRow.id == held.performance)
    ).one()
    if kind == CREDIT:
        member = members.use(session, code, production, amount)
        if isinstance(member, Refused):
            return member
        made = Promised(means.new_id(), CREDIT, 0, amount)
        to = (held.id, held.order)
        _write(session, means, made, to, device, member.id, production)
        return made
    return promise_code(
        session,
        means,
        device=device,
        hold=hold,
        order=held.order,
        code=code,
        amount=amount,
        place=place,
        production=production,
    )


def promise_code(
    session: Session,
    means: Means,
    *,
    device: str,
    hold: str,
    order: str,
    code: str,
    amount: int,
    place: str | None = None,
    production: str = "",
) -> Promised | Refused:
    """Promise a voucher or gift card to an order that is being made.

    hold: under whose end it comes back; a basket without seats has a name of its own for
    it. Refuses NOT_FOUND, LOCKED.
    """
    found = _guessed(session, means, code, amount, by=place or device)
    if isinstance(found, Refused):
        return found
    voucher, covered = found
    made = Promised(means.new_id(), voucher.kind, covered, 0)
    _write(session, means, made, (hold, order), device, voucher.hash, production)
    return made


def allotted(
    session: Session, hold: str, seats: Iterable[tuple[tuple[str, str], int]]
) -> None:
    """The hold's seats are a device's now, and so are its tenders."""
    owned = [[performance, seat, epoch] for (performance, seat), epoch in seats]
    _ALLOTTED.count(session, {"of": hold, "owned": json.dumps(owned)})


def give_back(session: Session, promise: str) -> None:
    """A promise to a hold is not wanted any more."""
    _release(session, PromisedRow.id == promise, "held")


def hold_ended(session: Session, hold: str) -> None:
    """A hold ran out or was let go: what was promised to it comes back."""
    _release(session, PromisedRow.hold == hold, "held")


def held(session: Session, hold: str) -> dict[str, int]:
    """Count the credits that are promised to a hold: member to seats."""
    rows_ = session.execute(
        select(PromisedRow.source, PromisedRow.credits).where(
            PromisedRow.hold == hold,
            PromisedRow.kind == CREDIT,
            PromisedRow.state == "held",
        )
    ).all()
    return {row.source: row.credits for row in rows_}


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
        else:
            _give(session, row.source, kept - amount)
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


def look(session: Session, code: str, now_ms: int) -> VoucherRow | None:
    """Find a voucher or gift card that has something left and is not over."""
    row = session.get(VoucherRow, pickups.hash_of(code), populate_existing=True)
    if row is None or row.void_ms is not None or row.balance < 1:
        return None
    return None if row.until_ms is not None and row.until_ms <= now_ms else row


def take(
    session: Session, means: Means, *, code: str, amount: int, order: str, by: str
) -> Promised | Refused:
    """Take a voucher or gift card at the desk, at once. by: who typed the code.

    What is covered may be less than asked. Refuses NOT_FOUND, LOCKED.
    """
    found = _guessed(session, means, code, amount, by=by)
    if isinstance(found, Refused):
        return found
    voucher, covered = found
    made = Promised(means.new_id(), voucher.kind, covered, 0)
    session.add(
        PromisedRow(
            id=made.id,
            hold="",
            order=order,
            device=by,
            kind=made.kind,
            source=voucher.hash,
            production="",
            amount=covered,
            credits=0,
            seats="[]",
            state="spent",
            made_ms=means.now_ms,
        )
    )
    session.flush()
    return made


def refund(session: Session, tender: str, amount: int) -> None:
    """Put money back on the voucher or gift card that a tender took it from.

    Paper vouchers, which nobody keeps a balance of, are not found, and left alone.
    """
    row = session.get(PromisedRow, tender)
    if row is not None and row.kind != CREDIT:
        _give(session, row.source, amount)


def _guessed(
    session: Session, means: Means, code: str, amount: int, *, by: str
) -> tuple[VoucherRow, int] | Refused:
    """Cover, unless too many wrong codes were typed there. by: device or staff."""
    found = _cover(session, means, code, amount)
    refused = guessing.judge(session, means, f"voucher {by}", found=found is not None)
    if refused is None and found is not None:
        return found
    if found is not None:
        _give(session, found[0].hash, found[1])
    return refused or Refused(Code.NOT_FOUND)


def _cover(
    session: Session, means: Means, code: str, amount: int
) -> tuple[VoucherRow, int] | None:
    """Take what a voucher has, at most the amount; None: no such code, or it is empty."""
    for _ in range(_TRIES):
        row = look(session, code, means.now_ms)
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
            return row, covered
    return None


def _give(session: Session, voucher: str, amount: int) -> None:
    session.execute(
        update(VoucherRow)
        .where(VoucherRow.hash == voucher)
        .values(balance=VoucherRow.balance + amount)
    )


def _write(
    session: Session,
    means: Means,
    made: Promised,
    to: tuple[str, str],
    device: str,
    source: str,
    production: str,
) -> None:
    hold, order = to
    session.add(
        PromisedRow(
            id=made.id,
            hold=hold,
            order=order,
            device=device,
            kind=made.kind,
            source=source,
            production=production,
            amount=made.amount,
            credits=made.credits,
            seats="[]",
            state="held",
            made_ms=means.now_ms,
        )
    )
    session.flush()


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
        else:
            _give(session, source, amount)


_PROMISED = rows.table(PromisedRow)
_ALLOTTED = Prepared(
    update(_PROMISED)
    .where(_PROMISED.c.hold == bindparam("of"), _PROMISED.c.state == "held")
    .values(state="allotted", seats=bindparam("owned"))
)
