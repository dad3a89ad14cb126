"""Collect tickets: by order number and last name here, by a code shown to the camera."""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from boxoffice import ids
from kiosk import will_call
from kiosk.payments import debts, terminals
from kiosk.shown.collecting import Collecting, Found, FoundTicket
from kiosk.shown.named import Refusal
from kiosk.web import formats, frame, house, paging, posters, refusals, sight_words
from kiosk.web import typed as typed_page
from kiosk.web.guest import begin, device
from kiosk.web.guest import collect as begin_to_collect
from kiosk.web.speech import gettext as _
from kiosk.web.words import Case, sorry

bp = Blueprint("will_call", __name__, url_prefix="/collect")

SHEETS = ["components/poster", "components/field", "components/choice", "screens/collect"]
LONGEST = 80
PICKUP_CODE = 6
# Tickets of one order on a page of each size; a list that is turned has less room.
PAGE = {"s": 4, "l": 4, "p": 8}
PAGE_TURNED = {"s": 2, "l": 4, "p": 7}
# These are put right by typing again, so they are said where one types.
TYPED_AGAIN = {"collect.none", "collect.typo"}


@bp.get("")
def ask() -> str:
    """Ask for order number and last name."""
    typed = guest.get("typed", {})
    why = typed.get("why", "")
    return frame.page(
        "kiosk/collect.html",
        sheets=SHEETS,
        idle_s=frame.long_s(),
        number=typed.get("number", ""),
        last_name=typed.get("last_name", ""),
        words=_said(why),
        missing=_missing_words(),
        # Which of the two was wrong is nobody's business: whoever asks reads of both.
        also=_("Check the last name, too.") if why == "collect.none" else "",
        wrong={"collect.typo": "number"}.get(why, why),
        letters=ids.ALPHABET,
        sight=sight_words.now(),
        sight_words=sight_words.guest(sight_words.now()),
    )


@bp.post("")
def find() -> Response:
    """Look the order up."""
    number = request.form.get("number", "")[:LONGEST]
    last_name = request.form.get("last_name", "")[:LONGEST]
    typed = {"number": number, "last_name": last_name}
    if missing := _missing(number, last_name):
        guest["typed"] = typed | {"why": missing}
        return redirect(url_for("will_call.ask"), 303)
    found = _look_up(number, last_name)
    if isinstance(found, Refusal) and found.key in TYPED_AGAIN:
        guest["typed"] = typed | {"why": found.key}
        return redirect(url_for("will_call.ask"), 303)
    guest.pop("typed", None)
    if isinstance(found, Refusal):
        return refusals.go(found)
    return redirect(url_for("will_call.show", ref=found.ref), 303)


@bp.get("/member")
def ask_member() -> str:
    """Ask for a member's number and password, where no card is at hand."""
    return typed_page.page(
        heading=_("Collect as a member"),
        step=_("Collect"),
        words=_("Show your card to the camera, or type:"),
        action=url_for("will_call.find_member"),
        fields=[
            typed_page.field("member_number", _("Member number"), "any"),
            typed_page.field("password", _("Password"), "password"),
        ],
        submit=_("Find"),
        back=url_for("will_call.ask"),
    )


@bp.post("/member")
def find_member() -> Response:
    """Look the member's next evening up."""
    number = request.form.get("member_number", "")[:LONGEST]
    found = will_call.find_member(
        device(), number, request.form.get("password", "")[:LONGEST]
    )
    if isinstance(found, Refusal) and found.key == "collect.none":
        typed_page.again("collect.member", number)
        return redirect(url_for("will_call.ask_member"), 303)
    if isinstance(found, Refusal):
        return refusals.go(found)
    return redirect(url_for("will_call.show", ref=found.ref), 303)


def _said(why: str) -> str:
    if not why:
        return ""
    return _missing_words().get(why) or sorry(Refusal(why), Case()).words


def _missing_words() -> dict[str, str]:
    """Give what is said of a field that was left empty."""
    return {
        "number": _("Please type the order number."),
        "last_name": _("Please type the last name, too."),
    }


def _missing(number: str, last_name: str) -> str:
    """Name the field that is still to be filled in, if one is."""
    if not number.strip():
        return "number"
    return "" if last_name.strip() or _alone(number) else "last_name"


def _alone(number: str) -> bool:
    # A pickup code has six characters and needs no name; it was shown to its owner alone.
    return len(ids.clean_code(number)) == PICKUP_CODE


def _look_up(number: str, last_name: str) -> Found | Refusal:
    if not last_name.strip() and _alone(number):
        return will_call.find_code(device(), ids.clean_code(number))
    return will_call.find(device(), number, last_name)


@bp.get("/<ref>")
def show(ref: str) -> Response | str:
    """Show what was found: all of it ticked."""
    found = will_call.found(device(), ref)
    if isinstance(found, Refusal):
        return refusals.page(found)
    if not any(ticket.collectable for ticket in found.tickets) and not found.due:
        # Nothing to choose: say at once why, with time and place.
        return _go(will_call.collect(device(), ref, [t.ticket for t in found.tickets]))
    if found.group is not None and len(found.tickets) > 1 and not request.args:
        return redirect(url_for("groups.show", ref=ref))
    may_pay_here = may_pay(found)
    first = paging.asked(request.args.get("first"), len(found.tickets))
    most = {
        size: count if len(found.tickets) <= count else PAGE_TURNED[size]
        for size, count in PAGE.items()
    }
    pages = paging.pages(len(found.tickets), first, most, lambda at: str(at + 1))
    left_out = _left_out(ref)
    tickets = [
        _ticket(found, ticket, may_pay=may_pay_here)
        | {"sizes": paging.sizes(n, pages) or "on", "ticked": ticket.ticket not in left_out}
        for n, ticket in enumerate(found.tickets)
    ]
    return frame.page(
        "kiosk/found.html",
        sheets=SHEETS,
        ref=found.ref,
        title=found.title,
        drawn=posters.poster(found.title),
        when=formats.when(found.starts_ms, found.zone, device().clock.now_ms()),
        words=due_words(found, may_pay=may_pay_here),
        tickets=tickets,
        pages=pages,
        any=any(ticket["choosable"] for ticket in tickets),
        pays=may_pay_here,
    )


def may_pay(found: Found) -> bool:
    """Whether what is due can be taken here now."""
    return bool(found.due) and device().up and terminals.state(device()) != "none"


def due_words(found: Found, *, may_pay: bool) -> str:
    """Give the note of an order, or say what is still to pay."""
    if found.note or not found.due:
        return found.note
    if may_pay:
        due = formats.money(found.due, found.currency)
        return _("%(due)s is still to pay.", due=due)
    return _(
        "%(due)s is still to pay, and we can't take it here right now."
        " Please go to the box office.",
        due=formats.money(found.due, found.currency),
    )


def _ticket(found: Found, ticket: FoundTicket, *, may_pay: bool) -> dict[str, object]:
    words = ""
    if ticket.printed:
        words = _("collected")
    elif ticket.due:
        words = _("%(due)s due", due=formats.money(ticket.due, found.currency))
    return {
        "id": ticket.ticket,
        "seat": formats.ticket_place(ticket.seat, ticket.seat_name),
        "type": house.own(ticket.price_type),
        "choosable": ticket.collectable or (may_pay and ticket.payable),
        "words": words,
    }


@bp.post("/<ref>")
def collect(ref: str) -> Response:
    """Print the ticked ones; the others wait for the late friend."""
    tickets = request.form.getlist("ticket")[:100]
    if turn := request.form.get("turn"):
        _leave_out(ref, tickets)
        return redirect(url_for("will_call.show", ref=ref, first=turn), 303)
    guest.pop("left_out", None)
    if not tickets:
        return redirect(url_for("will_call.show", ref=ref), 303)
    return take(ref, tickets)


def take(ref: str, tickets: list[str]) -> Response:
    """Print these tickets, or have first paid what they owe."""
    found = will_call.found(device(), ref)
    owing = not isinstance(found, Refusal) and any(
        one.payable for one in found.tickets if one.ticket in tickets
    )
    if owing:
        return _pay(ref, tickets)
    collecting = will_call.collect(
        device(), ref, tickets, language=formats.locale().language
    )
    return _go(collecting)


def _leave_out(ref: str, ticked: list[str]) -> None:
    """Remember what is not ticked while the pages of a long list are turned."""
    found = will_call.found(device(), ref)
    if not isinstance(found, Refusal):
        every = [one.ticket for one in found.tickets]
        guest["left_out"] = {"ref": ref, "tickets": sorted(set(every) - set(ticked))}


def _left_out(ref: str) -> set[str]:
    kept = guest.get("left_out", {})
    return set(kept.get("tickets", [])) if kept.get("ref") == ref else set()


def _pay(ref: str, tickets: list[str]) -> Response:
    number = debts.begin(device(), ref, tickets, language=formats.locale().language)
    if isinstance(number, Refusal):
        return refusals.go(number)
    begin(number)
    return redirect(url_for("due.show"), 303)


def _go(collecting: Collecting | Refusal) -> Response:
    match collecting:
        case Refusal():
            return refusals.go(collecting)
        case Collecting():
            begin_to_collect(collecting)
            return redirect(url_for("printing.show"), 303)
