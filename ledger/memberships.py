"""Membership orders: no seats, but the right to one at each of some productions.

Once such an order is paid, its memberships are seat credits of a member: of the one whose
number was given, or of a new one. Source: MEM1, MEM4.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.members import Sale
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import (
    audit,
    desk_money,
    members,
    orders,
    patrons,
    requests,
    rows,
    takings,
    webhooks,
)
from ledger import membership_kinds as kinds
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.tables.members import MemberRow
from ledger.tables.memberships import MemberAllowanceRow, MembershipKindRow, MembershipRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow

LINE = "membership"


@dataclass(frozen=True)
class Said:
    """All that the clerk entered. number: of a member who buys more; blank: a new one.

    fields: label to what the patron said. donation: minor units.
    """

    kind: str
    memberships: int
    patron: Patron
    seller: Seller = Seller.WINDOW
    number: str = ""
    donation: int = 0
    note: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[dict[str, str]] = ()
    payments: Sequence[Payment] = ()


def sell(
    session: Session, means: Means, *, key: str, said: Said, by: str
) -> requests.Made | Refused:
    """Make a membership order. key: names this sale; a second press finds its order.

    Refuses NOT_FOUND for a number or voucher code that nobody has, NOT_ON_SALE for an
    inactive kind; nothing is done then.
    """
    if order := requests.made(session, key):
        return requests.Made(order, again=True)
    with session.begin_nested() as point:
        done = _sell(session, means, said, by)
        if isinstance(done, Refused):
            point.rollback()
    if isinstance(done, Refused):
        return done
    requests.keep(session, key, done, now_ms=means.now_ms)
    return requests.Made(done)


def settle(session: Session, means: Means, order: OrderRow) -> None:
    """Turn the memberships of an order that is paid into credits, once."""
    waiting = _rows(session, order.id, lambda row: row.member is None)
    if not waiting or order.paid < order.charge or order.state != "confirmed":
        return
    member = order.member or _enrol(session, means, order)
    order.member = member
    for row in waiting:
        row.member = member
    _allow(session, waiting, 1)
    session.flush()


def end(session: Session, means: Means, order: OrderRow) -> None:
    """The order was cancelled: its memberships cost nothing and allow nothing more."""
    ended = _rows(session, order.id, lambda row: row.ended_ms is None)
    for row in ended:
        row.ended_ms = means.now_ms
    _charge(session, means, order, ended, -1, "memberships cancelled")
    _allow(session, [row for row in ended if row.member], -1)


def renew(session: Session, means: Means, order: OrderRow) -> None:
    """The order was restored: its memberships are as they were."""
    ended = _rows(session, order.id, lambda row: row.ended_ms is not None)
    for row in ended:
        row.ended_ms = None
    _charge(session, means, order, ended, 1, "memberships restored")
    _allow(session, [row for row in ended if row.member], 1)


@dataclass(frozen=True)
class Takings:
    """What one kind of membership came to. Amounts in minor units; MEM10."""

    sold: int
    charge: int
    theatre: int


def takings_of(session: Session) -> dict[str, Takings]:
    """Add up the memberships that stand, kind by kind, fees on top included."""
    line = OrderLineRow
    found = session.execute(
        select(
            MembershipRow.kind,
            func.count(),
            func.sum(line.amount + line.fee_outside),
            func.sum(line.amount - line.fee_inside),
        )
        .join(line, line.id == MembershipRow.line)
        .join(OrderRow, OrderRow.id == MembershipRow.order)
        .where(MembershipRow.ended_ms.is_(None), OrderRow.state != "cancelled")
        .group_by(MembershipRow.kind)
    )
    return {kind: Takings(*map(int, sums)) for kind, *sums in found}


def numbers(session: Session, order: str) -> dict[str, str]:
    """Give the member numbers of those whose credits an order became, by member."""
    found = session.execute(
        select(MemberRow.id, MemberRow.number)
        .join(MembershipRow, MembershipRow.member == MemberRow.id)
        .where(MembershipRow.order == order)
    )
    return dict(found.all())


def of_order(session: Session, order: str) -> list[tuple[MembershipRow, str]]:
    """Give the memberships of an order with the names of their kinds."""
    found = session.execute(
        select(MembershipRow, MembershipKindRow.name)
        .join(MembershipKindRow, MembershipKindRow.id == MembershipRow.kind)
        .where(MembershipRow.order == order)
        .order_by(MembershipRow.line)
    )
    return [(row, name) for row, name in found]


def _sell(session: Session, means: Means, said: Said, by: str) -> str | Refused:
    kind = kinds.find(session, said.kind)
    if kind is None or kind.sale is Sale.INACTIVE:
        return Refused(Code.NOT_ON_SALE)
    known = members.by_number(session, said.number) if said.number else None
    if said.number and known is None:
        return Refused(Code.NOT_FOUND)
    quoted = kinds.quote(
        kind, memberships=said.memberships, donation=said.donation, seller=said.seller
    )
    order = orders.write(
        session,
        means,
        currency=kind.currency,
        seller=said.seller.value,
        patron=patrons.add(session, means, said.patron),
        delivery="mail",
        photo_id=False,
        note=said.note,
        charge=0,
        paid=0,
    )
    row = session.get_one(OrderRow, order.id, with_for_update=True)
    row.member = known.id if known else None
    row.answers = json.dumps(list(said.answers))
    for number, priced in enumerate(quoted.seats, 1):
        line = OrderLineRow(
            id=f"{row.id}/m{number:02}",
            order=row.id,
            kind=LINE,
            amount=priced.price,
            fee_outside=priced.fee_outside,
            fee_inside=priced.fee_inside,
        )
        session.add(line)
        session.flush()
        session.add(
            MembershipRow(
                line=line.id,
                order=row.id,
                kind=kind.id,
                member=None,
                said=json.dumps(dict(said.fields)),
                ended_ms=None,
            )
        )
    session.flush()
    _charge(session, means, row, _rows(session, row.id, lambda _: True), 1, "sale")
    if said.donation:
        desk_money.donate(session, means, row, said.donation)
    for payment in said.payments:
        refused = desk_money.pay(session, means, row, payment, by=by)
        if refused is not None:
            return refused
    settle(session, means, row)
    facts = {"memberships": said.memberships, "kind": kind.id}
    audit.note(
        session, means, staff=by, action="sell_memberships", subject=row.id, facts=facts
    )
    webhooks.note(session, means, "order.sold", row.id)
    return row.id


def _enrol(session: Session, means: Means, order: OrderRow) -> str:
    """Begin a record for whoever bought; its number is the order's."""
    patron = session.get(PatronRow, order.patron) if order.patron else None
    return members.enrol(
        session,
        means,
        number=f"M-{ids.shown(order.number)}",
        name=patron.name if patron else "",
        email=patron.email if patron else "",
        credits_per_production=0,
    )


def _allow(session: Session, which: Sequence[MembershipRow], sign: int) -> None:
    """Give, or take, one seat at each production for each membership."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in which:
        kind = session.get_one(MembershipKindRow, row.kind)
        for production in json.loads(kind.productions):
            counts[row.member or "", production] += sign
    for (member, production), change in counts.items():
        found = session.get(MemberAllowanceRow, (member, production), with_for_update=True)
        if found is not None:
            found.credits = max(0, found.credits + change)
            continue
        known = {"member": member, "production": production}
        before = members.allowance(session, member, production)
        fresh = known | {"credits": max(0, before + change)}
        rows.add(session, MemberAllowanceRow, [fresh])


def _charge(
    session: Session,
    means: Means,
    order: OrderRow,
    which: Sequence[MembershipRow],
    sign: int,
    why: str,
) -> None:
    lines = [session.get_one(OrderLineRow, row.line) for row in which]
    charged = sum(line.amount + line.fee_outside for line in lines)
    net = sum(line.amount - line.fee_inside for line in lines)
    takings.charge(session, means, order, charged=sign * charged, net=sign * net, why=why)


def _rows(
    session: Session, order: str, wanted: Callable[[MembershipRow], bool]
) -> list[MembershipRow]:
    found = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.order == order)
        .order_by(MembershipRow.line)
        .with_for_update()
    )
    return [row for row in found if wanted(row)]
