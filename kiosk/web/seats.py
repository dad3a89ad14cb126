"""The offer: the best seats on a picture and in a sentence, and other ways to sit."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import sales
from kiosk.shown.choosing import Alternative, Offer
from kiosk.shown.houses import HouseMap
from kiosk.shown.named import Refusal
from kiosk.shown.parts import seats_of
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import extras, formats, frame, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.picture import picture
from kiosk.web.speech import gettext as _

bp = Blueprint("seats", __name__)

SHEETS = ["components/picture", "screens/seats"]


def choosing(performance: str = "") -> OrderShown | Response:
    """Give the order whose seats are being chosen, or the way to where the guest is."""
    here = order()
    if here is None:
        if performance:
            return redirect(url_for("how_many.show", performance=performance))
        return redirect(url_for("attract.show"))
    if here.stage not in {Stage.CHOOSING, Stage.HELD}:
        return redirect(where(here))
    if performance and here.performance != performance:
        return redirect(url_for("how_many.show", performance=performance))
    return here


@bp.get("/p/<performance>/seats")
def show(performance: str) -> Response | str:
    """Offer the best seats, or one of the other offers (`kind`)."""
    here = choosing(performance)
    if isinstance(here, Response):
        return here
    found = sales.proposal(device(), here.order)
    if isinstance(found, Refusal):
        return refusals.page(found, performance=performance)
    best, others, house = found.best, found.others, found.house
    tonight = found.tonight
    kind = request.args.get("kind", "")
    shown = next((other.offer for other in others if other.kind == kind), best)
    return frame.page(
        "kiosk/seats.html",
        sheets=SHEETS,
        idle_s=frame.long_s(),
        shown=here,
        performance=performance,
        title=tonight.title,
        when=formats.when(tonight.starts_ms, tonight.zone, device().clock.now_ms()),
        sentence=_sentence(shown, house),
        total=formats.money(shown.total, shown.currency),
        total_minor=str(shown.total),
        codes=[seat.code for seat in shown.seats],
        picture=picture(house, shown.seats, section=_one_section(shown)) if house else None,
        more=bool(request.args.get("more")),
        others=_others(performance, shown, best, others),
        step_free=_step_free(here, others),
    )


def _one_section(shown: Offer) -> str:
    names = {seat.section for seat in shown.seats}
    return names.pop() if len(names) == 1 else ""


def _sentence(shown: Offer, house: HouseMap | None) -> str:
    if shown.tier != "split":
        return formats.offer_sentence(shown)
    codes = [seat.code for seat in shown.seats]
    places = seats_of(house.sections, codes) if house else []
    return _(
        "There are no %(count)s seats together. The closest are %(places)s.",
        count=len(shown.seats),
        places=formats.apart(shown.seats, places),
    )


def _others(
    performance: str, shown: Offer, best: Offer, others: Sequence[Alternative]
) -> list[dict[str, str]]:
    words = {
        "closer": _("Closer"),
        "further": _("Further back"),
        "cheaper": _("Cheaper"),
        "aisle": _("Aisle"),
    }
    ways = [
        {
            "url": url_for("seats.show", performance=performance, kind=other.kind),
            "words": words[other.kind],
            "total": formats.money(other.offer.total, other.offer.currency)
            if other.offer.total != shown.total
            else "",
        }
        for other in others
        if other.kind in words and other.offer.seats != shown.seats
    ]
    if shown.seats != best.seats:
        url = url_for("seats.show", performance=performance)
        ways.insert(0, {"url": url, "words": _("First offer"), "total": ""})
    url = url_for("house_map.show", performance=performance)
    ways.append({"url": url, "words": _("Choose on the map"), "total": ""})
    if shown.tier == "split":
        url = url_for("performances.show")
        ways.append({"url": url, "words": _("Other performances"), "total": ""})
    return ways


def _step_free(here: OrderShown, others: Sequence[Alternative]) -> dict[str, str]:
    """Give what asks for the party again, with a step-free seat; nothing if none is."""
    if not any(other.kind == "step_free" for other in others):
        return {}
    counts = {f"count-{kind}": str(count) for kind, count in here.counts.items()}
    return {**counts, "step_free": "1"}


@bp.post("/order/seats")
def take() -> Response:
    """Have these seats held for the guest."""
    here = choosing()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    wished = list(dict.fromkeys(request.form.getlist("seat")))[: sales.MOST]
    held = sales.hold(device(), here.order, wished)
    if isinstance(held, Refusal):
        total = request.form.get("total", "")
        offered = (
            int(total) if total.isascii() and total.isdigit() and len(total) < 10 else None
        )
        return refusals.go(held, performance=here.performance, offered=offered)
    guest.pop("picked", None)
    return redirect(extras.next_page(here.order), 303)


@bp.post("/order/seats/move")
def move() -> Response:
    """Move the party by itself to where it leaves nobody's neighbour alone."""
    here = choosing()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    guest.pop("picked", None)
    return redirect(url_for("seats.show", performance=here.performance), 303)
