"""A party that does not come: all its orders cancelled, or all its money given back.

Source: DIS3, ORD4, CAN1.
"""

from dataclasses import asdict

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import parties, party_acts, party_versions, rivals
from ledger.clock import Means
from ledger.party_acts import Stopped
from ledger.refused import Refused
from ledger.tables.orders import OrderRow
from ledger.web import desk, party_pages
from ledger.web.order_money import ROUTES
from ledger.written import money

bp = Blueprint("party_ends", __name__, url_prefix="/staff/orders")


@bp.post("/<path:order>/party/cancellation")
@desk.needs(*desk.SELLERS)
def cancel(order: str) -> ResponseReturnValue:
    """Cancel every order of the party that stands; no money moves."""
    reason, me, currency = desk.field("reason"), desk.me().id, _currency(order)

    def act(
        session: Session, means: Means, rows: list[OrderRow]
    ) -> int | Stopped | Refused:
        return party_acts.cancel(session, means, rows, reason=reason, by=me)

    def said(remains: int) -> None:
        kept = f" {money(remains, currency)} remains paid: refund separately?"
        desk.say(f"Cancelled; the seats are free.{kept if remains > 0 else ''}")

    return party_pages.press(order, act, said, but="Nothing was cancelled.")


@bp.post("/<path:order>/party/refunds")
@desk.needs(*desk.SELLERS)
def refund(order: str) -> ResponseReturnValue:
    """Show what goes back to each order; with a reason and the plan seen, give it back."""
    fees, me, currency = request.form.get("fees") == "1", desk.me().id, _currency(order)
    chosen = request.form.getlist("ticket") if request.form.get("some") else None
    if chosen == []:
        desk.refuse("Please choose at least one ticket.")
        return redirect(url_for("party_pages.show", order=order), 303)
    with desk.ledger().store.read() as session:
        members = [one.id for one in parties.read(session, order)]
        if not members:
            return redirect(url_for("orders.show", order=order), 303)
        rows = list(
            session.scalars(
                select(OrderRow)
                .where(OrderRow.id.in_(members))
                .order_by(OrderRow.made_ms, OrderRow.id)
            )
        )
        means = desk.ledger().means()
        planned = party_acts.refund_plan(
            session, means, rows, include_fees=fees, tickets=chosen
        )
        mark = rivals.mark(fees, [[id, asdict(one)] for id, one in planned.items()])
        confirmed = desk.field("plan") == mark
        if desk.field("plan") and not confirmed:
            desk.refuse("Things have changed since this plan. Please look again.")
        if not confirmed or not desk.field("reason"):
            return render_template(
                "staff/party_refund.html",
                order=session.get_one(OrderRow, order),
                numbers={row.id: ids.shown(row.number) for row in rows},
                planned=planned,
                total=sum(one.total for one in planned.values()),
                unfunded=sum(one.unfunded for one in planned.values()),
                tickets=sum(len(one.tickets) for one in planned.values()),
                chosen=chosen,
                mark=mark,
                fees=fees,
                routes=ROUTES,
                seen=party_versions.seen(session, members),
                typed=request.form,
            )
    reason = desk.field("reason")
    tenders = [back.tender for one in planned.values() for back in one.back]
    refs = {tender: desk.field(f"ref-{tender}", most=100) for tender in tenders}

    def act(session: Session, means: Means, rows: list[OrderRow]) -> int | Refused:
        return party_acts.refund(
            session,
            means,
            rows,
            planned,
            include_fees=fees,
            tickets=chosen,
            refs=refs,
            reason=reason,
            by=me,
        )

    def said(amount: int) -> None:
        desk.say(f"Refunded {money(amount, currency)}.")

    return party_pages.press(order, act, said, but="Nothing was given back.")


def _currency(order: str) -> str:
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        return row.currency if row else abort(404)
