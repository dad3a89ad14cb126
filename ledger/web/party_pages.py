"""Orders that belong together, as one: pay for all, print all, mail all. Source: DIS3."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import (
    catalogue,
    desk_money,
    parties,
    party_acts,
    party_versions,
    reports,
    voucher_balances,
    window_cards,
)
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.documents import order as documents
from ledger.gateways import terminal
from ledger.party_acts import Stopped
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web import amounts, desk, order_acts, orders
from ledger.web import window_cards as terminals
from ledger.web.sale_tenders import NO_VOUCHER, TENDERS
from ledger.window_cards import Attempt
from ledger.written import money

bp = Blueprint("party_pages", __name__, url_prefix="/staff/orders")
T = TypeVar("T")


@bp.get("/<path:order>/party")
@desk.needs_login
def show(order: str) -> ResponseReturnValue:
    return _page(order, {})


@bp.get("/<path:order>/party/tickets.pdf")
@desk.needs_login
def tickets(order: str) -> ResponseReturnValue:
    """Give the live tickets of the whole party, to be printed."""
    with desk.ledger().store.read() as session:
        members = [one.id for one in parties.read(session, order)]
    return orders.printed(members) if members else abort(404)


@bp.post("/<path:order>/party/letters")
@desk.needs(*desk.SELLERS)
def mail(order: str) -> ResponseReturnValue:
    """Mail the tickets of every order again."""
    me = desk.me().id

    def act(session: Session, means: Means, rows: list[OrderRow]) -> int | Stopped:
        return party_acts.send_again(session, means, rows, by=me)

    def said(sent: int) -> None:
        desk.say(f"{sent} letter{'s' if sent != 1 else ''} with tickets on their way.")

    return press(order, act, said, but="No letter was sent.")


@bp.post("/<path:order>/party/payments")
@desk.needs(*desk.SELLERS)
def pay(order: str) -> ResponseReturnValue:
    """Take one payment for all that the orders owe, or for a part of it."""
    kind, ref, me = desk.field("kind"), desk.field("ref", most=100), desk.me().id
    if kind not in set(TENDERS) - {""}:
        abort(400)
    with desk.ledger().store.read() as session:
        party = parties.read(session, order)
        if not party:
            abort(404)
        quicker = party_versions.overtaken(
            session,
            [one.id for one in party],
            desk.field("seen", most=party_versions.LONGEST),
        )
        currency = session.get_one(OrderRow, order).currency
        due = sum(one.due for one in party)
        given, refused = due, ""
        try:
            given = amounts.read(desk.field("amount"), currency) or due
        except amounts.NotAnAmount as why:
            refused = str(why)
        taken = min(given, due)
        refused = refused or _covers(session, kind, ref, taken, due, currency)
    if quicker:
        return _overtaken(order, quicker, "Nothing was taken")
    if not refused and (taken <= 0 or (given > due and kind != "cash")):
        refused = f"{money(due, currency)} is due: nobody pays more than that."
    if refused:
        desk.refuse(f"{refused} Nothing was taken.")
        return _page(order, request.form)

    def act(session: Session, means: Means, rows: list[OrderRow]) -> Stopped | None:
        return party_acts.pay(session, means, rows, Payment(kind, taken, ref), by=me)

    def said(_: None) -> None:
        left = f"{money(due - taken, currency)} is" if taken < due else "nothing more is"
        desk.say(f"{money(taken, currency)} taken: {left} due.")
        if given > due:
            desk.say(f"Change: {money(given - due, currency)}.")

    return press(order, act, said, but="Nothing was taken.")


@bp.post("/<path:order>/party/terminal")
@desk.needs(*desk.SELLERS)
def ask(order: str) -> ResponseReturnValue:
    """Ask our terminal for one card for all that is due; the same press asks once."""
    key, me, ledger = desk.field("key"), desk.me().id, desk.ledger()
    if not ids.is_uuid(key):
        abort(400)
    asked = terminal.choose(ledger.config, ledger.store)
    with ledger.store.read() as session:
        if asked is None or not parties.read(session, order):
            abort(404)
        if window_cards.find(session, key):
            return redirect(url_for("window_cards.show", order=order, key=key), 303)

    def act(session: Session, means: Means, rows: list[OrderRow]) -> Attempt | Refused:
        rows.sort(key=lambda row: (row.id != order, row.made_ms))
        return window_cards.start_party(
            session, means, rows, key=key, terminal=asked.name, by=me
        )

    done = change(order, act)
    if isinstance(done, Overtaken):
        return _overtaken(order, done, "No card was asked for")
    if isinstance(done, Refused):
        desk.refuse(done)
        return _page(order, request.form)
    return terminals.go_on(order, key, asked, done)


def _covers(
    session: Session, kind: str, ref: str, wanted: int, due: int, currency: str
) -> str:
    """Say why a voucher or gift card does not pay so much; blank: it does."""
    if kind != desk_money.CODE:
        return ""
    voucher = voucher_balances.look(session, ref, desk.ledger().means().now_ms)
    if voucher is None:
        return NO_VOUCHER
    if voucher.balance < wanted:
        left = money(voucher.balance, currency)
        return f"The voucher has {left} left, and {money(due, currency)} is due."
    return ""


def change(order: str, act: Callable[[Session, Means, list[OrderRow]], T]) -> T | Overtaken:
    """Do something to a whole party as it was seen, in one transaction."""
    seen = desk.field("seen", most=party_versions.LONGEST)

    def use_case(session: Session, means: Means) -> T | Overtaken:
        rows = party_versions.lock(session, parties.members(session, order), seen)
        return rows if isinstance(rows, Overtaken) else act(session, means, rows)

    return desk.write(use_case)


def press(
    order: str,
    act: Callable[[Session, Means, list[OrderRow]], T | Stopped | Refused],
    say: Callable[[T], None],
    *,
    but: str,
) -> ResponseReturnValue:
    """Do something to a whole party and show it; but: what else was not done."""
    with desk.ledger().store.read() as session:
        if session.get(OrderRow, order) is None:
            abort(404)
    done = change(order, act)
    if isinstance(done, Overtaken):
        return _overtaken(order, done, but.rstrip("."))
    if isinstance(done, Stopped):
        why = desk.words_of(done.why) if isinstance(done.why, Refused) else done.why
        desk.refuse(f"Order {done.number}: {why} {but}")
        return _page(order, request.form)
    if isinstance(done, Refused):
        desk.refuse(f"{desk.words_of(done)} {but}")
        return _page(order, request.form)
    say(done)
    return redirect(url_for("party_pages.show", order=order), 303)


def _overtaken(order: str, quicker: Overtaken, done: str) -> ResponseReturnValue:
    order_acts.overtaken(quicker, done=done, thing="this party")
    return _page(order, request.form)


@dataclass(frozen=True)
class Seat:
    """A live ticket of a party, as it is chosen. number, patron: of its order."""

    id: str
    words: str
    number: str
    patron: str


def _live(session: Session, party: Sequence[parties.Linked]) -> list[Seat]:
    """Give the live tickets of a party, order by order."""
    found = {}
    for one in party:
        if one.tickets:
            found[one.id] = documents.describe(session, one.id).live.tickets
    return [
        Seat(ticket.id, ticket.place, one.number, one.patron)
        for one in party
        for ticket in found.get(one.id, ())
    ]


def _page(order: str, typed: Mapping[str, str]) -> ResponseReturnValue:
    """Show the party of an order as it is now. typed: a form on it that was not kept."""
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            abort(404)
        party = parties.read(session, order)
        if not party:
            return redirect(url_for("orders.show", order=order), 303)
        members = [one.id for one in party]
        evenings = session.scalars(
            select(TicketRow.performance)
            .where(TicketRow.order.in_(members), TicketRow.status == "active")
            .distinct()
        ).all()
        found = [reports.performance(session, evening) for evening in evenings]
        return render_template(
            "staff/party.html",
            order=row,
            party=party,
            typed=typed,
            due=sum(one.due for one in party),
            live=_live(session, party),
            seen=party_versions.seen(session, members),
            performances=sorted(filter(None, found), key=lambda it: it.starts_ms),
            tenders_known=TENDERS,
            terminal_key=terminals.new_key() if terminals.there() else "",
            at_terminal=next(
                filter(None, (window_cards.latest(session, id) for id in members)), None
            ),
            zone=catalogue.house(session).zone,
        )
