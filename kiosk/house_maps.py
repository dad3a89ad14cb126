"""The house for one order: what is available to it, and nothing more (INV1)."""

from dataclasses import replace

from kiosk.evening import Evening
from kiosk.shown.choosing import HouseMap, Level, MapSeat, MapSection
from kiosk.store.tables.orders import OrderRow


def draw(here: Evening, row: OrderRow) -> HouseMap:
    """Give all seats, section by section, as this order may see them."""
    levels = tuple(
        Level(level.id, level.name, min(level.prices.values(), default=0))
        for level in here.prices.levels
    )
    return HouseMap(
        row.number,
        _sections(here, row),
        levels,
        here.plan.stage,
        here.prices.currency,
        sum(row.counts.values()),
    )


def _sections(here: Evening, row: OrderRow) -> tuple[MapSection, ...]:
    by_section: dict[str, list[MapSeat]] = {name: [] for name, _, _ in here.plan.sections}
    free, chosen = here.free, frozenset(row.seats)
    for section, available, taken in here.plan.map_seats:
        code = taken.shown.code
        offered = code in free and (available.kind == "standard" or row.step_free)
        seat = available if offered else taken
        if code in chosen:
            seat = replace(seat, chosen=True)
        by_section.setdefault(section, []).append(seat)
    words = {name: words for name, _, words in here.plan.sections}
    return tuple(
        MapSection(name, words.get(name, ""), tuple(seats), sum(s.available for s in seats))
        for name, seats in by_section.items()
        if seats
    )
