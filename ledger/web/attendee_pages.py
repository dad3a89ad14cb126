"""Who has a ticket for a performance, who came, and who was given back. Source: ATT1."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from boxoffice.orders import TicketStatus
from ledger import attendees, catalogue, reports, sorting
from ledger.attendees import Line
from ledger.sorting import Sorting
from ledger.web import desk, downloads

bp = Blueprint("attendees", __name__, url_prefix="/staff/performances")
SHOWN = 500
KINDS = {"": "Everybody", "in": "Came"} | {
    status.value: status.value.capitalize() for status in TicketStatus
}


@bp.get("/<performance>/attendees")
@desk.needs(*desk.SELLERS, desk.READER)
def show(performance: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        everybody = attendees.read(session, performance)
        zone = catalogue.house(session).zone
    wanted, by = _wanted()
    found = attendees.sort(_chosen(everybody, wanted), by)
    return render_template(
        "staff/attendees.html",
        evening=evening,
        zone=zone,
        lines=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
        kinds={
            kind: (words, len(_chosen(everybody, kind))) for kind, words in KINDS.items()
        },
        wanted=wanted,
        sorting=by,
        asked=downloads.asked(by, attendees.USUAL, who=wanted),
    )


@bp.get("/<performance>/attendees.<kind>")
@desk.needs(*desk.SELLERS, desk.READER)
def sheet(performance: str, kind: str) -> ResponseReturnValue:
    """Give the same list as a file."""
    with desk.ledger().store.read() as session:
        if reports.performance(session, performance) is None:
            abort(404)
        found = attendees.read(session, performance)
        zone = catalogue.house(session).zone
    wanted, by = _wanted()
    rows = attendees.table(attendees.sort(_chosen(found, wanted), by), zone)
    return downloads.table("attendees", kind, attendees.HEADER, rows)


def _wanted() -> tuple[str, Sorting]:
    who = request.args.get("who", "")
    by = sorting.read(request.args.get("sort", ""), attendees.SORTS, attendees.USUAL)
    return who if who in KINDS else "", by


def _chosen(lines: list[Line], who: str) -> list[Line]:
    if who == "in":
        return [line for line in lines if line.attendee.admitted_at]
    if who:
        return [line for line in lines if line.attendee.status == who]
    return lines
