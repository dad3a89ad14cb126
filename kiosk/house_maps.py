"""The house for one order: what is available to it, and nothing more (INV1)."""

from boxoffice.charts import SeatType
from kiosk.evening import Evening
from kiosk.shown import HouseMap, Level, MapSeat, MapSection
from kiosk.store.tables import OrderRow


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
    chart = here.plan.chart
    if chart is None:
        return ()
    by_section: dict[str, list[MapSeat]] = {name: [] for name, _, _ in here.plan.sections}
    for place, code in enumerate(chart.seats):
        block = chart.block_of[place]
        index = chart.blocks[block].row
        kind = chart.type_of(code)
        by_section.setdefault(chart.rows[index].section, []).append(
            MapSeat(
                shown=here.plan.shown(code),
                kind=kind.value,
                available=code in here.free
                and (kind is SeatType.STANDARD or row.step_free),
                chosen=code in row.seats,
                block=block,
                row_index=index,
            )
        )
    words = {name: words for name, _, words in here.plan.sections}
    return tuple(
        MapSection(name, words.get(name, ""), tuple(seats), sum(s.available for s in seats))
        for name, seats in by_section.items()
        if seats
    )
