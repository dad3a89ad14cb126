"""Every refusal in its own words, with the ways on that it offers.

Exact English: the table "Every refusal, in its own words" of lobby.md §2. "Failed" and
"error" never appear, and nothing here was charged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from flask import request, url_for

from kiosk.shown.named import Fact, Refusal
from kiosk.web import formats
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext


@dataclass(frozen=True)
class Button:
    """A way on. fields: what is posted; without them it is a link."""

    words: str
    url: str
    fields: Mapping[str, str | Sequence[str]] | None = None


@dataclass(frozen=True)
class Sorry:
    """A refusal as people read it. The first button is the main one."""

    key: str
    words: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Case:
    """Where the refusal happened: what its words and buttons need besides its own facts.

    wanted: names of the seats that were refused. same_price: the offered ones cost as much.
    on_phone: what is bought now could be put on a phone. linked: the box office is heard.
    """

    performance: str = ""
    zone: str = "UTC"
    quantity: int = 0
    default_type: str = ""
    wanted: str = ""
    same_price: bool = False
    on_phone: bool = False
    linked: bool = True
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


def sorry(refusal: Refusal, case: Case) -> Sorry:
    """Put a refusal into words. Unknown keys get a sentence that sends to staff."""
    said = (
        _seats(refusal, case)
        or _service(refusal, case)
        or _tenders(refusal, case)
        or _collecting(refusal, case)
        or (
            _("This can't be done here right now. The box office can help."),
            [call_staff(), start_over()],
        )
    )
    words, buttons = said
    return Sorry(refusal.key, words, tuple(buttons))


Said = tuple[str, list[Button]]


def _seats(refusal: Refusal, case: Case) -> Said | None:
    names = formats.seat_names(refusal.seats)
    match refusal.key:
        case "seat.gone" if refusal.seats and case.same_price:
            words = _(
                "Those seats were just taken. The nearest for %(count)s are %(seats)s,"
                " at the same price.",
                count=len(refusal.seats),
                seats=names,
            )
            return words, [_take(refusal, _("Take these")), _other_seats(case)]
        case "seat.gone" if refusal.seats:
            words = _(
                "Those seats were just taken. The nearest for %(count)s are %(seats)s.",
                count=len(refusal.seats),
                seats=names,
            )
            return words, [_take(refusal, _("Take these")), _other_seats(case)]
        case "seat.gone":
            return _("Those seats were just taken."), [_other_seats(case)]
        case "seats.few":
            return _few(int(refusal.facts.get("left", 0)), case)
        case "seats.apart":
            words = _(
                "There is no step-free seat left with room for your party beside it."
                " The box office can help."
            )
            return words, [call_staff(), back_to_how_many(case)]
        case "seat.single":
            words = _("That would leave one empty seat alone. Please move one seat.")
            move = Button(_("Move for me"), url_for("seats.move"), {})
            return words, [move, _other_seats(case)]
        case "party.large":
            limit = int(refusal.facts.get("limit", 8))
            words = _(
                "For more than %(limit)s, the box office is glad to help.", limit=limit
            )
            return words, [call_staff(), back_to_how_many(case)]
        case "counts.none":
            return _("Please choose at least one ticket."), [back_to_how_many(case)]
        case "hold.ended" if refusal.seats:
            words = ngettext(
                "Your seats are no longer held. %(seats)s is still free.",
                "Your seats are no longer held. %(seats)s are still free.",
                len(refusal.seats),
                seats=names,
            )
            return words, [_take(refusal, _("Hold them again")), start_over()]
        case "hold.ended":
            return _("Your seats are no longer held."), [_other_seats(case), start_over()]
        case "sale.closed":
            words = _(
                "Sales here have ended for this performance. The box office can help."
            )
            return words, [_other_performances(), call_staff()]
        case _:
            return None


def _few(left: int, case: Case) -> Said:
    if left < 1 and case.linked:
        return _("This performance is sold out."), [_other_performances()]
    if left < 1:
        return _none_of_our_own()
    if case.linked:
        words = ngettext(
            "Only %(num)s seat is left for this performance.",
            "Only %(num)s seats are left for this performance.",
            left,
        )
    else:
        # Nobody here knows how many others there are.
        words = ngettext(
            "This kiosk can sell only %(num)s seat for this performance right now.",
            "This kiosk can sell only %(num)s seats for this performance right now.",
            left,
        )
    fewer = ngettext("%(num)s ticket", "%(num)s tickets", left)
    url = url_for("how_many.choose", performance=case.performance)
    return words, [
        Button(fewer, url, {f"count-{case.default_type}": str(left)}),
        _other_performances(),
    ]


def _none_of_our_own() -> Said:
    words = _(
        "The line to the box office is down and this kiosk has no seats left."
        " You can still collect tickets."
    )
    return words, [Button(_("Collect tickets"), url_for("will_call.ask"))]


def _service(refusal: Refusal, case: Case) -> Said | None:
    match refusal.key:
        case "link.pay" if refusal.seats:
            words = _(
                "The line to the box office is down, so %(wanted)s can't be sold now."
                " %(seats)s can.",
                wanted=case.wanted,
                seats=formats.seat_names(refusal.seats),
            )
            return words, [_take(refusal, _("Take these")), start_over()]
        case "link.pay" | "link.empty":
            return _none_of_our_own()
        case "link.collect":
            words = _(
                "The line to the box office is down, so we can't look that up right now."
                " The box office can help."
            )
            return words, [call_staff(), start_over()]
        case "paper.before":
            words = _(
                "This kiosk can't print right now. You can have your tickets on your phone."
            )
            if not case.on_phone:
                return _("This kiosk can't print right now."), [call_staff(), start_over()]
            return words, [_on_phone(), start_over()]
        case "paper.short":
            words = ngettext(
                "There is paper for only %(num)s more ticket here."
                " You can have yours on your phone.",
                "There is paper for only %(num)s more tickets here."
                " You can have yours on your phone.",
                int(refusal.facts.get("left", 0)),
            )
            return words, [_on_phone(), start_over()]
        case "terminal.busy":
            words = _(
                "No card can be taken here right now. Your seats are kept."
                " The box office can help."
            )
            return words, [_try_again(), call_staff()]
        case "terminal.none":
            words = _("No cards are taken here right now. The box office can help.")
            return words, [call_staff(), start_over()]
        case _:
            return None


def _tenders(refusal: Refusal, case: Case) -> Said | None:
    facts = refusal.facts
    review = Button(_("Pay by card"), url_for("order.show"))
    match refusal.key:
        case "voucher.none":
            words = _("We can't use that voucher. Check the code, or pay by card.")
            return words, [Button(_("Try again"), url_for("wallet.voucher")), review]
        case "voucher.subscribers":
            words = _(
                "That price is for subscribers. It can be had in the online shop or from"
                " the box office, which ask who subscribes."
            )
            return words, [review, call_staff()]
        case "member.none":
            words = _(
                "We can't find that membership. Check the number and password,"
                " or continue without it."
            )
            return words, [Button(_("Try again"), url_for("wallet.member")), review]
        case "member.credit":
            return _credits(int(facts.get("left", 0)), int(facts.get("needed", 1)))
        case "voucher.locked" | "member.locked":
            words = _(
                "Too many tries. Please wait %(wait)s seconds.",
                wait=facts.get("wait_s", 60),
            )
            return words, [review, call_staff()]
        case "tender.offline":
            words = _(
                "Codes and memberships can't be checked here right now. Please pay by card."
            )
            return words, [review, call_staff()]
        case _:
            return None


def _credits(left: int, needed: int) -> Said:
    words = _(
        "Not enough seat credits left for this performance:"
        " %(left)s left, %(needed)s needed.",
        left=left,
        needed=needed,
    )
    pay = _("Pay for both") if needed == 2 else _("Pay for all")
    buttons = [Button(pay, url_for("order.show"))]
    if left:
        use = _("Use %(left)s, pay for %(rest)s", left=left, rest=needed - left)
        buttons.insert(0, Button(use, url_for("wallet.credits"), {"use": str(left)}))
    return words, buttons


def _collecting(refusal: Refusal, case: Case) -> Said | None:
    facts, zone = refusal.facts, str(refusal.facts.get("zone", case.zone))
    again = Button(_("Try again"), url_for("will_call.ask"))
    match refusal.key:
        case "scan.other":
            words = _("That code is not one of ours. Please use your order number.")
            return words, [Button(_("Collect tickets"), url_for("will_call.ask"))]
        case "pay.doubt":
            words = _(
                "Please do not pay again. We can't see yet whether this was paid."
                " Staff can help. Reference %(reference)s.",
                reference=facts.get("reference", ""),
            )
            return words, [call_staff(), start_over()]
        case "pay.taken":
            words = _(
                "This was paid, but its tickets are not made yet. Please do not pay again."
                " Staff can help. Reference %(reference)s.",
                reference=facts.get("reference", ""),
            )
            return words, [call_staff(), start_over()]
        case "pay.not_taken":
            words = _(
                "That payment did not go through. Nothing was charged. Reference"
                " %(reference)s.",
                reference=facts.get("reference", ""),
            )
            return words, [start_over(), call_staff()]
        case "pay.returned":
            words = _(
                "That payment was given back to your card. Reference %(reference)s.",
                reference=facts.get("reference", ""),
            )
            return words, [start_over(), call_staff()]
        case "staff.code":
            words = _("That staff code opens nothing here. A manager can make a new one.")
            return words, [Button(_("Go on"), url_for("staff.aside"))]
        case "collect.none":
            words = _("We can't find that. Check the order number, or ask the box office.")
            return words, [again, call_staff()]
        case "collect.member":
            words = _(
                "We can't find tickets for that membership. Check the number and password,"
                " or ask the box office."
            )
            return words, [again, call_staff()]
        case "collect.typo":
            return _("That number has a typing mistake. Please look again."), [again]
        case "collect.locked":
            words = _(
                "Too many tries. Please wait %(wait)s seconds,"
                " or show your code to the camera.",
                wait=facts.get("wait_s", 60),
            )
            return words, [call_staff(), start_over()]
        case "collect.later":
            starts_ms = int(facts.get("starts_ms", 0))
            from_ms = int(facts.get("from_ms", starts_ms - 86_400_000))
            words = _(
                "These tickets are for %(day)s. Please collect them from %(weekday)s.",
                day=formats.day(starts_ms, zone),
                weekday=formats.weekday(from_ms, zone),
            )
            return words, [start_over()]
        case "collect.due_offline" | "collect.due":
            due = formats.money(int(facts.get("due", 0)), str(facts.get("currency", "EUR")))
            words = _(
                "%(due)s is still to pay, and we can't take it here right now."
                " Please go to the box office.",
                due=due,
            )
            return words, [call_staff(), start_over()]
        case "collect.done":
            words = _(
                "These tickets were collected at %(time)s at %(place)s."
                " If you don't have them, staff can help.",
                time=formats.clock(int(facts.get("at_ms", 0)), zone),
                place=facts.get("place", ""),
            )
            return words, [call_staff(), start_over()]
        case "collect.busy":
            words = _("These tickets are printing at another kiosk right now.")
            return words, [start_over()]
        case "collect.uncertain":
            words = _(
                "One of your tickets may already have printed. A colleague will check."
            )
            return words, [call_staff(), start_over()]
        case "collect.id":
            words = _("Please show photo ID at the box office to collect these tickets.")
            return words, [start_over()]
        case "collect.void":
            words = _(
                "This order was cancelled on %(day)s. The box office can help.",
                day=formats.plain_day(int(facts.get("on_ms", 0)), zone),
            )
            return words, [call_staff(), start_over()]
        case "collect.off":
            words = _("This performance is cancelled. Your e-mail has your choices.")
            return words, [start_over()]
        case _:
            return None


def call_staff() -> Button:
    """Offer to call somebody."""
    return Button(_("Call staff"), url_for("help.call"), {"page": request.path})


def start_over() -> Button:
    """Offer the way back to the first page; it releases seats."""
    return Button(_("Start over"), url_for("leaving.start_over"), {"sure": "1"})


def back_to_how_many(case: Case) -> Button:
    """Offer to change the number of tickets."""
    url = url_for("how_many.show", performance=case.performance)
    return Button(_("Change the number"), url)


def _take(refusal: Refusal, words: str) -> Button:
    codes = [seat.code for seat in refusal.seats]
    return Button(words, url_for("seats.take"), {"seat": codes})


def _other_seats(case: Case) -> Button:
    return Button(_("Other seats"), url_for("house_map.show", performance=case.performance))


def _other_performances() -> Button:
    return Button(_("Other performances"), url_for("performances.show"))


def _on_phone() -> Button:
    return Button(_("On my phone"), url_for("payment.pay"), {"on_phone": "1"})


def _try_again() -> Button:
    return Button(_("Try again"), url_for("payment.pay"), {})
