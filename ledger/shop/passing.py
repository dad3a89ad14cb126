"""Pass a single ticket on to a friend, take it back, and what the friend sees.

Source: lobby.md §8.
"""

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import passed_on
from ledger.documents import code as drawn
from ledger.documents import order as orders
from ledger.documents.order import Order
from ledger.shop import confirmed, frame, passes, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web.sale_form import plausible


@bp.get("/orders/<code>/tickets/<ticket>")
def pass_on(code: str, ticket: str) -> ResponseReturnValue:
    """Say what passing this ticket on does, and ask to whom."""
    with frame.ledger().store.read() as session:
        return _ask(session, code, _own(session, code, ticket))


@bp.post("/orders/<code>/tickets/<ticket>")
def pass_it_on(code: str, ticket: str) -> ResponseReturnValue:
    """Send the ticket to the address that was typed; older copies of it are void."""
    to = " ".join(request.form.get("email", "").split())
    with frame.ledger().store.read() as session:
        found = _own(session, code, ticket)
        if len(to) > phone.LONGEST or not plausible(to):
            words = _("This is no e-mail address.")
            return _ask(session, code, found, fault=words, to=to)
    if frame.write(passed_on.on, ticket, to=to, language=language()):
        flash(_("The ticket is on its way to %(email)s.", email=to), "done")
    else:
        flash(_("This ticket cannot be passed on now."), "sorry")
    return redirect(url_for("shop.on_phone", code=code), 303)


@bp.post("/orders/<code>/tickets/<ticket>/back")
def take_back(code: str, ticket: str) -> ResponseReturnValue:
    """Void what the friend has; the ticket is the buyer's again."""
    with frame.ledger().store.read() as session:
        _own(session, code, ticket)
    if frame.write(passed_on.back, ticket):
        flash(_("The ticket is yours again, with a new code."), "done")
    else:
        flash(_("This ticket cannot be taken back: it may have been used."), "sorry")
    return redirect(url_for("shop.on_phone", code=code), 303)


@bp.get("/tickets/<code>")
def passed_ticket(code: str) -> ResponseReturnValue:
    """Show one ticket to whoever got the letter about it."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code)
        if row is None:
            words = _("Whoever passed this ticket on has taken it back.")
            return frame.page(
                "trouble.html", session, title=_("Not yours any more"), words=words
            ), 410
        told = _told(session, row)
        return frame.page(
            "passed.html",
            session,
            code=code,
            order=told,
            ticket=told.tickets[0],
            drawn=drawn.drawn,
            starts_ms=confirmed.starts_ms(session, row.performance),
            passes=passes.offered() and row.status == "active",
        )


@bp.get("/tickets/<code>/ticket.pdf")
def passed_pdf(code: str) -> Response:
    """Give the one ticket as a PDF."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code) or abort(404)
        return confirmed.pdf_file(_told(session, row).live)


@bp.get("/tickets/<code>/performance.ics")
def passed_ics(code: str) -> Response:
    """Give the evening for a calendar."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code) or abort(404)
        order = session.get_one(OrderRow, row.order)
        return confirmed.ics_file(session, _told(session, row), order, row.performance)


@bp.get("/tickets/<code>/ticket.pkpass")
def passed_pass(code: str) -> Response:
    """Give the one ticket for a phone's wallet."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code) or abort(404)
        return passes.of(session, _told(session, row).live, row.order)


def _own(session: Session, code: str, ticket: str) -> TicketRow:
    """Give a ticket of the order that a link shows; 404 for any other."""
    found, row = phone.order(session, code), session.get(TicketRow, ticket)
    if found is None or row is None or row.order != found.id:
        abort(404)
    return row


def _ask(
    session: Session, code: str, row: TicketRow, *, fault: str = "", to: str = ""
) -> ResponseReturnValue:
    told = orders.describe(session, row.order, language())
    [ticket] = (one for one in told.tickets if one.id == row.id)
    if ticket.passed_to or not passed_on.may(session, frame.ledger().means(), row):
        return redirect(url_for("shop.on_phone", code=code), 303)
    page = frame.page(
        "pass_on.html",
        session,
        code=code,
        ticket=ticket,
        starts_ms=confirmed.starts_ms(session, row.performance),
        faults={"email": fault} if fault else {},
        to=to,
    )
    return (page, 422) if fault else page


def _passed(session: Session, code: str) -> TicketRow | None:
    phone.checked(code)
    found = passed_on.find(session, code)
    return session.get(TicketRow, found) if found else None


def _told(session: Session, row: TicketRow) -> Order:
    return orders.describe(session, row.order, language()).alone(row.id)
