"""The confirmed order: invoice, tickets with their codes, PDF, calendar file.

Source: ORD2, ORD11, ORD12, ORD13.
"""

from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import cards_on_file, choices, on_sale, voucher_balances
from ledger.baskets import Basket
from ledger.documents import calendar, code, ticket
from ledger.documents import order as orders
from ledger.shop import details, formats, frame, gift_cards, membership_orders, passes
from ledger.shop.blueprint import bp
from ledger.shop.speech import language
from ledger.shop.ways import Way
from ledger.tables.catalogue import HallRow, PerformanceRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow, TicketRow


@bp.get("/baskets/<secret>/order")
def confirmed(secret: str) -> ResponseReturnValue:
    """Show the order that a basket became, as often as somebody looks."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        if not basket.order:
            return redirect(url_for("shop.tickets", secret=secret), 303)
        row = session.get_one(OrderRow, basket.order)
        if basket.membership:
            return membership_orders.confirmed(session, basket, row)
        if basket.gift:
            return gift_cards.confirmed(session, row)
        return frame.page(
            "confirmed.html",
            session,
            secret=secret,
            delivery=_delivery(session, row, basket),
            passes=passes.offered() and row.state == "confirmed",
            way=(way := Way("secret", secret, row.id)),
            passable=way.passable(session),
            **facts(session, row),
        )


@bp.get("/baskets/<secret>/tickets.pdf")
def pdf(secret: str) -> ResponseReturnValue:
    """Give the tickets as a PDF."""
    with frame.ledger().store.read() as session:
        return pdf_of(session, _order(session, secret))


@bp.get("/baskets/<secret>/performance.ics")
def ics(secret: str) -> ResponseReturnValue:
    """Give the evenings for a calendar."""
    with frame.ledger().store.read() as session:
        row = session.get_one(OrderRow, _order(session, secret))
        return ics_of(session, row)


def facts(session: Session, row: OrderRow) -> dict[str, Any]:
    """Give what a page of an order says: tickets with codes, other lines, tenders."""
    now_ms = frame.ledger().clock()
    paid = session.scalars(
        select(TenderRow).where(TenderRow.order == row.id, TenderRow.amount > 0)
    ).all()
    told = orders.describe(session, row.id, language(), now_ms=now_ms)
    goes = [one for one in told.live.tickets if not one.called_off]
    first = (goes or told.tickets)[0]
    off = {one.performance for one in told.live.tickets if one.called_off}
    shows = [on_sale.in_basket(session, one, now_ms) for one in off]
    return {
        "order": told,
        "exchange_rule": told.exchange_rule,
        "off": sorted(shows, key=lambda show: (show.starts_ms, show.id)),
        "choosing": choices.waiting(session, row) if off else [],
        "row": row,
        "number": ids.shown(row.number),
        "patron": session.get(PatronRow, row.patron) if row.patron else None,
        "tickets": _tickets(session, row.id),
        "others": session.scalars(
            select(OrderLineRow).where(OrderLineRow.order == row.id)
        ).all(),
        "tenders": paid,
        "left": voucher_balances.left(session, [one.ref for one in paid]),
        "drawn": code.drawn,
        "starts_ms": starts_ms(session, first.performance),
        "first": first,
        "currency": row.currency,
        "on_file": cards_on_file.read(session, row, now_ms),
    }


def pdf_of(session: Session, order: str) -> ResponseReturnValue:
    """Give an order's tickets as a PDF; 404 where none can be made, or none is live."""
    told = orders.describe(session, order, language())
    return frame.called_off(session, told) or pdf_file(told.own)


def pdf_file(told: orders.Order) -> Response:
    """Give tickets as a PDF; 404 where none can be made, or none is there."""
    if not told.tickets:
        abort(404)
    try:
        made = ticket.pdf(told)
    except ticket.NotAvailable:
        abort(404)
    name = f"tickets-{told.number}.pdf" if told.number else "ticket.pdf"
    return _file(made, "application/pdf", name)


def ics_of(session: Session, row: OrderRow) -> Response:
    """Give an order's evenings as a calendar file: those of its live tickets, if any."""
    told = orders.describe(session, row.id, language())
    return ics_file(session, told.live if told.live.tickets else told, row)


def ics_file(session: Session, told: orders.Order, row: OrderRow) -> Response:
    """Give evenings as a calendar file. told: what of the order it may say."""
    shown = {one.performance for one in told.tickets}
    live = {one.performance for one in told.live.tickets}
    query = select(PerformanceRow).where(PerformanceRow.id.in_(shown))
    evenings = session.scalars(query.order_by(PerformanceRow.starts_ms)).all()
    events = [
        calendar.Event(
            performance=evening.id,
            starts_ms=evening.starts_ms,
            ends_ms=evening.ends_ms,
            hall=formats.own(session.get_one(HallRow, evening.hall).name),
            off=evening.cancelled_ms is not None or evening.id not in live,
        )
        for evening in evenings
    ]
    made = calendar.ics(told, events, made_ms=row.made_ms)
    return _file(
        made, "text/calendar; charset=utf-8", f"{told.number or evenings[0].number}.ics"
    )


def _delivery(session: Session, row: OrderRow, basket: Basket) -> str:
    starts = starts_ms(session, basket.performance)
    return details.deliveries(starts).get(row.delivery, row.delivery)


def starts_ms(session: Session, performance: str) -> int:
    """Give when a performance begins, in Unix milliseconds."""
    query = select(PerformanceRow.starts_ms).where(PerformanceRow.id == performance)
    return session.scalars(query).one()


def _order(session: Session, secret: str) -> str:
    basket: Basket = frame.basket(session, secret)
    if not basket.order or not basket.performance:
        abort(404)
    return basket.order


def _file(body: bytes, kind: str, name: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _tickets(session: Session, order: str) -> list[TicketRow]:
    return list(
        session.scalars(
            select(TicketRow).where(TicketRow.order == order).order_by(TicketRow.line)
        )
    )
