"""Move an order to other seats or another performance: choose, see what it costs, do it.

Source: ORD3.
"""

from collections.abc import Collection

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import catalogue, evenings, marks, order_versions, reassigning, reports
from ledger.clock import Means
from ledger.order_versions import Overtaken, version
from ledger.reassigning import Plan
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web import charts, desk
from ledger.web.order_acts import back, change, overtaken

bp = Blueprint("moves", __name__, url_prefix="/staff/orders")


@bp.get("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def show(order: str) -> ResponseReturnValue:
    """Choose where to: a performance, and as many seats of it as there are tickets."""
    performance = request.args.get("performance", "")
    found = _chart(order, performance, request.args.get("to") or performance, ())
    return found or abort(404)


@bp.post("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def move(order: str) -> ResponseReturnValue:
    """Show the plan; with a reason, do exactly that."""
    performance, to, seen = desk.field("performance"), desk.field("to"), desk.field("seen")
    me = desk.me().id
    wanted = request.form.getlist("seat")
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or reports.performance(session, to) is None:
            abort(404)
        # Before the plan: if it is too old, the press that follows will say so.
        now = version(session, row)
        quicker = order_versions.overtaken(session, row, seen)
        seats = [s for s in evenings.plan_of(session, to).seats if s in set(wanted)]
        planned = reassigning.plan(
            session, order, performance=performance, to=to, seats=seats
        )
    if quicker:
        overtaken(quicker, done="Nothing was moved")
    if isinstance(planned, Refused):
        desk.refuse(desk.words_of(planned))
        return _chart(order, performance, to, wanted) or back(order)
    if quicker or desk.field("token") != planned.token:
        if desk.field("token") and not quicker:
            desk.refuse("Things have changed since this plan. Please look again.")
        return _plan(planned, order, performance, to, seen=now)
    money, reason = desk.field("money") or reassigning.CHARGE, desk.field("reason")
    if money not in (reassigning.CHARGE, reassigning.WAIVE):
        abort(400)

    def act(session: Session, means: Means, row: OrderRow) -> Refused | None:
        return reassigning.apply(
            session, means, row, planned, money=money, reason=reason, by=me
        )

    done = change(order, act)
    if isinstance(done, Overtaken):
        overtaken(done, done="Nothing was moved")
        return _chart(order, performance, to, wanted) or back(order)
    if isinstance(done, Refused):
        desk.refuse(done)
        return _chart(order, performance, to, wanted) or back(order)
    desk.say("Moved. Older codes are void; the tickets go out anew.")
    return back(order)


def _chart(order: str, performance: str, to: str, chosen: Collection[str]) -> str | None:
    """Show seats to choose from, some chosen already; None if nothing can be moved."""
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(OrderRow, order)
        tickets = _tickets(session, order, performance)
        target = reports.performance(session, to)
        if row is None or not tickets or target is None:
            return None
        seen = version(session, row)
        plan = evenings.plan_of(session, to)
        return render_template(
            "staff/move.html",
            order=row,
            tickets=tickets,
            names=reports.seat_names(session, performance),
            here=reports.performance(session, performance),
            target=target,
            others=reports.performances(session, ledger.clock()),
            lines=charts.lines_of(plan, marks.read(session, to)),
            own={t.seat for t in tickets} if to == performance else set(),
            chosen=set(chosen),
            reason=desk.field("reason"),
            zone=catalogue.house(session).zone,
            seen=seen,
        )


def _plan(planned: Plan, order: str, performance: str, to: str, *, seen: str) -> str:
    """Show what a move would cost, with the reason as it was typed."""
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/move_plan.html",
            order=session.get_one(OrderRow, order),
            plan=planned,
            target=reports.performance(session, to),
            back=url_for("moves.show", order=order, performance=performance, to=to),
            names=reports.seat_names(session, performance),
            names_there=reports.seat_names(session, to),
            reason=desk.field("reason"),
            money=desk.field("money"),
            zone=catalogue.house(session).zone,
            seen=seen,
        )


def _tickets(session: Session, order: str, performance: str) -> list[TicketRow]:
    return list(
        session.scalars(
            select(TicketRow)
            .where(
                TicketRow.order == order,
                TicketRow.performance == performance,
                TicketRow.status == "active",
            )
            .order_by(TicketRow.line)
        )
    )
