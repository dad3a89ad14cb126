"""Put the staff pages into the ledger's app."""

import json
from datetime import timedelta

import structlog
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ledger import plans
from ledger.store import Busy
from ledger.web import (
    attendee_pages,
    bank_refund_pages,
    calls,
    cancellation_pages,
    cards_on_file,
    catalogue_pages,
    charts,
    desk,
    desk_sales,
    devices,
    discrepancies,
    distance_pages,
    distance_plan_pages,
    doors,
    gift_cards,
    hall_files,
    halls,
    house,
    login,
    loose_payments,
    member_checks,
    member_pages,
    memberships,
    message_pages,
    moves,
    order_acts,
    order_money,
    order_type_pages,
    orders,
    own_words_pages,
    party_ends,
    party_links,
    party_pages,
    people,
    promo_code_pages,
    read_key_pages,
    reading,
    reports,
    second,
    sell,
    settings_pages,
    statements,
    vouchers,
    webhook_pages,
    window_cards,
    worklists,
)
from ledger.written import money

log = structlog.get_logger()
IDLE = timedelta(hours=2)
# One module a family of pages.
PAGES = (
    login,
    loose_payments,
    orders,
    party_ends,
    party_links,
    party_pages,
    order_acts,
    order_money,
    moves,
    charts,
    attendee_pages,
    bank_refund_pages,
    cancellation_pages,
    cards_on_file,
    message_pages,
    sell,
    desk_sales,
    discrepancies,
    devices,
    doors,
    house,
    worklists,
    reports,
    statements,
    catalogue_pages,
    distance_pages,
    distance_plan_pages,
    order_type_pages,
    promo_code_pages,
    hall_files,
    halls,
    member_checks,
    member_pages,
    memberships,
    people,
    read_key_pages,
    second,
    settings_pages,
    own_words_pages,
    vouchers,
    gift_cards,
    webhook_pages,
    calls,
    window_cards,
)
# Where files come in: the most bytes that are read.
LARGE = {"hall_files.take": plans.MOST_BYTES + (64 << 10)}
# Name, endpoint, words, and who sees it; nobody named: everybody.
MENU: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("orders", "orders.index", "Orders", ()),
    ("sell", "sell.index", "Sell", desk.SELLERS),
    ("charts", "charts.index", "Performances", ()),
    ("worklists", "worklists.index", "Work list", (*desk.SELLERS, desk.READER)),
    ("admissions", "house.admissions", "Admissions", ()),
    ("discrepancies", "discrepancies.index", "Discrepancies", ()),
    ("reports", "reports.sales", "Reports", (*desk.SELLERS, desk.READER)),
    ("devices", "devices.index", "Devices", ()),
    ("members", "members.index", "Members", (*desk.SELLERS, desk.READER)),
    ("catalogue", "catalogue.index", "Catalogue", (desk.SUPERVISOR,)),
    ("people", "people.index", "Staff", (desk.MANAGER,)),
)
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)


def install(app: Flask, *, secure: bool) -> None:
    """Add pages, sessions and forgery protection; blueprints named `api` are left alone.

    secure: cookies only over TLS.
    """
    app.config.update(
        SESSION_COOKIE_NAME="foh_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=IDLE,
        # A token lives as long as its session: a clerk's page may stay open all evening.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    csrf = CSRFProtect(app)
    pages = {page.bp.name for page in PAGES}
    for blueprint in (page.bp for page in PAGES):
        app.register_blueprint(blueprint)
    app.register_blueprint(reading.bp)
    app.jinja_env.filters.update(
        minute=desk.minute,
        money=money,
        day=desk.day_and_time,
        clock=desk.time_of_day,
        read_json=json.loads,
    )
    app.jinja_env.globals.update(
        person=desk.person, may=desk.may, pages=lambda: MENU, calls=calls.waiting
    )

    @app.before_request
    def no_forgery() -> None:
        # Devices sign each request, so a browser's cookies mean nothing to them.
        if request.endpoint in LARGE:
            request.max_content_length = LARGE[request.endpoint]
            request.max_form_memory_size = LARGE[request.endpoint]
        if request.blueprint in pages:
            csrf.protect()

    @app.after_request
    def keep_private(response: Response) -> Response:
        if request.blueprint in pages or request.blueprint is None:
            response.headers.setdefault("Content-Security-Policy", _POLICY)
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            response.headers.setdefault("Referrer-Policy", "same-origin")
            if not request.path.startswith("/static/"):
                response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(CSRFError)
    def forged(_: CSRFError) -> ResponseReturnValue:
        words = "This page was open too long. Please go back, reload it and try again."
        return render_template(
            "staff/trouble.html", title="Please try again", words=words
        ), 400

    @app.errorhandler(OperationalError)
    @app.errorhandler(Busy)
    def out_of_order(why: OperationalError | Busy) -> ResponseReturnValue:
        # A full disk or one that is read-only, a lost connection. Nothing was changed.
        log.error("book in trouble", why=str(getattr(why, "orig", why)))
        page = render_template(
            "staff/trouble.html", title=_NOT_WRITTEN[0], words=_NOT_WRITTEN[1]
        )
        return page, 503, {"Retry-After": "5"}

    @app.errorhandler(HTTPException)
    def trouble(error: HTTPException) -> ResponseReturnValue:
        if error.code in {301, 302, 303, 307, 308} or request.blueprint == "api":
            return error
        words = _WORDS.get(error.code or 500, _WORDS[500])
        page = render_template("staff/trouble.html", title=words[0], words=words[1])
        return page, error.code or 500, allowed(error)


def allowed(error: HTTPException) -> dict[str, str]:
    """Name the methods that an address knows, as RFC 9110 wants with a 405."""
    known = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    return {"Allow": ", ".join(sorted(known))} if known else {}


_NOT_WRITTEN = (
    "The book cannot be written",
    "Its disk is full, read-only or out of order, or its database does not answer. Nothing"
    " was changed. Please tell whoever looks after the machine, and try again: it goes on"
    " by itself once that is mended.",
)
_WORDS = {
    400: ("Not understood", "Something in that request is not as it should be."),
    404: ("Not here", "There is no such page. It may have been typed wrongly."),
    405: ("Not here", "That page cannot do that."),
    413: ("Too large", "That is more than this page takes at once."),
    500: ("Something went wrong", "It was written down. Nothing was changed."),
}
