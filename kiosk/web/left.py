"""The order that nobody answered for: for a while whoever comes back may go on with it.

It is offered without any name; one of a member, or with vouchers on it, is not offered.
Source: lobby.md §1, Time.
"""

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, url_for
from werkzeug.wrappers import Response

from kiosk import orders
from kiosk.web.guest import begin, device

bp = Blueprint("left", __name__)

KEPT_MS = 90_000


@dataclass
class Left:
    """The order that was left last, in memory only."""

    order: str = ""
    at_ms: int = 0


def note(order: str) -> None:
    """An idle screen was cleared while this order was open."""
    kept = _kept()
    kept.order, kept.at_ms = order, device().clock.boot_ms()


def offered() -> str:
    """Give the order that may be continued; blank: there is none."""
    kept = _kept()
    fresh = bool(kept.order) and device().clock.boot_ms() - kept.at_ms < KEPT_MS
    return kept.order if fresh and orders.may_go_on(device(), kept.order) else ""


@bp.post("/continue")
def go_on() -> Response:
    """Take the order up again, once."""
    number = offered()
    _kept().order = ""
    if not number:
        return redirect(url_for("attract.show"), 303)
    begin(number)
    return redirect(url_for("order.show"), 303)


def _kept() -> Left:
    found: Left = current_app.extensions.setdefault("foh_left", Left())
    return found
