"""Access: language, contrast, text size, more time. All end with the guest's visit."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk.web import frame
from kiosk.web.speech import gettext as _

bp = Blueprint("access", __name__, url_prefix="/access")

WISHES = ("contrast", "larger", "slowly")


def safe(address: str) -> str:
    """Give the address if it is a page of ours, else the first page."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/")
    return (
        address
        if ours and not address.startswith(("//", "/\\"))
        else url_for("attract.show")
    )


@bp.get("")
def show() -> str:
    """Offer what makes the screen easier."""
    words = {
        "contrast": _("High contrast"),
        "larger": _("Larger text"),
        "slowly": _("More time"),
    }
    return frame.page(
        "kiosk/access.html",
        sheets=["screens/access"],
        wishes=[
            {"name": name, "words": words[name], "on": bool(guest.get(name))}
            for name in WISHES
        ],
        back=safe(request.args.get("to", "/")),
    )


@bp.post("")
def change() -> Response:
    """Turn one wish on or off."""
    for name in WISHES:
        if name in request.form:
            guest[name] = request.form[name] == "1"
    return redirect(url_for("access.show", to=safe(request.form.get("to", "/"))), 303)


@bp.post("/language")
def language() -> Response:
    """Speak another language, on the same page."""
    code = request.form.get("language", "")
    if code in frame.LANGUAGES:
        guest["language"] = code
    return redirect(safe(request.form.get("to", "/")), 303)
