"""Every component in every state, for those who build pages. Only on a demo device."""

import math

from flask import Blueprint, abort, render_template, request

from kiosk.shown.choosing import MapSeat
from kiosk.shown.houses import HouseMap, Level
from kiosk.shown.named import SeatShown
from kiosk.shown.parts import MapSection, Part
from kiosk.web import frame, posters, qr
from kiosk.web.guest import device
from kiosk.web.picture import picture

bp = Blueprint("components", __name__)

SHEETS = (
    *frame.SHEETS,
    *(
        f"components/{name}"
        for name in (
            "choice",
            "field",
            "paper",
            "picture",
            "poster",
            "qr",
            "seat",
            "stepper",
            "terminal",
            "tile",
            "verdict",
        )
    ),
    "screens/how_many",
    "screens/components",
)
THEMES = {"", "theatre", "contrast", "larger"}
TITLES = (
    "Hamlet",
    "The Tempest",
    "Improv Night",
    "Twelfth Night",
    "Macbeth",
    "As You Like It",
    "Much Ado About Nothing",
    "A Midsummer Night's Dream",
)


@bp.get("/components")
def show() -> str:
    """Show them all, in one of the themes."""
    if not device().config.demo:
        abort(404)
    theme = request.args.get("theme", "")
    house = _house()
    yours = [seat.shown for seat in house.sections[0].seats[40:42]]
    return render_template(
        "kiosk/components.html",
        theme=theme if theme in THEMES else "",
        sheets=SHEETS,
        asset=frame.Frame.asset,
        picture=picture(house, yours),
        posters=[posters.poster(title) for title in TITLES],
        code=qr.drawn("FOH:SAMPLE"),
        tickets=[
            {"state": state, "name": name, "words": state}
            for state, name in (
                ("printed", "F 12"),
                ("sending", "F 13"),
                ("queued", "F 14"),
                ("failed", "F 15"),
            )
        ],
    )


def _house() -> HouseMap:
    seats, free = [], set()
    for row in range(8):
        for place in range(20):
            angle = (place - 9.5) / 18
            x, y = (8 + row) * math.sin(angle) * 1.6, (8 + row) * math.cos(angle)
            code = f"{row}-{place}"
            shown = SeatShown(code, "Stalls", "ABCDEFGH"[row], str(place + 1), "a", x, y)
            seats.append(MapSeat(shown, "standard", False, False, 0, row))
            if (row + place) % 5:
                free.add(code)
    part = MapSection(Part("Stalls", "", tuple(seats)), frozenset(free))
    return HouseMap("", (part,), (Level("a", "One", 100),), (-5, 3, 10, 2), "EUR", 2)
