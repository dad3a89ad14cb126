"""An order on the patron's phone: tickets, receipt, PDF, and by mail from there.

The address is 80 random bits: the order's pickup code, which only the kiosk's screen
showed, or the link of a letter. It may be opened before a kiosk's sale has arrived here;
then it says so. Source: lobby.md §2.10, §8.
"""

from typing import Final

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import outbox, pickups
from ledger.clock import Means
from ledger.shop import confirmed, frame, passes
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.ways import Way
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import OutboxRow
from ledger.web.sale_form import plausible

LENGTH: Final = 16
MOST_LETTERS: Final = 5
LONGEST: Final = 200


@bp.get("/orders/<code>")
def on_phone(code: str) -> ResponseReturnValue:
    """Show an order to whoever has its code, as often as they look."""
    with frame.ledger().store.read() as session:
        found = order(session, code)
        if found is None:
            return frame.page("not_yet.html", session, code=code)
        return _page(session, code, found)


@bp.post("/orders/<code>/letters")
def mail_it(code: str) -> ResponseReturnValue:
    """Mail tickets and receipt to an address that is typed here, never at a kiosk."""
    to = " ".join(request.form.get("email", "").split())
    with frame.ledger().store.read() as session:
        found = order(session, code) or abort(404)
        if len(to) > LONGEST or not plausible(to):
            return _page(session, code, found, fault=_("This is no e-mail address."), to=to)
    if not frame.write(_mail, order=found.id, to=to):
        with frame.ledger().store.read() as session:
            words = _("That was mailed often enough. The box office can help.")
            return _page(session, code, found, fault=words, to=to)
    return redirect(url_for("shop.on_phone", code=code, mailed=1), 303)


@bp.get("/orders/<code>/tickets.pdf")
def phone_pdf(code: str) -> ResponseReturnValue:
    """Give the tickets as a PDF."""
    with frame.ledger().store.read() as session:
        return confirmed.pdf_of(session, (order(session, code) or abort(404)).id)


@bp.get("/orders/<code>/performance.ics")
def phone_ics(code: str) -> Response:
    """Give the evenings for a calendar."""
    with frame.ledger().store.read() as session:
        found = order(session, code) or abort(404)
        return confirmed.ics_of(session, found)


@bp.get("/orders/<code>/tickets.pkpass")
def phone_pass(code: str) -> ResponseReturnValue:
    """Give the tickets for a phone's wallet."""
    with frame.ledger().store.read() as session:
        return passes.of_order(session, (order(session, code) or abort(404)).id)


def _page(
    session: Session, code: str, found: OrderRow, *, fault: str = "", to: str = ""
) -> str:
    return frame.page(
        "phone.html",
        session,
        code=code,
        faults={"email": fault} if fault else {},
        to=to,
        mailed=bool(request.args.get("mailed")),
        way=(way := Way("code", code, found.id)),
        passable=way.passable(session),
        passes=passes.offered() and found.state == "confirmed",
        **confirmed.facts(session, found),
    )


def checked(code: str) -> None:
    """404 for what cannot be such a code."""
    if len(code) != LENGTH or any(one not in ids.ALPHABET for one in code):
        abort(404)


def order(session: Session, code: str) -> OrderRow | None:
    """Give the order of a code; None for one that has not arrived. 404 for no code."""
    checked(code)
    ways = (pickups.PREFIX + code, pickups.LINK + code)
    found = next((o for way in ways if (o := pickups.find(session, way))), None)
    return session.get(OrderRow, found) if found and _performance(session, found) else None


def _performance(session: Session, order: str) -> str:
    query = select(TicketRow.performance).where(TicketRow.order == order)
    return session.scalars(query.order_by(TicketRow.line).limit(1)).first() or ""


def _mail(session: Session, means: Means, *, order: str, to: str) -> bool:
    """Leave the letter, unless so many went out already that somebody plays with it."""
    sent = select(func.count()).select_from(OutboxRow).where(OutboxRow.order == order)
    if (session.scalar(sent) or 0) >= MOST_LETTERS:
        return False
    outbox.bring_tickets(session, means, order, to=to)
    return True
