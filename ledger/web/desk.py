"""What every staff page needs: the book, the time, who is logged in, words for figures."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol, cast

from babel.dates import format_datetime, format_time
from flask import current_app, redirect, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue

from ledger import staff
from ledger.clock import Clock
from ledger.documents.order import LOCALE, moment
from ledger.store import Store

P = ParamSpec("P")


class Serving(Protocol):
    """What a page may reach of the running ledger."""

    store: Store
    clock: Clock


def ledger() -> Serving:
    """The ledger that serves this request."""
    return cast("Serving", current_app.extensions["foh"])


def person() -> staff.Person | None:
    """Who is logged in and still works here."""
    id = member_of_staff.get("staff")
    if not isinstance(id, str):
        return None
    with ledger().store.read() as session:
        return staff.find(session, id)


def needs_login(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Show a page only to people who are logged in; others log in first."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if person() is None:
            return redirect(url_for("login.show", next=request.full_path), 303)
        return view(*args, **kwargs)

    return shown


def day_and_time(at_ms: int | None, zone: str) -> str:
    """Give a moment in words: Fri 20 Nov, 19:30."""
    if at_ms is None:
        return ""
    return format_datetime(moment(at_ms, zone), "EEE d MMM, HH:mm", locale=LOCALE)


def time_of_day(at_ms: int | None, zone: str) -> str:
    """Give a moment's time: 19:30:12."""
    return format_time(moment(at_ms, zone), "HH:mm:ss", locale=LOCALE) if at_ms else ""
