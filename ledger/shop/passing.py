"""Pass a single ticket on to a friend, take it back, and what the friend sees.

Source: lobby.md §8.
"""

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import choices, evenings, passed_on
from ledger.documents import code as drawn
from ledger.documents import order as orders
from ledger.documents.order import Order
from ledger.shop import confirmed, frame, passes, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.shop.ways import Way
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web.sale_form import plausible


@bp.get("/orders/<code>/tickets/<ticket>")
@bp.get("/baskets/<secret>/tickets/<ticket>", endpoint="basket_pass_on")
def pass_on(ticket: str, code: str = "", secret: str = "") -> ResponseReturnValue:
    """Say what passing this ticket on does, and ask to whom."""
    return _asked(_way(code, secret), ticket)


@bp.post("/orders/<code>/tickets/<ticket>")
@bp.post("/baskets/<secret>/tickets/<ticket>", endpoint="basket_pass_it_on")
def pass_it_on(ticket: str, code: str = "", secret: str = "") -> ResponseReturnValue:
    """Send the ticket to the address that was typed; older copies of it are void."""
    return _on(_way(code, secret), ticket)


@bp.post("/orders/<code>/tickets/<ticket>/back")
@bp.post("/baskets/<secret>/tickets/<ticket>/back", endpoint="basket_take_back")
def take_back(ticket: str, code: str = "", secret: str = "") -> ResponseReturnValue:
    """Void what the friend has; the ticket is the buyer's again."""
    return _back(_way(code, secret), ticket)


def _way(code: str, secret: str) -> Way:
    """Give the way somebody came: by the link of a letter, or right after the purchase."""
    with frame.ledger().store.read() as session:
        if code:
            return Way("code", code, (phone.order(session, code) or abort(404)).id)
        return Way("secret", secret, frame.basket(session, secret).order or abort(404))


def _asked(way: Way, ticket: str) -> ResponseReturnValue:
    with frame.ledger().store.read() as session:
        return _ask(session, way, way.own(session, ticket))


def _on(way: Way, ticket: str) -> ResponseReturnValue:
    to = " ".join(request.form.get("email", "").split())
    with frame.ledger().store.read() as session:
        found = way.own(session, ticket)
        if len(to) > phone.LONGEST or not plausible(to):
            words = _("This is no e-mail address.")
            return _ask(session, way, found, fault=words, to=to)
    if frame.write(passed_on.on, ticket, to=to, language=language()):
        flash(_("The ticket is on its way to %(email)s.", email=to), "done")
    else:
        flash(_("This ticket cannot be passed on now."), "sorry")
    return redirect(way.home, 303)


def _back(way: Way, ticket: str) -> ResponseReturnValue:
    with frame.ledger().store.read() as session:
        way.own(session, ticket)
    if frame.write(passed_on.back, ticket):
        flash(_("The ticket is yours again, with a new code."), "done")
    else:
        flash(_("This ticket cannot be taken back: it may have been used."), "sorry")
    return redirect(way.home, 303)


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
        waiting = choices.waiting(session, session.get_one(OrderRow, row.order))
        return frame.page(
            "passed.html",
            session,
            code=code,
            order=told,
            ticket=told.tickets[0],
            drawn=drawn.drawn,
            starts_ms=confirmed.starts_ms(session, row.performance),
            called_off=evenings.called_off(session, row.performance),
            choosing=row.status == "active" and row.performance in waiting,
            passes=passes.offered() and row.status == "active",
        )


@bp.get("/tickets/<code>/ticket.pdf")
def passed_pdf(code: str) -> ResponseReturnValue:
    """Give the one ticket as a PDF."""
    with frame.ledger().store.read() as session:
        told = _told(session, _passed(session, code) or abort(404))
        return frame.called_off(session, told) or confirmed.pdf_file(told.live)


@bp.get("/tickets/<code>/performance.ics")
def passed_ics(code: str) -> Response:
    """Give the evening for a calendar."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code) or abort(404)
        order = session.get_one(OrderRow, row.order)
        return confirmed.ics_file(session, _told(session, row), order)


@bp.get("/tickets/<code>/ticket.pkpass")
def passed_pass(code: str) -> ResponseReturnValue:
    """Give the one ticket for a phone's wallet."""
    with frame.ledger().store.read() as session:
        row = _passed(session, code) or abort(404)
        told = _told(session, row)
        off = frame.called_off(session, told)
        return off or passes.of(session, told.live, row.order)


def _ask(
    session: Session, way: Way, row: TicketRow, *, fault: str = "", to: str = ""
) -> ResponseReturnValue:
    told = orders.describe(session, row.order, language())
    [ticket] = (one for one in told.tickets if one.id == row.id)
    if ticket.passed_to or not passed_on.may(session, frame.ledger().means(), row):
        return redirect(way.home, 303)
    page = frame.page(
        "pass_on.html",
        session,
        way=way,
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
