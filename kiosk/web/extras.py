"""Extras: one screen before the review, nothing ticked. Source: lobby.md §2, 5."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import extras, reviewing
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import ExtrasShown, Stage
from kiosk.web import formats, frame, posters, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.speech import gettext as _

bp = Blueprint("extras", __name__, url_prefix="/order/extras")

# So many letters stand on the button of a small screen that leads to the answers.
SHORT_QUESTION = 30


def next_page(number: str) -> str:
    """Give the address that follows the seats: extras once, then the review."""
    shown = extras.offered(device(), number)
    if shown is None or shown.asked:
        return url_for("order.show")
    return url_for("extras.show")


@bp.get("")
def show() -> Response | str:
    """Offer a donation, a programme, and at most one question."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage is not Stage.HELD or here.ref:
        return redirect(where(here))
    shown = extras.offered(device(), here.order)
    if shown is None:
        return redirect(url_for("order.show"))
    review = reviewing.review(device(), here.order)
    if isinstance(review, Refusal):
        return refusals.page(review, performance=here.performance)
    tonight = review.tonight
    reserved = tonight.kind == "reserved"
    # On a small screen the question stands alone, one button away from the rest.
    alone = bool(request.args.get("question")) and shown.question is not None
    back = "seats.show" if reserved else "how_many.show"
    return frame.page(
        "kiosk/extras.html",
        sheets=["components/chip", "components/poster", "screens/extras"],
        idle_s=frame.long_s(),
        shown=here,
        title=tonight.title,
        drawn=posters.poster(tonight.title),
        when=formats.when(tonight.starts_ms, tonight.zone, device().clock.now_ms()),
        places=formats.places(here.seats) if reserved else _("Unreserved seating"),
        total=formats.money(shown.total, shown.currency),
        donations=_donations(shown),
        programmes=_programmes(shown),
        question=_question(shown),
        alone=alone,
        chosen={"donation": shown.donation, "programmes": shown.programmes},
        back=url_for("extras.show")
        if alone
        else url_for(back, performance=here.performance),
    )


def _donations(shown: ExtrasShown) -> list[dict[str, object]]:
    """Three amounts and none, of equal size. The first makes a round total."""
    if not shown.donations:
        return []
    chips: list[dict[str, object]] = [
        {
            "value": amount,
            "words": formats.money(amount, shown.currency),
            "on": amount == shown.donation,
        }
        for amount in shown.donations
    ]
    chips.append(
        {"value": 0, "words": _("No donation"), "on": shown.asked and not shown.donation}
    )
    return chips


def _programmes(shown: ExtrasShown) -> dict[str, object] | None:
    if shown.programme is None:
        return None
    return {
        "price": formats.money(shown.programme, shown.currency),
        "chips": [
            {"value": count, "words": str(count), "on": count == shown.programmes}
            for count in range(1, shown.most_programmes + 1)
        ],
    }


def _question(shown: ExtrasShown) -> dict[str, object] | None:
    if shown.question is None:
        return None
    language = formats.locale().language

    def said(words: object) -> str:
        assert isinstance(words, dict)
        return str(words.get(language) or words.get("en") or next(iter(words.values()), ""))

    words = said(shown.question.words)
    return {
        "words": words,
        "button": words if len(words) <= SHORT_QUESTION else _("One question for you"),
        "chips": [
            {
                "value": option.id,
                "words": said(option.words),
                "on": option.id == shown.answer,
            }
            for option in shown.question.options
        ],
    }


@bp.post("")
def choose() -> Response:
    """Take what was chosen, or nothing."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"), 303)
    nothing = bool(request.form.get("nothing"))
    extras.choose(
        device(),
        here.order,
        donation=0 if nothing else _number("donation"),
        programmes=0 if nothing else _number("programmes"),
        answer="" if nothing else request.form.get("answer", ""),
    )
    if request.form.get("then") == "question":
        return redirect(url_for("extras.show", question=1), 303)
    return redirect(url_for("order.show"), 303)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
