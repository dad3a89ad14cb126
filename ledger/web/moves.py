"""Move an order, or a whole party, to other seats or another performance.

Choose, see what it costs, do it: all of it, or nothing. Source: ORD3, DIS3.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import exchange_deadlines, ids
from ledger import (
    catalogue,
    distances,
    evenings,
    marks,
    move_plans,
    parties,
    party_versions,
    reassigning,
    reports,
)
from ledger.clock import Means
from ledger.move_plans import Plan
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow
from ledger.web import charts, desk
from ledger.web.order_acts import overtaken

bp = Blueprint("moves", __name__, url_prefix="/staff/orders")


@dataclass(frozen=True)
class Movers:
    """Who moves: an order, or all orders of its party. order: whose page it began on."""

    order: str
    party: bool

    def orders(self, session: Session) -> list[str]:
        """Give the orders, in the order in which they get their seats."""
        if not self.party:
            return [self.order]
        return [one.id for one in parties.read(session, self.order)]

    def told(self, session: Session) -> str:
        """Name them for the head of a page."""
        rows = [session.get_one(OrderRow, id) for id in self.orders(session)]
        numbers = ", ".join(ids.shown(row.number) for row in rows)
        return f"One party: {numbers}" if self.party else f"Order {numbers}"

    @property
    def moves(self) -> str:
        """The address of their move."""
        return url_for("moves.show_party" if self.party else "moves.show", order=self.order)

    @property
    def home(self) -> str:
        """The address of the page they came from."""
        page = "party_pages.show" if self.party else "orders.show"
        return url_for(page, order=self.order)


@bp.get("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def show(order: str) -> ResponseReturnValue:
    """Choose where to: a performance, and as many seats of it as there are tickets."""
    return _show(Movers(order, party=False))


@bp.post("/<path:order>/moves")
@desk.needs(*desk.SELLERS)
def move(order: str) -> ResponseReturnValue:
    """Show the plan; with a reason, do exactly that."""
    return _move(Movers(order, party=False))


@bp.get("/<path:order>/party/moves")
@desk.needs(*desk.SELLERS)
def show_party(order: str) -> ResponseReturnValue:
    """Choose where to for all orders of a party."""
    return _show(Movers(order, party=True))


@bp.post("/<path:order>/party/moves")
@desk.needs(*desk.SELLERS)
def move_party(order: str) -> ResponseReturnValue:
    """Show the plan for all orders of a party; with a reason, do exactly that."""
    return _move(Movers(order, party=True))


def _show(who: Movers) -> ResponseReturnValue:
    performance = request.args.get("performance", "")
    to, going = request.args.get("to") or performance, request.args.getlist("ticket")
    return _chart(who, performance, to, (), going) or abort(404)


def _move(who: Movers) -> ResponseReturnValue:
    performance, to = desk.field("performance"), desk.field("to")
    seen, me = desk.field("seen", most=party_versions.LONGEST), desk.me().id
    wanted, going = request.form.getlist("seat"), request.form.getlist("ticket")
    act, other = desk.field("act"), desk.field("other") or to
    if act == "show":
        return _chart(who, performance, other, (), going) or abort(404)
    if act == "best":
        to = other  # The performance that is chosen, also before its seats are shown.
    elif other != to:
        desk.refuse("These are the seats of the performance you chose: choose among them.")
        return _chart(who, performance, other, (), going) or abort(404)
    if not going:
        desk.refuse("Please tick the tickets that move.")
        return _chart(who, performance, to, wanted, going) or abort(404)
    with desk.ledger().store.read() as session:
        orders = who.orders(session)
        if session.get(OrderRow, who.order) is None or not orders:
            abort(404)
        if reports.performance(session, to) is None:
            abort(404)
        # Before the plan: if it is too old, the press that follows will say so.
        now = party_versions.seen(session, orders)
        quicker = party_versions.overtaken(session, orders, seen)
        if act == "best":
            best = move_plans.best_seats(
                session, orders, performance=performance, to=to, only=going
            )
            wanted = list(best)
        chosen = [s for s in evenings.plan_of(session, to).seats if s in set(wanted)]
        seats = move_plans.in_order(
            session, orders, chosen, performance=performance, to=to, only=going
        )
        planned = move_plans.plan(
            session, orders, performance=performance, to=to, seats=seats, only=going
        )
    if quicker:
        overtaken(quicker, done="Nothing was moved", thing=_thing(who))
    if isinstance(planned, Refused):
        desk.refuse(_words(planned, who))
        return _chart(who, performance, to, wanted, going) or redirect(who.home, 303)
    if quicker or desk.field("token") != planned.token:
        if desk.field("token") and not quicker:
            desk.refuse("Things have changed since this plan. Please look again.")
        return _plan(planned, who, seen=now)
    money, reason = desk.field("money") or reassigning.CHARGE, desk.field("reason")
    if money not in (reassigning.CHARGE, reassigning.WAIVE):
        abort(400)

    def use_case(session: Session, means: Means) -> Refused | Overtaken | None:
        rows = party_versions.lock(session, who.orders(session), seen)
        if isinstance(rows, Overtaken):
            return rows
        return reassigning.apply(
            session, means, rows, planned, money=money, reason=reason, by=me
        )

    done = desk.write(use_case)
    if done is not None:
        if isinstance(done, Overtaken):
            overtaken(done, done="Nothing was moved", thing=_thing(who))
        else:
            desk.refuse(_words(done, who))
        return _chart(who, performance, to, wanted, going) or redirect(who.home, 303)
    desk.say("Moved. Older codes are void; the tickets go out anew.")
    return redirect(who.home, 303)


def _thing(who: Movers) -> str:
    return "this party" if who.party else "this order"


def _words(refused: Refused, who: Movers) -> str:
    words = desk.words_of(refused)
    return f"{words} Nothing was moved." if who.party else words


def _chart(
    who: Movers,
    performance: str,
    to: str,
    chosen: Collection[str],
    going: Collection[str],
) -> str | None:
    """Show seats to choose from, some chosen already; None if nothing can be moved.

    going: the tickets that are ticked; none of them: all.
    """
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(OrderRow, who.order)
        orders = who.orders(session)
        tickets = move_plans.live(session, orders, performance)
        target = reports.performance(session, to)
        if row is None or not tickets or target is None:
            return None
        plan = evenings.plan_of(session, to)
        return render_template(
            "staff/move.html",
            who=who,
            told=who.told(session),
            tickets=tickets,
            going={t.id for t in tickets if t.id in going} or {t.id for t in tickets},
            numbers={one.id: one.number for one in parties.read(session, who.order)},
            names=reports.seat_names(session, performance),
            here=reports.performance(session, performance),
            target=target,
            others=[
                one
                for one in reports.performances(session, ledger.clock())
                if not one.cancelled_ms
            ],
            lines=charts.lines_of(plan, marks.read(session, to)),
            own={t.seat for t in tickets} if to == performance else set(),
            chosen=set(chosen),
            reason=desk.field("reason"),
            zone=catalogue.house(session).zone,
            seen=party_versions.seen(session, orders),
        )


def _plan(planned: Plan, who: Movers, *, seen: str) -> str:
    """Show what a move would cost, with the reason as it was typed."""
    performance, to = planned.performance, planned.to
    with desk.ledger().store.read() as session:
        row = session.get_one(OrderRow, who.order)
        return render_template(
            "staff/move_plan.html",
            who=who,
            told=who.told(session),
            currency=row.currency,
            party={one.id: one for one in parties.read(session, who.order)},
            plan=planned,
            target=reports.performance(session, to),
            was=reports.performance(session, performance),
            late=_late(session, performance) if to != performance else "",
            close=_close(session, who, to, [move.to for move in planned.moves]),
            names=reports.seat_names(session, performance),
            names_there=reports.seat_names(session, to),
            reason=desk.field("reason"),
            money=desk.field("money"),
            zone=catalogue.house(session).zone,
            seen=seen,
        )


def _late(session: Session, performance: str) -> str:
    """Give the house's rule of exchange where its time has passed for an evening."""
    house = catalogue.house(session)
    zone = ZoneInfo(house.zone)
    starts_ms = session.get_one(PerformanceRow, performance).starts_ms
    late = exchange_deadlines.passed(
        house.exchange_until,
        starts=datetime.fromtimestamp(starts_ms / 1000, zone),
        now=datetime.fromtimestamp(desk.ledger().clock() / 1000, zone),
    )
    return house.exchange_rule if late else ""


def _close(
    session: Session, who: Movers, to: str, seats: list[str]
) -> list[tuple[str, str]]:
    """Say which of these seats keep orders apart, and from whom. Source: DIS4."""
    own = parties.stands_for(session, who.order)
    found = distances.refused(session, to, seats, besides=own, lock=False)
    why = {seat: marks.why(session, to, seat) for seat in found}
    return [
        (seat, charts.beside(it) if it and it.beside else "it is near to another order")
        for seat, it in why.items()
    ]
