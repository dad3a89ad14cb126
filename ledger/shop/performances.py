"""What is on, and one evening: how many of which, or which seats. Source: ORD2, INV12."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer
from boxoffice.refusals import Code
from ledger import catalogue, evenings, halls, new_baskets, on_sale
from ledger.evenings import Evening
from ledger.new_baskets import Begun
from ledger.on_sale import Show
from ledger.refused import Refused
from ledger.seating import Wish
from ledger.shop import formats, frame, membership_orders, seat_map
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.words import sorry

# More seats than any house sells at once; what is beyond is not read.
MOST_READ = 101
_LONGEST = 40


@dataclass(frozen=True)
class Priced:
    """A price type and what it costs with fees: minor units, from … to over the levels."""

    id: str
    name: str
    note: str
    subscriber: bool
    usual: bool
    least: int
    most: int


@bp.get("/")
def index() -> ResponseReturnValue:
    """List what is on sale, by day."""
    with frame.ledger().store.read() as session:
        zone = catalogue.house(session).zone
        days: dict[str, list[Show]] = {}
        for show in on_sale.shows(session, frame.ledger().clock()):
            day = formats.day(show.starts_ms, zone)
            days.setdefault(day, []).append(show)
        kinds = membership_orders.active(session)
        return frame.page("index.html", session, days=days, kinds=kinds)


@bp.get("/performances/<performance>")
def evening(performance: str) -> ResponseReturnValue:
    """Show one evening: prices, how many, and the house; as it was chosen before."""
    with frame.ledger().store.read() as session:
        show = wanted(session, performance)
        here = evenings.read(session, performance)
        free = on_sale.free(session, performance) if show.refusal is None else []
        section = request.args.get("section", "")
        return frame.page(
            "evening.html",
            session,
            show=show,
            types=types_of(here),
            most=min(catalogue.house(session).max_seats, max(len(free), 1)),
            left=len(free),
            refusal=sorry(Refused(show.refusal)) if show.refusal else "",
            levels=seat_map.levels(here, free),
            map=seat_map.draw(here, free, section, request.args.getlist("seat"))
            if free
            else None,
            counts={
                kind.id: request.args[name]
                for kind in on_sale.types(here)
                if (name := f"count-{kind.id}") in request.args
            },
        )


def wanted(session: Session, performance: str) -> Show:
    """Give the evening of an address; 404 for one that the public does not know of."""
    show = on_sale.show(session, performance, frame.ledger().clock())
    if show is None:
        abort(404)
    return show


def types_of(here: Evening) -> list[Priced]:
    """Give the price types with the least and most they cost, with fees."""
    found = []
    usual = on_sale.usual(here).id
    for kind in on_sale.types(here):
        amounts = [on_sale.whole(here, level.id, kind.id) for level in here.prices.levels]
        known = [amount for amount in amounts if amount is not None]
        if known:
            asks = kind.buyer is not Buyer.GUEST
            found.append(
                Priced(
                    kind.id,
                    kind.name,
                    kind.note,
                    asks,
                    kind.id == usual,
                    min(known),
                    max(known),
                )
            )
    return found


@bp.post("/performances/<performance>/best")
def best(performance: str) -> ResponseReturnValue:
    """Hold so many of the best seats, or so many places, at these prices."""
    with frame.ledger().store.read() as session:
        show = wanted(session, performance)
        here = evenings.read(session, performance)
    asked = []
    for kind in on_sale.types(here):
        count = request.form.get(f"count-{kind.id}", "0").strip() or "0"
        if not (count.isascii() and count.isdecimal() and len(count) < 4):
            return again(performance, _("Please say how many with a number."))
        asked += [kind.id] * int(count)
    step_free = bool(request.form.get("step_free")) and show.kind != halls.GENERAL
    wish = Wish(
        len(asked),
        levels=_levels(here, set(asked), request.form.get("level", "")),
        accessible=min(1, len(asked)) if step_free else 0,
    )
    # Rows are cut at aisles, so dearer tickets and cheaper ones sit as they were asked for.
    return hold(performance, wish, asked)


def _levels(here: Evening, kinds: set[str], chosen: str) -> frozenset[str] | None:
    """Give the levels that will do: the chosen one, and only where all types are sold."""
    if here.plan.chart is None:
        return None
    sold = [level.id for level in here.prices.levels if kinds <= level.prices.keys()]
    if chosen in sold:
        return frozenset({chosen})
    return None if len(sold) == len(here.prices.levels) else frozenset(sold)


def hold(
    performance: str, wanted: Sequence[str] | Wish, types: Sequence[str] = ()
) -> ResponseReturnValue:
    """Hold seats and go on to the basket; or say why not, and what comes nearest."""
    begun = frame.write(
        new_baskets.begin, performance=performance, wanted=wanted, types=types
    )
    match begun:
        case Begun():
            return redirect(url_for("shop.tickets", secret=begun.secret), 303)
        case Refused(code=Code.SEAT_UNAVAILABLE) if not isinstance(wanted, Wish):
            gone = url_for("shop.other_seats", performance=performance, seat=list(wanted))
            return redirect(gone, 303)
        case Refused():
            return again(performance, sorry(begun))
        case _:
            return abort(404)


def again(performance: str, words: str) -> ResponseReturnValue:
    """Say why not, on the page of the evening with everything as it was chosen: INV8."""
    flash(words, "sorry")
    chosen: dict[str, str | list[str]] = {
        name: text[:_LONGEST]
        for name, text in request.form.items()
        if name.startswith("count-") or name in {"level", "step_free"}
    }
    chosen["seat"] = request.form.getlist("seat")[:MOST_READ]
    here = url_for("shop.evening", performance=performance)
    return redirect(f"{here}?{urlencode(chosen, doseq=True)}", 303)
