"""Find out about a subscriber who is on no record: accept, or let the seats be paid."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import member_checks
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.orders import OrderRow
from ledger.web import desk, order_acts
from ledger.written import money

bp = Blueprint("member_checks", __name__, url_prefix="/staff/orders")


@bp.post("/<path:order>/subscriber")
@desk.needs(*desk.SELLERS)
def accept(order: str) -> ResponseReturnValue:
    me = desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> None:
        if member_checks.waits(session, row):
            member_checks.accept(session, means, row, by=me)

    return order_acts.press(order, act, lambda _: desk.say("Accepted as told."))


@bp.post("/<path:order>/member-seats")
@desk.needs(*desk.SELLERS)
def charge(order: str) -> ResponseReturnValue:
    """Change a closed order: its member seats are to be paid, as the patron agreed."""
    kind, consent, me = desk.field("price_type"), desk.field("consent"), desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> tuple[int, str] | Refused:
        if not member_checks.waits(session, row):
            return 0, row.currency
        more = member_checks.charge(
            session, means, row, price_type=kind, consent=consent, by=me
        )
        return more if isinstance(more, Refused) else (more, row.currency)

    def said(done: tuple[int, str]) -> None:
        desk.say(f"{money(*done)} more is due. Please take the payment.")

    return order_acts.press(order, act, said)
