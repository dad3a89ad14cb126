"""What goes back, and to which tender.

Per ticket the money that was applied to it, with its outside fee if the house chooses so:
stored shares, never today's prices. Tenders give back newest first, none more than it paid.
Amounts are minor units of the order's one currency.
"""

import calendar
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from boxoffice.bad_input import Missing, OutOfRange, among, once, positive
from boxoffice.orders import TicketStatus

CARD = "card"
BANK_TRANSFER_FORM = "bank_transfer_form"


@dataclass(frozen=True)
class Ticket:
    """A ticket as a refund sees it.

    paid: applied to its price. fee_outside: its stored share. member: the membership whose
    seat credit it used. Raises UnknownWord, FractionalMoney and NegativeMoney.
    """

    id: str
    paid: int
    fee_outside: int = 0
    status: TicketStatus = TicketStatus.ACTIVE
    member: str | None = None

    def __post_init__(self) -> None:
        among(TicketStatus, self.status, f"status of {self.id}")
        positive(self.paid, f"payment on {self.id}")
        positive(self.fee_outside, f"outside fee of {self.id}")


@dataclass(frozen=True)
class Tender:
    """One payment. kind: card, cash, gift_card, … brand: of cards. refunded: given back
    already.

    Raises FractionalMoney and NegativeMoney, and OutOfRange if more went back than came.
    """

    id: str
    kind: str
    amount: int
    paid_on: date
    brand: str | None = None
    refunded: int = 0

    def __post_init__(self) -> None:
        positive(self.amount, f"amount of tender {self.id}")
        if positive(self.refunded, f"refunds of tender {self.id}") > self.amount:
            raise OutOfRange(
                self.refunded, f"refunds of tender {self.id}", f"exceed {self.amount}"
            )


@dataclass(frozen=True)
class Back:
    """An amount, and the way it goes: the tender's kind, or a bank transfer (BNK1)."""

    amount: int
    route: str


@dataclass(frozen=True)
class Refund:
    """What goes back.

    per_ticket: of selected live tickets. tenders: those that give something back, newest
    first. unfunded: what no tender can take; staff decide. credits: seat credits that
    return, by membership.
    """

    per_ticket: Mapping[str, int]
    tenders: Mapping[str, Back]
    unfunded: int
    credits: Mapping[str, int]

    @property
    def total(self) -> int:
        """What is owed to the patron."""
        return sum(self.per_ticket.values())


def plan(
    tickets: Sequence[Ticket],
    tenders: Sequence[Tender],
    *,
    include_fees: bool,
    today: date,
    card_window_months: Mapping[str, int],
    select: Collection[str] | None = None,
) -> Refund:
    """Say what a refund gives back; the preview and the deed are this one answer.

    tenders: in order of payment. select: ticket ids; None, all. Tickets that are no longer
    active are skipped, so a second run refunds nothing.
    Raises Repeated, Missing for a selected ticket that is not there, and OutOfRange.
    Source: CAN1, 4.6.
    """
    once((ticket.id for ticket in tickets), "tickets of the refund")
    once((tender.id for tender in tenders), "tenders of the refund")
    known = {ticket.id for ticket in tickets}
    chosen = known if select is None else set(select)
    for stranger in sorted(chosen - known):
        raise Missing(stranger, "selected tickets", "is not of this order")
    live = [t for t in tickets if t.id in chosen and t.status is TicketStatus.ACTIVE]
    per_ticket = {
        ticket.id: ticket.paid + (ticket.fee_outside if include_fees else 0)
        for ticket in live
    }
    left = sum(per_ticket.values())
    back = {}
    # Newest first; of one day the last of the list first.
    for tender in sorted(tenders, key=lambda tender: tender.paid_on)[::-1]:
        if amount := min(left, tender.amount - tender.refunded):
            back[tender.id] = Back(amount, route(tender, today, card_window_months))
            left -= amount
    credits = Counter(ticket.member for ticket in live if ticket.member)
    return Refund(per_ticket, back, left, dict(credits))


def route(tender: Tender, today: date, card_window_months: Mapping[str, int]) -> str:
    """Say which way money returns: as it came, or by a bank transfer when a card's window
    has passed or its brand has none.

    The window ends on the same day of the month, that day included. Source: CAN1, R15.
    """
    if tender.kind != CARD:
        return tender.kind
    months = card_window_months.get(tender.brand or "")
    if months is None or today > months_later(tender.paid_on, months):
        return BANK_TRANSFER_FORM
    return CARD


def months_later(day: date, months: int) -> date:
    """Give the same day of a later month, or the last one of a shorter month.

    Raises OutOfRange for months below 0.
    """
    if months < 0:
        raise OutOfRange(months, "months", "is negative")
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
