"""What a page says, as sound: asked for by the page itself, given once, never kept."""

from flask import Blueprint, Response, request, url_for

from kiosk import voice
from kiosk.web import hearing
from kiosk.web.guest import device, loudness
from kiosk.web.speech import get_locale

bp = Blueprint("aloud", __name__, url_prefix="/aloud")

MOST_WAITING = 4


@bp.post("")
def speak() -> tuple[Response, int] | Response:
    """Take a text; give the address of its sound."""
    text = " ".join(str(request.form.get("text", "")).split())
    if not voice.here() or not text:
        return Response(status=204)
    hearing.ask(True)
    locale = get_locale()
    sound = voice.say(text, locale.language if locale else "en", loudness())
    if sound is None:
        return Response(status=204)
    name = device().chance(8).hex()
    waiting = device().sounds
    while len(waiting) >= MOST_WAITING:
        waiting.pop(next(iter(waiting)), None)
    waiting[name] = sound
    return Response(url_for("aloud.hear", name=name), mimetype="text/plain"), 201


@bp.get("/<name>.wav")
def hear(name: str) -> Response:
    """Give the sound once."""
    sound = device().sounds.pop(name, None)
    if sound is None:
        return Response(status=404)
    return Response(sound, mimetype="audio/wav")
