"""Put the ledger's web together: what devices call, and the pages if they are there."""

import importlib.util
import os
from pathlib import Path
from typing import cast

from flask import Flask, Request, abort, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from jinja2 import StrictUndefined

from boxoffice import wire
from ledger.config import Config
from ledger.running import Running

# A batch, and the headers of JSON around it.
MOST_BYTES = wire.MOST_BATCH_BYTES + (64 << 10)


def running() -> Running:
    """The ledger that serves this request."""
    return cast("Running", current_app.extensions["foh"])


def create_app(ledger: Running) -> Flask:
    """Make the WSGI app of one ledger process."""
    from ledger.api import all as api

    root = _assets()
    app = Flask(
        "ledger",
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
    )
    app.secret_key = _secret(ledger.config)
    app.session_interface = Sessions()
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.jinja_env.undefined = StrictUndefined
    app.extensions["foh"] = ledger
    api.install(app, demo=ledger.config.demo)
    # Staff pages and shop are packages of their own; a ledger without them serves devices.
    if importlib.util.find_spec("ledger.web.all"):
        from ledger.web import all as web

        web.install(app, secure=ledger.config.public_url.startswith("https:"))
    if importlib.util.find_spec("ledger.shop.all"):
        from ledger.shop import all as shop

        shop.install(app)
    # It reads forms, so it comes after those who say how large one may be.
    app.before_request(_refuse_nul)
    return app


class Sessions(SecureCookieSessionInterface):
    """Sessions of staff and patrons; devices have none, and it costs to look for one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith("/api/"):
            return None
        return super().open_session(app, request)


def _refuse_nul() -> None:
    """Nobody types the character NUL, and PostgreSQL cannot keep it."""
    given = [request.path]
    if request.query_string:
        given += [*request.args, *request.args.values()]
    if request.mimetype.startswith(("multipart/", "application/x-www-form")):
        given += [text for one in request.form.lists() for text in (one[0], *one[1])]
    if any("\x00" in text for text in given):
        abort(400)


def _assets() -> Path:
    """Templates and static files: in the checkout, else beside the installed packages."""
    checkout = Path(__file__).resolve().parent.parent
    installed = checkout / "front_of_house"
    return installed if installed.is_dir() else checkout


def _secret(config: Config) -> bytes:
    """The key of staff sessions: a file of the house, else one of our own."""
    file = config.secret_key_file or config.directory / "session.key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as held:
            held.write(os.urandom(32))
    return file.read_bytes()
