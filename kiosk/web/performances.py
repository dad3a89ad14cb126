"""Choose a performance: tiles, soonest first, paged to what the screen can show."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for

from kiosk import sales
from kiosk.shown.choosing import Tonight
from kiosk.web import formats, frame, house, paging, posters
from kiosk.web.attract import can_buy, state_words
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _

bp = Blueprint("performances", __name__)

# Tiles on a page: S, L and P (lobby.md §2).
MOST_POSTERS = 3
TILES = {"s": 3, "l": 4, "p": 6}


@dataclass(frozen=True)
class Tile:
    """One performance, in words. url: empty when nothing can be bought."""

    url: str
    title: str
    when: str
    more: str
    state: str
    poster: posters.Poster
    sizes: str


@bp.get("/performances")
def show() -> str:
    """Show what is on. Every size of screen has its own pages of the same list."""
    shown = sales.performances(device())
    first = paging.asked(request.args.get("first"), len(shown))
    pages = paging.pages(
        len(shown), first, TILES, lambda at: url_for("performances.show", first=at + 1)
    )
    now_ms = device().clock.now_ms()
    last = max((page.stop for page in pages), default=0)
    return frame.page(
        "kiosk/performances.html",
        sheets=["components/poster", "components/tile", "screens/performances"],
        pages=pages,
        posters=[posters.poster(title) for title in _titles(shown)[:MOST_POSTERS]],
        tiles=[
            _tile(one, paging.sizes(place, pages), now_ms)
            for place, one in enumerate(shown)
            if first <= place < last
        ],
    )


def _access(words: str) -> str:
    """Say what a house says of a performance in the guest's language.

    What houses usually say is known here, unless this one says it in its own way.
    """
    if (own := house.own(words)) != words:
        return own
    known = _known_access(words.casefold())
    return (
        known[:1].upper() + known[1:] if known and words[:1].isupper() else known or words
    )


def _known_access(words: str) -> str:
    match words:
        case "step-free":
            return _("step-free")
        case "hearing loop":
            return _("hearing loop")
        case "captioned":
            return _("captioned")
        case "audio described":
            return _("audio described")
        case "sign language":
            return _("sign language")
        case "relaxed":
            return _("relaxed")
        case _:
            return ""


def _titles(shown: list[Tonight]) -> list[str]:
    return list(dict.fromkeys(one.title for one in shown))


def _tile(one: Tonight, sizes: str, now_ms: int) -> Tile:
    ends = ""
    if one.ends_ms is not None:
        ends = _("ends %(time)s", time=formats.clock(one.ends_ms, one.zone))
    return Tile(
        url=url_for("how_many.show", performance=one.performance) if can_buy(one) else "",
        title=one.title,
        when=formats.offered(one.starts_ms, one.zone, now_ms),
        state=state_words(one),
        more=" · ".join(
            part for part in (ends, ", ".join(map(_access, one.access))) if part
        ),
        poster=posters.poster(one.title),
        sizes=sizes,
    )
