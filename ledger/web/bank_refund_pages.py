"""Refunds by bank transfer: what is still to be paid, and what was. Source: BNK1, BNK2."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.bank_transfers import Event, State
from boxoffice.refusals import Code
from ledger import bank_refunds, catalogue
from ledger.bank_refunds import Owed
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.self_service import BankRefundRow
from ledger.web import desk, downloads
from ledger.written import moment, plain

bp = Blueprint("bank_refunds", __name__, url_prefix="/staff/bank-refunds")
HEADER = ("order", "patron", "account holder", "account", "amount", "currency", "since")
STATES = {
    State.REQUESTED: "to be asked for an account",
    State.AWAITING_DETAILS: "waits for an account",
    State.PAYABLE: "to be transferred",
}
PAID = {"transferred": "transferred", "other": "paid another way", "": ""}
ACTS = {
    "paid": (Event.MARK_PAID, "Noted as transferred."),
    "other": (Event.MARK_PAID_OTHER, "Noted as paid another way."),
    "returned": (Event.BANK_RETURNED, "It is to be paid again, to another account."),
}
STALE = "Somebody was quicker: please look at it again."


@bp.get("")
@desk.needs(*desk.SELLERS)
def index() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/bank_refunds.html",
            outstanding=bank_refunds.outstanding(session),
            paid=bank_refunds.done(session),
            states=STATES,
            ways=PAID,
            zone=catalogue.house(session).zone,
        )


@bp.get("/payable.<kind>")
@desk.needs(*desk.SELLERS)
def payable(kind: str) -> Response:
    """Give what can be transferred now as a file for whoever does it."""
    with desk.ledger().store.read() as session:
        zone = catalogue.house(session).zone
        rows = list(_rows(bank_refunds.outstanding(session), zone))
    return downloads.table("bank-refunds", kind, HEADER, rows)


@bp.post("/<id>")
@desk.needs(*desk.SELLERS)
def act(id: str) -> ResponseReturnValue:
    """Say what became of it, write again, or keep the account that the patron told."""
    _known(id)
    wanted, me = desk.field("act"), desk.me().id
    if wanted == "ask":
        desk.say("A new link is on its way.") if desk.write(_ask, id) else desk.refuse(
            "There is no address to write to, or nothing to ask."
        )
    elif wanted == "told":
        _tell(id, me)
    elif wanted in ACTS:
        event, words = ACTS[wanted]
        if desk.write(bank_refunds.settle, id, event, by=me):
            desk.say(words)
        else:
            desk.refuse(STALE)
    else:
        abort(400)
    return redirect(url_for("bank_refunds.index"), 303)


def _tell(id: str, me: str) -> None:
    account = bank_refunds.read(
        desk.field("iban"), desk.field("bank"), desk.field("number")
    )
    holder = desk.field("holder", most=100)
    if isinstance(account, Code):
        desk.refuse(Refused(account))
    elif not holder:
        desk.refuse("Please say whose account it is.")
    elif desk.write(bank_refunds.fill_in, id, holder=holder, account=account, by=me):
        desk.say("The account is kept.")
    else:
        desk.refuse(STALE)


def _ask(session: Session, means: Means, id: str) -> bool:
    row = session.get_one(BankRefundRow, id, with_for_update=True)
    return bank_refunds.ask(session, means, row)


def _known(id: str) -> None:
    with desk.ledger().store.read() as session:
        if session.get(BankRefundRow, id) is None:
            abort(404)


def _rows(found: Sequence[Owed], zone: str) -> Iterator[list[str]]:
    for one in found:
        if one.state == State.PAYABLE:
            since = f"{moment(one.made_ms, zone):%Y-%m-%d}"
            yield [
                one.number, one.patron, one.holder, one.account,
                plain(one.amount, one.currency), one.currency, since,
            ]  # fmt: skip
