"""The basket: which price for which seat, what it costs with fees, how long it is held.

Source: ORD1, INV2, INV4, FEE1.
"""

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Priced, Quote
from boxoffice.refusals import Code
from ledger import basket_changes, baskets, evenings, on_sale
from ledger.baskets import Basket
from ledger.evenings import Evening
from ledger.prices import MEMBERSHIP
from ledger.refused import Refused
from ledger.shop import formats, frame, memberships
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.words import sorry


@dataclass(frozen=True)
class Line:
    """One ticket. prices: (price type, name, charge with fees) sold on its seat.

    A member's credit has no charge: it is no price that somebody else may choose.
    """

    seat: str
    name: str
    prices: list[tuple[str, str, int | None]]
    chosen: str
    priced: Priced


@bp.get("/baskets/<secret>")
def tickets(secret: str) -> ResponseReturnValue:
    """Show the seats that are held, and their prices."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        away = elsewhere(secret, basket)
        if away is not None:
            return away
        if not basket.held:
            return _ended(session, secret, basket)
        show = on_sale.in_basket(session, basket.performance, frame.ledger().clock())
        here = evenings.read(session, basket.performance)
        quote = baskets.quote(session, basket)
        return frame.page(
            "tickets.html",
            session,
            secret=secret,
            basket=basket,
            show=show,
            lines=lines_of(session, here, basket, quote),
            quote=quote,
            currency=here.prices.currency,
            promo=any(kind.code for kind in here.prices.types),
            apart=_apart(here, basket),
        )


@bp.post("/baskets/<secret>")
def change(secret: str) -> ResponseReturnValue:
    """Count again, keep longer, let go, hold again, or go on."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
    back = redirect(url_for("shop.tickets", secret=secret), 303)
    if elsewhere(secret, basket) is not None:
        return back
    act = request.form.get("act", "")
    if act == "let_go":
        frame.write(basket_changes.let_go, basket.id)
        flash(_("Your seats are free again."), "done")
        return redirect(url_for("shop.evening", performance=basket.performance), 303)
    if act in {"longer", "again"}:
        more = basket_changes.longer if act == "longer" else basket_changes.again
        refused = frame.write(more, basket.id)
        if refused is None and act == "longer":
            flash(_("You have more time."), "done")
        elif refused is not None and refused.code is Code.SEAT_UNAVAILABLE:
            seats = [seat for seat, _kind in basket.seats]
            other = url_for("shop.other_seats", performance=basket.performance, seat=seats)
            return redirect(other, 303)
        elif refused is not None:
            flash(sorry(refused), "sorry")
        return redirect(_safe(secret), 303)
    if not _retyped(basket):
        return back
    if act == "on":
        return redirect(url_for("shop.details", secret=secret), 303)
    return back


def _safe(secret: str) -> str:
    """Where the patron was: the time is asked for on every page of the basket."""
    page = request.form.get("page")
    return url_for(
        "shop.details"
        if page == "details"
        else "shop.summary"
        if page == "summary"
        else "shop.tickets",
        secret=secret,
    )


def _retyped(basket: Basket) -> bool:
    types = [request.form.get(f"type-{seat}", kind) for seat, kind in basket.seats]
    with frame.ledger().store.read() as session:
        here = evenings.read(session, basket.performance)
        promo = basket.details.promo
        known = {k.id for k in here.prices.open_to_all(promo)}
        if memberships.honoured(session):
            known.add(MEMBERSHIP.id)
        level_of = here.plan.level_of
        for (seat, _before), kind in zip(basket.seats, types, strict=True):
            if kind not in known or on_sale.whole(here, level_of(seat), kind) is None:
                abort(400)
    if types != [kind for _seat, kind in basket.seats]:
        refused = frame.write(basket_changes.retype, basket.id, types)
        if refused is not None:
            flash(sorry(refused), "sorry")
            return False
    return True


def elsewhere(secret: str, basket: Basket) -> ResponseReturnValue | None:
    """Where a basket belongs that is not being filled any more; None: it still is."""
    match basket.state:
        case "sold":
            return redirect(url_for("shop.confirmed", secret=secret), 303)
        case "paying":
            return redirect(url_for("shop.paying", secret=secret), 303)
        case "ended":
            return redirect(_begin_again(basket), 303)
        case _ if not basket.performance:
            return redirect(url_for("shop.summary", secret=secret), 303)
        case _:
            return None


def _begin_again(basket: Basket) -> str:
    if basket.gift:
        return url_for("shop.gift_card")
    if basket.membership:
        return url_for("shop.membership", kind=basket.membership)
    return url_for("shop.evening", performance=basket.performance)


def lines_of(session: Session, here: Evening, basket: Basket, quote: Quote) -> list[Line]:
    """Give each ticket with the prices it may have."""
    members = memberships.honoured(session)
    found = []
    for (seat, chosen), priced in zip(basket.seats, quote.seats, strict=True):
        level = here.plan.level_of(seat)
        prices: list[tuple[str, str, int | None]] = [
            (kind.id, kind.name, on_sale.whole(here, level, kind.id) or 0)
            for kind, _price in here.prices.offered(level, basket.details.promo)
            if kind.public
        ]
        if members:
            prices.append((MEMBERSHIP.id, _("With a seat credit"), None))
        name = formats.seat(here.plan, seat)
        found.append(Line(seat, name, prices, chosen, priced))
    return found


def asks_subscriber(here: Evening, basket: Basket) -> bool:
    """Whether somebody says that they subscribe, without a credit. Source: ORD1."""
    kinds = [here.prices.type_of(kind) for _seat, kind in basket.seats]
    return any(
        kind and kind.buyer is not Buyer.GUEST and kind.id != MEMBERSHIP.id
        for kind in kinds
    )


def _ended(session: Session, secret: str, basket: Basket) -> ResponseReturnValue:
    """The time ran out: say which seats are still free."""
    here = evenings.read(session, basket.performance)
    show = on_sale.in_basket(session, basket.performance, frame.ledger().clock())
    seats = [seat for seat, _kind in basket.seats]
    free = set(on_sale.free(session, basket.performance))
    still = show.refusal is None and (here.plan.chart is None or free.issuperset(seats))
    words = sorry(Refused(Code.NOT_HELD))
    if show.refusal:
        words += " " + sorry(Refused(show.refusal))
    if still and here.plan.chart is not None:
        names = formats.seats(here.plan, seats)
        words += " " + _("%(seats)s are still free.", seats=names)
    page = frame.page(
        "ended.html", session, secret=secret, show=show, words=words, still=still
    )
    return page, 410


def _apart(here: Evening, basket: Basket) -> bool:
    """Whether somebody of the party sits away from the others."""
    chart = here.plan.chart
    if chart is None:
        return False
    places = sorted(chart.places[seat] for seat, _kind in basket.seats)
    return (
        places[-1] - places[0] >= len(places)
        or len({chart.block_of[place] for place in places}) > 1
    )
