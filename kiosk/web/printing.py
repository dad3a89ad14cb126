"""Printing, counted by the printer's proof; what is owed when it stops; and the end."""

from collections.abc import Sequence

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk.printing import spool
from kiosk.shown.named import Refusal, SeatShown
from kiosk.shown.printing import Progress, TicketProgress
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.shown.rows import runs
from kiosk.web import formats, frame, qr, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.payment import paid, paid_words
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext
from kiosk.web.words import Button

bp = Blueprint("printing", __name__, url_prefix="/order")

# Whoever went away with their picture leaves the kiosk to the next guest.
CODES_STAY_S = 120
# At most this many codes on one screen, so that each is 30 mm or more.
PHONE_CODES = 2


@bp.get("/print")
def show() -> Response | str:
    """Show the tickets as they come out; stop at the first doubt."""
    here = sold()
    if isinstance(here, Response):
        return here
    progress = spool.progress(device(), here.order)
    if progress.done:
        return redirect(url_for("done.show"))
    if progress.owed or progress.trouble is not None:
        return _owed(here, progress)
    at = min(progress.printed + 1, progress.of)
    state = paid(here)
    return frame.page(
        "kiosk/printing.html",
        sheets=["components/paper", "screens/printing"],
        idle_s=0,
        listens=False,
        shown=here,
        words=_("Printing %(at)s of %(of)s", at=at, of=progress.of),
        paid=paid_words(state) if state else "",
        state="-".join(ticket.state for ticket in progress.tickets),
        tickets=[_ticket(ticket) for ticket in progress.tickets],
    )


def sold() -> OrderShown | Response:
    """Give the order that is paid or collected here, or the way to where its guest is."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage not in {Stage.SOLD, Stage.COLLECTING}:
        return redirect(where(here))
    return here


def _ticket(ticket: TicketProgress) -> dict[str, str]:
    words = {
        "queued": _("waiting"),
        "sending": _("printing"),
        "printed": _("printed"),
        "uncertain": _("being checked"),
        "failed": _("not printed"),
        "phone": _("on your phone"),
    }
    return {"state": ticket.state, "name": _name(ticket.seat), "words": words[ticket.state]}


def _name(seat: SeatShown | None) -> str:
    return formats.seat_name(seat) if seat else _("Ticket")


def _owed(here: OrderShown, progress: Progress) -> str:
    seats = [ticket.seat for ticket in progress.tickets if ticket.seat]
    state = paid(here)
    lines = []
    if seats:
        lines.append(
            ngettext(
                "%(seats)s is yours.",
                "%(seats)s are yours.",
                len(seats),
                seats=formats.seat_names(seats),
            )
        )
    lines.append(_printed_words(progress.tickets))
    if state is not None:
        amount = formats.money(state.amount, state.currency)
        lines.insert(0, _("Your payment of %(amount)s went through.", amount=amount))
    return frame.page(
        "kiosk/owed.html",
        sheets=["components/qr", "screens/owed"],
        idle_s=0,
        shown=here,
        first=lines[0],
        lines=lines[1:],
        code=qr.drawn(progress.pickup),
        letters=progress.code,
        state="-".join([*(t.state for t in progress.tickets), str(_may_again(progress))]),
        buttons=[
            *_here_again(progress),
            Button(_("On my phone"), url_for("printing.phone"), {}),
            Button(_("Print at another kiosk"), url_for("printing.elsewhere")),
        ],
    )


def _may_again(progress: Progress) -> bool:
    """Whether the printer is well again and something surely did not come out."""
    failed = any(ticket.state == "failed" for ticket in progress.tickets)
    return failed and spool.paper(device()).can_print


def _here_again(progress: Progress) -> list[Button]:
    if not _may_again(progress):
        return []
    return [Button(_("Print here"), url_for("printing.again"), {})]


@bp.post("/again")
def again() -> Response:
    """Print here what surely did not come out: its guest stands before the printer."""
    here = sold()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    spool.resume(device(), here.order)
    return redirect(url_for("printing.show"), 303)


def _printed_words(tickets: Sequence[TicketProgress]) -> str:
    """Say which tickets are printed: "Ticket 1 is printed, ticket 2 is not."."""
    out = [str(n) for n, t in enumerate(tickets, 1) if t.state in {"printed", "phone"}]
    owed = [str(n) for n, t in enumerate(tickets, 1) if t.state not in {"printed", "phone"}]
    if not out:
        return ngettext(
            "Your ticket is not printed yet.",
            "Your tickets are not printed yet.",
            len(owed),
        )
    printed = ngettext(
        "Ticket %(numbers)s is printed",
        "Tickets %(numbers)s are printed",
        len(out),
        numbers=formats.together(runs(out)),
    )
    missing = ngettext(
        "ticket %(numbers)s is not",
        "tickets %(numbers)s are not",
        len(owed),
        numbers=formats.together(runs(owed)),
    )
    return f"{printed}, {missing}."


@bp.get("/elsewhere")
def elsewhere() -> Response | str:
    """Show the code that any kiosk honours."""
    here = sold()
    if isinstance(here, Response):
        return here
    progress = spool.progress(device(), here.order)
    return frame.page(
        "kiosk/elsewhere.html",
        sheets=["components/qr", "screens/owed"],
        listens=False,
        shown=here,
        code=qr.drawn(progress.pickup),
        letters=progress.code,
    )


@bp.post("/phone")
def phone() -> Response:
    """Put what is owed on the guest's phone."""
    here = sold()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    given = spool.on_phone(device(), here.order)
    if isinstance(given, Refusal):
        return refusals.go(given)
    guest["phone"] = [ticket.ticket for ticket in given]
    return redirect(url_for("printing.on_phone"), 303)


@bp.get("/phone")
def on_phone() -> Response | str:
    """Show the codes, to be photographed."""
    here = sold()
    if isinstance(here, Response):
        return here
    given = spool.on_phone(device(), here.order, guest.get("phone", []))
    if isinstance(given, Refusal):
        return refusals.page(given)
    text = request.args.get("first", "1")
    first = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 4 else 0
    now = given[max(first, 0) : max(first, 0) + PHONE_CODES]
    if not now:
        return redirect(url_for("printing.show"))
    return frame.page(
        "kiosk/phone.html",
        sheets=["components/qr", "screens/phone"],
        idle_s=0,
        listens=False,
        shown=here,
        leave_s=CODES_STAY_S,
        left=frame.counted(CODES_STAY_S),
        tickets=[{"code": qr.drawn(one.code), "name": _name(one.seat)} for one in now],
        later=url_for("printing.on_phone", first=first + 1 + PHONE_CODES)
        if first + PHONE_CODES < len(given)
        else "",
    )
