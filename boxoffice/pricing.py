"""What an order costs: price types, fees inside and outside, percentages on donations.

The patron pays prices, donations and the outside parts of fees; the theatre nets prices and
donations less the inside parts; what lies between is handling, always (FEE2).
Amounts are integers of minor units of the order's one currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxoffice import money
from boxoffice.bad_input import OutOfRange, among, positive, whole


class Seller(StrEnum):
    """Who sells. Online and kiosk are the public."""

    ONLINE = "online"
    KIOSK = "kiosk"
    PHONE = "phone"
    MAIL = "mail"
    WINDOW = "window"


class Buyer(StrEnum):
    """The class of a ticket's price type."""

    GUEST = "guest"
    SUBSCRIBER = "subscriber"
    MEMBER = "member"


@dataclass(frozen=True)
class PriceType:
    """One title and amount within a price level, such as Senior 12.00; 0 is legal.

    Raises UnknownWord, FractionalMoney and NegativeMoney. Source: INV9, ORD1.
    """

    title: str
    amount: int
    buyer: Buyer = Buyer.GUEST

    def __post_init__(self) -> None:
        among(Buyer, self.buyer, f"buyer of price {self.title}")
        positive(self.amount, f"price {self.title}")


@dataclass(frozen=True)
class FeeRule:
    """What a ticket carries when this buyer buys from this seller; None is anybody.

    fee: the whole fee per ticket. outside: 0…fee, what the patron sees and pays on top.
    Raises UnknownWord, FractionalMoney, NegativeMoney and OutOfRange. Source: FEE1, FEE3,
    FEE4.
    """

    buyer: Buyer | None
    seller: Seller | None
    fee: int
    outside: int
    on_zero_price: bool = False

    def __post_init__(self) -> None:
        if self.buyer is not None:
            among(Buyer, self.buyer, "buyer of a fee rule")
        if self.seller is not None:
            among(Seller, self.seller, "seller of a fee rule")
        positive(self.fee, "fee")
        if positive(self.outside, "outside part of the fee") > self.fee:
            raise OutOfRange(self.outside, "outside part of the fee", f"exceeds {self.fee}")

    def fits(self, buyer: Buyer, seller: Seller) -> bool:
        """Whether this rule speaks about such a ticket."""
        return self.buyer in (None, buyer) and self.seller in (None, seller)


@dataclass(frozen=True)
class SeatLine:
    """A seat, or a membership, to be priced.

    fee_units: how many fees the line carries; a membership for 4 productions carries 4.
    Raises UnknownWord, FractionalMoney, NegativeMoney and OutOfRange. Source: FEE1, MEM1.
    """

    price: int
    buyer: Buyer
    fee_units: int = 1

    def __post_init__(self) -> None:
        among(Buyer, self.buyer, "buyer of a seat")
        positive(self.price, "price")
        if whole(self.fee_units, "fee units") < 0:
            raise OutOfRange(self.fee_units, "fee units", "is negative")


@dataclass(frozen=True)
class OtherLine:
    """A donation or another line without a seat, which pays a percentage.

    amount: may be negative (a correction). rate_bp: 0…10,000 basis points, 400 is 4 %.
    outside: the whole fee is on top; otherwise it comes out of the theatre's money.
    Raises FractionalMoney and OutOfRange. Source: FEE5.
    """

    amount: int
    rate_bp: int
    outside: bool

    def __post_init__(self) -> None:
        whole(self.amount, "amount")
        if not 0 <= whole(self.rate_bp, "rate in basis points") <= 10_000:
            raise OutOfRange(self.rate_bp, "rate in basis points", "is not within 0…10,000")


@dataclass(frozen=True)
class Priced:
    """One line's stored shares. A refund goes by these, never by today's rules (4.6)."""

    price: int
    fee_outside: int
    fee_inside: int

    @property
    def charge(self) -> int:
        """What the patron pays for this line."""
        return self.price + self.fee_outside


@dataclass(frozen=True)
class Quote:
    """What the order costs, line by line, in the order given."""

    seats: tuple[Priced, ...]
    others: tuple[Priced, ...]

    @property
    def lines(self) -> tuple[Priced, ...]:
        """Seats, then the lines without seats."""
        return self.seats + self.others

    @property
    def charge(self) -> int:
        """What the patron pays."""
        return sum(line.charge for line in self.lines)

    @property
    def handling(self) -> int:
        """All fees, inside and outside. Source: FEE2."""
        return sum(line.fee_outside + line.fee_inside for line in self.lines)

    @property
    def net(self) -> int:
        """What the theatre keeps."""
        return sum(line.price - line.fee_inside for line in self.lines)


def quote(
    *,
    seller: Seller,
    rules: Sequence[FeeRule],
    seats: Sequence[SeatLine] = (),
    others: Sequence[OtherLine] = (),
) -> Quote:
    """Price an order. The first rule that fits a ticket wins; none, no fee.

    Raises UnknownWord. Source: FEE1–FEE5, MEM1.
    """
    among(Seller, seller, "seller")
    return Quote(
        tuple(_seat(line, seller, rules) for line in seats),
        tuple(_other(line) for line in others),
    )


def repeated_title(types: Sequence[PriceType]) -> str | None:
    """Give the title that a price level uses twice (case and outer blanks aside), or None.

    The refusal is PRICE_TITLE_TWICE. Source: INV9.
    """
    seen = set()
    for kind in types:
        folded = kind.title.strip().casefold()
        if folded in seen:
            return kind.title.strip()
        seen.add(folded)
    return None


def _seat(line: SeatLine, seller: Seller, rules: Sequence[FeeRule]) -> Priced:
    rule = next((rule for rule in rules if rule.fits(line.buyer, seller)), None)
    if rule is None or (line.price == 0 and not rule.on_zero_price):
        return Priced(line.price, 0, 0)
    return Priced(
        line.price,
        rule.outside * line.fee_units,
        (rule.fee - rule.outside) * line.fee_units,
    )


def _other(line: OtherLine) -> Priced:
    fee = money.percentage(line.amount, line.rate_bp)
    return Priced(line.amount, fee if line.outside else 0, 0 if line.outside else fee)
