"""What the eyes of this device have to say, in words: our trouble, or a helping hand.

The guest's ticket is never to blame for either. Source: checkin.md §4.
"""

from kiosk.sight import HINTS
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _


def now() -> str:
    """Give the name of what is to be shown now; empty when all is well."""
    here = device()
    return here.sight.shown(here.clock.boot_ms())


def is_trouble(shown: str) -> bool:
    """Say whether it is a fault of ours, rather than a helping hand."""
    return bool(shown) and shown not in HINTS


def usher(shown: str) -> str:
    """Say it to the usher at a door; empty when there is nothing to say."""
    match shown:
        case "camera_away":
            return _("The camera is not connected. The tickets are fine: search instead.")
        case "camera_frozen":
            return _("The camera's picture stands still. Search instead.")
        case "reader_away":
            return _("The hand-held reader is not connected.")
        case "silent":
            return _("The scanner does not answer. The tickets are fine: search instead.")
        case _:
            return hint(shown)


def trouble(shown: str) -> str:
    """Say a fault of ours in a line, beside a verdict that stays; empty without a fault.

    What to do instead is said as soon as the verdict is touched away.
    """
    match shown:
        case "camera_away":
            return _("The camera is not connected.")
        case "camera_frozen":
            return _("The camera's picture stands still.")
        case "reader_away":
            return _("The hand-held reader is not connected.")
        case "silent":
            return _("The scanner does not answer.")
        case _:
            return ""


def guest(shown: str) -> str:
    """Say it to a guest at a kiosk; empty when there is nothing to say."""
    if is_trouble(shown) and shown != "reader_away":
        return _("The camera is resting. Please type instead:")
    return hint(shown)


def hint(shown: str) -> str:
    """Say what helps a code to be read; empty when there is no hint."""
    match shown:
        case "closer":
            return _("Hold the code closer")
        case "further":
            return _("Hold the code further away")
        case "still":
            return _("Hold the code still")
        case "tilt":
            return _("Tilt it a little: it reflects the light")
        case "light":
            return _("It is too dark here for the camera: more light, please")
        case _:
            return ""
