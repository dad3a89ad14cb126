"""Orders that belong together: linked and taken apart on an order's page. Source: DIS3."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import parties
from ledger.clock import Means
from ledger.tables.orders import OrderRow
from ledger.web import desk, order_acts

bp = Blueprint("party_links", __name__, url_prefix="/staff/orders")


@bp.post("/<path:order>/party")
@desk.needs(*desk.SELLERS)
def link(order: str) -> ResponseReturnValue:
    """Make this order and the one whose number was typed one party."""
    typed, me = desk.field("with", most=40), desk.me().id
    with desk.ledger().store.read() as session:
        if session.get(OrderRow, order) is None:
            abort(404)
        found = parties.find(session, typed)
    if len(found) != 1 or found[0] == order:
        desk.refuse(
            "That is this order itself."
            if found == [order]
            else f"No order has the number “{typed}”. Nothing was linked."
        )
        return order_acts.again(order)

    def act(session: Session, means: Means, row: OrderRow) -> bool:
        return parties.link(session, means, row.id, found[0], by=me)

    def say(done: bool) -> None:
        number = ids.shown(ids.clean_code(typed))
        desk.say(
            f"One party with {number}." if done else f"{number} belongs to it already."
        )

    try:
        return order_acts.press(order, act, say)
    except parties.TooMany as why:
        desk.refuse(f"{why} Nothing was linked.")
        return order_acts.again(order)


@bp.post("/<path:order>/party/end")
@desk.needs(*desk.SELLERS)
def unlink(order: str) -> ResponseReturnValue:
    """Take this order out of its party."""
    me = desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> bool:
        return parties.unlink(session, means, row.id, by=me)

    return order_acts.press(order, act, lambda _: desk.say("It stands on its own again."))
