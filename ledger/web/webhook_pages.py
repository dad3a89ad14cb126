"""Webhooks: a manager adds, tries and ends them, and sees what became of deliveries."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, webhooks
from ledger.hooks import address as addresses
from ledger.web import desk

bp = Blueprint("webhooks", __name__, url_prefix="/staff/people/webhooks")
STATES = {"waiting": "waits", "delivered": "delivered", "given_up": "given up"}


@bp.get("")
@desk.needs(desk.MANAGER)
def index() -> ResponseReturnValue:
    return _page("")


@bp.post("")
@desk.needs(desk.MANAGER)
def add() -> ResponseReturnValue:
    """Add an address and show its secret, this once."""
    address = desk.field("address", most=addresses.MOST_CHARACTERS + 1)
    events = [event for event in webhooks.EVENTS if event in request.form.getlist("event")]
    try:
        addresses.check(address, desk.ledger().config.webhook_hosts)
    except addresses.NotAllowed as why:
        desk.refuse(str(why))
        return redirect(url_for("webhooks.index"), 303)
    if not events:
        desk.refuse("Please tick what it should hear of.")
        return redirect(url_for("webhooks.index"), 303)
    return _page(desk.write(webhooks.add, address=address, events=events, by=desk.me().id))


@bp.get("/<id>")
@desk.needs(desk.MANAGER)
def show(id: str) -> ResponseReturnValue:
    page = min(max(0, request.args.get("page", 0, type=int)), 100_000)
    with desk.ledger().store.read() as session:
        hook = webhooks.read(session, id)
        if hook is None:
            abort(404)
        count, deliveries = webhooks.deliveries(session, id, page)
        return render_template(
            "staff/webhook.html",
            hook=hook,
            deliveries=deliveries,
            count=count,
            page=page,
            size=webhooks.PAGE,
            events=webhooks.EVENTS,
            states=STATES,
            zone=catalogue.house(session).zone,
        )


@bp.post("/<id>/test")
@desk.needs(desk.MANAGER)
def test(id: str) -> ResponseReturnValue:
    if not desk.write(webhooks.test, id):
        abort(404)
    desk.say("A test is on its way; look again in a moment.")
    return redirect(url_for("webhooks.show", id=id), 303)


@bp.post("/<id>/end")
@desk.needs(desk.MANAGER)
def end(id: str) -> ResponseReturnValue:
    if not desk.write(webhooks.end, id, by=desk.me().id):
        abort(404)
    desk.say("It hears nothing more.")
    return redirect(url_for("webhooks.index"), 303)


@bp.post("/<id>/deliveries/<delivery>")
@desk.needs(desk.MANAGER)
def again(id: str, delivery: str) -> ResponseReturnValue:
    if desk.write(webhooks.again, delivery, by=desk.me().id):
        desk.say("It is sent again.")
    else:
        desk.refuse("It is on its way already, or nobody hears it.")
    return redirect(url_for("webhooks.show", id=id), 303)


def _page(secret: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/webhooks.html",
            hooks=webhooks.all_(session),
            events=webhooks.EVENTS,
            secret=secret,
            zone=catalogue.house(session).zone,
        )
