"""The read API: GET, a bearer's key, JSON; and its description in OpenAPI."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from ledger import read_api, read_keys
from ledger.web import desk

bp = Blueprint("reading", __name__, url_prefix="/read/v1")
OPENAPI = Path(__file__).resolve().parent.parent / "schemas" / "read_api.json"
LONGEST = 100
PAGES = (
    f"limit is a whole number, 1 to {read_api.MOST}; after is what `next` said,"
    f" at most {LONGEST} characters."
)
View = Callable[..., Response]


def with_key(view: View) -> View:
    """Answer only to a key that is in use."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Response:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        with desk.ledger().store.read() as session:
            row = read_keys.find(session, key.strip()) if kind == "Bearer" else None
            g.personal = row is not None and row.personal
        if row is None:
            answer = _said(401, "A key is needed: Authorization: Bearer …")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return view(*args, **kwargs)

    return shown


@bp.errorhandler(400)
def not_text(_why: Exception) -> Response:
    """The ledger takes no NUL in a request; programs are told so in JSON."""
    return _said(400, "The character NUL is no text.")


@bp.get("/openapi.json")
def openapi() -> Response:
    return jsonify(json.loads(OPENAPI.read_text()))


@bp.get("/performances")
@with_key
def performances() -> Response:
    limit = _limit()
    if limit is None or _too_long():
        return _said(400, PAGES)
    with desk.ledger().store.read() as session:
        return jsonify(read_api.performances(session, _after(), limit))


@bp.get("/performances/<performance>/seats")
@with_key
def seats(performance: str) -> Response:
    with desk.ledger().store.read() as session:
        found = read_api.seats(session, performance)
    return jsonify(found) if found else _said(404, "There is no such performance.")


@bp.get("/sales")
@with_key
def sales() -> Response:
    typed = request.args.get("page", "0")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 16):
        return _said(400, "page is a whole number, 0 or more.")
    page = min(int(typed), 10_000)
    with desk.ledger().store.read() as session:
        return jsonify(read_api.sales(session, page))


@bp.get("/orders")
@with_key
def orders() -> Response:
    limit = _limit()
    if limit is None or _too_long():
        return _said(400, PAGES)
    with desk.ledger().store.read() as session:
        found = read_api.orders(session, _after(), limit, personal=g.personal)
    return jsonify(found)


def _after() -> str:
    return request.args.get("after", "")


def _too_long() -> bool:
    return len(_after()) > LONGEST


def _limit() -> int | None:
    typed = request.args.get("limit", "50")
    plain = typed.isascii() and typed.isdecimal() and len(typed) < 6
    return int(typed) if plain and 1 <= int(typed) <= read_api.MOST else None


def _said(status: int, words: str) -> Response:
    answer = jsonify({"error": words})
    answer.status_code = status
    return answer
