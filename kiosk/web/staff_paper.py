"""Staff menu: the printer, tickets owed, printing again, and the self-test."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, url_for

from kiosk import reprints
from kiosk.printing import owed as owing
from kiosk.printing import spool
from kiosk.shown.named import Refusal
from kiosk.shown.printing import Status
from kiosk.store.tables.printing import PrintJobRow
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.staff import (
    ROWS,
    Answer,
    Row,
    only,
    page,
    paged,
    person,
    shown,
)
from kiosk.web.words import Button

bp = Blueprint("staff_paper", __name__, url_prefix="/staff")


@bp.get("/printer")
@only("usher")
def printer() -> Answer:
    """Say how the printer is and how much paper is left."""
    return _printer("")


@bp.post("/printer/roll")
@only("usher")
def roll() -> Answer:
    """A full roll is in."""
    if device().printer is not None:
        spool.new_roll(device())
    return redirect(url_for("staff_paper.printer"), 303)


@bp.post("/printer/clear")
@only("usher")
def clear() -> Answer:
    """Empty its buffer before anything else prints."""
    device().printer_buffer_doubtful = True
    return _printer(_("The buffer is cleared before anything else prints."))


def _printer(note: str) -> str:
    here = device()
    if here.printer and here.printer_buffer_doubtful and not here.printer.profile.clears:
        # It prints nothing until it was gone and is back.
        note = _("Switch the printer off and on: only that empties its memory.")
    left = spool.paper(here).left
    unknown = _("not measured yet")
    paper = _("About %(count)s tickets left", count=left) if left is not None else unknown
    status = status_words(here.paper_status) if here.printer else _("none")
    buttons = [
        Button(_("New roll is in"), url_for("staff_paper.roll"), {}),
        Button(_("Print a test page"), url_for("staff_rehearsal.test"), {}),
        Button(_("Clear the buffer"), url_for("staff_paper.clear"), {}),
    ]
    lines = [(_("Printer"), status), (_("Paper"), paper)]
    if here.printer and here.config.printer_second:
        lines.append((_("Of two printers, now"), here.printer.profile.name))
    return shown(
        _("Printer"),
        lines,
        buttons if here.printer else [],
        note=note,
    )


@bp.get("/owed")
@only("usher")
def owed() -> Answer:
    """List the tickets that are paid and not delivered."""
    with device().store.read() as session:
        jobs = owing.owed(session)
    again = Button(_("Print them now"), url_for("staff_paper.print_owed"), {})
    return _rows(
        _("Tickets owed"),
        [_owed(job) for job in jobs],
        _("No ticket is owed here."),
        [again] if any(job.state == "failed" for job in jobs) else [],
    )


def _owed(job: PrintJobRow) -> Row:
    parts = (str(job.document.get(part, "")) for part in ("section", "row", "seat"))
    ticket = str(job.ticket)
    buttons = [
        Button(_("Whole: hand it over"), url_for("staff_paper.whole"), {"ticket": ticket}),
        Button(
            _("Torn or missing: print again"),
            url_for("staff_paper.reprint", ticket=ticket),
        ),
    ]
    return {
        "name": " ".join(part for part in parts if part) or _("Ticket"),
        "words": _whole(job) if job.state == "uncertain" else state_words(job.state),
        "buttons": buttons if job.state == "uncertain" else [],
    }


def _whole(job: PrintJobRow) -> str:
    seat = " ".join(str(job.document.get(part, "")) for part in ("row", "seat")).strip()
    return (
        _("Is the ticket for %(seat)s whole?", seat=seat)
        if seat
        else state_words(job.state)
    )


@bp.post("/owed/print")
@only("usher")
def print_owed() -> Answer:
    """Somebody stands at the printer."""
    spool.print_owed(device())
    return redirect(url_for("staff_paper.owed"), 303)


@bp.post("/owed/whole")
@only("usher")
def whole() -> Answer:
    """The uncertain ticket lies here, whole."""
    spool.settle(device(), request.form.get("ticket", "")[:64], person().id)
    return redirect(url_for("staff_paper.owed"), 303)


@bp.get("/reprints", endpoint="reprints")
@only("box_office")
def newest() -> Answer:
    """List the newest tickets."""
    rows: list[Row] = [
        {
            "name": f"{one.seat or _('Ticket')} · {one.title}",
            "words": f"{one.order} · {state_words(one.state)}",
            "buttons": [
                Button(_("Print again"), url_for("staff_paper.reprint", ticket=one.ticket))
            ],
        }
        for one in reprints.recent(device())
    ]
    return _rows(_("Print again"), rows, _("Nothing was printed here yet."), [])


@bp.get("/reprints/<ticket>")
@only("box_office")
def reprint(ticket: str) -> Answer:
    """Ask why."""
    found = reprints.find(device(), ticket[:64])
    if found is None:
        return redirect(url_for("staff_paper.reprints"), 303)
    buttons = [
        Button(
            words,
            url_for("staff_paper.print_again", ticket=found.ticket),
            {"why": why, "issue": str(found.issue)},
        )
        for why, words in _whys().items()
    ]
    return shown(
        _("Why print it again?"),
        [(found.seat or _("Ticket"), found.title), (_("Issue"), str(found.issue))],
        buttons,
        back=url_for("staff_paper.reprints"),
        note=_("The older paper is void from then on."),
    )


@bp.post("/reprints/<ticket>")
@only("box_office")
def print_again(ticket: str) -> Answer:
    """Print the next issue, once."""
    here, why = device(), request.form.get("why", "")
    before = reprints.find(here, ticket[:64])
    if before is None or why not in _whys():
        return redirect(url_for("staff_paper.reprints"), 303)
    if str(before.issue) != request.form.get("issue"):
        note = _("It was printed again a moment ago.")
    else:
        done = reprints.again(here, before.ticket, staff=person().id, why=why)
        note = _refused(done) if isinstance(done, Refusal) else _printing(done.issue)
    lines = [(before.seat or _("Ticket"), before.title)]
    back = url_for("staff_paper.reprints")
    return shown(_("Print again"), lines, [], back=back, note=note)


def _printing(issue: int) -> str:
    return _("Issue %(issue)s is printing. The older paper is void.", issue=issue)


def _whys() -> dict[str, str]:
    return {
        "torn": _("Torn or unreadable"),
        "lost": _("Lost"),
        "jam": _("Stuck in the printer"),
    }


def _refused(why: Refusal) -> str:
    return {
        "reprint.link": _("The line to the box office is down: only it can sign this one."),
        "reprint.busy": _("It is being printed this moment."),
    }.get(why.key, _("The box office has to print this one."))


def state_words(state: str) -> str:
    """Say how a ticket's paper stands."""
    return {
        "queued": _("waiting"),
        "sending": _("printing"),
        "printed": _("printed"),
        "uncertain": _("Is the ticket whole?"),
        "failed": _("not printed"),
        "phone": _("on the phone"),
    }[state]


def status_words(status: Status) -> str:
    """Say what the printer says about itself."""
    return {
        Status.READY: _("ready"),
        Status.NEAR_END: _("paper is nearly out"),
        Status.OUT: _("paper is out"),
        Status.COVER: _("the printer's cover is open"),
        Status.CUTTER: _("the cutter is stuck"),
        Status.JAM: _("paper jam"),
        Status.HOT: _("too hot, it cools down by itself"),
        Status.PRESENTER: _("a ticket was left in the slot"),
        Status.OFFLINE: _("offline"),
        Status.UNKNOWN: _("says nothing: check cable and power"),
    }[status]


def _rows(heading: str, rows: Sequence[Row], empty: str, buttons: Sequence[Button]) -> str:
    some, at = paged(rows, ROWS)
    return page("kiosk/staff_rows.html", heading, buttons, at, rows=some, empty=empty)
