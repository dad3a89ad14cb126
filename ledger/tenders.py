"""Vouchers, gift cards and seat credits promised to an order before it is paid.

A promise shares the fate of its hold: it comes back when the hold ends, goes to the device
when the seats are allotted, and is spent by the sale, which may be told much later.
`promised_tenders` sees to that. Source: sync.md §2.3.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import members, pickups, promises, promo_codes, voucher_balances
from ledger.clock import Means
from ledger.promises import Promised
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import PromisedRow
from ledger.tables.seats import HoldRow

CREDIT = "credit"
PROMO = "promo"
KINDS = frozenset({"voucher", "gift_card", CREDIT, PROMO})
# Of these the promise itself is all that matters; none is money.
NO_MONEY = frozenset({CREDIT, PROMO})


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
    credit, with a member's id and so many seats; or promo, with a promo code and so many
    tickets. What is covered may be less than asked. Refuses NOT_HELD, NOT_FOUND, LOCKED,
    NOT_ENOUGH_SEAT_CREDITS, PROMO_USED_UP, PROMO_FOR_FEWER.
    """
    held = live(session, means, hold, device)
    if held is None:
        return Refused(Code.NOT_HELD)
    if kind == CREDIT:
        return promise_credits(session, means, held=held, member=code, seats=amount)
    if kind == PROMO:
        source = pickups.hash_of(code)
        return promise_promo(session, means, held=held, source=source, tickets=amount)
    return promise_code(
        session,
        means,
        device=device,
        hold=hold,
        order=held.order,
        code=code,
        amount=amount,
        place=place,
        production=production_of(session, held),
    )


def live(session: Session, means: Means, hold: str, device: str) -> HoldRow | None:
    """Give a hold of this device that has not run out."""
    return session.scalars(
        select(HoldRow).where(
            HoldRow.id == hold, HoldRow.seller == device, HoldRow.expires_ms > means.now_ms
        )
    ).first()


def production_of(session: Session, held: HoldRow) -> str:
    """Give the production whose seats a hold has."""
    return session.scalars(
        select(PerformanceRow.production).where(PerformanceRow.id == held.performance)
    ).one()


def promise_credits(
    session: Session, means: Means, *, held: HoldRow, member: str, seats: int
) -> Promised | Refused:
    """Promise a member's credits to a hold. Refuses what `members.use` refuses."""
    production = production_of(session, held)
    found = members.use(session, member, production, seats)
    if isinstance(found, Refused):
        return found
    return promises.write(
        session,
        means,
        kind=CREDIT,
        source=found.id,
        order=held.order,
        by=held.seller,
        hold=held.id,
        production=production,
        credits=seats,
    )


def promise_promo(
    session: Session, means: Means, *, held: HoldRow, source: str, tickets: int
) -> Promised | Refused:
    """Promise one use of a promo code to a hold. source: hash of the code.

    Refuses what `promo_codes.take` refuses.
    """
    refused = promo_codes.take(session, held.performance, source, tickets)
    if refused is not None:
        return refused
    return promises.write(
        session,
        means,
        kind=PROMO,
        source=source,
        order=held.order,
        by=held.seller,
        hold=held.id,
        credits=tickets,
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
    found = voucher_balances.cover(session, means, code, amount, by=place or device)
    if isinstance(found, Refused):
        return found
    voucher, covered = found
    return promises.write(
        session,
        means,
        kind=voucher.kind,
        source=voucher.hash,
        order=order,
        by=device,
        hold=hold,
        production=production,
        amount=covered,
        left=voucher.balance,
    )


def take(
    session: Session, means: Means, *, code: str, amount: int, order: str, by: str
) -> Promised | Refused:
    """Take a voucher or gift card at the desk, at once. by: who typed the code.

    What is covered may be less than asked. Refuses NOT_FOUND, LOCKED.
    """
    # Promised to no hold: spent.
    return promise_code(
        session, means, device=by, hold="", order=order, code=code, amount=amount
    )


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
