"""Where a payment stands whose guest was sent away with a slip: nobody could see it then.

The slip has a code, the pickup code of the sale if it comes to one, and a reference to be
typed. Both are looked for wherever codes of orders are. Source: lobby.md §2.
"""

import json

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code
from ledger import pickups
from ledger.refused import Refused
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import OrderRow

_NOT_TAKEN = frozenset({"declined", "cancelled", "voided"})


def case(session: Session, typed: str, *, settled: bool) -> DiscrepancyRow | None:
    """Give the newest case of a payment by what its guest's slip says, typed or scanned.

    settled: one that came to an end is looked for, too.
    """
    reference, hash_ = ids.clean_code(typed), pickups.hash_of(typed)
    if not reference:
        return None
    said = DiscrepancyRow.facts
    query = select(DiscrepancyRow).where(
        DiscrepancyRow.kind == "payment_unknown",
        or_(said.contains(reference, autoescape=True), said.contains(hash_)),
    )
    if not settled:
        query = query.where(DiscrepancyRow.settled_ms.is_(None))
    for row in session.scalars(query.order_by(DiscrepancyRow.noted_ms.desc())):
        facts = json.loads(row.facts)
        if reference == facts.get("reference") or hash_ == facts.get("pickup_hash"):
            return row
    return None


def standing(session: Session, typed: str) -> OrderRow | Refused | None:
    """Say what became of a payment: the order that it paid, or how it stands.

    None: no slip says that. Refuses PAYMENT_STANDS (`state`: in_doubt, taken, not_taken,
    returned; `reference`).
    """
    row = case(session, typed, settled=True)
    if row is None:
        return None
    order = session.scalar(select(TenderRow.order).where(TenderRow.intent == row.subject))
    if order is not None:
        return session.get(OrderRow, order)
    payment = session.get(PaymentRow, row.subject)
    known = payment.state if payment is not None else "unknown"
    state = "not_taken" if known in _NOT_TAKEN else "in_doubt"
    state = {"refunded": "returned", "approved": "taken"}.get(known, state)
    reference = json.loads(row.facts).get("reference") or ""
    return Refused(Code.PAYMENT_STANDS, {"state": state, "reference": reference})
