"""Choose on the map: a part of the house, a row, a seat. Everything drawn has a button."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import sales
from kiosk.shown.choosing import MapSeat, Offer
from kiosk.shown.houses import HouseMap
from kiosk.shown.named import Refusal
from kiosk.shown.parts import MapSection, seats_of
from kiosk.shown.reviewing import OrderShown
from kiosk.web import formats, frame, paging, refusals
from kiosk.web.guest import device, picked
from kiosk.web.house import own
from kiosk.web.picture import picture
from kiosk.web.seats import choosing
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

bp = Blueprint("house_map", __name__)

SHEETS = ["components/picture", "components/seat", "screens/map"]
# How many buttons fit on S, L and P.
PARTS = {"s": 6, "l": 8, "p": 12}
# On L a list with pages has a line less.
MANY_PARTS = {**PARTS, "l": 6}
ROWS = {"s": 12, "l": 12, "p": 24}
SEATS = {"s": 8, "l": 20, "p": 30}


@bp.get("/p/<performance>/map")
def show(performance: str) -> Response | str:
    """Show the parts of the house, the rows of one part, or the seats of one row."""
    here = choosing(performance)
    if isinstance(here, Response):
        return here
    house = sales.house_map(device(), here.order)
    if isinstance(house, Refusal):
        return refusals.page(house, performance=performance)
    section = _section(house, request.args.get("section", ""))
    if section is None:
        return _sections(here, house)
    row = request.args.get("row", "")
    seats = section.row(row)
    return (
        _seats(here, house, section, row, seats) if seats else _rows(here, house, section)
    )


def _section(house: HouseMap, name: str) -> MapSection | None:
    if len(house.sections) == 1:
        return house.sections[0]
    return next((part for part in house.sections if part.name == name), None)


def _sections(here: OrderShown, house: HouseMap) -> str:
    count = len(house.sections)
    first = paging.asked(request.args.get("first"), count)
    pages = paging.pages(
        count,
        first,
        PARTS if count <= PARTS["l"] else MANY_PARTS,
        lambda at: url_for(
            "house_map.show", performance=here.performance, first=str(at + 1)
        ),
    )
    choices = [
        {
            "url": url_for(
                "house_map.show", performance=here.performance, section=part.name
            )
            if part.free
            else "",
            "words": own(part.name),
            "more": _section_words(house, part),
            "sizes": sizes,
        }
        for place, part in enumerate(house.sections)
        if (sizes := paging.sizes(place, pages))
    ]
    return _page(
        here,
        house,
        level="sections",
        heading=_("Where would you like to sit?"),
        choices=choices,
        pages=pages,
        back=url_for("seats.show", performance=here.performance),
    )


def _section_words(house: HouseMap, part: MapSection) -> str:
    if not part.free:
        return _("Sold out")
    levels = part.levels
    prices = [level.price_from for level in house.levels if level.id in levels]
    if not prices:
        return own(part.words)
    return _("from %(price)s", price=formats.money(min(prices), house.currency))


def _rows(here: OrderShown, house: HouseMap, section: MapSection) -> str:
    free = section.rows
    first = paging.asked(request.args.get("first"), len(free))
    pages = paging.pages(
        len(free), first, ROWS, lambda at: _url(here, section, first=str(at + 1))
    )
    choices = [
        {
            "url": _url(here, section, row=row) if count else "",
            "words": _("Row %(row)s", row=row) if row else own(section.name),
            "more": ngettext("%(num)s seat", "%(num)s seats", count)
            if count
            else _("Taken"),
            "sizes": sizes,
        }
        for place, (row, count) in enumerate(free.items())
        if (sizes := paging.sizes(place, pages))
    ]
    return _page(
        here,
        house,
        level="rows",
        section=section,
        heading=_("%(section)s: which row?", section=own(section.name)),
        choices=choices,
        pages=pages,
        back=url_for("house_map.show", performance=here.performance)
        if len(house.sections) > 1
        else url_for("seats.show", performance=here.performance),
    )


def _seats(
    here: OrderShown,
    house: HouseMap,
    section: MapSection,
    row: str,
    seats: Sequence[MapSeat],
) -> str:
    yours = set(picked())
    pages = _seat_pages(
        seats, yours, lambda at: _url(here, section, row=row, first=str(at + 1))
    )
    buttons = [
        {
            "code": seat.shown.code,
            "name": seat.shown.seat,
            "free": seat.available or seat.chosen,
            "yours": seat.shown.code in yours,
            "words": _seat_words(seat, yours),
            "aisle": place + 1 < len(seats) and seats[place + 1].block != seat.block,
            "sizes": paging.sizes(place, pages),
        }
        for place, seat in enumerate(seats)
    ]
    offer = sales.price(device(), here.order, list(yours)) if yours else None
    return _page(
        here,
        house,
        level="seats",
        section=section,
        row=row,
        heading=_heading(section, row, offer),
        seats=[button for button in buttons if button["sizes"]],
        pages=pages,
        first=request.args.get("first", ""),
        codes=[seat.code for seat in offer.seats] if isinstance(offer, Offer) else [],
        total_minor=str(offer.total) if isinstance(offer, Offer) else "",
        back=_url(here, section),
    )


def _seat_pages(
    seats: Sequence[MapSeat], yours: set[str], url: Callable[[int], str]
) -> list[paging.Page]:
    """Begin where one would sit: in the middle of a long row, or where one sits."""
    if asked := request.args.get("first"):
        return paging.pages(len(seats), paging.asked(asked, len(seats)), SEATS, url)
    mine = [place for place, seat in enumerate(seats) if seat.shown.code in yours]
    return paging.middle(len(seats), mine, SEATS, url)


def _heading(section: MapSection, row: str, offer: Offer | Refusal | None) -> str:
    match offer:
        case Offer():
            return _(
                "%(places)s: %(total)s",
                places=formats.places(offer.seats),
                total=formats.money(offer.total, offer.currency),
            )
        case Refusal(key="seat.single"):
            return _("That would leave one empty seat alone. Please move one seat.")
        case Refusal():
            return _("Those seats were just taken.")
        case None:
            return _(
                "%(section)s, row %(row)s: touch a seat", section=own(section.name), row=row
            )


def _seat_words(seat: MapSeat, yours: set[str]) -> str:
    name = seat.shown.seat
    if not (seat.available or seat.chosen):
        return _("Seat %(seat)s, unavailable", seat=name)
    if seat.shown.code in yours:
        return _("Seat %(seat)s, yours", seat=name)
    match seat.kind:
        case "accessible":
            return _("Seat %(seat)s, step-free, available", seat=name)
        case "companion":
            return _("Seat %(seat)s, for a companion, available", seat=name)
        case "standard":
            return _("Seat %(seat)s, available", seat=name)


def _url(here: OrderShown, section: MapSection, row: str = "", first: str = "") -> str:
    return url_for(
        "house_map.show",
        performance=here.performance,
        section=section.name,
        row=row or None,
        first=first or None,
    )


def _page(
    here: OrderShown,
    house: HouseMap,
    *,
    level: str,
    heading: str,
    section: MapSection | None = None,
    row: str = "",
    **facts: Any,
) -> str:
    yours = [seat.shown for seat in seats_of(house.sections, picked())]
    name = section.name if section else ""
    nothing: dict[str, Any] = {
        "choices": [],
        "pages": [],
        "seats": [],
        "first": "",
        "codes": [],
        "total_minor": "",
    }
    return frame.page(
        "kiosk/map.html",
        sheets=SHEETS,
        idle_s=frame.long_s(),
        shown=here,
        performance=here.performance,
        level=level,
        heading=heading,
        section=name,
        row=row,
        picture=picture(house, yours, section=name, row=row),
        picture_words=_("Plan of the house"),
        **{**nothing, **facts},
    )


@bp.post("/p/<performance>/map")
def touch(performance: str) -> Response:
    """One touch seats the party from there; every further touch moves one person."""
    here = choosing(performance)
    if isinstance(here, Response):
        return redirect(here.location, 303)
    seat = request.form.get("seat", "")[:64]
    now = list(picked())
    size = sum(here.counts.values())
    if seat in now:
        pass
    elif len(now) == size and size > 1:
        # The one who has sat longest moves; so each of a party can be moved in turn.
        guest["picked"] = [*now[1:], seat]
    else:
        offer = sales.party_from(device(), here.order, seat)
        if isinstance(offer, Refusal):
            return refusals.go(offer, performance=performance)
        guest["picked"] = [one.code for one in offer.seats]
    return redirect(
        url_for(
            "house_map.show",
            performance=performance,
            section=request.form.get("section", "")[:64],
            row=request.form.get("row", "")[:16],
            # Nothing moves under the finger.
            first=request.form.get("first", "")[:6] or None,
        ),
        303,
    )
