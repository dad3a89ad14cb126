"""General admission: each place is a unit with the life of a seat; quantity in, units out.

Source: INV6.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from boxoffice.bad_input import OutOfRange, among
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from boxoffice.seating import State, public_sale


@dataclass(frozen=True)
class TooFew:
    """Not enough units for everybody asked; left: how many this seller could use."""

    left: int
    code: Code = Code.NOT_ENOUGH_TICKETS


def take(
    units: Mapping[str, State], wanted: Mapping[str, int], seller: Seller
) -> tuple[str, ...] | TooFew | Code:
    """Choose units for a quantity per price title, all or nothing, in the order taken.

    units: in chart order. The box office uses reserved units too, after the available.
    Raises OutOfRange for a negative quantity, UnknownWord.
    """
    for unit, state in units.items():
        among(State, state, f"state of {unit}")
    for title, quantity in wanted.items():
        if quantity < 0:
            raise OutOfRange(quantity, f"tickets at {title}", "is negative")
    quantity = sum(wanted.values())
    if not quantity:
        return Code.NO_TICKETS_REQUESTED
    usable = usable_by(units, seller)
    return usable[:quantity] if quantity <= len(usable) else TooFew(len(usable))


def usable_by(units: Mapping[str, State], seller: Seller) -> tuple[str, ...]:
    """List the units that a seller may use, in the order in which it uses them."""
    states = [State.AVAILABLE] if public_sale(seller) else [State.AVAILABLE, State.RESERVED]
    return tuple(unit for state in states for unit in units if units[unit] is state)
