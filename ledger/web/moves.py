"""Move an order to other seats or another performance: choose, see what it costs, do it.

Source: ORD3.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import catalogue, evenings, marks, reassigning, reports
from ledger.clock import Means
from ledger.order_changes import Overtaken, version
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web import charts, desk
from ledger.web.order_acts import change, overtaken

bp = Blueprint("moves", __name__, url_prefix="/staff/orders")


@bp.get("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def show(order: str) -> ResponseReturnValue:
    """Choose where to: a performance, and as many seats of it as there are tickets."""
    performance = request.args.get("performance", "")
    to = request.args.get("to") or performance
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(OrderRow, order)
        tickets = _tickets(session, order, performance)
        target = reports.performance(session, to)
        if row is None or not tickets or target is None:
            abort(404)
        plan = evenings.plan_of(session, to)
        own = {t.seat for t in tickets} if to == performance else set()
        names = reports.seat_names(session, performance)
        return render_template(
            "staff/move.html",
            order=row,
            tickets=tickets,
            names=names,
            here=reports.performance(session, performance),
            target=target,
            others=reports.performances(session, ledger.clock()),
            lines=charts.lines_of(plan, marks.read(session, to)),
            own=own,
            zone=catalogue.house(session).zone,
            seen=version(session, row),
        )


@bp.post("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def move(order: str) -> ResponseReturnValue:
    """Show the plan; with a reason, do exactly that."""
    performance, to = desk.field("performance"), desk.field("to")
    back = url_for("moves.show", order=order, performance=performance, to=to)
    me = desk.me().id
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        target = reports.performance(session, to)
        if row is None or target is None:
            abort(404)
        wanted = set(request.form.getlist("seat"))
        seats = [s for s in evenings.plan_of(session, to).seats if s in wanted]
        planned = reassigning.plan(
            session, order, performance=performance, to=to, seats=seats
        )
        if isinstance(planned, Refused):
            desk.refuse(desk.words_of(planned))
            return redirect(back, 303)
        if desk.field("token") != planned.token:
            if desk.field("token"):
                desk.refuse("Things have changed since this plan. Please look again.")
            return render_template(
                "staff/move_plan.html",
                order=row,
                plan=planned,
                target=target,
                back=back,
                names=reports.seat_names(session, performance),
                names_there=reports.seat_names(session, to),
                zone=catalogue.house(session).zone,
                seen=desk.field("seen"),
            )
    money, reason = desk.field("money") or reassigning.CHARGE, desk.field("reason")
    if money not in (reassigning.CHARGE, reassigning.WAIVE):
        abort(400)

    def act(session: Session, means: Means, row: OrderRow) -> Refused | None:
        return reassigning.apply(
            session, means, row, planned, money=money, reason=reason, by=me
        )

    done = change(order, act)
    if isinstance(done, Overtaken):
        overtaken(done)
    elif isinstance(done, Refused):
        desk.refuse(done)
        return redirect(back, 303)
    else:
        desk.say("Moved. Older codes are void; the tickets go out anew.")
    return redirect(url_for("orders.show", order=order), 303)


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
