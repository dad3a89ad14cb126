"""Staff menu: what the camera sees, whether the loudspeaker is heard, the card terminal."""

import time

from flask import Blueprint, Response, abort, redirect, url_for

from kiosk import lamp, voice
from kiosk.glimpse import Still
from kiosk.payments.port import TerminalDown
from kiosk.web import formats, sight_words
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.staff import Answer, only, page, person, shown
from kiosk.web.words import Button

bp = Blueprint("staff_senses", __name__, url_prefix="/staff")

REFRESH_S = 3


@bp.get("/camera")
@only("usher")
def camera() -> Answer:
    """Show what the camera sees, for as long as somebody looks."""
    here = device()
    now_ms = here.clock.boot_ms()
    still = here.glimpse.want(now_ms)
    said = sight_words.now()
    if not here.sight.spoken:
        words = _("No scanner has said anything since the start.")
    elif sight_words.is_trouble(said):
        words = sight_words.trouble(said)
    elif still is None:
        words = _("The camera is asked for a picture…")
    else:
        words = sight_words.hint(said) or _("The camera sees this. Nothing is kept.")
    return page(
        "kiosk/staff_camera.html",
        _("Camera"),
        [Button(_("Sound"), url_for("staff_senses.sound"))],
        None,
        note=words,
        refresh_s=REFRESH_S,
        state=f"{still.id if still else 0} {words}",
        picture=url_for("staff_senses.picture", id=still.id) if still else "",
        lines=_figures(still) if still else [],
    )


def _figures(still: Still) -> list[tuple[str, str]]:
    """What helps to place and focus the camera."""
    lines = []
    if still.rate is not None:
        lines.append((_("Pictures in a second"), str(still.rate)))
    if still.read is not None:
        lines.append((_("Code read in"), f"{still.read} %"))
    if still.sharp is not None:
        lines.append((_("Sharpness"), str(still.sharp)))
    return lines


@bp.get("/camera/<int:id>.jpg")
@only("usher")
def picture(id: int) -> Answer:
    """Give the picture while it is fresh."""
    here = device()
    found = here.glimpse.picture(id, here.clock.boot_ms())
    if found is None:
        abort(404)
    return Response(found, mimetype="image/jpeg")


@bp.get("/sound")
@only("usher")
def sound() -> Answer:
    """Say what can be heard here."""
    return _sound(plays=False)


@bp.post("/sound")
@only("usher")
def play() -> Answer:
    """Play a sound with the page that asks whether it was heard."""
    return _sound(plays=True)


@bp.post("/lamp")
@only("usher")
def light() -> Answer:
    """Light the lamp for some seconds."""
    lamp.attempt(device(), person().id)
    return redirect(url_for("staff_senses.sound"), 303)


def _sound(*, plays: bool) -> str:
    note = (
        _("Nothing heard? Turn the sound up, and look at the loudspeaker's cable.")
        if plays
        else _("A sound is played when you press the button.")
    )
    buttons = [Button(_("Play the sound"), url_for("staff_senses.play"), {})]
    if device().config.lamp is not None:
        buttons.append(Button(_("Light the lamp"), url_for("staff_senses.light"), {}))
    reads = _("yes") if voice.here() else _("no: espeak-ng is not installed")
    return page(
        "kiosk/staff_sound.html",
        _("Sound"),
        buttons,
        None,
        note=note,
        lines=[(_("Reads pages aloud"), reads), (_("Lamp"), _lamp())],
        plays=plays,
        back=url_for("staff_senses.camera"),
    )


def _lamp() -> str:
    if device().config.lamp is None:
        return _("none")
    return _("lit") if lamp.lit(device()) else _("off")


@bp.get("/terminal")
@only("usher")
def terminal() -> Answer:
    """Ask the terminal how it is; nothing is charged."""
    found = device().terminal
    if found is None:
        return shown(_("Card terminal"), [(_("Card terminal"), _("none"))], [])
    began_s = time.monotonic()
    try:
        says = {"ready": _("ready"), "busy": _("busy with a payment")}
        state = says.get(found.status(), _("something else"))
        note = _("It answers. Nothing was charged.")
    except TerminalDown as why:
        state = _("it is not answering (%(why)s)", why=str(why))
        note = _("Check its power and its network, and that it is switched on.")
    took = formats.seconds(time.monotonic() - began_s)
    return shown(
        _("Card terminal"),
        [
            (_("It is"), found.name),
            (_("It says"), state),
            (_("Answer after"), took),
        ],
        [Button(_("Ask again"), url_for("staff_senses.terminal"))],
        note=note,
    )
