"""Seat credits: who may use a membership, for how many seats, and what comes back.

Credits are per production and record, used at confirm, returned by cancel and reassign. One
bad row confirms nothing: all errors are shown at once, and the seats stay held.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from boxoffice.bad_input import OutOfRange, among, once, positive
from boxoffice.pricing import Buyer, SeatLine
from boxoffice.refusals import Code


class PayType(StrEnum):
    """How a seat is paid. Source: MEM2."""

    CARD = "card"
    MEMBERSHIP = "membership"


class Sale(StrEnum):
    """Who may buy a kind of membership; active ones come first in the list (MEM1)."""

    ACTIVE = "active"
    BOX_OFFICE_ONLY = "box_office_only"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Member:
    """A membership record. used: production to credits used. Raises OutOfRange."""

    id: str
    email: str
    credits_per_production: int
    used: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.credits_per_production < 0:
            raise OutOfRange(
                self.credits_per_production, f"credits of {self.id}", "is negative"
            )
        for production, used in self.used.items():
            if used < 0:
                raise OutOfRange(
                    used, f"credits of {self.id} for {production}", "is negative"
                )

    def left(self, production: str) -> int:
        """How many credits are left for a production; never below 0."""
        return max(0, self.credits_per_production - self.used.get(production, 0))


@dataclass(frozen=True)
class NotEnough:
    """Too few credits: how many of how many are left, and how many were asked."""

    left: int
    total: int
    needed: int
    code: Code = Code.NOT_ENOUGH_SEAT_CREDITS


def use(member: Member, production: str, needed: int) -> Member | NotEnough:
    """Use credits if as many are left as are asked, or say why not.

    Raises OutOfRange for less than one. Source: MEM4, MEM7, R6.
    """
    if needed < 1:
        raise OutOfRange(needed, "seat credits asked", "is less than 1")
    left = member.left(production)
    if needed > left:
        return NotEnough(left, member.credits_per_production, needed)
    return _with(member, production, member.used.get(production, 0) + needed)


def give_back(member: Member, production: str, returned: int) -> Member:
    """Return credits. Raises OutOfRange for more than are in use. Source: MEM7."""
    used = member.used.get(production, 0)
    if not 0 <= returned <= used:
        raise OutOfRange(
            returned, f"credits returned to {member.id}", f"is not within 0…{used}"
        )
    return _with(member, production, used - returned)


def _with(member: Member, production: str, used: int) -> Member:
    after = {**member.used, production: used}
    return Member(member.id, member.email, member.credits_per_production, after)


@dataclass(frozen=True)
class Row:
    """One membership seat of an order form."""

    email: str
    password: str | None = None


@dataclass(frozen=True)
class Accepted:
    """All rows are good. drawn: member id to credits used. remaining: to credits left."""

    drawn: Mapping[str, int]
    remaining: Mapping[str, int]


@dataclass(frozen=True)
class Rejected:
    """Nothing is confirmed. errors: row from 0 to what is wrong with it."""

    errors: Mapping[int, Code]


# Does this password open this record? With None it takes as long, and answers no.
Fits = Callable[[Member | None, str], bool]


def admit(
    production: str, members: Sequence[Member], rows: Sequence[Row], fits: Fits
) -> Accepted | Rejected:
    """Check the membership seats of an order, all rows at once.

    rows: in the order of the form. fits: checks a password; it is asked with None where no
    record has the address, so that the time of the answer tells nothing.
    Raises Repeated when two records have one id. Source: MEM5–MEM7.
    """
    once((member.id for member in members), "memberships")
    by_email: dict[str, list[Member]] = {}
    for member in members:
        by_email.setdefault(_folded(member.email), []).append(member)
    drawn: dict[str, int] = {}
    remaining: dict[str, int] = {}
    errors: dict[int, Code] = {}
    for number, row in enumerate(rows):
        records = by_email.get(_folded(row.email), [])
        match _record(records, row, fits, first=number == 0):
            case Code() as wrong:
                errors[number] = wrong
            case member:
                left = remaining.get(member.id, member.left(production))
                if left == 0:
                    errors[number] = Code.NOT_ENOUGH_SEAT_CREDITS
                    continue
                drawn[member.id] = drawn.get(member.id, 0) + 1
                remaining[member.id] = left - 1
    return Rejected(errors) if errors else Accepted(drawn, remaining)


def _record(records: list[Member], row: Row, fits: Fits, *, first: bool) -> Member | Code:
    """Find the one record that a row means."""
    if not first and not records:
        return Code.EMAIL_NOT_FOUND
    if not first and len(records) == 1:
        return records[0]
    # No password is a wrong one, and no record is a wrong one too: both take their time.
    candidates: list[Member | None] = [*records] or [None]
    opened = [record for record in candidates if fits(record, row.password or "")]
    match opened:
        case [Member() as member] if row.password is not None:
            return member
    return Code.BAD_EMAIL_OR_PASSWORD


def _folded(email: str) -> str:
    return email.strip().casefold()


def price(pay_type: PayType, card_price: int) -> int:
    """Give the price of a seat: a membership seat costs 0.

    Raises UnknownWord, FractionalMoney and NegativeMoney. Source: MEM2.
    """
    among(PayType, pay_type, "pay type of a seat")
    positive(card_price, "price of a seat")
    return 0 if pay_type is PayType.MEMBERSHIP else card_price


def membership_lines(amount: int, *, productions: int, memberships: int) -> list[SeatLine]:
    """Give the lines of a membership order: each carries a fee per production.

    amount: minor units for one membership. Raises OutOfRange for less than one of either,
    and the errors of SeatLine. Source: MEM1.
    """
    for number, where in ((productions, "productions"), (memberships, "memberships")):
        if number < 1:
            raise OutOfRange(number, where, "is less than 1")
    return [SeatLine(amount, Buyer.MEMBER, productions)] * memberships


def to_verify(rows: int, *, has_member_file: bool) -> bool:
    """Whether staff have to check member seats by hand. Source: MEM3."""
    return rows > 0 and not has_member_file


def change_closed_order(*, consent: str) -> Code | None:
    """Refuse to charge the card of a closed order until the patron's consent is on record.

    Source: MEM9.
    """
    return None if consent.strip() else Code.CONSENT_NEEDED
