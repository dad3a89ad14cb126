"""What staff do to an order. Each press says which version of the order it was about.

If somebody was quicker, nothing is done: the page says who, when and what, and keeps what
was typed. Source: ORD3-ORD5, lobby.md §7.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, redirect, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import catalogue, contacts, order_changes, order_versions, ticketing
from ledger.clock import Means
from ledger.groups import Group
from ledger.order_changes import Cancelled
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.orders import OrderRow
from ledger.web import desk, order_fields, orders
from ledger.web.sale_form import DELIVERIES, LONGEST_ADDRESS, plausible
from ledger.written import money

bp = Blueprint("order_acts", __name__, url_prefix="/staff/orders")
T = TypeVar("T")


def change(order: str, act: Callable[[Session, Means, OrderRow], T]) -> T | Overtaken:
    """Do something to an order as it was seen, in one transaction."""
    seen = desk.field("seen")

    def use_case(session: Session, means: Means) -> T | Overtaken:
        row = order_versions.lock(session, order, seen)
        return row if isinstance(row, Overtaken) else act(session, means, row)

    with desk.ledger().store.read() as session:
        if session.get(OrderRow, order) is None:
            abort(404)
    return desk.write(use_case)


def overtaken(
    found: Overtaken,
    *,
    done: str = "Nothing was done",
    thing: str = "this order",
    kept: bool = True,
) -> None:
    """Say who was quicker, and what they did.

    done: what became of one's own press. kept: the page still shows what was typed.
    """
    with desk.ledger().store.read() as session:
        zone = catalogue.house(session).zone
    if found.changes:
        last = found.changes[-1]
        what = desk.some(
            [
                change.what if change.by == last.by else f"{change.by}: {change.what}"
                for change in found.changes
            ],
            most=4,
        )
        who = f"{last.by} changed {thing} at {desk.time_of_day(last.at_ms, zone)}"
    else:
        who, what = f"Something else changed {thing}", "a device or a guest"
    desk.refuse(
        f"{who}, while you were looking at it: {what}. {done}"
        f"{'; what you typed is still here' if kept else ''}. Please look again."
    )


def press(
    order: str,
    act: Callable[[Session, Means, OrderRow], T | Refused],
    say: Callable[[T], None],
    *,
    but: str = "",
) -> ResponseReturnValue:
    """Do something to an order as it was seen, tell what came of it, and show the order.

    say: what to tell once it is done. but: what to add to a refusal.
    """
    done = change(order, act)
    if isinstance(done, Overtaken):
        overtaken(done)
        return again(order)
    if isinstance(done, Refused):
        desk.refuse(f"{desk.words_of(done)} {but}".strip())
        return again(order)
    say(done)
    return back(order)


def again(order: str) -> ResponseReturnValue:
    """Show the order as it is now, with what was typed and not kept."""
    return orders.page(order, request.form)


def back(order: str) -> ResponseReturnValue:
    """Show the order again."""
    return redirect(url_for("orders.show", order=order), 303)


@bp.post("/<path:order>/details")
@desk.needs(*desk.SELLERS)
def edit(order: str) -> ResponseReturnValue:
    name, email, me = desk.field("name"), desk.field("email"), desk.me().id
    delivery = desk.field("delivery")
    if email and not plausible(email):
        desk.refuse(f"“{email}” is no e-mail address. Nothing was changed.")
        return again(order)
    if (email or desk.field("phone", most=60)) and not name:
        desk.refuse("Please give the name that goes with it. Nothing was changed.")
        return again(order)
    group = Group(desk.field("group_name"), desk.field("group_leader"))
    if group.leader and not group.name:
        desk.refuse("Please give the group that has this leader. Nothing was changed.")
        return again(order)
    if delivery not in {*DELIVERIES, "kiosk"}:
        abort(400)
    address = order_fields.lines(desk.field("address", most=LONGEST_ADDRESS))
    if address and not name:
        desk.refuse("Please give the name that goes with it. Nothing was changed.")
        return again(order)
    phone = desk.field("phone", most=60)
    patron = Patron(name, email, phone, address=address) if name else None
    details: dict[str, Any] = {
        "patron": patron,
        "delivery": delivery,
        "note": desk.field("note"),
        "photo_id": request.form.get("photo_id") == "1",
        "group": group,
        "by": me,
    }

    def act(session: Session, means: Means, row: OrderRow) -> None:
        order_changes.edit(session, means, row, **details)

    return press(order, act, lambda _: desk.say("Changed."))


@bp.post("/<path:order>/contact/erasure")
@desk.needs(*desk.SELLERS)
def erase_contact(order: str) -> ResponseReturnValue:
    """Forget what a kiosk told of the guest; payments and tickets stay."""
    if desk.write(contacts.erase, order, by=desk.me().id):
        desk.say("Erased. Nobody finds this order by its card any more.")
    return back(order)


@bp.post("/<path:order>/cancellation")
@desk.needs(*desk.SELLERS)
def cancel(order: str) -> ResponseReturnValue:
    reason, me = desk.field("reason"), desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> Cancelled | Refused:
        return order_changes.cancel(session, means, row, reason=reason, by=me)

    def said(done: Cancelled) -> None:
        desk.say("Cancelled. The seats are available again.")
        if done.remains > 0:
            with desk.ledger().store.read() as session:
                currency = session.get_one(OrderRow, order).currency
            desk.say(f"{money(done.remains, currency)} remains paid: refund separately?")

    return press(order, act, said)


@bp.post("/<path:order>/restoration")
@desk.needs(*desk.SELLERS)
def restore(order: str) -> ResponseReturnValue:
    me = desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> Refused | None:
        return order_changes.restore(session, means, row, by=me)

    words = "Restored. Older codes stay void; the tickets go out anew."
    but = "The order stays cancelled."
    return press(order, act, lambda _: desk.say(words), but=but)


@bp.post("/<path:order>/clone")
@desk.needs(*desk.SELLERS)
def clone(order: str) -> ResponseReturnValue:
    """Begin another order for the same patron: nothing else comes along. Source: ORD5."""
    member_of_staff["clone"] = order
    desk.say("Choose a performance and seats; the patron will be filled in.")
    return redirect(url_for("charts.index"), 303)


@bp.post("/<path:order>/letters")
@desk.needs(*desk.SELLERS)
def mail(order: str) -> ResponseReturnValue:
    me = desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> bool:
        return order_changes.send_again(session, means, row, by=me)

    def said(sent: bool) -> None:
        if sent:
            desk.say("The tickets are on their way by e-mail.")
        else:
            desk.refuse(
                "There is no e-mail address on this order, or no ticket that is valid."
            )

    return press(order, act, said)


@bp.post("/<path:order>/ticketing")
@desk.needs(*desk.SELLERS)
def mark(order: str) -> ResponseReturnValue:
    """Say where the tickets are: mailed, held, …"""
    status = desk.field("status")
    if status not in ticketing.WORDS:
        abort(400)
    me, words = desk.me().id, f"Tickets: {ticketing.WORDS[status].lower()}."

    def act(session: Session, means: Means, row: OrderRow) -> str:
        return ticketing.mark(session, means, [row.id], status=status, by=me)

    return press(order, act, lambda _: desk.say(words))
