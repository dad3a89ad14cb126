"""The last page: enjoy the show; tickets and receipt on the phone, too; a receipt on paper.

A phone opens the order at the house's own address, by the pickup code in a QR. While the
line is down the page says so, and fills itself once the sale has arrived.
Source: lobby.md §2.10.
"""

from typing import Final

from flask import Blueprint, redirect, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import last_pages, will_call
from kiosk.payments import codes
from kiosk.printing import slot, spool
from kiosk.shown.printing import Done, Progress
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, frame, house, qr
from kiosk.web.guest import device
from kiosk.web.printing import sold
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

bp = Blueprint("done", __name__, url_prefix="/order/done")

# While paper waits in the slot the page looks again so often.
LOOKS_S: Final = 1
PHONE_STAYS_S: Final = 60
# Tickets that nobody has in hand yet stand as long as those that paper owes. lobby.md §3.
SCAN_STAYS_S: Final = 120
# So many seats are named one by one; of more, the rows.
NAMED: Final = 8
FEW: Final = 4
_PICKUP: Final = codes.PREFIX


@bp.get("")
def show() -> Response | str:
    """Say goodbye: door, level, seats; and then be ready for the next guest."""
    found = _finished()
    if isinstance(found, Response):
        return found
    here, progress = found
    shown = _done(here)
    if shown is None:
        return redirect(url_for("attract.show"))
    on_phone = any(ticket.state == "phone" for ticket in progress.tickets)
    # Whoever has photographed the codes themselves has their tickets.
    to_scan = on_phone and not guest.get("phone")
    address = _address(progress)
    if to_scan and not (address and device().up):
        # Nothing answers a phone now: the codes themselves are shown. lobby.md §3.
        guest["phone"] = [t.ticket for t in progress.tickets if t.state == "phone"]
        return redirect(url_for("printing.on_phone"))
    leave_s = SCAN_STAYS_S if to_scan else _stays_s(progress)
    return frame.page(
        "kiosk/done.html",
        sheets=["components/qr", "screens/done"],
        idle_s=0,
        shown=here,
        to_scan=to_scan,
        taken=_taken(progress, on_phone=on_phone, to_scan=to_scan),
        facts=_facts(shown),
        waiting=bool(shown.waiting),
        receipt=shown.receipt,
        receipt_words=_receipt_words(shown),
        may_receipt=_may_receipt(here, shown),
        code=qr.drawn(address) if address else None,
        phone_words=_("Your receipt, too:")
        if on_phone
        else _("Want them on your phone too?"),
        later=_later(),
        leave_s=leave_s,
        left=frame.counted(leave_s),
        refresh_s=0 if leave_s else LOOKS_S,
        state=f"{leave_s > 0}-{shown.receipt}",
    )


def _taken(progress: Progress, *, on_phone: bool, to_scan: bool) -> str:
    """Say where the tickets are; a code that nobody has to have scanned is no phone."""
    if to_scan:
        return ngettext(
            "Scan this code with your phone: your ticket is behind it.",
            "Scan this code with your phone: your tickets are behind it.",
            progress.of,
        )
    if on_phone:
        return _("Your tickets are on your phone.")
    return ngettext("Please take your ticket.", "Please take your tickets.", progress.of)


def _may_receipt(here: OrderShown, shown: Done) -> bool:
    """Whether a receipt may be asked for: something was paid here, and paper comes out."""
    paid = here.stage is Stage.SOLD or bool(here.ref)
    asked = shown.receipt in {"queued", "printed"}
    return paid and not asked and spool.paper(device()).can_print


def _stays_s(progress: Progress) -> int:
    """Say how long the page still stands; 0 while paper waits to be taken.

    From the last ticket's being taken; where the printer cannot tell, from the first look.
    """
    here = device()
    printed = any(ticket.state == "printed" for ticket in progress.tickets)
    if here.paper_waits is None or not printed or slot.left(here):
        return here.config.habits.done_s
    if here.paper_waits:
        return 0
    return max(1, here.config.habits.taken_s - slot.since_ms(here) // 1000)


@bp.get("/phone")
def phone() -> Response | str:
    """Show the code alone, and larger, for screens that have no room beside the rest."""
    found = _finished()
    if isinstance(found, Response):
        return found
    here, progress = found
    address = _address(progress)
    if not address:
        return redirect(url_for("done.show"))
    return frame.page(
        "kiosk/done_phone.html",
        sheets=["components/qr", "screens/owed"],
        idle_s=0,
        shown=here,
        code=qr.drawn(address),
        later=_later(),
        leave_s=PHONE_STAYS_S,
        left=frame.counted(PHONE_STAYS_S),
    )


@bp.post("/receipt")
def receipt() -> Response:
    """Print the receipt on paper."""
    here = sold()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    spool.receipt(device(), here.order)
    return redirect(url_for("done.show"), 303)


def _finished() -> tuple[OrderShown, Progress] | Response:
    here = sold()
    if isinstance(here, Response):
        return here
    progress = spool.progress(device(), here.order)
    if not progress.done:
        return redirect(url_for("printing.show"))
    return here, progress


def _done(here: OrderShown) -> Done | None:
    if here.stage is Stage.COLLECTING:
        return will_call.done(device(), str(guest["ref"]))
    return last_pages.done(device(), here.order)


def _address(progress: Progress) -> str:
    """Give the page of this order for a phone; blank: nothing was paid here."""
    code = progress.pickup.removeprefix(_PICKUP)
    if not progress.pickup.startswith(_PICKUP):
        return ""
    return f"{device().config.shop}/orders/{code}?lang={formats.locale().language}"


def _later() -> str:
    if device().up:
        return ""
    return _(
        "The line to the box office is down: they appear on your phone once it is back."
    )


def _receipt_words(shown: Done) -> str:
    match shown.receipt:
        case "queued":
            return _("Your receipt is printing.")
        case "printed":
            return _("Your receipt is printed.")
        case "failed":
            return _("Your receipt could not be printed.")
        case _:
            return ""


def _facts(shown: Done) -> list[dict[str, str]]:
    """What a guest needs now. Whose performance is another day's reads which."""
    tonight, now_ms = shown.tonight, device().clock.now_ms()
    zone = tonight.zone
    today = formats.is_today(tonight.starts_ms, zone, now_ms)
    facts = []
    if not today and shown.doors_open_ms is None:
        when = formats.when(tonight.starts_ms, zone, now_ms)
        facts.append({"what": tonight.title, "words": when})
    if doors := [house.own(door) for door in shown.doors]:
        facts.append({"what": _("Go to"), "words": formats.together(doors)})
    if shown.doors_open_ms is not None:
        opens = shown.doors_open_ms
        time = formats.clock(opens, zone) if today else formats.when(opens, zone, now_ms)
        if opens <= now_ms:
            facts.append({"what": _("The doors"), "words": _("are open")})
        else:
            facts.append({"what": _("Doors open"), "words": time})
    if shown.waiting:
        facts.append({"what": _("Still to be collected"), "words": _waiting(shown)})
    facts.append({"what": _("Seats"), "words": _seats(shown)})
    if count := shown.programmes:
        what = ngettext("%(num)s programme", "%(num)s programmes", count)
        facts.append({"what": what, "words": _("at the box office")})
    names = {"gift_card": _("Left on your gift card"), "voucher": _("Left on your voucher")}
    facts += [
        {"what": names[one.kind], "words": formats.money(one.amount, one.currency)}
        for one in shown.left
        if one.kind in names
    ]
    return facts


def _seats(shown: Done) -> str:
    if not shown.seats:
        return _("Unreserved seating")
    few = len(shown.seats) <= NAMED
    return formats.places(shown.seats) if few else formats.rows(shown.seats)


def _waiting(shown: Done) -> str:
    """Name the few that wait for others; of many, how many they are."""
    if len(shown.waiting) <= FEW:
        return formats.seat_names(shown.waiting)
    return ngettext("%(num)s ticket", "%(num)s tickets", len(shown.waiting))
