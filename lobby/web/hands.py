"""Hands at screens that this page does not show: the box office, and a second kiosk.

The page plays a story in its frames; what a story does elsewhere it does here, over the
same HTTP as a browser without scripts.
"""

from flask import Blueprint
from werkzeug.wrappers import Response

from lobby.programs import SPARE
from lobby.scenarios.night import OFFICE
from lobby.scenarios.screen import NotFound, Screen
from lobby.web.answers import asked, done, hardware, refuse

bp = Blueprint("hands", __name__, url_prefix="/hands")


@bp.post("/<name>")
def act(name: str) -> Response:
    """{open: PATH}, {press: NAME}, {type: {LABEL: TEXT}}, {choose: {LABEL: OPTION}} or
    {look: true}, which shows the page again; the answer says what the page then says."""
    if name not in {OFFICE, *SPARE}:
        refuse(f"Nobody stands at {name}.", 404)
    screen, wanted = hardware().hand(name), asked()
    try:
        if "open" in wanted:
            screen.open(str(wanted["open"]))
        elif "press" in wanted:
            screen.press(str(wanted["press"]))
        elif "look" in wanted:
            screen.reload()
        else:
            _fill(screen, wanted)
    except NotFound as trouble:
        refuse(str(trouble), 409)
    return done({"words": screen.words})


def _fill(screen: Screen, wanted: dict[str, object]) -> None:
    for verb, into in (("type", screen.type), ("choose", screen.choose)):
        fields = wanted.get(verb, {})
        if not isinstance(fields, dict):
            refuse(f"{verb} names fields and what goes into them.")
        for label, text in fields.items():
            into(str(label), str(text))
