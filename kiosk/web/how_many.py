"""How many tickets, of which price types; and whether a step-free seat is needed."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import sales
from kiosk.shown.choosing import Choices, PriceChoice
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Stage
from kiosk.web import extras, formats, frame, house, posters, refusals
from kiosk.web.guest import begin, device, order
from kiosk.web.speech import gettext as _

bp = Blueprint("how_many", __name__, url_prefix="/p/<performance>/how-many")

USUAL = 2
SHEETS = [
    "components/poster",
    "components/stepper",
    "components/choice",
    "screens/how_many",
]


@bp.get("")
def show(performance: str) -> Response | str:
    """Show a stepper for each price type, with what was chosen before."""
    choices = sales.choices(device(), performance)
    if isinstance(choices, Refusal):
        return refusals.page(choices, performance=performance)
    counts = _chosen(performance, choices)
    most = min(choices.most, choices.seats_left)
    tonight = choices.tonight
    return frame.page(
        "kiosk/how_many.html",
        sheets=SHEETS,
        performance=performance,
        title=tonight.title,
        drawn=posters.poster(tonight.title),
        when=formats.when(tonight.starts_ms, tonight.zone, device().clock.now_ms()),
        types=[
            {
                "id": one.id,
                "name": house.own(one.name),
                "note": house.own(one.note),
                "count": counts.get(one.id, 0),
                "price": _price(one, formats.money(one.from_amount, tonight.currency)),
            }
            for one in choices.types
        ],
        most=most,
        reserved=tonight.kind == "reserved",
        step_free=guest.get("step_free", False),
        back=url_for("performances.show"),
    )


@bp.post("")
def choose(performance: str) -> Response:
    """Take the numbers: change them by one, or go and find seats."""
    choices = sales.choices(device(), performance)
    if isinstance(choices, Refusal):
        return refusals.go(choices, performance=performance)
    counts = _asked(choices)
    step = _step(choices)
    too_many = _too_many(choices, counts) if step and step[1] > 0 else None
    if step and too_many is None:
        counts[step[0]] = max(0, counts[step[0]] + step[1])
    guest["counts"] = {"performance": performance, **counts}
    guest["step_free"] = "step_free" in request.form
    if too_many is not None:
        return refusals.go(too_many, performance=performance, quantity=sum(counts.values()))
    if step:
        return redirect(url_for("how_many.show", performance=performance), 303)
    return _open(performance, counts, reserved=choices.tonight.kind == "reserved")


def _open(performance: str, counts: Mapping[str, int], *, reserved: bool) -> Response:
    here = order()
    keeps = here is not None and here.stage in {Stage.CHOOSING, Stage.HELD}
    number = sales.start(
        device(),
        performance,
        {kind: count for kind, count in counts.items() if count},
        step_free=bool(guest.get("step_free")),
        order=here.order if here and keeps else None,
    )
    if isinstance(number, Refusal):
        return refusals.go(number, performance=performance, quantity=sum(counts.values()))
    begin(number)
    guest.pop("picked", None)
    if reserved:
        return redirect(url_for("seats.show", performance=performance), 303)
    held = sales.hold(device(), number)
    if isinstance(held, Refusal):
        return refusals.go(held, performance=performance)
    return redirect(extras.next_page(number), 303)


def _chosen(performance: str, choices: Choices) -> dict[str, int]:
    kept = guest.get("counts", {})
    if kept.get("performance") == performance:
        return {one.id: int(kept.get(one.id, 0)) for one in choices.types}
    here = order()
    if here and here.performance == performance and here.counts:
        return dict(here.counts)
    usual = min(USUAL, choices.most, choices.seats_left)
    return {default_type(choices): usual}


def default_type(choices: Choices) -> str:
    """Give the price type that most people want."""
    return next((one.id for one in choices.types if one.default), choices.types[0].id)


def _asked(choices: Choices) -> dict[str, int]:
    counts = {}
    for one in choices.types:
        text = request.form.get(f"count-{one.id}", "0")
        counts[one.id] = (
            int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        )
    return counts


def _step(choices: Choices) -> tuple[str, int] | None:
    known = {one.id for one in choices.types}
    for name, by in (("more", 1), ("fewer", -1)):
        kind = request.form.get(name)
        if kind in known:
            return kind, by
    return None


def _too_many(choices: Choices, counts: Mapping[str, int]) -> Refusal | None:
    """Say why there cannot be one ticket more, if there cannot."""
    count = sum(counts.values())
    if count >= choices.most:
        return Refusal("party.large", facts={"limit": choices.most})
    if count >= choices.seats_left:
        return Refusal("seats.few", facts={"left": choices.seats_left})
    return None


def _price(one: PriceChoice, low: str) -> str:
    if one.from_amount == one.to_amount:
        return low
    return _("from %(price)s", price=low)
