"""Refusals in the words of the shop: lobby.md §2, and spec.md where it has none."""

from boxoffice.refusals import Code
from ledger.refused import Refused
from ledger.shop.speech import gettext as _
from ledger.shop.speech import ngettext


def sorry(refused: Refused) -> str:
    """Say why not, and what can be done next."""
    facts = refused.facts
    match refused.code:
        case Code.SEAT_UNAVAILABLE:
            return _("Those seats were just taken.")
        case Code.INSUFFICIENT_SEATS | Code.NOT_ENOUGH_TICKETS:
            left = int(facts.get("available", facts.get("left", 0)))
            if left < 1:
                return _("No seats are left for this performance.")
            return ngettext(
                "Only %(num)s seat is left for this performance.",
                "Only %(num)s seats are left for this performance.",
                left,
            )
        case Code.NOT_TOGETHER:
            return _("There are no %(count)s seats together.", count=facts.get("count", ""))
        case Code.TOO_MANY_SEATS:
            return _(
                "For more than %(limit)s, the box office is glad to help.",
                limit=facts.get("limit", ""),
            )
        case Code.NO_TICKETS_REQUESTED:
            return _("Please choose at least one ticket.")
        case Code.ORPHAN_SEATS:
            return _("That would leave one empty seat alone. Please move one seat.")
        case Code.NOT_HELD:
            return _("Your seats are no longer held.")
        case Code.ALREADY_EXTENDED:
            return _("You have had more time already.")
        case Code.PERFORMANCE_CANCELLED:
            return _("This performance is cancelled.")
        case Code.NOT_ON_SALE:
            return _("This performance is not on sale here.")
        case Code.ORDER_ALREADY_CONFIRMED:
            return _("This order is already confirmed.")
        case Code.DECLINED:
            return _("Your bank did not approve the payment. Nothing was taken.")
        case Code.AVS_MISMATCH:
            return _(
                "Your bank approved the card but the address did not match, so we did not"
                " take the money. A pending amount may show for 3–5 banking days."
            )
        case Code.CVV_MISMATCH:
            return _(
                "Your bank approved the card but the security code did not match, so we did"
                " not take the money. A pending amount may show for 3–5 banking days."
            )
        case Code.USE_ANOTHER_WAY:
            return _("Please use another card, or ask the box office.")
        case Code.BAD_EMAIL_OR_PASSWORD:
            return _("E-mail and password do not match.")
        case Code.EMAIL_NOT_FOUND:
            return _("We cannot match this e-mail to a membership.")
        case Code.NOT_ENOUGH_SEAT_CREDITS:
            return _("Not enough seat credits left for this performance.")
        case Code.PARTY_BELOW_MINIMUM | Code.PARTY_ABOVE_MAXIMUM:
            return _(
                "This is for %(least)s to %(most)s people.",
                least=facts.get("minimum", ""),
                most=facts.get("maximum", ""),
            )
        case Code.ORDER_TYPE_SOLD_OUT:
            return _("All of these are taken for this performance.")
        case Code.PROMO_USED_UP:
            return _("This code has been used as often as it may be.")
        case Code.PROMO_FOR_FEWER:
            return ngettext(
                "This code is for %(num)s ticket of an order.",
                "This code is for %(num)s tickets of an order.",
                int(facts.get("most", 1)),
            )
        case Code.LOCKED:
            wait = facts.get("wait_s", 60)
            return _("Too many tries. Please wait %(wait)s seconds.", wait=wait)
        case _other:
            return _("Sales here have ended for this performance. The box office can help.")
