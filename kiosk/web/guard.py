"""What every answer carries: nothing foreign may run, nothing may be kept."""

import os
import secrets
from pathlib import Path

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel  # type: ignore[import-untyped]
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from kiosk.device import Device
from kiosk.web import hearing
from kiosk.web.guest import language

# What is no page and nobody's secret: static files, and those of the house's theme.
FILES = {"static", "look.sheet", "look.asset"}
csrf = CSRFProtect()
babel = Babel()


class Sessions(SecureCookieSessionInterface):
    """Flask's own; who brings no cookie, as the scanner, does not wait for its keys."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session of a request, or begin one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask, here: Device) -> None:
    """Set up session, tokens, languages and headers."""
    config = here.config
    app.session_interface = Sessions()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if not app.secret_key:
        app.secret_key = _secret(config.folder / "session.key")
    app.config.update(
        SESSION_COOKIE_SECURE=bool(app.config.get("FOH_PHONES")),
        # Cookies know no ports, and several devices share this machine in a demo.
        SESSION_COOKIE_NAME=f"foh_{config.port}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        # A page may wait as long as its guest; the session ends with them.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=256 << 10,
        MAX_FORM_MEMORY_SIZE=64 << 10,
        MAX_FORM_PARTS=200,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parents[1] / "translations"),
    )
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language)
    hearing.install(app)
    ancestors = config.frame_ancestor or "'none'"
    policy = "; ".join(
        (
            "default-src 'self'",
            f"frame-ancestors {ancestors}",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint in FILES and response.status_code == 200:
            # Addresses of files carry their version, so that they may be kept for ever.
            kept = (
                "public, max-age=31536000, immutable"
                if request.args.get("v")
                else "no-cache"
            )
            response.headers["Cache-Control"] = kept
        else:
            response.headers["Cache-Control"] = "no-store"
        return response


def _secret(file: Path) -> bytes:
    """Keep one key over restarts: a guest who pays must be known again afterwards."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        secret = secrets.token_bytes(32)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(secret)
            opened.flush()
            os.fsync(opened.fileno())
        return secret
