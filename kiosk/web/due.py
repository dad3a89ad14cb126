"""What an order made elsewhere still owes: its tickets, the amount, one large button."""

from collections import Counter

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk.payments import debts
from kiosk.shown.collecting import DebtShown
from kiosk.shown.reviewing import Stage
from kiosk.web import formats, frame, posters
from kiosk.web.guest import device, order, where
from kiosk.web.order import terminal_notes
from kiosk.web.speech import gettext as _

bp = Blueprint("due", __name__, url_prefix="/order/due")


@bp.get("")
def show() -> Response | str:
    """Show what is to be paid before the tickets print."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage is not Stage.HELD or not here.ref:
        return redirect(where(here))
    found = debts.shown(device(), here.order)
    if found is None:
        return redirect(url_for("attract.show"))
    total = formats.money(found.due, found.currency)
    return frame.page(
        "kiosk/due.html",
        sheets=["screens/order"],
        shown=here,
        title=found.title,
        poster=posters.poster(found.title),
        when=formats.when(found.starts_ms, found.zone, device().clock.now_ms()),
        places=formats.together(
            formats.ticket_place(one.seat, one.seat_name) for one in found.tickets
        ),
        lines=_lines(found),
        total=formats.money(found.due, found.currency),
        pay_words=_("Pay %(total)s", total=total),
        notes=terminal_notes(device()),
        back=url_for("will_call.show", ref=here.ref),
    )


def _lines(found: DebtShown) -> list[dict[str, str]]:
    """One line for each kind and amount, as on a bill."""
    groups = Counter((one.price_type, one.due) for one in found.tickets)
    return [
        {
            "words": _("%(count)s × %(name)s", count=count, name=name),
            "amount": formats.money(due * count, found.currency) if due else _("paid"),
        }
        for (name, due), count in groups.items()
    ]
