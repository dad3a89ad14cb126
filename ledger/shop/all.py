"""Put the online shop into the ledger's app: pages, cookies, headers, language."""

import gzip
from pathlib import Path
from urllib.parse import urlencode

import flask_babel  # type: ignore[import-untyped]
import structlog
from flask import Flask, Response, abort, current_app, g, redirect, request
from flask import session as patron
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from ledger.app import Sessions
from ledger.shop import (
    bank_form,
    cards,
    choosing,
    codes,
    confirmed,
    details,
    frame,
    gift_cards,
    look,
    member_pages,
    membership_orders,
    passes,
    passing,
    payment,
    performances,
    phone,
    pretend_bank,
    seats,
    speech,
    tickets,
    waiting,
)
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.store import Busy

log = structlog.get_logger()

# One module a family of pages; importing it puts them on the blueprint.
PAGES = (
    performances,
    seats,
    waiting,
    tickets,
    codes,
    details,
    passes,
    payment,
    pretend_bank,
    confirmed,
    phone,
    passing,
    choosing,
    bank_form,
    cards,
    gift_cards,
    membership_orders,
    member_pages,
    look,
)
_PATH = "/shop"
_SMALL = 2_000


class _Cookies(Sessions):
    """Patrons and staff have cookies of their own, so that neither ends the other's."""

    def get_cookie_name(self, app: Flask) -> str:
        return "foh_shop" if _ours() else super().get_cookie_name(app)

    def get_cookie_path(self, app: Flask) -> str:
        return _PATH if _ours() else super().get_cookie_path(app)


def install(app: Flask) -> None:
    """Add the shop to an app that has its sessions and forgery protection."""
    app.session_interface = _Cookies()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(
        Path(__file__).parents[1] / "translations"
    )
    flask_babel.Babel(app, locale_selector=speech.language)
    app.register_blueprint(bp)


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """No forged forms; and a language that is chosen in the address is kept."""
    current_app.extensions["csrf"].protect()
    wanted = request.args.get("lang")
    if wanted in speech.LANGUAGES and request.method == "GET":
        patron["language"] = wanted
        rest = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
        return redirect(f"{request.path}?{urlencode(rest)}".rstrip("?"), 303)
    return None


@bp.after_request
def keep_private(response: Response) -> Response:
    """Nothing foreign runs, nothing is kept. Only a page that pays names its bank."""
    banks = g.get("banks", "'self'")
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
        f"base-uri 'none'; form-action {banks}; object-src 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Addresses of baskets are secrets.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    if request.endpoint in look.FILES:
        look.keep(response)
        return response
    return _packed(response)


@bp.errorhandler(CSRFError)
def forged(_error: CSRFError) -> ResponseReturnValue:
    """A form that was open for too long, or is not ours."""
    words = _("This page was open too long. Please go back, reload it and try again.")
    return _trouble(_("Please try again"), words, 400)


@bp.errorhandler(OperationalError)
@bp.errorhandler(Busy)
def out_of_order(why: OperationalError | Busy) -> ResponseReturnValue:
    """The book cannot be written: a full or read-only disk, a lost connection."""
    log.error("book in trouble", why=str(getattr(why, "orig", why)))
    words = _(
        "We cannot take this just now. Nothing was changed."
        " Please try again in a few minutes."
    )
    return _trouble(_("Please try again later"), words, 503)


@bp.errorhandler(HTTPException)
def trouble(error: HTTPException) -> ResponseReturnValue:
    """Say in words what went wrong."""
    code = error.code or 500
    if code in {404, 405, 410}:
        words = _("There is no such page. It may have been typed wrongly.")
        return _trouble(_("Not here"), words, code)
    if code < 500:
        words = _("Something in that request is not as it should be.")
        return _trouble(_("Not understood"), words, code)
    words = _("It was written down. Nothing was changed.")
    return _trouble(_("Something went wrong"), words, code)


@bp.route("/<path:_rest>")
def nowhere(_rest: str) -> ResponseReturnValue:
    """Answer addresses that nobody has in the shop's own words."""
    abort(404)


def _ours() -> bool:
    return request.path == _PATH or request.path.startswith(_PATH + "/")


def _trouble(title: str, words: str, status: int) -> ResponseReturnValue:
    with frame.ledger().store.read() as session:
        return frame.page("trouble.html", session, title=title, words=words), status


def _packed(response: Response) -> Response:
    """Send large pages packed: a map of 2,000 seats is ten times smaller."""
    large = response.is_sequence and (response.content_length or 0) > _SMALL
    if large and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), 1))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
