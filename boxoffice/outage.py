"""Selling while cut off from the ledger: what a device owns, and what paper may dare.

Source: EMG3, EMG4, R18.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from boxoffice.bad_input import among
from boxoffice.moments import moment_or_none
from boxoffice.pricing import Seller
from boxoffice.refusals import Code


class Means(StrEnum):
    """By what the sale is written down."""

    DEVICE = "device"
    PAPER = "paper"


class Risk(StrEnum):
    """What an allowed sale may lead to: a paper sale may clash with one that we missed."""

    NONE = "none"
    POSSIBLE_CONFLICT = "possible_conflict"


@dataclass(frozen=True)
class Desk:
    """A device or a paper desk, and what it knows of one performance while cut off.

    allotment: seats it owns. sold_here: seats that its own log has sold.
    known_sold, known_elsewhere: seats that were sold, or belonged to another device, when
    the line was last up. sell_by: aware, by ledger time; None, no deadline.
    Raises UnknownWord, NaiveTime.
    """

    means: Means = Means.DEVICE
    allotment: Collection[str] = ()
    sold_here: Collection[str] = ()
    known_sold: Collection[str] = ()
    known_elsewhere: Collection[str] = ()
    sell_by: datetime | None = None

    def __post_init__(self) -> None:
        among(Means, self.means, "means of a sale")
        moment_or_none(self.sell_by, "sell-by of the allotment")


def sell(
    desk: Desk,
    seat: str,
    *,
    seller: Seller,
    today: date,
    performance_date: date,
    now: datetime | None,
    supervisor: bool = False,
) -> Risk | Code:
    """Allow a sale without the ledger, with its risk, or say why not; the first hit wins.

    today: the business day. now: aware, ledger time; None, the device has none, and then
    seats with a sell-by are not sold. supervisor: one has decided; counts on paper only.
    Raises UnknownWord, NaiveTime.
    """
    among(Seller, seller, "seller")
    at = moment_or_none(now, "the ledger's time")
    if seller is Seller.PHONE:
        return Code.PHONE_SALES_SUSPENDED
    if performance_date != today:
        return Code.FUTURE_SALES_SUSPENDED
    if seat in desk.sold_here:
        return Code.SEAT_SOLD
    if seat in desk.allotment:
        closed = desk.sell_by is not None and (at is None or at >= desk.sell_by)
        return Code.SELLING_CLOSED if closed else Risk.NONE
    if seat in desk.known_sold:
        return Code.SEAT_SOLD
    if seat in desk.known_elsewhere:
        return Code.SEAT_ALLOTTED
    if desk.means is Means.DEVICE or not supervisor:
        return Code.SEAT_NOT_IN_ALLOTMENT
    return Risk.POSSIBLE_CONFLICT
