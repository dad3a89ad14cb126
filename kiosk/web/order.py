"""Review is Pay: what is bought, what it costs with all fees, and one large button."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kiosk import reviewing, sales
from kiosk.device import Device
from kiosk.payments import attempts, terminals
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Review, ReviewLine, Stage, TenderShown
from kiosk.web import formats, frame, house, posters, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.speech import gettext as _

bp = Blueprint("order", __name__, url_prefix="/order")

# Whoever is sent to the box office has to get there, and may have to queue.
SHORTEST_WALK_MS = 10 * 60_000


@bp.get("")
def show() -> Response | str:
    """Show the order, to be paid."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage not in {Stage.HELD, Stage.CHOOSING} or here.ref:
        return redirect(where(here))
    review = reviewing.review(device(), here.order)
    if isinstance(review, Refusal):
        return refusals.page(review, performance=here.performance)
    tonight, currency = review.tonight, review.currency
    reserved = tonight.kind == "reserved"
    back = "seats.show" if reserved else "how_many.show"
    # Where something else pays a part, the large figure is what the button says.
    part = _part_words(review)
    total = formats.money(review.due if part else review.total, currency)
    return frame.page(
        "kiosk/order.html",
        sheets=["screens/order"],
        shown=here,
        performance=here.performance,
        title=tonight.title,
        poster=posters.poster(tonight.title),
        when=formats.when(tonight.starts_ms, tonight.zone, device().clock.now_ms()),
        hall=house.own(tonight.hall),
        places=formats.places([line.seat for line in review.lines if line.seat])
        if reserved
        else _("Unreserved seating"),
        lines=_lines(review),
        total=total,
        total_words=_("To pay") if part else "",
        part=part,
        left=_left_of_all(review),
        pay_words=_("Pay %(total)s", total=formats.money(review.due, currency))
        if review.due
        else _("Get tickets"),
        rule=house.own(review.exchange_rule),
        gone=_gone_words(review),
        notes=_notes(review),
        reserved=reserved,
        off_words=_off_words(review),
        may_extend=review.may_extend,
        park_words=_park_words(review),
        back=url_for(back, performance=here.performance),
    )


def _off_words(review: Review) -> str:
    """Offer to pay without vouchers and gift cards; nothing where there are none."""
    if not any(one.amount for one in review.tenders):
        return ""
    return _("Without gift card") if _only_gift_cards(review) else _("Without voucher")


def _only_gift_cards(review: Review) -> bool:
    """Whether what pays beside a card is called a gift card throughout."""
    return {one.kind for one in review.tenders if one.amount} == {"gift_card"}


def _park_words(review: Review) -> str:
    """Say until when this could be paid at the box office; nothing if it cannot.

    Donations, vouchers and credits belong to this order: it is paid here then.
    """
    until_ms = review.tonight.starts_ms - attempts.KEPT_BEFORE_START_MS
    late = device().clock.now_ms() > until_ms - SHORTEST_WALK_MS
    if not review.linked or late or review.others or review.due != review.total:
        return ""
    if not review.due:
        return ""
    time = formats.clock(until_ms, review.tonight.zone)
    return _("Box office, by %(time)s", time=time)


def _lines(review: Review) -> list[dict[str, str]]:
    """One line for each price: two adults at 24.00 are one line."""
    groups: dict[tuple[str, str, int], list[ReviewLine]] = {}
    for line in review.lines:
        kind, level = house.own(line.price_type_name), house.own(line.level_name)
        groups.setdefault((kind, level, line.price), []).append(line)
    lines = [
        {
            "words": _("%(count)s × %(name)s", count=len(group), name=name),
            "amount": formats.money(price * len(group), review.currency),
        }
        for (name, _level, price), group in groups.items()
    ]
    names = {"donation": _("Donation"), "programme": _("Programme")}
    lines += [
        {
            "words": _("%(count)s × %(name)s", count=one.count, name=names[one.kind])
            if one.kind == "programme"
            else names[one.kind],
            "amount": formats.money(one.amount, review.currency),
        }
        for one in review.others
    ]
    if review.fee:
        lines.append(
            {"words": _("Fees"), "amount": formats.money(review.fee, review.currency)}
        )
    return lines + _paid_lines(review)


def _paid_lines(review: Review) -> list[dict[str, str]]:
    """Say the whole, and what each voucher takes off it; nothing where nothing does."""
    if review.due == review.total:
        return []
    names = {"gift_card": _("Gift card"), "voucher": _("Voucher")}
    whole = formats.money(review.total, review.currency)
    return [{"words": _("Total"), "amount": whole}] + [
        {
            "words": names.get(one.kind, names["voucher"]),
            "more": _left_words(one, review.currency),
            "amount": formats.money(-one.amount, review.currency),
        }
        for one in review.tenders
        if one.amount
    ]


def _left_of_all(review: Review) -> str:
    """Say in a sentence each what vouchers and gift cards have left; blank for nothing."""
    names = {"gift_card": _("Gift card"), "voucher": _("Voucher")}
    said = [(names.get(one.kind, ""), one) for one in review.tenders if one.left]
    words = [f"{name}: {_left_words(one, review.currency)}." for name, one in said if name]
    return " ".join(words)


def _left_words(one: TenderShown, currency: str) -> str:
    """Say what a voucher or gift card has left; blank for nothing."""
    amount = formats.money(one.left, currency)
    return _("%(amount)s left", amount=amount) if one.left else ""


def _part_words(review: Review) -> str:
    """Say what is paid with something else, and what is left for the card."""
    covered = review.total - review.due
    if not covered:
        return ""
    amount = formats.money(covered, review.currency)
    due = formats.money(review.due, review.currency)
    if _only_gift_cards(review):
        if not review.due:
            return _("The gift card covers %(amount)s.", amount=amount)
        return _(
            "The gift card covers %(amount)s. Please pay %(due)s by card.",
            amount=amount,
            due=due,
        )
    if not review.due:
        return _("The voucher covers %(amount)s.", amount=amount)
    return _(
        "The voucher covers %(amount)s. Please pay %(due)s by card.",
        amount=amount,
        due=due,
    )


def _gone_words(review: Review) -> str:
    """Say that something no longer pays for this order; blank if nothing is gone."""
    match review.gone:
        case "voucher":
            return _(
                "Your gift card or voucher can't be used any more: it was spent somewhere"
                " else meanwhile, or has ended. Nothing was charged, and your seats are"
                " kept."
            )
        case "part":
            return _(
                "Part of your gift card or voucher was spent somewhere else meanwhile."
                " Nothing was charged, and your seats are kept."
            )
        case "credit":
            return _(
                "Your seat credits were used somewhere else meanwhile."
                " Nothing was charged, and your seats are kept."
            )
        case "promo":
            return _(
                "Your promo code has been used up meanwhile."
                " Nothing was charged, and your seats are kept."
            )
        case "unheard":
            return _(
                "Codes and memberships can't be checked here right now. Please pay by card."
            )
        case _:
            return ""


def terminal_notes(device: Device) -> list[str]:
    """Say beforehand that no card can be taken, if so."""
    return _terminal_words(terminals.state(device))


def _terminal_words(terminal: str) -> list[str]:
    match terminal:
        case "none" | "unreachable":
            return [_("No cards are taken here right now. The box office can help.")]
        case "busy" | "in_doubt":
            return [
                _(
                    "No card can be taken here right now. Your seats are kept."
                    " The box office can help."
                )
            ]
        case _:
            return []


def _notes(review: Review) -> list[str]:
    """Say what stands in the way of a card, and of paper once nothing does."""
    notes = _terminal_words(review.terminal)
    if not notes and not review.paper.can_print:
        notes.append(_("No paper tickets here right now; tickets go to your phone."))
    return notes


@bp.post("/extend")
def extend() -> Response:
    """Give more time, once."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"), 303)
    held = sales.extend(device(), here.order)
    if isinstance(held, Refusal):
        return refusals.go(held, performance=here.performance)
    return redirect(url_for("order.show"), 303)
