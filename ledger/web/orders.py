"""Find an order and see everything that happened to it."""

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice.journal import Account
from ledger import (
    card_refunds,
    cards_on_file,
    cases,
    catalogue,
    door_answers,
    evenings,
    exports,
    gift_cards,
    member_checks,
    memberships,
    order_history,
    order_search,
    order_types,
    order_versions,
    outbox,
    parties,
    reports,
    sorting,
    ticketing,
    window_cards,
)
from ledger.documents import order as orders
from ledger.documents import ticket as paper
from ledger.order_search import Only
from ledger.tables.contacts import ContactRow
from ledger.tables.devices import DeviceRow
from ledger.tables.money import JournalEntryRow, JournalLineRow, TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow, TicketRow
from ledger.web import card_attempts, desk, downloads, loose_payments, order_fields
from ledger.web import window_cards as terminals
from ledger.web.on_file_words import BARS
from ledger.web.sale_form import DELIVERIES
from ledger.web.sale_tenders import TENDERS

bp = Blueprint("orders", __name__, url_prefix="/staff/orders")


@bp.get("")
@desk.needs_login
def index() -> ResponseReturnValue:
    wanted, only = _wanted()
    page = max(0, request.args.get("page", 0, type=int))
    now_ms = desk.ledger().means().now_ms
    with desk.ledger().store.read() as session:
        if wanted and (doubt := cases.in_doubt(session, wanted)):
            # A guest's slip: there is no order yet to be found.
            return redirect(url_for("discrepancies.index", _anchor=f"case-{doubt}"))
        evenings_ = reports.performances(session, now_ms)
        chosen = reports.performance(session, only.performance)
        if chosen and chosen.id not in {one.id for one in evenings_}:
            evenings_ = [chosen, *evenings_]
        found = order_search.find(
            session, wanted, min(page, 100_000), now_ms=now_ms, only=only
        )
        return render_template(
            "staff/orders.html",
            found=found,
            loose=bool(wanted and not found.lines and loose_payments.find(session, wanted)),
            wanted=wanted,
            only=only,
            until=only.until_ms or now_ms,
            asked=downloads.asked(
                only.sorting,
                order_search.USUAL,
                q=wanted,
                state=only.state,
                performance=only.performance,
            ),
            evenings=evenings_,
            zone=catalogue.house(session).zone,
        )


@bp.get("/list.<kind>")
@desk.needs(*desk.SELLERS)
def listed(kind: str) -> ResponseReturnValue:
    """Give the orders of a search as a file. Source: lobby.md §7."""
    wanted, only = _wanted()
    ledger, where = desk.ledger(), only.where()
    with ledger.store.read() as session:
        zone = catalogue.house(session).zone
        if wanted.strip():
            fit = order_search.fitting_words(
                session, wanted.strip(), now_ms=ledger.means().now_ms, only=only
            )
            where = [OrderRow.id.in_(fit[: order_search.MOST_FOUND])]
    found = exports.orders(ledger.store, zone, where)
    return downloads.table("orders", kind, exports.ORDERS, found)


def _wanted() -> tuple[str, Only]:
    """Read what the address asks for; what it cannot mean is left out."""
    said = request.args
    state, wanted = said.get("state", ""), said.get("q", "")[:100]
    state = state if state in order_search.STATES else ""
    performance = said.get("performance", "")[:100]
    by = sorting.read(said.get("sort", ""), order_search.SORTS, order_search.USUAL)
    until = said.get("until", "")
    exact = until.isascii() and until.isdecimal() and len(until) < 16
    until_ms = int(until) if exact else 0
    return wanted, Only(state, performance, by, until_ms)


@bp.get("/<path:order>")
@desk.needs_login
def show(order: str) -> ResponseReturnValue:
    return page(order)


def page(order: str, typed: Mapping[str, str] | None = None) -> str:
    """Show an order as it is now. typed: a form on it that was not kept."""
    kept = typed or {}
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            abort(404)
        tickets = session.scalars(
            select(TicketRow).where(TicketRow.order == order).order_by(TicketRow.line)
        ).all()
        patron = session.get(PatronRow, row.patron) if row.patron else None
        return render_template(
            "staff/order.html",
            order=row,
            typed=kept,
            typed_at=request.endpoint if kept else "",
            fields=order_fields.read(row, patron, kept),
            described=orders.describe(session, order) if tickets else None,
            tickets=tickets,
            tenders=reports.tenders(session, order),
            online=card_attempts.read(session, order),
            to_cards=card_refunds.read(session, order),
            history=order_history.read(session, order),
            inside=reports.inside(
                session, desk.ledger().means(), [ticket.id for ticket in tickets]
            ),
            answered=_answered(session, tickets),
            others=session.scalars(
                select(OrderLineRow).where(OrderLineRow.order == order)
            ).all(),
            memberships=memberships.of_order(session, order),
            member_numbers=memberships.numbers(session, order),
            party=parties.read(session, order),
            cards=gift_cards.of_order(session, order),
            patron=patron,
            letters=outbox.of_order(session, order),
            contact=session.get(ContactRow, order),
            seen=order_versions.version(session, row),
            order_type=order_types.name(session, row.order_type),
            ticketing=ticketing.status(session, row),
            statuses=ticketing.WORDS,
            deliveries=DELIVERIES,
            tenders_known=TENDERS,
            subscriber=member_checks.subscriber(session, row),
            to_verify=member_checks.waits(session, row),
            price_types=_price_types(session, tickets),
            performances=sorted({t.performance for t in tickets if t.status == "active"}),
            device=session.get(DeviceRow, row.device) if row.device else None,
            handling=_handling(session, order),
            on_file=cards_on_file.read(session, row, desk.ledger().means().now_ms),
            on_file_bars=BARS,
            on_file_key=terminals.new_key(),
            at_terminal=window_cards.latest(session, order),
            terminal_key=terminals.new_key() if terminals.there() else "",
            keeps_card=terminals.may_keep(order),
            zone=catalogue.house(session).zone,
        )


def _handling(session: Session, order: str) -> int:
    """Give what of the charge is handling, in minor units. Source: FEE2."""
    booked = (
        select(func.sum(JournalLineRow.amount))
        .join(JournalEntryRow, JournalEntryRow.id == JournalLineRow.entry)
        .where(JournalEntryRow.order == order, JournalLineRow.account == Account.HANDLING)
    )
    return -int(session.scalar(booked) or 0)


def _answered(
    session: Session, tickets: Sequence[TicketRow]
) -> list[tuple[str, door_answers.Answer]]:
    """Give what guests on these tickets answered at the door, each with its seat."""
    seats = {ticket.id: ticket for ticket in tickets}
    found: list[tuple[str, door_answers.Answer]] = []
    for performance in sorted({ticket.performance for ticket in tickets}):
        plan = evenings.plan_of(session, performance)
        for answer in door_answers.told(session, performance, list(seats)):
            seat = seats[answer.ticket]
            if seat.performance == performance:
                known = seat.seat in plan.places
                found.append((str(plan.name(seat.seat)) if known else seat.seat, answer))
    return found


def _price_types(session: Session, tickets: Sequence[TicketRow]) -> list[tuple[str, str]]:
    """Give id and name of what the order's seats may be sold as."""
    if not tickets:
        return []
    listed = evenings.prices_of(session, tickets[0].performance)
    return [(kind.id, kind.name) for kind in listed.types]


@bp.get("/<path:order>/tickets.pdf")
@desk.needs_login
def tickets(order: str) -> ResponseReturnValue:
    """Give the live tickets of an order, to be printed."""
    return printed([order])


@dataclass(frozen=True)
class Line:
    """One line of an invoice. Amounts in minor units."""

    what: str
    kind: str
    price: int
    fee: int


@bp.get("/<path:order>/invoice")
@desk.needs_login
def invoice(order: str) -> ResponseReturnValue:
    """Show what was bought and paid, to be printed. Source: ORD2."""
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            abort(404)
        tenders = select(TenderRow).where(TenderRow.order == order)
        return render_template(
            "staff/invoice.html",
            order=row,
            patron=session.get(PatronRow, row.patron) if row.patron else None,
            lines=_invoiced(session, order),
            tenders=session.scalars(tenders.order_by(TenderRow.at_ms, TenderRow.id)).all(),
            house=catalogue.house(session),
        )


def _invoiced(session: Session, order: str) -> list[Line]:
    """Give the lines that the charge is made of: live tickets, then what has no seat."""
    tickets = {
        row.id: row
        for row in session.scalars(select(TicketRow).where(TicketRow.order == order))
    }
    found = []
    if tickets:
        for one in orders.describe(session, order).live.tickets:
            when = f"{one.evening.title}, {one.evening.date} {one.evening.time}"
            row = tickets[one.id]
            words = f"{when}: {one.place}"
            found.append(Line(words, one.price_type, row.price, row.fee_outside))
    others = select(OrderLineRow).where(OrderLineRow.order == order)
    for line in session.scalars(others.order_by(OrderLineRow.id)):
        words = line.kind.replace("_", " ").capitalize()
        found.append(Line(words, "", line.amount, line.fee_outside))
    return found


def printed(wanted: Sequence[str]) -> ResponseReturnValue:
    """Give the live tickets of these orders in one file. Answers 404 if there are none."""
    found = []
    with desk.ledger().store.read() as session:
        for order in wanted:
            with suppress(LookupError):
                found.append(orders.describe(session, order).live)
    found = [described for described in found if described.tickets]
    if not found:
        abort(404)
    try:
        made = paper.pdf(*found)
    except paper.NotAvailable:
        return render_template(
            "staff/trouble.html",
            title="Not available",
            words="PDFs are not available here.",
        ), 503
    return send_file(
        io.BytesIO(made), "application/pdf", download_name=f"{found[0].number}.pdf"
    )
