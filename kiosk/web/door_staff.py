"""Staff at the door: PINs, letting in anyway, opening early, holding latecomers."""

from datetime import timedelta

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from boxoffice.scans import Override
from kiosk import door, door_facts, door_touches, pins
from kiosk.web import badge, formats, frame, house
from kiosk.web.door import FRESH_STOP_MS, may_force
from kiosk.web.door_back import back, number, where
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.verdict_words import place, said

bp = Blueprint("door_staff", __name__, url_prefix="/door/staff")

SHEETS = [
    "components/field",
    "components/notice",
    "components/verdict",
    "screens/door",
    "screens/door_phone",
]


@bp.get("")
def show() -> str:
    """Ask who stands here; whose staff card was seen types the PIN alone."""
    return _ask(request.args.get("to", ""), "")


@bp.post("")
def enter() -> Response | str:
    """Take a PIN."""
    to = request.form.get("to", "")
    answer = pins.enter(device(), request.form.get("who", "")[:64], _pin(), _role())
    if isinstance(answer, pins.No):
        return _ask(to, said_no(answer))
    badge.put_on(answer)
    if (card := number(request.form.get("card", ""))) is not None:
        # The card has had its answer: the door goes on with the next guest.
        session["door_seen"] = str(card)
        if not to and answer.role == "supervisor":
            to = url_for("door_staff.start")
    inside = to.startswith("/door") and "//" not in to and "\\" not in to
    return redirect(to if inside else url_for("door.show"), 303)


@bp.get("/start")
def start() -> str | Response:
    """What a supervisor may have come for, the guest who was just stopped first."""
    if badge.supervisor() is None:
        return _supervisor(url_for("door_staff.start"))
    here = device()
    stopped = next((one for one in door.recent(here) if one.answer != "STAFF_CODE"), None)
    if stopped is not None and (
        not may_force(stopped) or here.clock.now_ms() - stopped.at_ms > FRESH_STOP_MS
    ):
        stopped = None
    return frame.page(
        "kiosk/door_start.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        stopped=stopped,
        seat=place(stopped) if stopped else "",
        who=badge.supervisor(),
    )


@bp.post("/leave")
def leave() -> Response:
    """Forget who stands here."""
    badge.take_off()
    gone = redirect(url_for("door.show"), 303)
    if badge.on_network():
        gone.headers["Clear-Site-Data"] = '"cache", "storage"'
    return gone


@bp.get("/force/<int:id>")
def force(id: int) -> str | Response:
    """Ask for a supervisor and a reason."""
    return _force(id, "") or redirect(url_for("door.show"), 303)


@bp.post("/force/<int:id>")
def forced(id: int) -> str | Response:
    """Let in anyway, if a supervisor stands behind it. The PIN is asked for each time."""
    said_so = (request.form.get("reason", ""), request.form.get("words", ""))
    reason = " · ".join(part for part in (" ".join(s.split()) for s in said_so) if part)[
        :140
    ]
    if (gone := badge.needed()) is not None:
        return gone
    if not reason:
        words = _("Please say why: it is written down.")
        return _force(id, words) or redirect(url_for("door.show"), 303)
    answer = pins.enter(device(), request.form.get("who", "")[:64], _pin(), "supervisor")
    if isinstance(answer, pins.No):
        return _force(id, said_no(answer)) or redirect(url_for("door.show"), 303)
    override = Override(by=answer.id, reason=reason)
    return back(door.again(device(), id, override=override))


@bp.get("/doors")
def doors() -> str | Response:
    """What a supervisor may set at this door."""
    if badge.supervisor() is None:
        return _supervisor(url_for("door_staff.doors"))
    with device().store.read() as session:
        here = door_facts.post(session, device())
    fields = here.settings.fields if here else {}
    until = fields.get("hold_until_ms")
    zone = house.read(device()).zone
    return frame.page(
        "kiosk/door_settings.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        here=here,
        held=bool(fields.get("late_hold")),
        until=formats.clock(until, zone) if until else "",
        opened=bool(here and here.opened_ms is not None),
        who=badge.supervisor(),
    )


@bp.post("/doors")
def set_doors() -> Response:
    """Open now, hold latecomers until a time, or let them in again."""
    what = request.form.get("what", "")
    # Without a clock only an usher can say that the doors are open, or what time it is.
    clock = device().clock
    doubtful = (clock.trust == "untrusted" and what == "open") or (
        bool(clock.leap_ms) and what == "time"
    )
    who = badge.supervisor() or (badge.person() if doubtful else None)
    if who is None and not (doubtful and not badge.on_network()):
        return _supervisor(url_for("door_staff.doors"))
    by = who.id if who else ""
    if what == "open":
        door_touches.open_now(device(), by)
    elif what == "lift":
        door_touches.lift(device(), by)
    elif what == "time" and doubtful:
        door_touches.take_time(device(), by)
    elif what == "hold":
        door_touches.hold(device(), by, _until(request.form.get("until", "")))
    return redirect(url_for("door.show" if doubtful else "door_staff.doors"), 303)


def _supervisor(to: str) -> Response:
    """Ask for a supervisor's PIN, and lead on."""
    return redirect(url_for("door_staff.show", to=to, role="supervisor"), 303)


def _role() -> pins.Role:
    """What somebody wants to do here: what every usher may, or what a supervisor may."""
    return "supervisor" if request.values.get("role") == "supervisor" else "usher"


def _pin() -> str:
    return "".join(c for c in request.form.get("pin", "")[:20] if c.isdigit())


def _ask(to: str, words: str) -> str:
    people, card = pins.people(device(), _role()), request.values.get("card", "")
    shown = door.found(device(), number(card) or 0)
    return frame.page(
        "kiosk/door_staff.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        people=people,
        # A card says who it is; whoever has lost the right meanwhile is asked like anybody.
        seen=next((one for one in people if shown and one.id == shown.staff), None),
        card=card,
        role=_role(),
        to=to,
        words=words,
        who=badge.person(),
        chosen=request.form.get("who", ""),
    )


def _force(id: int, words: str) -> str:
    shown = door.found(device(), id)
    if shown is None:
        return ""
    return frame.page(
        "kiosk/door_force.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        people=pins.people(device(), "supervisor"),
        scanned=shown,
        said=said(shown),
        words=words,
        reason=request.form.get("reason", ""),
        reasons=[
            _("The box office has confirmed it"),
            _("Our own mistake"),
            _("The companion is inside"),
            _("Decided by the house manager"),
        ],
        chosen=request.form.get("who", ""),
        leave=where(shown),
    )


def said_no(answer: pins.No) -> str:
    """Say why somebody was not let in."""
    match answer.why:
        case "wrong":
            return _("That PIN is not right. Tries left: %(left)s.", left=answer.left)
        case "locked":
            minutes = max(1, -(-answer.wait_s // 60))
            return _(
                "Too many wrong PINs. Locked here for %(minutes)s min.", minutes=minutes
            )
        case "role":
            return _("Please choose a name that may do this.")


def _until(text: str) -> int | None:
    """Read "19:42" as the next such time in the house; None until it is lifted."""
    hours, _colon, minutes = text.strip().replace(".", ":").partition(":")
    if number(hours) is None or number(minutes) is None:
        return None
    now = formats.moment(device().clock.now_ms(), house.read(device()).zone)
    if int(hours) > 23 or int(minutes) > 59:
        return None
    at = now.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
    if at < now:
        at += timedelta(days=1)
    return round(at.timestamp() * 1000)
