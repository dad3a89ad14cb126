"""Access: language, contrast, text size, more time. All end with the guest's visit."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import voice
from kiosk.web import frame
from kiosk.web.guest import loudness, wish, wishes
from kiosk.web.speech import gettext as _

bp = Blueprint("access", __name__, url_prefix="/access")

WISHES = ("contrast", "slowly", "lowered", "aloud")
# Of the usual size of letters, in per cent; empty is the usual.
SIZES = ("", "125", "150", "200")


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
        "slowly": _("More time"),
        "lowered": _("Lower the controls"),
        "aloud": _("Read aloud"),
    }
    asked_for = wishes()
    offered = [
        {"name": name, "words": words[name], "on": bool(asked_for.get(name))}
        for name in WISHES
        if name != "aloud" or voice.here()
    ]
    now = str(asked_for.get("text", ""))
    return frame.page(
        "kiosk/access.html",
        sheets=["screens/access"],
        wishes=offered,
        sizes=[
            {"value": size, "words": f"{size or 100} %", "on": now == size}
            for size in SIZES
        ],
        speaks=voice.here(),
        volumes=_volumes() if voice.here() and asked_for.get("aloud") else [],
        back=safe(request.args.get("to", "/")),
    )


@bp.post("")
def change() -> Response:
    """Turn one wish on or off, or choose how large letters are."""
    wish({name: request.form[name] == "1" for name in WISHES if name in request.form})
    if request.form.get("text") in SIZES:
        wish({"text": request.form["text"]})
    for step in voice.LOUDNESS:
        if request.form.get("loudness") == str(step):
            # Whoever changes how loud it is wants to hear it, on the page that follows.
            wish({"loudness": step, "aloud": True})
    return redirect(url_for("access.show", to=safe(request.form.get("to", "/"))), 303)


def _volumes() -> list[dict[str, object]]:
    """The next step down and up; none at an end."""
    now = loudness()
    quieter = max((step for step in voice.LOUDNESS if step < now), default=None)
    louder = min((step for step in voice.LOUDNESS if step > now), default=None)
    return [
        {"words": _("Quieter"), "value": quieter},
        {"words": _("Louder"), "value": louder},
    ]


@bp.post("/language")
def language() -> Response:
    """Speak another language, on the same page."""
    code = request.form.get("language", "")
    if code in frame.LANGUAGES:
        wish({"language": code})
    return redirect(safe(request.form.get("to", "/")), 303)
