"""What staff read of a card on file: why it cannot be charged, how a charge ended."""

from ledger.cards_on_file import Bar

BARS = {
    Bar.CANCELLED: "The order is cancelled: the card is not charged.",
    Bar.NO_CONSENT: "It may be charged only after the patron has agreed that this closed"
    " order is changed: write that down below first.",
    Bar.PENDING: "It is not known yet whether the bank took the money. Please take no other"
    " payment: we are asking.",
    Bar.NOTHING_DUE: "Nothing that the patron agreed to is due.",
    Bar.EXPIRED: "It has expired and cannot be charged. Please take another payment.",
    Bar.ANOTHER_WAY: "The bank refused it three times. Please take another payment.",
}
# What the bank said of a card on file, as far as a stranger may hear it.
ENDED = {
    "declined": "The bank did not approve it. Nothing was taken.",
    "insufficient_funds": "The bank says that there is not enough money on it. Nothing was"
    " taken.",
    "expired": "The bank says that the card has expired. Nothing was taken.",
    "authentication": "The bank wants the cardholder to confirm it in person. Nothing was"
    " taken.",
    "no_card": "The bank keeps this card no longer. Nothing was taken.",
    "unreachable": "The bank could not be reached. Nothing was taken.",
    "cancelled": "The bank never answered, and the charge was stopped. Nothing was taken.",
    "order_cancelled": "Approved after the order was cancelled; the money goes back.",
}
