"""Every expected *no*, its stable code and its one English sentence.

A refusal is a value and changes nothing. Kiosk, door and shop translate the words of
`LOBBY_KEYS`; staff pages read `sentence`. Amounts, seats and names are filled in by the
caller, who knows the currency and the language.
"""

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter
from types import MappingProxyType

from boxoffice.bad_input import Missing


class MissingFact(Missing):
    """A sentence was asked for without one of the facts that it names. Our mistake."""


class Code(StrEnum):
    """The stable names of all refusals. Source: spec.md §3 and §4."""

    # Seats, and the states that stand in the way: INV1-INV6, INV11, table 4.1.
    SEAT_UNAVAILABLE = "SEAT_UNAVAILABLE"
    SEAT_AVAILABLE = "SEAT_AVAILABLE"
    SEAT_RESERVED = "SEAT_RESERVED"
    SEAT_HELD = "SEAT_HELD"
    SEAT_ALLOTTED = "SEAT_ALLOTTED"
    SEAT_SOLD = "SEAT_SOLD"
    SEAT_KILLED = "SEAT_KILLED"
    NOT_HELD = "NOT_HELD"
    NOT_ALLOTTED = "NOT_ALLOTTED"
    NOT_SOLD = "NOT_SOLD"
    NOT_KILLED = "NOT_KILLED"
    TWO_PEOPLE_NEEDED = "TWO_PEOPLE_NEEDED"
    REASON_NEEDED = "REASON_NEEDED"
    HOLD_MINUTES_BELOW_15 = "HOLD_MINUTES_BELOW_15"
    ALREADY_EXTENDED = "ALREADY_EXTENDED"
    NO_TICKETS_REQUESTED = "NO_TICKETS_REQUESTED"
    NOT_ENOUGH_TICKETS = "NOT_ENOUGH_TICKETS"
    # What is on sale at all: INV12.
    NOT_ON_SALE = "NOT_ON_SALE"
    PERFORMANCE_CANCELLED = "PERFORMANCE_CANCELLED"
    # Choosing: INV8, 4.2, 4.3, ORT1.
    TOO_MANY_SEATS = "TOO_MANY_SEATS"
    INSUFFICIENT_SEATS = "INSUFFICIENT_SEATS"
    NOT_TOGETHER = "NOT_TOGETHER"
    ORPHAN_SEATS = "ORPHAN_SEATS"
    PARTY_BELOW_MINIMUM = "PARTY_BELOW_MINIMUM"
    PARTY_ABOVE_MAXIMUM = "PARTY_ABOVE_MAXIMUM"
    ORDER_TYPE_SOLD_OUT = "ORDER_TYPE_SOLD_OUT"
    # Promo codes with a limit: docs/decisions/0023.
    PROMO_USED_UP = "PROMO_USED_UP"
    PROMO_FOR_FEWER = "PROMO_FOR_FEWER"
    # Set-up: INV9.
    PRICE_TITLE_TWICE = "PRICE_TITLE_TWICE"
    # Orders: ORD3, ORD9.
    SEAT_COUNT_DIFFERS = "SEAT_COUNT_DIFFERS"
    SEAT_NOT_FREE = "SEAT_NOT_FREE"
    ORDER_ALREADY_CONFIRMED = "ORDER_ALREADY_CONFIRMED"
    # Payments: PAY1, PAY2.
    DECLINED = "DECLINED"
    AVS_MISMATCH = "AVS_MISMATCH"
    CVV_MISMATCH = "CVV_MISMATCH"
    USE_ANOTHER_WAY = "USE_ANOTHER_WAY"
    # Members: MEM4-MEM6.
    NOT_ENOUGH_SEAT_CREDITS = "NOT_ENOUGH_SEAT_CREDITS"
    BAD_EMAIL_OR_PASSWORD = "BAD_EMAIL_OR_PASSWORD"  # noqa: S105 - a code, no password.
    EMAIL_NOT_FOUND = "EMAIL_NOT_FOUND"
    CONSENT_NEEDED = "CONSENT_NEEDED"  # MEM9
    # Seasons: ROL1-ROL9.
    UNKNOWN_STATUS = "UNKNOWN_STATUS"
    CONTROL_HOUSE_MISSING = "CONTROL_HOUSE_MISSING"
    CONTROL_HOUSE_PUBLIC = "CONTROL_HOUSE_PUBLIC"
    CONTROL_HOUSE_SAME_AS_PREVIOUS = "CONTROL_HOUSE_SAME_AS_PREVIOUS"
    OPTION_NOT_ALLOWED_SAME_VENUE = "OPTION_NOT_ALLOWED_SAME_VENUE"
    OPTION_NOT_ALLOWED_DIFFERENT_VENUE = "OPTION_NOT_ALLOWED_DIFFERENT_VENUE"
    SERIES_UNMAPPED = "SERIES_UNMAPPED"
    SERIES_MAPPED_TWICE = "SERIES_MAPPED_TWICE"
    PLAN_STALE = "PLAN_STALE"
    # Seasons: why a subscriber has no seats, and what staff should look at.
    NO_FAVOURITE_SEATS = "NO_FAVOURITE_SEATS"
    SEAT_NOT_IN_NEW_MAP = "SEAT_NOT_IN_NEW_MAP"
    TAKEN_BY_PRIORITY_1 = "TAKEN_BY_PRIORITY_1"
    TAKEN_BY_EARLIER_PRIORITY_2 = "TAKEN_BY_EARLIER_PRIORITY_2"
    NO_SEATS_TOGETHER = "NO_SEATS_TOGETHER"
    SERIES_DROPPED = "SERIES_DROPPED"
    SEAT_COUNT_MISMATCH = "SEAT_COUNT_MISMATCH"
    MANUAL_RESEAT = "MANUAL_RESEAT"
    # Seats that a release run keeps, and the colour of a sold seat: REL2, APP5.
    ORDER_STATUS_NOT_SELECTED = "ORDER_STATUS_NOT_SELECTED"
    LOCKED_BY_STAFF = "LOCKED_BY_STAFF"
    TICKET_PRINTED = "TICKET_PRINTED"
    ZERO_VALUE_COUNTS_AS_PAID = "ZERO_VALUE_COUNTS_AS_PAID"
    PAID_IN_FULL = "PAID_IN_FULL"
    PARTIAL_PAYMENT = "PARTIAL_PAYMENT"
    ORDER_HAS_PAYMENT = "ORDER_HAS_PAYMENT"
    NOTHING_PAID = "NOTHING_PAID"
    # Exchanges and refunds: REP1, BNK2.
    REPLACEMENT_NOT_OFFERED = "REPLACEMENT_NOT_OFFERED"
    ALREADY_REFUNDED = "ALREADY_REFUNDED"
    BAD_ACCOUNT = "BAD_ACCOUNT"
    # Outage: EMG3, EMG4.
    PHONE_SALES_SUSPENDED = "PHONE_SALES_SUSPENDED"
    FUTURE_SALES_SUSPENDED = "FUTURE_SALES_SUSPENDED"
    SEAT_NOT_IN_ALLOTMENT = "SEAT_NOT_IN_ALLOTMENT"
    SELLING_CLOSED = "SELLING_CLOSED"
    # Collection: COL1-COL4.
    NOT_FOUND = "NOT_FOUND"
    LOCKED = "LOCKED"
    AMOUNT_DUE = "AMOUNT_DUE"
    ALREADY_PRINTED = "ALREADY_PRINTED"
    SEE_STAFF_PHOTO_ID = "SEE_STAFF_PHOTO_ID"
    PRINT_IN_PROGRESS = "PRINT_IN_PROGRESS"
    SEE_STAFF = "SEE_STAFF"
    PAYMENT_STANDS = (
        "PAYMENT_STANDS"  # lobby.md §2: the code of a payment, not of an order.
    )


_SENTENCES: Mapping[Code, str] = {
    Code.SEAT_UNAVAILABLE: "That seat has just gone. Please choose another.",
    Code.SEAT_AVAILABLE: "{seat} is available.",
    Code.SEAT_RESERVED: "{seat} is reserved.",
    Code.SEAT_HELD: "{seat} is held.",
    Code.SEAT_ALLOTTED: "{seat} is allotted.",
    Code.SEAT_SOLD: "{seat} is sold.",
    Code.SEAT_KILLED: "{seat} is killed.",
    Code.NOT_HELD: "Your seats are no longer held.",
    Code.NOT_ALLOTTED: "No device owns this seat.",
    Code.NOT_SOLD: "This seat is not sold.",
    Code.NOT_KILLED: "This seat is not killed.",
    Code.TWO_PEOPLE_NEEDED: "A second person must confirm.",
    Code.REASON_NEEDED: "Please say why.",
    Code.HOLD_MINUTES_BELOW_15: "Seats are held for at least 15 minutes.",
    Code.ALREADY_EXTENDED: "You have had more time already.",
    Code.NOT_ON_SALE: "This performance is not on sale here.",
    Code.PERFORMANCE_CANCELLED: "This performance is cancelled.",
    Code.NO_TICKETS_REQUESTED: "Please choose at least one ticket.",
    Code.NOT_ENOUGH_TICKETS: "Only {left} tickets left.",
    Code.TOO_MANY_SEATS: "Up to {limit} seats in one order.",
    Code.INSUFFICIENT_SEATS: "Only {available} seats are left for this performance.",
    Code.NOT_TOGETHER: "There are no {count} seats together.",
    Code.ORPHAN_SEATS: "That would leave one empty seat alone. Please move one seat.",
    Code.PARTY_BELOW_MINIMUM: "This table is for {minimum}–{maximum} people.",
    Code.PARTY_ABOVE_MAXIMUM: "This table is for {minimum}–{maximum} people.",
    Code.ORDER_TYPE_SOLD_OUT: "All tables of this kind are taken.",
    Code.PROMO_USED_UP: "This promo code has been used as often as it may be.",
    Code.PROMO_FOR_FEWER: "This promo code is for {most} tickets of an order.",
    Code.PRICE_TITLE_TWICE: "Two prices are called {title}. Please rename one.",
    Code.SEAT_COUNT_DIFFERS: "The order has {count} seats: please choose {count}.",
    Code.SEAT_NOT_FREE: "{seat} is not free.",
    Code.ORDER_ALREADY_CONFIRMED: "This order is already confirmed.",
    Code.DECLINED: "Your bank did not approve the payment. Nothing was taken.",
    Code.AVS_MISMATCH: (
        "Your bank approved the card but the address did not match, so we did not take the"
        " money. A pending amount may show for 3–5 banking days."
    ),
    Code.CVV_MISMATCH: (
        "Your bank approved the card but the security code did not match, so we did not"
        " take the money. A pending amount may show for 3–5 banking days."
    ),
    Code.USE_ANOTHER_WAY: "Please use another card, or ask the box office.",
    Code.NOT_ENOUGH_SEAT_CREDITS: (
        "Not enough seat credits left for this production"
        " ({left} of {total} left, {needed} needed)."
    ),
    Code.BAD_EMAIL_OR_PASSWORD: "E-mail and password do not match.",
    Code.EMAIL_NOT_FOUND: "We cannot match this e-mail to a membership.",
    Code.CONSENT_NEEDED: "Please write down what the patron has agreed to.",
    Code.UNKNOWN_STATUS: "Unknown subscription status {status}.",
    Code.CONTROL_HOUSE_MISSING: "Create the control house first.",
    Code.CONTROL_HOUSE_PUBLIC: "A control house is never on public sale.",
    Code.CONTROL_HOUSE_SAME_AS_PREVIOUS: "Choose a control house made for the new season.",
    Code.OPTION_NOT_ALLOWED_SAME_VENUE: (
        "Same seating chart: subscribers keep their physical seats."
    ),
    Code.OPTION_NOT_ALLOWED_DIFFERENT_VENUE: (
        "The seating chart has changed: choose another way to match seats."
    ),
    Code.SERIES_UNMAPPED: "Nobody has said what becomes of series {series}.",
    Code.SERIES_MAPPED_TWICE: "Series {series} is mapped twice.",
    Code.PLAN_STALE: "Things have changed since this plan. Please plan again.",
    Code.NO_FAVOURITE_SEATS: "This subscription has no favourite seats.",
    Code.SEAT_NOT_IN_NEW_MAP: "{seat} is not in the new seating chart.",
    Code.TAKEN_BY_PRIORITY_1: "{seat} belongs to a Priority 1 subscriber.",
    Code.TAKEN_BY_EARLIER_PRIORITY_2: "{seat} went to an earlier Priority 2 subscriber.",
    Code.NO_SEATS_TOGETHER: "There are no {count} seats together any more.",
    Code.SERIES_DROPPED: "Series {series} does not go on.",
    Code.SEAT_COUNT_MISMATCH: "{seats} favourite seats, {desired} desired.",
    Code.MANUAL_RESEAT: "Together before, apart now.",
    Code.ORDER_STATUS_NOT_SELECTED: "This run is not about orders with this status.",
    Code.LOCKED_BY_STAFF: "Staff have locked this seat.",
    Code.TICKET_PRINTED: "The ticket is printed.",
    Code.ZERO_VALUE_COUNTS_AS_PAID: "A price of 0 counts as paid.",
    Code.PAID_IN_FULL: "{paid} of {price} paid.",
    Code.PARTIAL_PAYMENT: "{paid} of {price} paid. Earlier performances are paid first.",
    Code.ORDER_HAS_PAYMENT: "Another seat of this order has money on it.",
    Code.NOTHING_PAID: "Nothing of {price} paid. Earlier performances are paid first.",
    Code.REPLACEMENT_NOT_OFFERED: "This performance is not among the replacements.",
    Code.ALREADY_REFUNDED: "This ticket has been refunded.",
    Code.BAD_ACCOUNT: "Please check the account number.",
    Code.PHONE_SALES_SUSPENDED: "Phone sales are paused until the system is back.",
    Code.FUTURE_SALES_SUSPENDED: "Only today's performances can be sold right now.",
    Code.SEAT_NOT_IN_ALLOTMENT: "This seat cannot be sold here right now.",
    Code.SELLING_CLOSED: (
        "Sales here have ended for this performance. The box office can help."
    ),
    Code.NOT_FOUND: "We can't find that. Check the order number, or ask the box office.",
    Code.LOCKED: (
        "Too many tries. Please wait {wait_s} seconds, or show your code to the camera."
    ),
    Code.AMOUNT_DUE: "{due} is still to pay.",
    Code.ALREADY_PRINTED: (
        "These tickets were collected at {at} at {place}."
        " If you don't have them, staff can help."
    ),
    Code.SEE_STAFF_PHOTO_ID: (
        "Please show photo ID at the box office to collect these tickets."
    ),
    Code.PRINT_IN_PROGRESS: "These tickets are printing at another kiosk right now.",
    Code.PAYMENT_STANDS: "This payment is {state}. Reference {reference}.",
    Code.SEE_STAFF: "One of your tickets may already have printed. A colleague will check.",
}

# By number of seats or tickets, where the plural would be wrong.
_FEW: Mapping[tuple[Code, str, str | int], str] = {
    (Code.NOT_ENOUGH_TICKETS, "left", 0): "No tickets left.",
    (Code.NOT_ENOUGH_TICKETS, "left", 1): "Only 1 ticket left.",
    (Code.INSUFFICIENT_SEATS, "available", 0): "No seats are left for this performance.",
    (Code.INSUFFICIENT_SEATS, "available", 1): "Only 1 seat is left for this performance.",
    (Code.SEAT_COUNT_DIFFERS, "count", 1): "The order has 1 seat: please choose 1.",
    (Code.TOO_MANY_SEATS, "limit", 1): "Up to 1 seat in one order.",
    (Code.PROMO_FOR_FEWER, "most", 1): "This promo code is for 1 ticket of an order.",
}

# Where kiosk, door and shop have words of their own: lobby.md §2.
LOBBY_KEYS: Mapping[Code, str] = MappingProxyType(
    {
        Code.SEAT_UNAVAILABLE: "seat.gone",
        Code.NOT_HELD: "hold.ended",
        Code.NOT_ENOUGH_TICKETS: "seats.few",
        Code.TOO_MANY_SEATS: "party.large",
        Code.INSUFFICIENT_SEATS: "seats.few",
        Code.NOT_TOGETHER: "seats.apart",
        Code.ORPHAN_SEATS: "seat.single",
        Code.NOT_ENOUGH_SEAT_CREDITS: "member.credit",
        Code.SELLING_CLOSED: "sale.closed",
        Code.NOT_FOUND: "collect.none",
        Code.LOCKED: "collect.locked",
        Code.ALREADY_PRINTED: "collect.done",
        Code.SEE_STAFF_PHOTO_ID: "collect.id",
        Code.PRINT_IN_PROGRESS: "collect.busy",
        Code.SEE_STAFF: "collect.uncertain",
    }
)


def facts_needed(code: Code) -> frozenset[str]:
    """Name the facts that the sentence of this code must be given."""
    parts = Formatter().parse(_SENTENCES[code])
    return frozenset(name for _, name, _, _ in parts if name)


def sentence(code: Code, *, rule: str = "", **facts: str | int) -> str:
    """Say the refusal to a person, in English.

    rule: what would be allowed instead, such as "only reserved and available seats can be
    flipped"; it follows after a semicolon (INV3).
    facts: what the sentence names, already formatted: money with its currency, times as
    read on a clock. Facts that it does not name are ignored.
    Raises MissingFact when one is not given.
    """
    missing = facts_needed(code) - facts.keys()
    if missing:
        raise MissingFact(", ".join(sorted(missing)), f"sentence of {code}", "is missing")
    few = (_FEW.get((code, name, value)) for name, value in facts.items())
    said = next(filter(None, few), _SENTENCES[code].format(**facts))
    return f"{said.removesuffix('.')}; {rule}." if rule else said
