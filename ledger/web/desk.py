"""What every staff page needs: the book, the time, who is logged in, words for figures."""

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from babel.dates import format_time
from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refusals import sentence
from ledger import staff, written
from ledger.clock import Clock, Means
from ledger.config import Config
from ledger.refused import Refused
from ledger.store import Store
from ledger.written import LOCALE, moment

P = ParamSpec("P")
T = TypeVar("T")

MANAGER, SUPERVISOR, BOX_OFFICE = "manager", "supervisor", "box_office"
READER, USHER = "reader", "usher"
# Everybody at the desk; a manager may do everything.
SELLERS = (BOX_OFFICE, SUPERVISOR)
MOST_SAID = 12


class Serving(Protocol):
    """What a page may reach of the running ledger."""

    config: Config
    store: Store
    clock: Clock

    def means(self) -> Means: ...


def ledger() -> Serving:
    """The ledger that serves this request."""
    return cast("Serving", current_app.extensions["foh"])


def write(
    use_case: Callable[Concatenate[Session, Means, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a use case now, in one transaction."""
    here = ledger()
    return here.store.write(use_case, here.means(), *args, **kwargs)


def person() -> staff.Person | None:
    """Who is logged in and still works here; asked once a request."""
    if "person" not in g:
        id = member_of_staff.get("staff")
        g.person = None
        if isinstance(id, str):
            with ledger().store.read() as session:
                g.person = staff.find(session, id)
    return cast("staff.Person | None", g.person)


def me() -> staff.Person:
    """Who is logged in, on a page that needs it."""
    found = person()
    assert found, "this page forgot to ask for a login"
    return found


def may(*roles: str) -> bool:
    """Whether whoever is logged in has one of these roles; a manager has them all."""
    here = person()
    return here is not None and bool({MANAGER, *roles} & set(here.roles))


def needs_login(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Show a page only to people who are logged in; others log in first."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if person() is None:
            back = request.full_path if request.method == "GET" else ""
            return redirect(url_for("login.show", next=back), 303)
        return view(*args, **kwargs)

    return shown


def needs(
    *roles: str,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only people with one of these roles do this; others are told whom to ask."""

    def only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def shown(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not may(*roles):
                words = "Your account may not do this. A manager can give you the role."
                page = render_template(
                    "staff/trouble.html", title="Not with your account", words=words
                )
                return page, 403
            return view(*args, **kwargs)

        return needs_login(shown)

    return only


def words_of(refused: Refused, **facts: str | int) -> str:
    """Say a refusal in one sentence. facts: seats and amounts as people read them."""
    known = {
        name: value for name, value in refused.facts.items() if isinstance(value, str | int)
    }
    seats = refused.facts.get("seats")
    if isinstance(seats, list) and seats:
        known.setdefault("seat", ", ".join(map(str, seats)))
    all_: dict[str, Any] = {**known, **facts}
    return sentence(refused.code, **all_)


def say(words: str) -> None:
    """Tell on the next page what was done."""
    flash(words, "done")


def say_undo(words: str, address: str) -> None:
    """Tell what was done, with a button that takes it back."""
    flash(json.dumps([words, address]), "undo")


def refuse(words: str | Refused) -> None:
    """Tell on the next page what was not done, and why."""
    flash(words if isinstance(words, str) else words_of(words), "refused")


def some(words: Iterable[str], *, most: int = MOST_SAID) -> str:
    """Join a list that may be long: its beginning, and how many more there are."""
    all_ = list(words)
    more = f" and {len(all_) - most} more" if len(all_) > most else ""
    return ", ".join(all_[:most]) + more


def field(name: str, *, most: int = 500) -> str:
    """Read what was typed into a field, without outer blanks."""
    return request.form.get(name, "")[:most].strip()


def day_and_time(at_ms: int | None, zone: str) -> str:
    """Give a moment in words: Fri 20 Nov, 19:30."""
    return "" if at_ms is None else written.day_and_time(at_ms, zone)


def minute(at_ms: int | None, zone: str) -> str:
    """Give a moment's hour and minute: 19:30; nothing for none."""
    return format_time(moment(at_ms, zone), "HH:mm", locale=LOCALE) if at_ms else ""


def time_of_day(at_ms: int | None, zone: str) -> str:
    """Give a moment's time: 19:30:12."""
    return format_time(moment(at_ms, zone), "HH:mm:ss", locale=LOCALE) if at_ms else ""


def public_url() -> str:
    """Give the address under which devices reach this ledger."""
    return ledger().config.public_url


def inside(address: str) -> str:
    """Give the address, if it leads to a page of ours; otherwise a blank."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if ours and "\\" not in address and not address.startswith("//") else ""
