"""One real millimetre on this screen, in one rule: /screen.css."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from kiosk import pins, settings
from kiosk.device import Device
from kiosk.web.guest import device

bp = Blueprint("screen", __name__)

# CSS pixels in a millimetre, and eye to screen in mm, as the usual screens have them:
# 7" and 10.1" landscape, 21.5" portrait (lobby.md §1).
S = (5.19, 450)
L = (5.88, 450)
P = (4.03, 600)
SMALL = "(max-height: 600px) and (orientation: landscape)"
TALL = "(orientation: portrait)"


@bp.get("/screen.css")
def sheet() -> Response:
    """Give the size of a millimetre: measured if the house has set it, else the usual."""
    measured = mm(device())
    rules = [
        _rule("", measured or L[0], L[1]),
        _rule(SMALL, measured or S[0], S[1]),
        _rule(TALL, measured or P[0], P[1]),
    ]
    return Response("\n".join(rules) + "\n", mimetype="text/css")


def mm(here: Device) -> float | None:
    """Pixels in a millimetre, as staff measured them, else as the house set them."""
    if here.measured_mm is None:
        with here.store.read() as session:
            kept = settings.get(session, "screen")
        here.measured_mm = float(kept.get("mm") or here.config.mm or 0)
    return here.measured_mm or None


def measure(here: Device, found: float, who: str) -> None:
    """Keep what a bank card has shown: 1 to 40 px in a millimetre."""
    here.store.write(_measure, here, round(min(max(found, 1.0), 40.0), 3), who)
    here.measured_mm = None


def _measure(session: Session, here: Device, found: float, who: str) -> None:
    settings.put(session, "screen", {"mm": found})
    pins.note(session, here, who, "screen measured", here.me.name, f"{found:g} px/mm")


def _rule(when: str, mm: float, distance_mm: int) -> str:
    rule = f":root {{ --mm: {mm:g}px; --distance: {distance_mm}; }}"
    return f"@media {when} {{ {rule} }}" if when else rule
