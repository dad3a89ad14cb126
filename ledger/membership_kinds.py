"""Kinds of membership: which productions, for how much, and who may buy them. MEM1."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import members as rule
from boxoffice import pricing
from boxoffice.members import Sale
from boxoffice.pricing import FeeRule, OtherLine, Quote, Seller
from ledger import audit, rivals
from ledger.clock import Means
from ledger.desk_money import DONATION_BP
from ledger.rivals import Overtaken
from ledger.tables.catalogue import ProductionRow
from ledger.tables.memberships import MembershipKindRow

MOST_MEMBERSHIPS = 50


class Unclear(ValueError):
    """A kind of membership that cannot be sold like that; the text says why."""


@dataclass(frozen=True)
class Kind:
    """One kind. titles: of its productions. fields: what else the patron is asked."""

    id: str
    name: str
    productions: tuple[str, ...]
    titles: tuple[str, ...]
    currency: str
    amount: int
    fee: int
    outside: int
    fields: tuple[str, ...]
    sale: Sale


def add(
    session: Session,
    means: Means,
    *,
    name: str,
    productions: Sequence[str],
    currency: str,
    amount: int,
    fee: int,
    outside: int,
    fields: Sequence[str],
    sale: Sale,
    by: str,
) -> str:
    """Offer a kind of membership and give its id. Raises Unclear."""
    if not name.strip():
        raise Unclear("A membership needs a name.")
    known = set(session.scalars(select(ProductionRow.id)))
    if not productions or not set(productions) <= known:
        raise Unclear("Please choose at least one production.")
    if outside > fee:
        raise Unclear("The outside part of the fee exceeds the fee.")
    row = MembershipKindRow(
        id=means.new_id(),
        name=name.strip(),
        productions=json.dumps(list(productions)),
        currency=currency,
        amount=amount,
        fee=fee,
        outside=outside,
        fields=json.dumps([one.strip() for one in fields if one.strip()]),
        sale=sale.value,
        added_ms=means.now_ms,
    )
    session.add(row)
    audit.note(session, means, staff=by, action="add_membership_kind", subject=row.id)
    session.flush()
    return row.id


def offer(
    session: Session, means: Means, id: str, *, sale: Sale, by: str, seen: str = ""
) -> bool | Overtaken:
    """Say who may buy a kind from now on. False: there is no such kind.

    seen: who might buy it when that was decided; nothing is done if others may by now.
    """
    row = session.get(MembershipKindRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    if seen and seen != row.sale:
        return rivals.last(session, id, "add_membership_kind", "offer_membership")
    row.sale = sale.value
    facts = {"sale": sale.value}
    audit.note(session, means, staff=by, action="offer_membership", subject=id, facts=facts)
    return True


def all_(session: Session) -> list[Kind]:
    """Give every kind: active ones first, as patrons see them, inactive ones last."""
    titles = dict(session.execute(select(ProductionRow.id, ProductionRow.title)).all())
    place = {sale.value: number for number, sale in enumerate(Sale)}
    rows = session.scalars(select(MembershipKindRow)).all()
    ordered = sorted(rows, key=lambda row: (place[row.sale], row.added_ms))
    return [_kind(row, titles) for row in ordered]


def find(session: Session, id: str) -> Kind | None:
    """Give one kind."""
    return next((kind for kind in all_(session) if kind.id == id), None)


def quote(kind: Kind, *, memberships: int, donation: int, seller: Seller) -> Quote:
    """Price so many memberships and a donation. Source: MEM1, FEE5, R1, R2."""
    return pricing.quote(
        seller=seller,
        rules=[FeeRule(None, None, kind.fee, kind.outside)],
        seats=rule.membership_lines(
            kind.amount, productions=len(kind.productions), memberships=memberships
        ),
        others=[OtherLine(donation, DONATION_BP, outside=False)] if donation else [],
    )


def _kind(row: MembershipKindRow, titles: dict[str, str]) -> Kind:
    productions = tuple(json.loads(row.productions))
    return Kind(
        row.id,
        row.name,
        productions,
        tuple(titles.get(one, "") for one in productions),
        row.currency,
        row.amount,
        row.fee,
        row.outside,
        tuple(json.loads(row.fields)),
        Sale(row.sale),
    )
