"""Staff menu: in or out of service, the glass, its size, and what this device is."""

from flask import Blueprint, redirect, request, url_for

from kiosk import breaks, bundle, log, staff
from kiosk.printing import letters
from kiosk.web import formats, frame, house, screen
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.staff import IDLE_S, SHEETS, Answer, only, person, shown
from kiosk.web.words import Button

bp = Blueprint("staff_care", __name__, url_prefix="/staff")

STEPS = {"more": 1.01, "less": 1 / 1.01, "much": 1.06, "few": 1 / 1.06}


# Where something new begins; what is under way goes on.
BEGINNINGS = frozenset({"performances.show", "how_many.show", "will_call.ask"})


@bp.before_app_request
def begin_nothing() -> Answer | None:
    """Out of service, nothing new begins."""
    if request.endpoint not in BEGINNINGS or breaks.now(device()) is None:
        return None
    return redirect(url_for("attract.show"), 303)


@bp.get("/service")
@only("usher")
def service() -> Answer:
    """Say whether it serves guests, what is wrong, and who calls."""
    rest = breaks.now(device())
    words = _reasons()
    lines = [
        (_("This kiosk"), _("in service") if rest is None else words[rest.reason]),
        *((f"FH-{code}", _meaning(code)) for code in _codes(rest)),
    ]
    call = staff.called(device())
    if call is not None:
        zone = house.read(device()).zone
        lines.append((_("Staff were called"), formats.clock(call.since_ms, zone)))
    if rest is None:
        buttons = [
            Button(
                _("Out of service: %(reason)s", reason=words[reason]),
                url_for("staff_care.rest"),
                {"reason": reason},
            )
            for reason in breaks.REASONS
        ]
    elif rest.code == "S1":
        buttons = [Button(_("Back into service"), url_for("staff_care.serve"), {})]
    else:
        buttons = []  # It goes on by itself once that is mended.
    buttons.append(Button(_("Clean the screen, 30 s"), url_for("staff_care.clean")))
    return shown(_("In or out of service"), lines, buttons)


@bp.post("/service/rest")
@only("usher")
def rest() -> Answer:
    """Take it out of service."""
    asked = request.form.get("reason")
    reason: breaks.Reason = next((one for one in breaks.REASONS if one == asked), "other")
    breaks.begin(device(), person().id, reason)
    return redirect(url_for("staff_care.service"), 303)


@bp.post("/service/serve")
@only("usher")
def serve() -> Answer:
    """Put it back."""
    breaks.end(device(), person().id)
    return redirect(url_for("staff_care.service"), 303)


@bp.get("/clean")
@only("usher")
def clean() -> Answer:
    """Ignore touches while the glass is wiped, then come back here."""
    return frame.page(
        "kiosk/clean.html",
        sheets=["screens/sorry"],
        left=frame.counted(30),
        idle_s=0,
        listens=False,
        after=url_for("staff.show"),
    )


@bp.get("/screen", endpoint="screen")
@only("usher")
def glass() -> Answer:
    """Show the outline of a bank card, to be held against a real one."""
    return frame.page(
        "kiosk/staff_screen.html",
        sheets=SHEETS,
        idle_s=IDLE_S,
        listens=False,
        measured=screen.mm(device()),
        usual={"S": screen.S[0], "L": screen.L[0], "P": screen.P[0]},
    )


@bp.post("/screen")
@only("usher")
def measure() -> Answer:
    """Make a millimetre a little larger or smaller."""
    usual = {"S": screen.S[0], "P": screen.P[0]}.get(
        request.form.get("letter", ""), screen.L[0]
    )
    factor = STEPS.get(request.form.get("by", ""), 1.0)
    now = screen.mm(device()) or usual
    screen.measure(device(), now * factor, person().id)
    return redirect(url_for("staff_care.screen"), 303)


@bp.get("/about")
@only("usher")
def about() -> Answer:
    """Say what this device is and how it is linked."""
    return _about("")


@bp.get("/machine")
@only("usher")
def machine() -> Answer:
    """Say what is not done from here."""
    note = _(
        "The screen is turned, and the version before brought back, at the machine:"
        " systemd/README.md says how."
    )
    back = url_for("staff_care.about")
    return shown(_("Screen and version"), [], [], back=back, note=note)


@bp.post("/about/bundle")
@only("usher")
def pack() -> Answer:
    """Write a support bundle."""
    file = bundle.write(device())
    return _about(_("Written: %(file)s", file=f"support/{file.name}"))


def _about(note: str) -> str:
    here = device()
    with here.store.read() as session:
        unsent = log.unsent(session)
    trusts = {
        "trusted": _("trusted"),
        "plausible": _("plausible"),
        "untrusted": _("not trusted"),
    }
    clock = formats.clock(here.clock.now_ms(), house.read(here).zone)
    lines = [
        (_("Device"), here.me.name),
        (_("Version"), bundle.version()),
        (_("Box office"), _("linked") if here.up else _("no link")),
        (_("Events to send"), str(unsent)),
        (_("Clock"), f"{clock}, {trusts[here.clock.trust]}"),
        (_("Store"), _("nearly full") if here.store.nearly_full() else _("well")),
        (_("Letters on paper"), _letters()),
    ]
    buttons = [
        Button(
            _("Write a support bundle (no personal data)"), url_for("staff_care.pack"), {}
        ),
        Button(_("Screen and version"), url_for("staff_care.machine")),
    ]
    return shown(_("About"), lines, buttons, note=note)


def _letters() -> str:
    """Say whose letters this machine has no font for, and what helps."""
    locale = formats.locale()
    lacking = [
        str(locale.languages.get(language) or language) for language in letters.unwritable()
    ]
    if not lacking:
        return _("well")
    return _("no %(languages)s: docs/hardware.md", languages=formats.together(lacking))


def _reasons() -> dict[str, str]:
    return {
        "cleaning": _("cleaning"),
        "repair": _("repair"),
        "closed": _("closed"),
        "other": _("taking a break"),
    }


def _codes(rest: breaks.Break | None) -> list[str]:
    """Give the codes that hold now, also of a break that staff did not ask for."""
    by_itself = {rest.code} if rest is not None and rest.code != "S1" else set()
    return sorted(device().faults | by_itself)


def _meaning(code: str) -> str:
    return {
        "P0": _("paper is nearly out"),
        "P1": _("paper is out"),
        "P2": _("the printer's cover is open"),
        "P3": _("the cutter is stuck"),
        "P4": _("paper jam, or the printer is hot"),
        "P5": _("the printer is offline or says nothing"),
        "P6": _("a ticket was left in the slot"),
        "T1": _("the card terminal is not answering"),
        "T2": _("a payment is in doubt"),
        "L1": _("this device was revoked"),
        "C1": _("the clock is not trusted, and there is no link to set it"),
        "D1": _("the store is nearly full: nothing new begins"),
        "V1": _("the power is low: check the power supply and its cable"),
    }.get(code, _("see the list inside the cabinet door"))
