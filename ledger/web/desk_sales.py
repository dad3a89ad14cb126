"""Sell at the window: seats are held at once, then prices, patron, payment, order.

The page works by plain forms: Update counts it again, Sell makes the order, Let go frees
the seats. Source: ORD2, lobby.md §7.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code, sentence
from ledger import (
    catalogue,
    evenings,
    marks,
    member_checks,
    order_types,
    outbox,
    reports,
    requests,
    seating,
    surveys,
    window,
)
from ledger.refused import Refused
from ledger.requests import STAFF
from ledger.seating import Held, Wish
from ledger.tables.orders import OrderRow, PatronRow
from ledger.web import charts, desk, sale_form, window_cards
from ledger.web.sale_form import DELIVERIES
from ledger.web.sale_tenders import PAYMENTS, TENDERS, TERMINAL
from ledger.web.typed import Form
from ledger.window import Open, Said
from ledger.written import money

MAY_KEEP = (
    "Who subscribes is on no record: may the card be kept on file? Nothing was sold yet."
)
bp = Blueprint("desk_sales", __name__, url_prefix="/staff")


@bp.post("/performances/<performance>/sales")
@desk.needs(*desk.SELLERS)
def begin(performance: str) -> ResponseReturnValue:
    """Hold the chosen seats, or so many of the best, and open the sale."""
    with desk.ledger().store.read() as session:
        if reports.performance(session, performance) is None:
            abort(404)
        seats = charts.ticked(session, performance)
    count = request.form.get("quantity", type=int) or 0
    if not seats and not 0 < count <= seating.MOST_AT_THE_WINDOW:
        desk.refuse(
            f"Please choose seats, or say how many: 1 to {seating.MOST_AT_THE_WINDOW}."
        )
        return redirect(url_for("charts.show", performance=performance), 303)
    party = desk.field("party", most=100)
    held = desk.write(
        window.hold,
        performance=performance,
        wanted=seats or Wish(count),
        by=desk.me().id,
        reason=desk.field("reason", most=200),
        party=party,
    )
    if isinstance(held, Held):
        goes_on = url_for("desk_sales.show", hold=held.hold, party=party or None)
        return redirect(goes_on, 303)
    if isinstance(held, Refused) and seats and (asked := _beside(performance, seats)):
        return asked
    if isinstance(held, Refused):
        desk.refuse(_gone(performance, held))
    return redirect(url_for("charts.show", performance=performance), 303)


def _beside(performance: str, seats: list[str]) -> ResponseReturnValue | None:
    """Ask why seats are sold that keep orders apart, if that is all there is against it."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        found = {seat: marks.why(session, performance, seat) for seat in seats}
        close = [
            (seat, charts.beside(why))
            for seat, why in found.items()
            if why is not None and why.kind == "buffer"
        ]
        free = {"available", "reserved", "buffer"}
        if not close or any(why is None or why.kind not in free for why in found.values()):
            return None
        parties = {
            order: number
            for why in found.values()
            for order, number in (why.beside if why else ())
            if order
        }
        return render_template(
            "staff/beside.html",
            parties=parties if len(parties) == 1 else {},
            evening=evening,
            zone=catalogue.house(session).zone,
            seats=seats,
            close=close,
            names=reports.seat_names(session, performance),
        )


def _gone(performance: str, refused: Refused) -> str:
    """Say of each seat that cannot be had what stands in the way. Source: table 4.1."""
    seats = refused.facts.get("seats")
    if refused.code is not Code.SEAT_UNAVAILABLE or not seats:
        return desk.words_of(refused)
    with desk.ledger().store.read() as session:
        names = reports.seat_names(session, performance)
        states = seating.states(session, performance, seats)
    by_state: dict[str, list[str]] = {}
    for seat in seats:
        by_state.setdefault(states.get(seat, ""), []).append(names.get(seat, seat))
    said = [
        sentence(Code(f"SEAT_{state.upper()}"), seat=desk.some(found))
        if len(found) == 1 and state
        else f"{desk.some(found)} are {state or 'taken'}."
        for state, found in by_state.items()
    ]
    return " ".join([*said, "Nothing was held for you."])


@bp.get("/sales/<hold>")
@desk.needs(*desk.SELLERS)
def show(hold: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        open_ = window.read(session, hold)
        if open_ is None or not open_.seats:
            return _ended(session, hold)
        typed = {"order_type": order_types.usual(session)} | _cloned(session)
        typed |= {"party": request.args.get("party", "")[:100]}
        return _page(session, open_, Form(typed))


@bp.post("/sales/<hold>")
@desk.needs(*desk.SELLERS)
def act(hold: str) -> ResponseReturnValue:
    """Count again, let go, keep longer, or sell."""
    act = desk.field("act") or "update"
    with desk.ledger().store.read() as session:
        open_ = window.read(session, hold)
        if open_ is None or not open_.seats:
            return _ended(session, hold)
    chart = url_for("charts.show", performance=open_.performance)
    if act == "let_go":
        desk.write(seating.release, hold, seller=STAFF)
        desk.say("The seats are free again.")
        return redirect(chart, 303)
    if act == "extend":
        longer = desk.write(seating.extend, hold, seller=STAFF)
        if isinstance(longer, Refused):
            desk.refuse("These seats were kept longer once already.")
    form = _all_as(Form(request.form.to_dict()), open_.seats)
    with desk.ledger().store.read() as session:
        now_ms = desk.ledger().means().now_ms
        said = sale_form.read(session, open_, form, paying=act == "sell", now_ms=now_ms)
        if said is None or act != "sell":
            return _page(session, window.read(session, hold) or open_, form)
        due = window.quote(session, open_.performance, said).charge
        if form.get("shown") != str(due):
            return _page(session, open_, form, changed=True)
        at_terminal = due > 0 and form.get("kind-1") == TERMINAL
        if at_terminal and not form.get("keep_asked") and _asks_to_keep(session, said):
            desk.say(MAY_KEEP)
            return _page(session, open_, form)
        currency = catalogue.house(session).currency
    done = desk.write(window.sell, hold=hold, said=said, by=desk.me().id)
    if isinstance(done, Refused):
        desk.refuse(done)
        with desk.ledger().store.read() as session:
            still = window.read(session, hold)
            if still is not None and still.seats:
                return _page(session, still, form)
        return redirect(chart, 303)
    if at_terminal and not done.again:
        keep = form.get("keep_card") == "1" and window_cards.may_keep(done.order)
        return window_cards.begin(done.order, window_cards.new_key(), keep=keep)
    _tell(done, form, 0 if said.payments else due, currency)
    return redirect(url_for("orders.show", order=done.order), 303)


def _asks_to_keep(session: Session, said: Said) -> bool:
    """Whether a card at our terminal may go on file until the subscriber is verified."""
    return window_cards.keeps() and member_checks.unknown(session, said.subscriber)


def _all_as(form: Form, seats: Sequence[str]) -> Form:
    """Sell every seat as the one type that was chosen for all, if one was."""
    kind = form.get("type-all")
    if not kind:
        return form
    return Form({**form.typed, **{f"type-{seat}": kind for seat in seats}})


def _tell(done: requests.Made, form: Form, due: int, currency: str) -> None:
    """Say what came of it, in one sentence."""
    if done.again:
        desk.say("This order was already sold.")
        return
    with desk.ledger().store.read() as session:
        to = outbox.tickets_to(session, done.order)
    mailed = f" The tickets are mailed to {to}." if to else ""
    if form.get("given"):
        desk.say(f"Sold. Change: {form.get('given')}{mailed}")
    elif due:
        desk.say(f"Sold. {money(due, currency)} is to be paid on collection.{mailed}")
    else:
        desk.say(f"Sold.{mailed}")


def _cloned(session: Session) -> dict[str, str]:
    """Fill in the patron of the order that is being cloned, if one is. Source: ORD5."""
    order = session.get(OrderRow, member_of_staff.pop("clone", ""))
    patron = session.get(PatronRow, order.patron) if order and order.patron else None
    if patron is None:
        return {}
    found = {"name": patron.name, "email": patron.email, "phone": patron.phone}
    return {**found, "address": patron.address}


def _ended(session: Session, hold: str) -> ResponseReturnValue:
    """The seats are no longer held: sold by an earlier press, or run out."""
    order = requests.made(session, hold)
    if order:
        return redirect(url_for("orders.show", order=order), 303)
    words = "These seats are no longer held. Please choose them again on the chart."
    page = render_template("staff/trouble.html", title="No longer held", words=words)
    return page, 410


def _page(
    session: Session, open_: Open, form: Form, *, changed: bool = False
) -> ResponseReturnValue:
    """Show the sale. changed: it was pressed while its button named another amount."""
    evening = evenings.read(session, open_.performance)
    lines: list[dict[str, Any]] = []
    usual = next((t.id for t in evening.prices.types if t.default), None)
    usual = usual or evening.prices.types[0].id
    for seat in open_.seats:
        lines.append(
            {
                "seat": seat,
                "name": str(evening.plan.name(seat)),
                "prices": sale_form.offered(evening, seat, form),
                "chosen": form.get(f"type-{seat}", usual),
            }
        )
    faults = dict(form.faults)
    counted = Form(form.typed)
    now_ms = desk.ledger().means().now_ms
    said = sale_form.read(session, open_, counted, paying=False, now_ms=now_ms)
    shown = reports.performance(session, open_.performance)
    assert shown, "a held seat is of a performance"
    party = session.get(OrderRow, form.get("party"))
    return render_template(
        "staff/sale.html",
        party=party,
        party_number=ids.shown(party.number) if party else "",
        evening=shown,
        questions=surveys.asked(session, shown.production),
        open=open_,
        lines=lines,
        form=form,
        changed=changed,
        faults=faults | counted.faults,
        quote=window.quote(session, open_.performance, said) if said else None,
        currency=evening.prices.currency,
        zone=catalogue.house(session).zone,
        sellers=window.SELLERS,
        deliveries=DELIVERIES,
        order_types=order_types.all_(session),
        tenders=TENDERS,
        payments=range(1, PAYMENTS + 1),
        terminal=window_cards.there(),
        asks_to_keep=said is not None and _asks_to_keep(session, said),
    )
