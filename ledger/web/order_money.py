"""Money of an order: taken when it is due, given back as previewed. Source: lobby.md §7."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import (
    desk_money,
    order_changes,
    order_versions,
    previews,
    reports,
    voucher_balances,
)
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.documents import order as documents
from ledger.refused import Refused
from ledger.tables.orders import OrderRow
from ledger.web import amounts, card_attempts, desk, order_acts
from ledger.web.sale_tenders import NO_VOUCHER, TENDERS
from ledger.written import money

bp = Blueprint("order_money", __name__, url_prefix="/staff/orders")
ROUTES = {
    "card": "back to the card, at the terminal",
    previews.ONLINE_CARD: "back to the card, by itself",
    "cash": "in cash",
    "cheque": "by cheque",
    "voucher": "onto the voucher",
    "gift_card": "onto the gift card",
    "bank_transfer": "by bank transfer",
    "bank_transfer_form": "by bank transfer: the card's time has passed",
}


@bp.post("/<path:order>/payments")
@desk.needs(*desk.SELLERS)
def pay(order: str) -> ResponseReturnValue:
    """Take money that is due; a voucher or gift card by its code gives what it has."""
    kind, ref, me = desk.field("kind"), desk.field("ref", most=100), desk.me().id
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or kind not in set(TENDERS) - {""}:
            abort(400)
        first = order_versions.overtaken(session, row, desk.field("seen"))
        due, currency = row.charge - row.paid, row.currency
        now_ms = desk.ledger().means().now_ms
        by_code = kind == desk_money.CODE
        voucher = voucher_balances.look(session, ref, now_ms) if by_code else None
        most = voucher.balance if voucher else due
    if first:
        order_acts.overtaken(first, done="Nothing was taken")
        return order_acts.again(order)
    if by_code and voucher is None:
        desk.refuse(NO_VOUCHER)
        return order_acts.again(order)
    try:
        amount = amounts.read(desk.field("amount"), currency) or min(due, most)
    except amounts.NotAnAmount as why:
        desk.refuse(str(why))
        return order_acts.again(order)
    change_given = max(0, amount - due) if kind == "cash" else 0
    if amount - change_given > due or due <= 0:
        desk.refuse(f"No more than {money(max(due, 0), currency)} is due.")
        return order_acts.again(order)
    if by_code and amount > most:
        desk.refuse(f"The voucher has {money(most, currency)} left.")
        return order_acts.again(order)
    taken = Payment(kind, amount - change_given, ref)

    def act(session: Session, means: Means, row: OrderRow) -> Refused | None:
        return order_changes.pay(session, means, row, taken, by=me)

    def said(_: None) -> None:
        desk.say(f"{money(taken.amount, currency)} taken.")
        if change_given:
            desk.say(f"Change: {money(change_given, currency)}.")

    return order_acts.press(order, act, said)


@bp.post("/<path:order>/refunds")
@desk.needs(*desk.SELLERS)
def refund(order: str) -> ResponseReturnValue:
    """Preview what goes back; with a reason and the preview's amount, give it back."""
    wanted = request.form.getlist("ticket")
    fees, me = request.form.get("fees") == "1", desk.me().id
    seen = desk.field("seen")
    with desk.ledger().store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            abort(404)
        # Before what is previewed: if it is too old, the press that follows will say so.
        now = order_versions.version(session, row)
        first = order_versions.overtaken(session, row, seen) if seen else None
        means = desk.ledger().means()
        if wanted:
            found = previews.of(session, means, order, tickets=wanted, include_fees=fees)
        else:
            found = previews.on_account(session, means, row)
        same = desk.field("total") == str(found.total)
        if first or request.form.get("confirmed") != "1" or not same:
            if first:
                order_acts.overtaken(first, done="Nothing was given back")
            return render_template(
                "staff/refund.html",
                order=row,
                preview=found,
                tickets=wanted,
                fees=fees,
                routes=ROUTES,
                cards=card_attempts.cards(session, order),
                seen=now,
                typed=request.form,
                described=documents.describe(session, order) if wanted else None,
                inside=reports.inside(session, means, wanted) if wanted else {},
            )
        currency = row.currency
    refs = {back.tender: desk.field(f"ref-{back.tender}", most=100) for back in found.back}
    reason = desk.field("reason")

    def act(session: Session, means: Means, row: OrderRow) -> previews.Preview | Refused:
        return order_changes.refund(
            session,
            means,
            row,
            tickets=wanted,
            include_fees=fees,
            refs=refs,
            reason=reason,
            by=me,
        )

    def said(done: previews.Preview) -> None:
        desk.say(f"Refunded {money(done.total - done.unfunded, currency)}.")
        for back in done.back:
            amount, route = money(back.amount, currency), ROUTES.get(back.route, back.route)
            by_hand = ": please do it there" if back.route == "card" else ""
            desk.say(f"{amount} {route}{by_hand}.")

    return order_acts.press(order, act, said)
