"""Write one letter to everybody who holds a ticket for a performance. Source: MAI1."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from boxoffice.orders import TicketStatus
from ledger import catalogue, mailings, reports
from ledger.web import desk, letter_form
from ledger.web.window_cards import new_key

bp = Blueprint("messages", __name__, url_prefix="/staff/performances")
GROUPS = {
    "live": ("with a live ticket", mailings.LIVE),
    "void": (
        "whose ticket was refunded, exchanged or cancelled",
        frozenset(TicketStatus) - mailings.LIVE,
    ),
    "all": ("who ever had a ticket", frozenset(TicketStatus)),
}


@bp.get("/<performance>/message")
@desk.needs(desk.SUPERVISOR)
def show(performance: str) -> ResponseReturnValue:
    return _page(performance)


@bp.post("/<performance>/message")
@desk.needs(desk.SUPERVISOR)
def send(performance: str) -> ResponseReturnValue:
    """Show who gets the letter and how it reads; pressed again there, send it."""
    group = desk.field("group")
    with desk.ledger().store.read() as session:
        if reports.performance(session, performance) is None:
            abort(404)
    if group not in GROUPS:
        abort(400)
    letter = letter_form.read()
    if letter is None or request.form.get("act") != "send":
        return _page(performance, checked=letter is not None)
    count = desk.write(
        mailings.send,
        performance,
        letter,
        statuses=GROUPS[group][1],
        by=desk.me().id,
    )
    desk.say(letter_form.on_their_way(count))
    return redirect(url_for("charts.show", performance=performance), 303)


def _page(performance: str, *, checked: bool = False) -> ResponseReturnValue:
    """Show the letter. checked: as it will go out, with a button that sends it."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        group = desk.field("group") or "live"
        groups = {
            id: (words, mailings.recipients(session, performance, statuses))
            for id, (words, statuses) in GROUPS.items()
        }
        return render_template(
            "staff/message.html",
            evening=evening,
            zone=catalogue.house(session).zone,
            groups=groups,
            wordings=letter_form.fields(groups["all"][1].values()),
            group=group,
            untold=len(mailings.friends(session, performance, GROUPS[group][1]))
            if evening.cancelled_ms
            else 0,
            checked=checked,
            key=desk.field("key", most=36) if checked else new_key(),
        )
