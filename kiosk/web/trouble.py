"""When a page cannot be shown: a sentence and a way on, never a trace."""

import structlog
from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kiosk.web import frame
from kiosk.web.speech import gettext as _
from kiosk.web.words import start_over

_log = structlog.get_logger()


def install(app: Flask) -> None:
    """Answer our own troubles in words."""
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _ours)


def _stale(_why: Exception) -> tuple[str, int]:
    return _page(_("This page is too old. Please start over."), 400)


def _http(why: Exception) -> tuple[str, int] | HTTPException:
    if isinstance(why, HTTPException) and why.code is not None and why.code < 400:
        return why
    code = (why.code if isinstance(why, HTTPException) else None) or 500
    if code == 404:
        return _page(_("There is nothing here. Please start over."), code)
    return _page(_("That did not work. Please start over."), code)


def _ours(why: Exception) -> tuple[str, int]:
    _log.exception("page failed", why=repr(why))
    return _page(_("That did not work. Please start over, or ask the box office."), 500)


def _page(words: str, status: int) -> tuple[str, int]:
    try:
        text = frame.page(
            "kiosk/trouble.html",
            sheets=["screens/sorry"],
            listens=False,
            words=words,
            button=start_over(),
        )
    except Exception:
        # The store itself may be what is broken; then even the frame cannot be drawn.
        _log.exception("even the words failed")
        text = render_template("kiosk/bare.html", words=words)
    return text, status
