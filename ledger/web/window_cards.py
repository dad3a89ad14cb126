"""The card terminal at the window: how a payment stands, and how it ended.

The words are those of lobby.md §2. Each opening of the page asks the terminal again.
"""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from boxoffice import ids
from ledger import member_checks, outbox, parties, party_versions, window_cards
from ledger.gateways import choose, pretend, pretend_terminal, terminal
from ledger.gateways.terminal import Terminal
from ledger.refused import Refused
from ledger.tables.orders import OrderRow
from ledger.web import desk
from ledger.window_cards import Attempt
from ledger.written import money

bp = Blueprint("window_cards", __name__, url_prefix="/staff/orders")
_ENDED = {
    "declined": "The card was not accepted. Nothing was charged. Your seats are kept.",
    "unreachable": "The card terminal is not answering. Nothing was charged. Your seats are"
    " kept.",
    "cancelled": "Payment was cancelled. Nothing was charged. Your seats are kept.",
    "part": "The card could not pay the whole amount. Nothing was charged.",
    "order_cancelled": "Approved after cancellation. The money was returned.",
}


@bp.post("/<path:order>/terminal")
@desk.needs(*desk.SELLERS)
def ask(order: str) -> ResponseReturnValue:
    """Ask for a card for all that is due; the same press asks once."""
    key = desk.field("key")
    if not ids.is_uuid(key):
        abort(400)
    return begin(order, key, keep=desk.field("keep_card") == "1" and may_keep(order))


def begin(order: str, key: str, *, keep: bool = False) -> ResponseReturnValue:
    """Begin an attempt and show how it stands. keep: the card goes on file (MEM9)."""
    ledger = desk.ledger()
    asked = terminal.choose(ledger.config, ledger.store)
    with ledger.store.read() as session:
        if asked is None or session.get(OrderRow, order) is None:
            abort(404)
    found = desk.write(
        window_cards.start, order, key=key, terminal=asked.name, by=desk.me().id
    )
    if isinstance(found, Refused):
        desk.refuse(found)
        return redirect(url_for("orders.show", order=order), 303)
    return go_on(order, key, asked, found, keep=keep)


def go_on(
    order: str, key: str, asked: Terminal, found: Attempt, *, keep: bool = False
) -> ResponseReturnValue:
    """Tell the terminal of an attempt that was written down, and show how it stands."""
    ledger = desk.ledger()
    if found.key == key and found.state == "started":
        window_cards.begin(ledger.store, ledger.means(), asked, found, keep=keep)
    elif found.order != order:
        desk.refuse("The terminal is at another payment; this is it.")
    return redirect(url_for("window_cards.show", order=found.order, key=found.key), 303)


def there() -> bool:
    """Whether a terminal of our own stands at the window."""
    ledger = desk.ledger()
    return terminal.choose(ledger.config, ledger.store) is not None


def keeps() -> bool:
    """Whether a card that is held to our terminal can go on file."""
    ledger = desk.ledger()
    asked, bank = terminal.choose(ledger.config, ledger.store), choose.gateway(ledger)
    return asked is not None and bank is not None and asked.keeps == bank.name


def may_keep(order: str) -> bool:
    """Whether a card held to our terminal can go on file for an order that needs it."""
    if not keeps():
        return False
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        return row is not None and member_checks.waits(session, row)


def new_key() -> str:
    """Give a key for the next press."""
    means = desk.ledger().means()
    return ids.uuid7(means.now_ms, means.chance(10))


@bp.get("/<path:order>/terminal/<key>")
@desk.needs(*desk.SELLERS)
def show(order: str, key: str) -> ResponseReturnValue:
    """Ask the terminal once more, and say how it stands."""
    ledger = desk.ledger()
    asked = terminal.choose(ledger.config, ledger.store)
    attempt = _attempt(order, key)
    if asked is not None:
        attempt = window_cards.settle(ledger.store, ledger.means(), asked, attempt)
    return _page(attempt)


@bp.post("/<path:order>/terminal/<key>")
@desk.needs(*desk.SELLERS)
def stop(order: str, key: str) -> ResponseReturnValue:
    """Ask the terminal to stop; only its answer says what happened."""
    ledger = desk.ledger()
    asked = terminal.choose(ledger.config, ledger.store)
    if asked is not None:
        means = ledger.means()
        window_cards.settle(ledger.store, means, asked, _attempt(order, key), stop=True)
    return redirect(url_for("window_cards.show", order=order, key=key), 303)


@bp.post("/<path:order>/terminal/<key>/answer")
@desk.needs(*desk.SELLERS)
def answer(order: str, key: str) -> ResponseReturnValue:
    """Choose what the pretend terminal does. Only in a demo."""
    ledger, chosen = desk.ledger(), desk.field("answer")
    if not ledger.config.demo:
        abort(404)
    if chosen not in pretend_terminal.ANSWERS:
        abort(400)
    _attempt(order, key)
    ledger.store.write(pretend_terminal.answer, key, chosen)
    return redirect(url_for("window_cards.show", order=order, key=key), 303)


def _attempt(order: str, key: str) -> Attempt:
    with desk.ledger().store.read() as session:
        found = window_cards.find(session, key)
    if found is None or found.order != order:
        abort(404)
    return found


def words(attempt: Attempt, now_ms: int) -> str:
    """Say how an attempt stands or ended."""
    sum_ = money(attempt.amount, attempt.currency)
    match attempt.state:
        case "sold":
            late = "Your payment went through after all." if attempt.why == "late" else ""
            return f"{late or 'Thank you.'} {sum_} is paid."
        case "unknown":
            return (
                f"Please do not pay again. We can't see yet whether {sum_} was taken. Your"
                f" seats are safe. Reference {attempt.key[-6:].upper()}."
            )
        case "voiding":
            return "Approved, but not kept. The money is being returned."
        case "started":
            return f"{sum_}: please follow the terminal."
        case _:
            return _ENDED.get(attempt.why, "Nothing was charged.")


def _page(attempt: Attempt) -> ResponseReturnValue:
    ledger = desk.ledger()
    silent = False
    with ledger.store.read() as session:
        card = pretend.find(session, attempt.key) if ledger.config.demo else None
        order = session.get_one(OrderRow, attempt.order)
        to = outbox.tickets_to(session, order.id) if attempt.state == "sold" else ""
        members = [one.id for one in parties.read(session, attempt.order)]
        seen = party_versions.seen(session, members) if attempt.party else ""
        silent = card is not None and card.state.startswith("silent")
    said = words(attempt, ledger.clock())
    if attempt.state == "started" and silent:
        said = "We are asking the terminal what happened. Please don't pay again."
    return render_template(
        "staff/terminal.html",
        attempt=attempt,
        order=order,
        words=f"{said} The tickets are mailed to {to}." if to else said,
        answers=pretend_terminal.ANSWERS if card is not None and attempt.open else {},
        silent=silent,
        key=new_key(),
        seen=seen,
    )
