"""Other seats of a replacement than the best: chosen on the plan, by the link of a letter.

Source: REP1, lobby.md §8, spec.md 4.3.
"""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import choices, evenings, exchange_seats, halls, move_plans, on_sale
from ledger.on_sale import Show
from ledger.shop import formats, frame, phone, seat_map
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, TicketRow

# More than any order has; what is beyond is not read.
_MOST = 200


@bp.get("/orders/<code>/choices/<performance>/seats")
def exchange_seats_page(code: str, performance: str) -> ResponseReturnValue:
    """Show the plan of a replacement, with the seats that these tickets may have."""
    to, only = request.args.get("to", ""), request.args.getlist("ticket")[:_MOST]
    with frame.ledger().store.read() as session:
        order = phone.order(session, code) or abort(404)
        tickets = _tickets(session, order, performance, to, only)
        show = _there(session, to)
        if not tickets or show is None:
            return redirect(
                url_for("shop.choices", code=code, performance=performance), 303
            )
        here = evenings.read(session, to)
        open_ = exchange_seats.open_to(session, to, tickets)
        ticked = request.args.getlist("seat")[:_MOST]
        return frame.page(
            "exchange_seats.html",
            session,
            code=code,
            performance=performance,
            show=show,
            tickets=tickets,
            levels=seat_map.levels(here, open_.seats),
            map=seat_map.draw(
                here, open_.seats, request.args.get("section", ""), frozenset(ticked)
            ),
        )


def refused(
    session: Session, code: str, order: OrderRow, performance: str, choice: str
) -> ResponseReturnValue | None:
    """Say why chosen seats cannot be had, on the plan again; None: nothing is wrong."""
    kind, _minus, to = choice.partition("-")
    seats = request.form.getlist("seat")[:_MOST]
    only = request.form.getlist("ticket")[:_MOST]
    tickets = _tickets(session, order, performance, to, only)
    picks = request.form.get("picks")
    if kind != choices.EXCHANGE or not tickets or not (seats or picks):
        return None
    known = evenings.plan_of(session, to).places
    seats = [seat for seat in dict.fromkeys(seats) if seat in known]
    judged = exchange_seats.judge(session, to, tickets, seats)
    ticked = list(judged.instead) or seats
    match judged.refusal:
        case None:
            return None
        case Code.ORPHAN_SEATS if judged.instead:
            names = formats.seats(evenings.plan_of(session, to), judged.instead)
            words = _(
                "That would leave one empty seat alone. We have ticked %(seats)s instead.",
                seats=names,
            )
        case Code.SEAT_COUNT_DIFFERS:
            words = _(
                "Please choose as many seats of each price as your tickets have:"
                " %(count)s.",
                count=len(tickets),
            )
        case Code.ORPHAN_SEATS:
            words = _("That would leave one empty seat alone. Please move one seat.")
        case _gone:
            words, ticked = _("Those seats were just taken."), []
    flash(words, "sorry")
    again = url_for(
        "shop.exchange_seats_page",
        code=code,
        performance=performance,
        to=to,
        ticket=[ticket.id for ticket in tickets],
        seat=ticked,
    )
    return redirect(again, 303)


def _tickets(
    session: Session, order: OrderRow, performance: str, to: str, only: list[str]
) -> list[TicketRow]:
    """Give the tickets that may go to this replacement now."""
    said = choices.offered(session, performance)
    if said is None or to not in said.replacements:
        return []
    if performance not in choices.waiting(session, order):
        return []
    return move_plans.live(session, [order.id], performance, only)


def _there(session: Session, to: str) -> Show | None:
    """Give a replacement that has seats to choose from and is still to come."""
    row, now_ms = session.get(PerformanceRow, to), frame.ledger().clock()
    if row is None or row.cancelled_ms is not None or row.starts_ms <= now_ms:
        return None
    return on_sale.in_basket(session, to, now_ms) if row.kind != halls.GENERAL else None
