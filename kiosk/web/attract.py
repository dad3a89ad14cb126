"""The first page: collect tickets, or buy for tonight. Whoever was here before is gone."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk import breaks, sales, signage
from kiosk.payments import attempts
from kiosk.printing import spool
from kiosk.shown.choosing import Tonight
from kiosk.shown.paying import TO_CHOOSE, Outcome
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, frame, house, left, posters
from kiosk.web.guest import device, forget, order, order_number, wish, wishes
from kiosk.web.leaving import forget_if_free
from kiosk.web.speech import gettext as _

bp = Blueprint("attract", __name__)

MOST_BILLS = 3
MOST_BUTTONS = 2
ENDED = TO_CHOOSE | {Outcome.IDLE}


@bp.get("/")
def show() -> Response | str:
    """Show the bill of tonight, and wipe what the last guest left.

    Whoever has begun no order yet keeps language and larger letters: they may just have
    asked for them, on this page. A payment that runs and paper that is coming out are
    never left alone: their page comes back instead.
    """
    here = order()
    if here and _busy(here):
        return redirect(
            url_for("printing.show") if _sold(here) else url_for("payment.show")
        )
    asked_for = wishes() if here is None and not order_number() else {}
    forget_if_free()
    forget()
    if not device().paired:
        return redirect(url_for("pairing.show"))
    if not house.ready(device()):
        return _break()
    if (rest := breaks.now(device())) is not None:
        wish(asked_for)
        return _resting(rest)
    if house.is_door(device()):
        return redirect(url_for("door.show"))
    wish(asked_for)
    return _bill()


def _busy(here: OrderShown) -> bool:
    if here.stage is Stage.PAYING:
        return attempts.state(device(), here.order).outcome not in ENDED
    if _sold(here):
        progress = spool.progress(device(), here.order)
        return not progress.done and not progress.owed and progress.trouble is None
    return False


def _sold(here: OrderShown) -> bool:
    return here.stage in {Stage.SOLD, Stage.COLLECTING}


def _bill() -> str:
    now_ms = device().clock.now_ms()
    all_shown = sales.performances(device())
    tonight = [
        one for one in all_shown if formats.is_today(one.starts_ms, one.zone, now_ms)
    ]
    to_buy = [one for one in all_shown if can_buy(one)]
    may_go_on = bool(left.offered())
    offered = [one for one in tonight if can_buy(one)] or to_buy
    offered = offered[: 1 if may_go_on else MOST_BUTTONS]
    # Cut off, a list of what cannot be bought here leads nowhere.
    listed = to_buy if _cut_off(all_shown) else all_shown
    return frame.page(
        "kiosk/attract.html",
        sheets=["components/poster", "screens/attract"],
        idle_s=0,
        # They end with the guest, who may have gone without touching anything else.
        leave_s=frame.patience_s() if wishes() else 0,
        bills=[
            {
                "poster": posters.poster(one.title),
                "when": formats.offered(one.starts_ms, one.zone, now_ms),
                "words": state_words(one),
                "url": url_for("how_many.show", performance=one.performance)
                if can_buy(one)
                else "",
            }
            for one in (tonight or all_shown)[:MOST_BILLS]
        ],
        sales=[
            {
                "url": url_for("how_many.show", performance=one.performance),
                "words": _buy_words(one, now_ms),
            }
            for one in offered
        ],
        others=len(listed) > len(offered),
        strips=_strips(all_shown),
        signage=signage.turn(device().config.signage, now_ms),
        may_go_on=may_go_on,
    )


def can_buy(one: Tonight) -> bool:
    """Say whether this performance can be bought here now."""
    return one.sale in {"open", "few", "limited"} and not one.cancelled


def state_words(one: Tonight) -> str:
    """Say in a few words whether there is anything to buy."""
    if one.cancelled:
        return _("Cancelled")
    match one.sale:
        case "sold_out":
            return _("Sold out")
        case "closed":
            return _("Sales here have ended")
        case "empty":
            return _("Not on sale here right now")
        case "few":
            words = _("from %(price)s", price=formats.money(one.price_from, one.currency))
            return _("Few left, %(from_price)s", from_price=words)
        case _:
            return _("from %(price)s", price=formats.money(one.price_from, one.currency))


def _buy_words(one: Tonight, now_ms: int) -> str:
    price = formats.money(one.price_from, one.currency)
    soon = one.starts_ms - now_ms <= formats.SOON_MS
    if not soon and formats.is_tonight(one.starts_ms, one.zone, now_ms):
        return _(
            "Buy for tonight: %(title)s %(time)s, from %(price)s",
            title=one.title,
            time=formats.clock(one.starts_ms, one.zone),
            price=price,
        )
    return _(
        "Buy: %(title)s · %(when)s · from %(price)s",
        title=one.title,
        when=formats.offered(one.starts_ms, one.zone, now_ms),
        price=price,
    )


def _cut_off(all_shown: list[Tonight]) -> bool:
    return bool({one.sale for one in all_shown} & {"limited", "empty"})


def _strips(all_shown: list[Tonight]) -> list[str]:
    strips = []
    paper = spool.paper(device())
    open_or_cut = {one.sale for one in all_shown}
    if "limited" in open_or_cut:
        strips.append(
            _("Limited service: tonight's performance only. Tickets sold here are valid.")
        )
    elif "empty" in open_or_cut and not open_or_cut & {"open", "few"}:
        strips.append(
            _(
                "The line to the box office is down and this kiosk has no seats left."
                " You can still collect tickets."
            )
        )
    if not paper.can_print:
        strips.append(_("No paper tickets here right now; tickets go to your phone."))
    if paper.owes:
        # The last: it is said to somebody who has read it before.
        strips.append(_("Some tickets did not print here. They are safe: staff can help."))
    return strips


def _resting(rest: breaks.Break) -> str:
    office = house.own(house.read(device()).box_office_words)
    nearest = _("The box office is %(where)s.", where=office) if office else ""
    if rest.nearest:
        nearest = _("The nearest one is by %(place)s.", place=rest.nearest)
    reasons = {
        "cleaning": _("It is being cleaned."),
        "repair": _("It is being repaired."),
        "closed": _("It is closed for today."),
        "other": "",
    }
    return frame.page(
        "kiosk/break.html",
        sheets=["screens/sorry"],
        idle_s=0,
        listens=False,
        words=_("This kiosk is taking a break. %(nearest)s", nearest=nearest).strip(),
        reason=reasons[rest.reason],
        code=f"FH-{rest.code} · {device().me.name}",
    )


def _break() -> str:
    return frame.page(
        "kiosk/break.html",
        sheets=["screens/sorry"],
        idle_s=0,
        words=_("This kiosk is taking a break. %(nearest)s", nearest="").strip(),
        reason="",
        code="FH-N1",
    )
