"""Where an usher goes after a touch.

The door's own screen shows the newest verdict, a phone the one that it asked for.
"""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from kiosk.shown.door import Shown
from kiosk.web import badge


def where(shown: Shown | None) -> str:
    """Give the address of a verdict."""
    if shown is not None and badge.on_network():
        return url_for("door.one", id=shown.id)
    return url_for("door.show")


def back(shown: Shown | None) -> Response:
    """Go to a verdict, or to the door."""
    return redirect(where(shown), 303)


def number(text: str) -> int | None:
    """Read a whole number as people and pages write it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
