"""Which seats to offer: the best, and others that differ in one way; computed here.

Source: spec.md 4.2, 4.3, lobby.md §2.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from boxoffice import best, general_admission, picking
from boxoffice.charts import Chart
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from boxoffice.seating import State
from kiosk import evening
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.shown.choosing import Alternative, Offer
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import OrderRow

Place = Literal["left", "centre", "right", ""]


def find(evening: Evening, order: OrderRow) -> Offer | Refusal:
    """Offer the best: of the common pool, else of our own seats as well."""
    if (refusal := evening.refusal()) is not None:
        return refusal
    for free in _pools(evening):
        found = _best(evening, order, free)
        if not isinstance(found, Refusal):
            return found
    return found


def alternatives(evening: Evening, order: OrderRow, first: Offer) -> list[Alternative]:
    """Give offers that are closer, further back, cheaper, at an aisle or step-free.

    Only what differs; the step-free one has its companions beside it.

    first: the offer that they differ from.
    """
    chart = evening.plan.chart
    if chart is None:
        return []
    rows = [chart.blocks[chart.block_of[chart.places[s.code]]].row for s in first.seats]
    seen = {tuple(seat.code for seat in first.seats)}
    unavailable = _unavailable(evening, evening.free)
    found: list[Alternative] = []
    for kind, within, levels, aisle in (
        ("closer", range(min(rows)), None, False),
        ("further", range(max(rows) + 1, len(chart.rows)), None, False),
        ("cheaper", None, _cheaper(evening, order, first), False),
        ("aisle", None, None, True),
    ):
        if levels is not None and not levels:
            continue
        request = _request(evening, order, levels=levels, aisle=aisle)
        if within is None:
            other = _found(evening, order, request, unavailable)
        else:
            near = evening.plan.finder.find_in_rows(unavailable, request, within)
            other = (
                offer(evening, order, near.seats, tier=near.tier.value)
                if near
                else Refusal("seats.apart")
            )
        if isinstance(other, Refusal) or (other.tier == "split" != first.tier):
            continue
        if kind == "cheaper" and other.total >= first.total:
            continue
        codes = tuple(seat.code for seat in other.seats)
        if codes not in seen:
            seen.add(codes)
            found.append(Alternative(kind, other))  # type: ignore[arg-type]
    if not order.step_free:
        request = replace(_request(evening, order), accessible=1)
        other = _found(evening, order, request, unavailable)
        if not isinstance(other, Refusal):
            found.append(Alternative("step_free", other))
    return found


def around(evening: Evening, order: OrderRow, seat: str) -> Offer | Refusal:
    """Seat the whole party from one seat: neighbours in its block, else the nearest."""
    chart = evening.plan.chart
    if chart is None or seat not in chart.places:
        return Refusal("seat.gone")
    if seat not in evening.free:
        return _gone(evening, order, [seat])
    count = sum(order.counts.values())
    place = chart.places[seat]
    block = chart.blocks[chart.block_of[place]]
    unavailable = _unavailable(evening, evening.free)
    windows = []
    for start in range(max(block.start, place - count + 1), place + 1):
        window = chart.seats[start : start + count]
        if start + count <= block.stop and all(code in evening.free for code in window):
            checked = picking.check(chart, unavailable, window, mode=picking.Mode.LENIENT)
            windows.append((checked.error is not None, abs(start - place), window))
    if windows:
        return offer(evening, order, min(windows)[2])
    near = sorted(evening.free, key=lambda code: _distance(evening, chart, seat, code))
    chosen = chart.in_order(near[:count])
    if len(chosen) < count:
        return Refusal("seats.few", facts={"left": evening.left})
    return offer(evening, order, chosen, tier="split")


def picked(evening: Evening, order: OrderRow, seats: Sequence[str]) -> Offer | Refusal:
    """Judge seats that were picked one by one. Source: spec.md 4.3."""
    chart = evening.plan.chart
    if chart is None or not seats or len(set(seats)) != len(seats):
        return Refusal("seat.gone")
    gone = [code for code in seats if code not in evening.free]
    if gone:
        return _gone(evening, order, gone)
    checked = picking.check(
        chart, _unavailable(evening, evening.free), seats, mode=picking.Mode.LENIENT
    )
    if checked.error is Code.ORPHAN_SEATS:
        return Refusal("seat.single", tuple(map(evening.plan.shown, checked.instead)))
    return offer(evening, order, chart.in_order(seats))


def units(evening: Evening, counts: dict[str, int]) -> tuple[str, ...] | Refusal:
    """Take places of our own in general admission. Source: INV6."""
    states = {
        unit: State.AVAILABLE if unit in evening.own else State.SOLD
        for unit in evening.plan.units
    }
    taken = general_admission.take(states, counts, Seller.KIOSK)
    if isinstance(taken, tuple):
        return taken
    left = taken.left if isinstance(taken, general_admission.TooFew) else 0
    return Refusal("seats.few", facts={"left": left})


def offer(
    evening: Evening,
    order: OrderRow,
    seats: Sequence[str],
    *,
    tier: Literal["together", "together_orphan", "split"] = "together",
) -> Offer | Refusal:
    """Put a price on seats, in chart order."""
    types = evening.types_of(order.counts)
    total = evening.total(seats, types)
    if total is None:
        return Refusal("seats.few", facts={"left": evening.left})
    chart = evening.plan.chart
    if chart is not None and tier == "together" and not _adjoining(chart, seats):
        tier = "split"
    return Offer(
        order=order.number,
        seats=tuple(evening.plan.shown(code) for code in seats),
        quantity=len(seats),
        tier=tier,
        total=total,
        currency=evening.prices.currency,
        own=all(code in evening.own for code in seats),
        place=_place(chart, seats) if chart is not None and tier != "split" else "",
    )


def without_line(device: Device, row: OrderRow, wanted: Collection[str] = ()) -> Refusal:
    """The line went down meanwhile: say what we own instead.

    wanted: the seats that were asked for, in chart order; without any, the order's own.
    """
    here = alone(device, row)
    ours = find(here, row) if here is not None and here.own else None
    if here is None or not isinstance(ours, Offer):
        return Refusal("link.empty")
    shown = tuple(map(here.plan.shown, wanted or row.seats)) if here.plan.chart else ()
    return Refusal("link.pay", ours.seats, wanted=shown)


def alone(device: Device, row: OrderRow) -> Evening | None:
    """Look at an order's performance with nobody to ask: what is free is what we own."""
    with device.store.read() as session:
        return evening.look(
            session, device, row.performance, order=row.number, linked=False
        )


def _gone(evening: Evening, order: OrderRow, seats: Sequence[str]) -> Refusal:
    """Say why these cannot be had, and what can: taken, or nobody can be asked for them."""
    nearest = find(evening, order)
    unasked = not evening.linked and evening.pool.issuperset(seats)
    return Refusal(
        "link.pay" if unasked else "seat.gone",
        nearest.seats if isinstance(nearest, Offer) else (),
        wanted=tuple(map(evening.plan.shown, seats)),
    )


def _best(evening: Evening, order: OrderRow, free: Collection[str]) -> Offer | Refusal:
    chart = evening.plan.chart
    if chart is None:
        return _general(evening, order, free, sum(order.counts.values()))
    return _found(evening, order, _request(evening, order), _unavailable(evening, free))


def _request(
    evening: Evening,
    order: OrderRow,
    *,
    levels: frozenset[str] | None = None,
    aisle: bool = False,
) -> best.Request:
    return best.Request(
        count=sum(order.counts.values()),
        levels=_sold_levels(evening, order) if levels is None else levels,
        accessible=1 if order.step_free else 0,
        aisle=aisle,
    )


def _found(
    evening: Evening, order: OrderRow, request: best.Request, unavailable: frozenset[str]
) -> Offer | Refusal:
    found = evening.plan.finder.find(unavailable, request)
    if isinstance(found, best.NoOffer):
        if found.reason is Code.NOT_TOGETHER:
            return Refusal("seats.apart", facts={"count": request.count})
        return Refusal("seats.few", facts={"left": found.available})
    return offer(evening, order, found.seats, tier=found.tier.value)


def _general(
    evening: Evening, order: OrderRow, free: Collection[str], count: int
) -> Offer | Refusal:
    chosen = [unit for unit in evening.plan.units if unit in free][:count]
    if len(chosen) < count:
        return Refusal("seats.few", facts={"left": len(free)})
    total = evening.total(chosen, evening.types_of(order.counts))
    if total is None:
        return Refusal("seats.few", facts={"left": 0})
    return Offer(
        order=order.number,
        seats=(),
        quantity=count,
        tier="ga",
        total=total,
        currency=evening.prices.currency,
        own=all(unit in evening.own for unit in chosen),
    )


def _pools(evening: Evening) -> Iterator[Collection[str]]:
    # While the line is up our own seats stay in the tank as long as others are left.
    if evening.linked:
        yield evening.pool
    yield evening.free


def _unavailable(evening: Evening, free: Collection[str]) -> frozenset[str]:
    return evening.plan.every.difference(free)


def _sold_levels(evening: Evening, order: OrderRow) -> frozenset[str] | None:
    """Give the levels at which every wished price type is sold; None for all of them."""
    wished = {kind for kind, count in order.counts.items() if count}
    levels = [level.id for level in evening.prices.levels if wished <= level.prices.keys()]
    return None if len(levels) == len(evening.prices.levels) else frozenset(levels)


def _cheaper(evening: Evening, order: OrderRow, first: Offer) -> frozenset[str]:
    """Give the levels at which the whole party would pay less."""
    types = evening.types_of(order.counts)
    found = set()
    for level in evening.prices.levels:
        if all(kind in level.prices for kind in types):
            cost = sum(level.prices[kind] for kind in types)
            now = sum(
                known.prices.get(kind, 0)
                for seat, kind in zip(first.seats, types, strict=False)
                if (known := evening.prices.level(seat.level)) is not None
            )
            if cost < now:
                found.add(level.id)
    return frozenset(found)


def _adjoining(chart: Chart, seats: Sequence[str]) -> bool:
    places = sorted(chart.places[code] for code in seats)
    return (
        places[-1] - places[0] == len(places) - 1
        and len({chart.block_of[place] for place in places}) == 1
    )


def _place(chart: Chart, seats: Sequence[str]) -> Place:
    row = chart.row_of(seats[0])
    middle = sum(row.seats.index(code) for code in seats if code in row.seats) / len(seats)
    share = (middle + 0.5) / len(row.seats)
    return "left" if share < 1 / 3 else "right" if share > 2 / 3 else "centre"


def _distance(evening: Evening, chart: Chart, here: str, there: str) -> tuple[float, int]:
    apart = abs(chart.places[here] - chart.places[there])
    if here in chart.coords and there in chart.coords:
        (x1, y1), (x2, y2) = chart.coords[here], chart.coords[there]
        return ((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5, apart
    return float(apart), apart
