"""Choose and hold: what comes before the review of an order.

Each function is one step of the guest; all survive a reload and a restart, because the
order in progress is a row of the store. Answers are those of `kiosk/shown/`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import basket, documents, evening, holds, house_maps, offers, renewals
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.orders import look
from kiosk.shown.choosing import Choices, Offer, PriceChoice, Tonight
from kiosk.shown.houses import HouseMap, Proposal
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Held
from kiosk.store.tables.orders import OrderRow

# Nearer evenings are counted seat by seat, with our own.
NEAR_MS: Final = 24 * 3_600_000
# So many one order at a kiosk can name, whatever the house allows elsewhere.
MOST: Final = 20


def performances(device: Device) -> list[Tonight]:
    """Give what can be sold or is at least shown here, soonest first."""
    now_ms = device.clock.now_ms()
    found = []
    with device.store.read() as session:
        for performance in documents.performances(session):
            over_ms = performance.ends_ms or performance.starts_ms
            if not performance.public or over_ms < now_ms:
                continue
            if performance.starts_ms - now_ms > NEAR_MS:
                found.append(evening.far_off(device, performance))
                continue
            here = evening.look(session, device, performance.id)
            if here is not None:
                found.append(here.tonight())
    return found


def choices(device: Device, performance: str) -> Choices | Refusal:
    """Give the price types and limits for "How many". Refuses: sale.closed, link.empty."""
    with device.store.read() as session:
        here = evening.look(session, device, performance)
    if here is None:
        return Refusal("sale.closed")
    if (refusal := here.refusal()) is not None:
        return refusal
    levels = here.levels_left()
    types = []
    for kind in here.prices.types:
        if kind.code or kind.asks_who:
            continue  # A code is typed later; before, nobody reads of it.
        wholes = [here.prices.whole(level, kind) for level in levels]
        amounts = [whole for whole in wholes if whole is not None]
        if amounts:
            types.append(
                PriceChoice(
                    kind.id,
                    kind.name,
                    kind.note,
                    kind.buyer.value,
                    kind.default,
                    min(amounts),
                    max(amounts),
                )
            )
    return Choices(here.tonight(), tuple(types), _most(here), here.left)


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
    with device.store.read() as session:
        here = evening.look(session, device, performance, order=order or "")
    if here is None:
        return Refusal("sale.closed")
    if (refusal := here.refusal()) is not None:
        return refusal
    wanted = {kind: count for kind, count in counts.items() if count > 0}
    known = {kind.id for kind in here.prices.types if not kind.code}
    if not wanted or not wanted.keys() <= known:
        return Refusal("counts.none")
    if (count := sum(wanted.values())) > (most := _most(here)):
        return Refusal("party.large", facts={"limit": most})
    if count > here.left and not step_free:
        return Refusal("seats.few", facts={"left": here.left})
    kept = {}
    if order is not None:
        holds.release(device, order)
        kept = _handed_on(device, order)
    number = ids.order_number(device.chance)
    types = here.types_of(wanted)
    device.store.write(_open, device, number, performance, wanted, types, step_free, kept)
    return number


def offer(device: Device, order: str) -> Offer | Refusal:
    """Offer the best seats. Refuses: seats.few (`left`), link.empty, sale.closed."""
    here, row = look(device, order)
    return here if isinstance(here, Refusal) else offers.find(here, row)


def proposal(device: Device, order: str) -> Proposal | Refusal:
    """Give the offer page: the best seats, other offers that differ, and the house.

    Refuses as `offer`. All of it is one look at the evening.
    """
    here, row = look(device, order)
    if isinstance(here, Refusal):
        return here
    best = offers.find(here, row)
    if isinstance(best, Refusal):
        return best
    others = tuple(offers.alternatives(here, row, best))
    house = house_maps.draw(here, row) if here.plan.chart else None
    return Proposal(here.tonight(), best, others, house)


def party_from(device: Device, order: str, seat: str) -> Offer | Refusal:
    """Seat the whole party from a seat touched on the map. Refuses: seat.gone, link.pay."""
    here, row = look(device, order)
    return here if isinstance(here, Refusal) else offers.around(here, row, seat)


def price(device: Device, order: str, seats: Sequence[str]) -> Offer | Refusal:
    """Say what seats picked one by one would cost. Refuses as `party_from`, seat.single."""
    here, row = look(device, order)
    return here if isinstance(here, Refusal) else offers.picked(here, row, seats)


def house_map(device: Device, order: str) -> HouseMap | Refusal:
    """Give the house with what is available to this order. Refuses: sale.closed."""
    here, row = look(device, order)
    if isinstance(here, Refusal):
        return here
    return house_maps.draw(here, row)


def hold(device: Device, order: str, seats: Sequence[str] = ()) -> Held | Refusal:
    """Have the seats promised to this order; general admission names none.

    Refuses: seat.gone (`seats`: the nearest instead, if any), seats.few (`left`),
    seat.single, hold.ended, link.pay (`seats`: some of our own instead), link.empty,
    sale.closed. What was held before stays held when the new seats are refused. What was
    promised to an earlier hold is asked for again; the review says what is gone.
    """
    held = holds.hold(device, order, seats)
    renewals.renew(device, order)
    return held


def extend(device: Device, order: str) -> Held | Refusal:
    """Hold once more as long; only once. Refuses: hold.ended."""
    return holds.extend(device, order)


def release(device: Device, order: str) -> None:
    """Start over: give seats back at once. A paid order and one being paid stay."""
    holds.release(device, order)


def _handed_on(device: Device, order: str) -> dict[str, Any]:
    with device.store.read() as session:
        row = session.get(OrderRow, order)
    return basket.handed_on(row) if row is not None else {}


def _open(
    session: Session,
    device: Device,
    number: str,
    performance: str,
    counts: Mapping[str, int],
    types: list[str],
    step_free: bool,
    kept: dict[str, Any],
) -> None:
    session.add(
        OrderRow(
            number=number,
            stage="choosing",
            performance=performance,
            counts=dict(counts),
            step_free=step_free,
            seats=[],
            types=types,
            opened_ms=device.clock.now_ms(),
            touched_boot_ms=device.clock.boot_ms(),
            boot_id=device.clock.boot_id,
            extras=kept,
        )
    )


def _most(here: Evening) -> int:
    return min(here.house.max_seats, MOST)
