"""Staff menu: the self-test, and what the kiosk found by itself at night. lobby.md §5."""

from collections.abc import Mapping

from flask import Blueprint, redirect, url_for

from kiosk import night, rehearsal
from kiosk.web import formats, frame, house
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.staff import IDLE_S, SHEETS, Answer, only, person, shown
from kiosk.web.words import Button

bp = Blueprint("staff_rehearsal", __name__, url_prefix="/staff")


@bp.get("/self-test")
@only("usher")
def self_test() -> Answer:
    """Show what was found; codes that the camera reads back are ticked as they come."""
    here = device()
    names: dict[rehearsal.Check, str] = {
        "printer": _("Printer"),
        "terminal": _("Card terminal"),
        "disk": _("Disk"),
        "link": _("Box office"),
        "clock": _("Clock"),
        "voltage": _("Power"),
    }
    words = {"well": _("well"), "ill": _("not well"), "unknown": _("says nothing")}
    running = here.rehearsal
    lines = [(names[what], words[found]) for what, found in rehearsal.checks(here).items()]
    note = _by_night(names)
    if running is not None:
        read, of = len(running.read), len(rehearsal.DOTS)
        note = (
            _("All %(of)s codes were read back.", of=of)
            if read == of
            else _(
                "Show the test page to the camera. Read back: %(n)s of %(of)s.",
                n=read,
                of=of,
            )
        )
    return shown(
        _("Self-test"),
        lines,
        [
            Button(_("Print a test page"), url_for("staff_rehearsal.test"), {}),
            Button(_("Touch the corners"), url_for("staff_rehearsal.corners", n=1)),
            Button(_("Test the terminal"), url_for("staff_senses.terminal")),
            Button(_("Sound and lamp"), url_for("staff_senses.sound")),
        ],
        note=note,
        refresh_s=3 if running else 0,
    )


def _by_night(names: Mapping[rehearsal.Check, str]) -> str:
    """Say what the kiosk found by itself at night; blank before the first."""
    here = device()
    found = night.last(here)
    if found is None:
        return ""
    at_ms, ill = found
    when = formats.when(at_ms, house.read(here).zone, here.clock.now_ms())
    if not ill:
        return _("By itself at night, %(when)s: all well.", when=when)
    what = formats.together([names[one] for one in ill])
    return _("By itself at night, %(when)s: not well: %(what)s.", when=when, what=what)


@bp.post("/self-test")
@only("usher")
def test() -> Answer:
    """Print the test page."""
    if device().printer is not None:
        rehearsal.begin(device(), person().id, house.read(device()).languages[0])
    return redirect(url_for("staff_rehearsal.self_test"), 303)


@bp.get("/corners/<int:n>")
@only("usher")
def corners(n: int) -> Answer:
    """Ask for a touch in one corner after another."""
    if not 1 <= n <= 4:
        return redirect(url_for("staff_rehearsal.self_test"), 303)
    return frame.page(
        "kiosk/staff_corner.html",
        sheets=SHEETS,
        idle_s=IDLE_S,
        listens=False,
        n=n,
        after=url_for("staff_rehearsal.corners", n=n + 1),
    )
