"""Seats that were picked one by one: held, or answered with the next best.

Source: INV2, spec.md 4.3, lobby.md §2 seat.gone and seat.single.
"""

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import evenings, on_sale
from ledger.evenings import Evening
from ledger.shop import formats, frame, performances
from ledger.shop.blueprint import bp
from ledger.shop.performances import MOST_READ
from ledger.shop.speech import gettext as _


@bp.post("/performances/<performance>/seats")
def pick(performance: str) -> ResponseReturnValue:
    """Hold the ticked seats, if they leave no single one alone."""
    seats = request.form.getlist("seat")[:MOST_READ]
    with frame.ledger().store.read() as session:
        performances.wanted(session, performance)
        known = evenings.plan_of(session, performance).places
        seats = [seat for seat in dict.fromkeys(seats) if seat in known]
        choice = on_sale.judge(session, performance, seats) if seats else None
    if choice is None:
        flash(_("Please choose at least one ticket."), "sorry")
        return redirect(url_for("shop.evening", performance=performance), 303)
    if choice.refusal is Code.ORPHAN_SEATS:
        other = url_for("shop.other_seats", performance=performance, seat=seats)
        return redirect(other, 303)
    return performances.hold(performance, seats)


@bp.get("/performances/<performance>/other-seats")
def other_seats(performance: str) -> ResponseReturnValue:
    """Say why these seats cannot be had, and offer those that come nearest."""
    seats = request.args.getlist("seat")[:MOST_READ]
    with frame.ledger().store.read() as session:
        show = performances.wanted(session, performance)
        here = evenings.read(session, performance)
        seats = [seat for seat in dict.fromkeys(seats) if seat in here.plan.places]
        if not seats or show.refusal is not None:
            return redirect(url_for("shop.evening", performance=performance), 303)
        choice = on_sale.judge(session, performance, seats)
        names = formats.seats(here.plan, choice.instead)
        match choice.refusal:
            case Code.ORPHAN_SEATS:
                words = _("That would leave one empty seat alone. Please move one seat.")
                take, offered = _("Move for me: %(seats)s", seats=names), choice.instead
            case None:
                names = formats.seats(here.plan, seats)
                words = _("%(seats)s are still free.", seats=names)
                take, offered = _("Take these"), tuple(seats)
            case _:
                words, take, offered = _gone(session, here, seats, choice.instead)
        return frame.page(
            "other_seats.html",
            session,
            show=show,
            words=words,
            take=take,
            offered=offered,
            total=_total(here, offered),
        )


def _gone(
    session: Session, here: Evening, seats: Sequence[str], instead: Sequence[str]
) -> tuple[str, str, tuple[str, ...]]:
    if not instead:
        return _("Those seats were just taken."), "", ()
    names = formats.seats(here.plan, instead)
    same = _total(here, seats) == _total(here, instead)
    words = (
        _(
            "Those seats were just taken. The nearest for %(count)s are %(seats)s,"
            " at the same price.",
            count=len(instead),
            seats=names,
        )
        if same
        else _(
            "Those seats were just taken. The nearest for %(count)s are %(seats)s.",
            count=len(instead),
            seats=names,
        )
    )
    return words, _("Take these"), tuple(instead)


def _total(here: Evening, seats: Sequence[str]) -> int:
    kind = on_sale.usual(here).id
    level_of = here.plan.level_of
    return sum(on_sale.whole(here, level_of(seat), kind) or 0 for seat in seats)
