"""The first page of a device that belongs to no house: show it a code, or type one.

For whoever sets the device up, so in English alone, as the staff pages are.
Source: sync.md §2.1.
"""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from boxoffice import ids
from kiosk.introduction import Trouble
from kiosk.web import frame
from kiosk.web.guest import device

bp = Blueprint("pairing", __name__, url_prefix="/pairing")

LONGEST = 40
_TROUBLES = {
    Trouble.LINE: "The ledger does not answer. This device tries again by itself.",
    Trouble.GONE: "This code is used up, too old or wrong. Please ask for a new one.",
    Trouble.OTHER_LEDGER: (
        "Another ledger answered than the one that gave the code. Nothing was paired."
    ),
}
NO_CODE = "A code has twelve letters and digits, without 0, O, 1 and I."


@bp.get("")
def show() -> Response | str:
    """Show how to pair, or the number that staff compare."""
    if device().paired:
        return redirect(url_for("attract.show"))
    return _page()


@bp.post("")
def take() -> Response | str:
    """Take a typed code, or forget the one before."""
    if device().paired:
        return redirect(url_for("attract.show"), 303)
    if request.form.get("act") == "other":
        device().introduction.start_over()
    elif not device().introduction.typed(request.form.get("code", "")[:LONGEST]):
        return _page(NO_CODE)
    return redirect(url_for("pairing.show"), 303)


def _page(trouble: str | None = None) -> str:
    told = device().introduction
    if trouble is None and told.trouble is not None:
        trouble = _TROUBLES[told.trouble]
    return frame.page(
        "kiosk/pairing.html",
        sheets=["components/field", "screens/collect", "screens/pairing"],
        idle_s=0,
        listens=False,
        check=told.check,
        asking=told.under_way,
        trouble=trouble,
        letters=ids.ALPHABET,
        address=device().config.ledger_url,
    )
