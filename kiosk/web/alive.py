"""Is the process there? Pages ask, and cover themselves while nobody answers.

They also do so while it answers that its store cannot be written (`kiosk.standstill`).
"""

from typing import Final

from flask import Blueprint, Response

from kiosk import standstill
from kiosk.web import house
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _

bp = Blueprint("alive", __name__)

CODE: Final = "FH-W1"


@bp.get("/alive")
def here() -> Response:
    """Answer, and do nothing else."""
    return Response(status=204)


def words(*, paying: bool = False, stopped: bool = False) -> str:
    """Give what a page says when its process is gone. Source: lobby.md §2, §5.

    paying: a card was asked; nobody knows yet what it answered. stopped: the process is
    there and cannot write; it calls staff before it stops, if they can be heard.
    """
    office = house.own(house.read(device()).box_office_words)
    nearest = _("The box office is %(where)s.", where=office) if office else ""
    if paying:
        if stopped and device().up:
            comes = _("Staff are coming.")
            return f"{_('Please do not pay again.')} {comes}"
        return f"{_('Please do not pay again.')} {nearest}".strip()
    return _("This kiosk is taking a break. %(nearest)s", nearest=nearest).strip()


def code(*, stopped: bool = False) -> str:
    """Give the code for staff, with the kiosk's name."""
    code = standstill.CODE if stopped else CODE
    return f"{code} · {device().me.name}" if device().paired else code
