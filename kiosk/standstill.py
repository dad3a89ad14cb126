"""What is left of a device whose store cannot be written: words, and another try.

Nothing is sold, printed or let in, because nothing could be written down first. Pages that
stand on the screen hear it from `/alive` and cover themselves; whatever is opened says it
in every language. As soon as the store can be opened and written, the process ends, so
that it is started anew with everything looked up. Source: lobby.md §2, §5, sync.md §3.4.
"""

import os
import threading
from pathlib import Path
from typing import Final

import structlog
import waitress  # type: ignore[import-untyped] # It has no stubs.
from babel import Locale
from babel.support import Translations
from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError

from kiosk import watchdog as systemd
from kiosk.config import Config
from kiosk.store.store import Damaged, Store

CODE: Final = "FH-D2"
# Started again: everything is looked up, and the store is checked.
EXIT_STORE: Final = 75
AGAIN_S: Final = 5.0
_THREADS: Final = 2
_CATALOGUES: Final = Path(__file__).parent / "translations"
# Where a card may have been asked a moment ago.
_PAYING: Final = ("/order/pay", "/order/due")
_words = structlog.get_logger()


def serve(settings: Config, why: str, root: Path, stopping: threading.Event) -> int:
    """Say so on every page until the store can be written, or somebody stops us.

    root: where templates and static files are. Gives the exit code of the process.
    """
    server = waitress.create_server(
        create_app(settings, why, root),
        host=settings.host,
        port=settings.port,
        threads=_THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    threading.Thread(target=server.run, name="web", daemon=True).start()
    port = int(server.effective_port)
    _words.error("out of service", code=CODE, why=why, host=settings.host, port=port)
    systemd.tell("READY=1")
    if "NOTIFY_SOCKET" in os.environ:
        threading.Thread(
            target=systemd.watch,
            args=(settings.host, port, lambda: True, stopping),
            name="watchdog",
            daemon=True,
        ).start()
    while not stopping.wait(AGAIN_S):
        if writable(settings.folder):
            _words.info("the store can be written again")
            return EXIT_STORE
    return 0


def writable(folder: Path) -> bool:
    """Try whether the store opens, and takes a commit."""
    try:
        # Opening it commits that it was not stopped cleanly, and checks the file then.
        Store(folder).close()
    except (OSError, DBAPIError, Damaged):
        return False
    return True


def create_app(settings: Config, why: str, root: Path) -> Flask:
    """Make an app that has one page, needs no store and keeps nothing."""
    app = Flask(
        "standstill",
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
    )
    ancestors = settings.frame_ancestor or "'none'"

    @app.get("/health")
    def health() -> Response:
        return jsonify(
            ok=False,
            ready=False,
            faults=[CODE.removeprefix("FH-")],
            troubles={"store": why},
        )

    @app.route("/alive")
    def alive() -> tuple[str, int]:
        return CODE, 503

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def page(path: str) -> tuple[str, int]:
        paying = request.path.startswith(_PAYING)
        return render_template(
            "kiosk/standstill.html",
            code=CODE,
            said=[(one, _said(one, paying=paying)) for one in ("en", *_translated())],
            again_s=int(AGAIN_S),
            # What was posted is not posted again.
            here=request.full_path.rstrip("?") if request.method == "GET" else "/",
        ), 503

    @app.after_request
    def guarded(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'self'; frame-ancestors {ancestors}; base-uri 'none'"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return app


def _translated() -> list[str]:
    return sorted(one.name for one in _CATALOGUES.iterdir() if one.is_dir())


def _said(language: str, *, paying: bool) -> str:
    catalogue = Translations.load(str(_CATALOGUES), [Locale.parse(language)])

    def say(words: str) -> str:
        return str(catalogue.gettext(words))

    if paying:
        return f"{say('Please do not pay again.')} {say('Staff are coming.')}"
    return say("This kiosk is taking a break.")
