"""What every page of the shop needs: the book, the house, the page itself."""

import zlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from flask import abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import assets, baskets, catalogue
from ledger.baskets import Basket
from ledger.clock import Means
from ledger.running import Running
from ledger.shop import formats, look, speech
from ledger.tables.house import HouseRow

if TYPE_CHECKING:
    from ledger.documents.order import Order

P = ParamSpec("P")
T = TypeVar("T")


def ledger() -> Running:
    """The ledger that serves this request."""
    return cast("Running", current_app.extensions["foh"])


def write(
    use_case: Callable[Concatenate[Session, Means, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a use case now, in one transaction."""
    here = ledger()
    return here.store.write(use_case, here.means(), *args, **kwargs)


def basket(session: Session, secret: str) -> Basket:
    """Give the basket of an address; 404 for one that nobody knows."""
    found = baskets.find(session, secret, ledger().clock())
    if found is None:
        abort(404)
    return found


def page(template: str, session: Session, **facts: Any) -> str:
    """Render a page in the frame of the house."""
    house: HouseRow = catalogue.house(session)
    return render_template(
        f"shop/{template}",
        house=house,
        zone=house.zone,
        now_ms=ledger().clock(),
        formats=formats,
        language=speech.language(),
        languages=speech.LANGUAGES,
        asset=asset,
        theme_url=look.sheet_url(),
        logo_url=look.logo_url(),
        **facts,
    )


def called_off(session: Session, told: "Order") -> ResponseReturnValue | None:
    """Say instead of tickets that no performance of theirs takes place; None: one does."""
    if not told.called_off:
        return None
    title = speech.gettext("Cancelled: %(title)s", title=told.evening.title)
    words = speech.gettext(
        "The performance is cancelled: its tickets open no door any more."
    )
    return page("trouble.html", session, title=title, words=words), 410


def asset(name: str) -> str:
    """Give the address of a static file, with its checksum, so that it may be kept."""
    return url_for("static", filename=name, v=_sum(name))


@cache
def _sum(name: str) -> str:
    return f"{zlib.crc32((assets.folder('static') / name).read_bytes()):08x}"
