"""An order's card on file: charge what the patron agreed to, ask again, remove it.

Source: MEM9, PAY1, PAY2.
"""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import card_charges, cards_on_file, catalogue
from ledger.card_charges import Attempt
from ledger.cards_on_file import Bar
from ledger.clock import Means
from ledger.gateways import choose
from ledger.rivals import Overtaken
from ledger.tables.orders import OrderRow
from ledger.web import desk, order_acts
from ledger.web.on_file_words import BARS, ENDED
from ledger.written import money

bp = Blueprint("cards_on_file", __name__, url_prefix="/staff/orders")


@bp.post("/<path:order>/card-on-file")
@desk.needs(*desk.SELLERS)
def charge(order: str) -> ResponseReturnValue:
    """Charge what is due of the agreed change; the same press charges once."""
    ledger, key, me = desk.ledger(), desk.field("key"), desk.me().id
    gateway = choose.gateway(ledger)
    if not ids.is_uuid(key):
        abort(400)

    def act(session: Session, means: Means, row: OrderRow) -> Attempt | Bar:
        return card_charges.start(session, means, row, key=key, by=me)

    done = order_acts.change(order, act)
    if isinstance(done, Overtaken):
        order_acts.overtaken(done)
        return order_acts.again(order)
    if isinstance(done, Bar):
        desk.refuse(BARS[done])
        return order_acts.back(order)
    if gateway is not None:
        with ledger.store.read() as session:
            number = ids.shown(session.get_one(OrderRow, order).number)
            words = f"{catalogue.house(session).name}, {number}"
        means = ledger.means()
        done = card_charges.charge(ledger.store, means, gateway, done, words=words)
    _tell(done)
    return order_acts.back(order)


@bp.post("/<path:order>/card-on-file/again")
@desk.needs(*desk.SELLERS)
def ask(order: str) -> ResponseReturnValue:
    """Ask the bank once more what became of the last charge."""
    ledger = desk.ledger()
    gateway = choose.gateway(ledger)
    with ledger.store.read() as session:
        found = card_charges.latest(session, order)
    if found is None:
        abort(404)
    if gateway is not None:
        found = card_charges.settle(ledger.store, ledger.means(), gateway, found)
    _tell(found)
    return order_acts.back(order)


@bp.post("/<path:order>/card-on-file/remove")
@desk.needs(*desk.SELLERS)
def remove(order: str) -> ResponseReturnValue:
    """Use the card no more, and have the bank forget it."""
    if desk.write(cards_on_file.remove, order, by=desk.me().id):
        desk.say("The card is removed.")
    return order_acts.back(order)


def _tell(attempt: Attempt) -> None:
    sum_ = money(attempt.amount, attempt.currency)
    match attempt.state:
        case "sold":
            desk.say(f"{sum_} was charged to the card on file.")
        case "started" | "unknown":
            desk.refuse(BARS[Bar.PENDING])
        case _:
            desk.refuse(ENDED.get(attempt.why, "Nothing was taken."))
