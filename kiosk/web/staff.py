"""The staff menu of a kiosk: who may come in, and what is there. Source: lobby.md §5."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import breaks, pins
from kiosk.pins import Person, Role
from kiosk.web import badge, frame, house, paging
from kiosk.web.door_staff import said_no
from kiosk.web.guest import device, order, where
from kiosk.web.paging import Page
from kiosk.web.speech import gettext as _
from kiosk.web.words import Button

bp = Blueprint("staff", __name__, url_prefix="/staff")

IDLE_S = 90
SHEETS = ("screens/staff",)
LINES, ROWS = 6, 3
Answer = str | Response
Row = dict[str, str | list[Button]]
P = ParamSpec("P")
T = TypeVar("T")


def only(role: Role) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Let only those in whose PIN was right and who may do this."""

    def guarded(page: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(page)
        def inside(*args: P.args, **kwargs: P.kwargs) -> Answer:
            who = badge.person()
            if who is None or house.is_door(device()):
                return redirect(url_for("staff.show"), 303)
            if not pins.may(device(), who.id, role):
                return shown(_("Please ask the box office to do this."), [], [])
            return page(*args, **kwargs)

        return inside

    return guarded


def person() -> Person:
    """Who has come in; only behind `only`."""
    found = badge.person()
    assert found is not None
    return found


def paged(entries: Sequence[T], most: int) -> tuple[Sequence[T], Page | None]:
    """Cut a list to the page that was asked for."""
    first = paging.asked(request.args.get("first"), len(entries))
    [page] = paging.pages(
        len(entries), first, {"all": most}, lambda at: f"{request.path}?first={at + 1}"
    )
    return entries[page.start : page.stop], page if page.earlier or page.later else None


def shown(
    heading: str,
    lines: Sequence[tuple[str, str]],
    buttons: Sequence[Button],
    *,
    back: str = "",
    note: str = "",
    refresh_s: int = 0,
) -> str:
    """Show one page of the menu: facts in pairs, buttons, and a way back."""
    facts, at = paged(lines, LINES)
    return page(
        "kiosk/staff_page.html",
        heading,
        buttons,
        at,
        back=back,
        note=note,
        lines=facts,
        refresh_s=refresh_s,
        state=f"{facts} {note}",
    )


def page(
    template: str,
    heading: str,
    buttons: Sequence[Button],
    at: Page | None,
    *,
    back: str = "",
    note: str = "",
    refresh_s: int = 0,
    state: str = "",
    **facts: Any,
) -> str:
    """Show a page of the menu in one of its shapes. at: which page of a longer list."""
    return frame.page(
        template,
        sheets=["components/pager", *SHEETS],
        idle_s=IDLE_S,
        listens=False,
        heading=heading,
        buttons=buttons,
        page=at,
        back=back or url_for("staff.show"),
        note=note,
        refresh_s=refresh_s,
        state=state,
        **facts,
    )


@bp.get("")
def show() -> Answer:
    """Ask for a PIN, or show the menu."""
    if house.is_door(device()) or not device().paired:
        return redirect(url_for("attract.show"), 303)
    who = badge.person()
    if who is None:
        return _ask("")
    return frame.page(
        "kiosk/staff_menu.html",
        sheets=SHEETS,
        idle_s=IDLE_S,
        listens=False,
        who=who,
        resting=breaks.now(device()) is not None,
        tiles=[
            (_("In or out of service"), url_for("staff_care.service")),
            (_("Tickets owed"), url_for("staff_paper.owed")),
            (_("Print again"), url_for("staff_paper.reprints")),
            (_("Printer"), url_for("staff_paper.printer")),
            (_("Self-test"), url_for("staff_rehearsal.self_test")),
            (_("Screen"), url_for("staff_care.screen")),
            (_("Camera and sound"), url_for("staff_senses.camera")),
            (_("Link"), url_for("staff_link.link")),
            (_("Own seats"), url_for("staff_link.seats")),
            (_("Payments"), url_for("staff_money.payments")),
            (_("Shift end"), url_for("staff_money.shift")),
            (_("About"), url_for("staff_care.about")),
        ],
    )


@bp.post("")
def enter() -> Answer:
    """Take a PIN."""
    pin = "".join(c for c in request.form.get("pin", "")[:20] if c.isdigit())
    answer = pins.enter(device(), request.form.get("who", "")[:64], pin)
    if isinstance(answer, pins.No):
        return _ask(said_no(answer))
    badge.put_on(answer)
    return redirect(url_for("staff.show"), 303)


@bp.post("/leave")
def leave() -> Response:
    """Go back to the guest's page, if there is one, and forget who stood here."""
    badge.take_off()
    here = order()
    return redirect(where(here) if here else url_for("attract.show"), 303)


@bp.get("/aside")
def aside() -> Response:
    """Go back to where the guest was before a staff code that opens nothing was seen."""
    here = order()
    return redirect(where(here) if here else url_for("attract.show"))


@bp.post("/other")
def other() -> Response:
    """Forget whose staff code was seen: somebody else stands here."""
    badge.take_off()
    return redirect(url_for("staff.show"), 303)


def _ask(words: str) -> str:
    people = pins.people(device())
    # A card says who it is; whoever has lost the right meanwhile is asked like anybody.
    seen = next((one for one in people if one.id == badge.shown()), None)
    return frame.page(
        "kiosk/staff_enter.html",
        sheets=["components/field", "screens/door", *SHEETS],
        idle_s=IDLE_S,
        listens=False,
        people=people,
        seen=seen,
        words=words,
        chosen=request.form.get("who", ""),
    )
