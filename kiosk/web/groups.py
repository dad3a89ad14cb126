"""A group at the kiosk: its leader says how many have come, and all of those print.

Seats are handed out row by row, so that those who are here sit together; who comes later
has theirs waiting. Source: lobby.md §2, docs/decisions/0021.
"""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import will_call
from kiosk.printing import spool
from kiosk.shown.collecting import Found, FoundTicket
from kiosk.shown.named import Refusal
from kiosk.web import formats, frame, posters, refusals
from kiosk.web import will_call as collecting
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

bp = Blueprint("groups", __name__, url_prefix="/collect/<ref>/group")

SHEETS = ["components/poster", "components/stepper", "screens/collect", "screens/group"]
STEPS = (-10, -1, 1, 10)
# So many seats are read one by one; of more, the rows.
NAMED = 8


@bp.get("")
def show(ref: str) -> Response | str:
    """Greet the group; ask how many of it have come: all of them, until told otherwise."""
    found = will_call.found(device(), ref)
    if isinstance(found, Refusal):
        return refusals.page(found)
    may_pay = collecting.may_pay(found)
    here = _waiting(found, may_pay=may_pay)
    if found.group is None or len(here) < 2:
        return redirect(url_for("will_call.show", ref=ref, every=1))
    left = spool.paper(device()).left
    most = len(here) if left is None else max(1, min(len(here), left))
    count = min(_come(ref, most), most)
    return frame.page(
        "kiosk/group.html",
        sheets=SHEETS,
        idle_s=frame.long_s(),
        ref=ref,
        welcome=_("Welcome, %(group)s", group=found.group) if found.group else _("Welcome"),
        title=found.title,
        drawn=posters.poster(found.title),
        when=formats.when(found.starts_ms, found.zone, device().clock.now_ms()),
        words=collecting.due_words(found, may_pay=may_pay),
        facts=[
            {"what": what, "words": said}
            for what, said in (
                (_("These print now"), _seats(here[:count])),
                (_("These wait here"), _seats(here[count:])),
                (_("Collected"), _seats([one for one in found.tickets if one.printed])),
            )
            if said
        ],
        short=_short(most) if most < len(here) else "",
        count=count,
        of=len(here),
        steps=[
            {"by": by, "sign": f"+{by}" if by > 0 else f"−{-by}", "words": _step(by)}
            | {"off": not 1 <= count + by <= most}
            for by in STEPS
            if abs(by) == 1 or len(here) > STEPS[-1]
        ],
        pays=may_pay and any(one.payable for one in here[:count]),
    )


@bp.post("")
def collect(ref: str) -> Response:
    """Take the number: change it, or print so many, row by row."""
    found = will_call.found(device(), ref)
    if isinstance(found, Refusal):
        return refusals.go(found)
    here = _waiting(found, may_pay=collecting.may_pay(found))
    count = max(1, min(_number("count", len(here)), len(here)))
    if by := _number("by", 0):
        wanted = count + by
        guest["come"] = {"ref": ref, "count": max(1, min(wanted, len(here)))}
        return redirect(url_for("groups.show", ref=ref), 303)
    guest.pop("come", None)
    return collecting.take(ref, [one.ticket for one in here[:count]])


def _waiting(found: Found, *, may_pay: bool) -> list[FoundTicket]:
    return [one for one in found.tickets if one.collectable or (may_pay and one.payable)]


def _come(ref: str, everybody: int) -> int:
    kept = guest.get("come", {})
    return int(kept.get("count", everybody)) if kept.get("ref") == ref else everybody


def _number(field: str, otherwise: int) -> int:
    text = request.form.get(field, "")
    plain = text.removeprefix("-")
    return (
        int(text) if plain.isascii() and plain.isdigit() and len(plain) < 4 else otherwise
    )


def _seats(tickets: list[FoundTicket]) -> str:
    """Name a few seats, and of many the rows: the slip names every seat."""
    named = [one.seat for one in tickets if one.seat is not None]
    if len(named) <= NAMED and (named or not tickets):
        return formats.places(named)
    if named:
        return formats.rows(named)
    return ngettext("%(num)s ticket", "%(num)s tickets", len(tickets))


def _step(by: int) -> str:
    many = abs(by) > 1
    if by < 0:
        return _("Ten fewer") if many else _("One fewer")
    return _("Ten more") if many else _("One more")


def _short(most: int) -> str:
    return ngettext(
        "There is paper for only %(num)s ticket here. Staff can put in a new roll.",
        "There is paper for only %(num)s tickets here. Staff can put in a new roll.",
        most,
    )
