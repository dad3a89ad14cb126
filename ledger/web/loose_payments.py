"""Card payments that no order came of: what to tell a patron whose bank shows one.

Most were given back at once, and the bank still shows the amount for some days. Source:
PAY6.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from boxoffice import will_call
from ledger import catalogue, reports
from ledger.tables.baskets import BasketRow
from ledger.tables.devices import DeviceRow
from ledger.tables.money import PaymentRow, PaymentShareRow
from ledger.tables.orders import OrderRow
from ledger.web import card_attempts, desk
from ledger.web.card_attempts import Attempt
from ledger.written import plain

bp = Blueprint("loose_payments", __name__, url_prefix="/staff/orders")

PAGE = 20
# So many of the newest are looked through; older amounts show at no bank any more.
MOST_READ = 2_000


@dataclass(frozen=True)
class Loose:
    """One of them. It has no order number: that comes with the order.

    name, email, phone: what the patron told the shop. performance: blank where none was.
    """

    name: str
    email: str
    phone: str
    performance: str
    currency: str
    attempt: Attempt

    def fits(self, words: str) -> bool:
        """Say whether what staff typed is its name, address, amount or card."""
        typed = words.strip().casefold()
        amount = plain(self.attempt.amount, self.currency)
        exact = {amount, amount.replace(".", ","), self.attempt.last4} - {""}
        named = bool(will_call.foldings(typed) & _foldings(self.name))
        return typed in exact or named or typed == self.email.casefold()


def find(session: Session, words: str = "") -> Sequence[Loose]:
    """Give those that fit, newest first."""
    rows = session.execute(
        select(PaymentRow, DeviceRow.name, BasketRow)
        .outerjoin(DeviceRow, DeviceRow.id == PaymentRow.device)
        .outerjoin(BasketRow, BasketRow.id == PaymentRow.order)
        .where(
            PaymentRow.kind == "card",
            PaymentRow.state != "sold",
            ~exists().where(OrderRow.id == PaymentRow.order),
            ~exists().where(PaymentShareRow.intent == PaymentRow.intent),
        )
        .order_by(PaymentRow.changed_ms.desc(), PaymentRow.intent)
        .limit(MOST_READ)
    )
    found = (_loose(row, name, basket) for row, name, basket in rows)
    return [one for one in found if not words.strip() or one.fits(words)]


def _loose(row: PaymentRow, device: str | None, basket: BasketRow | None) -> Loose:
    said = json.loads(basket.said) if basket else {}
    return Loose(
        name=said.get("name", ""),
        email=said.get("email", ""),
        phone=said.get("phone", ""),
        performance=(basket.performance or "") if basket else "",
        currency=row.currency,
        attempt=card_attempts.attempt(row, device, None),
    )


def _foldings(name: str) -> set[str]:
    """Give the foldings of a whole name and of each of its words."""
    return {form for part in (name, *name.split()) for form in will_call.foldings(part)}


@bp.get("/payments")
@desk.needs_login
def index() -> ResponseReturnValue:
    words = request.args.get("q", "")[:200]
    page = min(max(0, request.args.get("page", 0, type=int)), MOST_READ)
    with desk.ledger().store.read() as session:
        found = find(session, words)
        shown = found[page * PAGE : (page + 1) * PAGE]
        evenings = {one.performance for one in shown if one.performance}
        return render_template(
            "staff/loose_payments.html",
            lines=shown,
            count=len(found),
            page=page,
            size=PAGE,
            wanted=words,
            evenings={id: reports.performance(session, id) for id in evenings},
            zone=catalogue.house(session).zone,
        )
