"""Order types: tables and the like, with a number of orders and a party size.

Source: ORT1.
"""

from dataclasses import dataclass

from boxoffice.bad_input import OutOfRange
from boxoffice.refusals import Code


@dataclass(frozen=True)
class OrderType:
    """A kind of order. minimum…maximum: people. orders: how many of this kind there are.

    Raises OutOfRange.
    """

    minimum: int
    maximum: int
    orders: int

    def __post_init__(self) -> None:
        if self.minimum < 0:
            raise OutOfRange(self.minimum, "people at least", "is negative")
        if self.maximum < self.minimum:
            raise OutOfRange(self.maximum, "people at most", f"is below {self.minimum}")
        if self.orders < 0:
            raise OutOfRange(self.orders, "orders of this type", "is negative")


def refuse(kind: OrderType, *, party: int, existing: int) -> Code | None:
    """Say why a party cannot order this, its size first; None if it can.

    existing: orders of this type already taken. Raises OutOfRange.
    """
    for number, where in ((party, "people in the party"), (existing, "existing orders")):
        if number < 0:
            raise OutOfRange(number, where, "is negative")
    if party < kind.minimum:
        return Code.PARTY_BELOW_MINIMUM
    if party > kind.maximum:
        return Code.PARTY_ABOVE_MAXIMUM
    if existing >= kind.orders:
        return Code.ORDER_TYPE_SOLD_OUT
    return None
