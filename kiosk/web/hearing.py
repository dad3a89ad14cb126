"""Whether this guest has pages read aloud: a cookie of its own, which ends with the guest.

Making a sound can take longer than touching the next page. Were the wish part of the
session, the late answer would bring the session back as it was before that touch, and the
order begun by it would be gone. For the same reason the cookie names its guest: an answer
that comes after that guest has gone asks for nobody.
"""

import secrets

from flask import Flask, Response, current_app, g, request
from flask import session as guest

NUMBER = "guest"


def asked() -> bool:
    """Whether the guest wants to hear the pages."""
    return bool(g.get("hears", _before()))


def ask(wanted: bool) -> None:
    """Remember from this answer on whether the guest wants to hear the pages."""
    g.hears = wanted


def somebody_else() -> None:
    """From here on it is another guest, who has asked for nothing yet."""
    g.hears = False
    guest[NUMBER] = secrets.token_hex(4)


def install(app: Flask) -> None:
    """Let each answer carry the wish, if it changed."""

    @app.after_request
    def keep(response: Response) -> Response:
        kept = request.cookies.get(_name())
        if kept is None and not g.get("hears"):
            return response  # Whoever hears nothing: a sheet or a picture, too.
        if kept == (_number() if asked() else None):
            return response
        how = {
            "secure": app.config["SESSION_COOKIE_SECURE"],
            "httponly": True,
            "samesite": "Strict",
        }
        if asked():
            response.set_cookie(_name(), _number(), **how)
        else:
            response.delete_cookie(_name(), **how)
        return response


def _before() -> bool:
    return request.cookies.get(_name()) == _number()


def _number() -> str:
    return str(guest.get(NUMBER, "first"))


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_aloud"
