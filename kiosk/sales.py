"""Choose, hold, review: everything before Pay.

Each function is one step of the guest; all survive a reload and a restart, because the
order in progress is a row of the store. Answers are those of `kiosk.shown`.
"""

from collections.abc import Mapping, Sequence

from kiosk.device import Device
from kiosk.shown import (
    Alternative,
    Choices,
    Done,
    Held,
    HouseMap,
    Offer,
    OrderShown,
    Refusal,
    Review,
    Tonight,
)


def performances(device: Device) -> list[Tonight]:
    """Give what can be sold or is at least shown here, soonest first."""
    raise NotImplementedError


def choices(device: Device, performance: str) -> Choices | Refusal:
    """Give the price types and limits for "How many". Refuses: sale.closed, link.empty."""
    raise NotImplementedError


def start(
    device: Device,
    performance: str,
    counts: Mapping[str, int],
    *,
    step_free: bool = False,
    order: str | None = None,
) -> str | Refusal:
    """Open an order (or change one that has not been paid) and give its number.

    counts: tickets by price type id. step_free: one of the seats must be step-free.
    Changing an order gives its seats back first. Refuses: party.large (`limit`), seats.few
    (`left`), sale.closed, link.empty, and `counts.none` when nothing was asked for.
    """
    raise NotImplementedError


def order(device: Device, order: str) -> OrderShown | None:
    """Give the order as it stands, or None when this device does not know it."""
    raise NotImplementedError


def offer(device: Device, order: str) -> Offer | Refusal:
    """Offer the best seats. Refuses: seats.few (`left`), link.empty, sale.closed."""
    raise NotImplementedError


def alternatives(device: Device, order: str) -> list[Alternative]:
    """Give other offers: closer, further back, cheaper, aisle; each only if it differs."""
    raise NotImplementedError


def party_from(device: Device, order: str, seat: str) -> Offer | Refusal:
    """Seat the whole party from a seat touched on the map. Refuses: seat.gone."""
    raise NotImplementedError


def price(device: Device, order: str, seats: Sequence[str]) -> Offer | Refusal:
    """Say what seats picked one by one would cost. Refuses: seat.gone, seat.single."""
    raise NotImplementedError


def house_map(device: Device, order: str) -> HouseMap | Refusal:
    """Give the house with what is available to this order. Refuses: sale.closed."""
    raise NotImplementedError


def hold(device: Device, order: str, seats: Sequence[str] = ()) -> Held | Refusal:
    """Have the seats promised to this order; general admission names none.

    Refuses: seat.gone (`seats`: the nearest instead, if any), seats.few (`left`),
    seat.single, hold.ended, link.pay (`seats`: some of our own instead), link.empty,
    sale.closed. What was held before stays held when the new seats are refused.
    """
    raise NotImplementedError


def extend(device: Device, order: str) -> Held | Refusal:
    """Hold once more as long; only once. Refuses: hold.ended."""
    raise NotImplementedError


def review(device: Device, order: str) -> Review | Refusal:
    """Give everything that is paid for. Refuses: hold.ended (`seats` still free)."""
    raise NotImplementedError


def retype(device: Device, order: str, price_types: Sequence[str]) -> Review | Refusal:
    """Give the seats other price types, in the order of the seats."""
    raise NotImplementedError


def release(device: Device, order: str) -> None:
    """Start over: give seats back at once. A paid order and one being paid stay."""
    raise NotImplementedError


def done(device: Device, order: str) -> Done | None:
    """Give the last page of a sale; None before it is paid."""
    raise NotImplementedError
