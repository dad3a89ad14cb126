"""The house for one order: what is available to it, and nothing more (INV1)."""

from kiosk.evening import Evening
from kiosk.shown.houses import HouseMap, Level
from kiosk.shown.parts import MapSection
from kiosk.store.tables.orders import OrderRow


def draw(here: Evening, row: OrderRow) -> HouseMap:
    """Give all seats, section by section, as this order may see them."""
    # "From" means the same here as on the first page: what the usual guest pays.
    usual = [kind for kind in here.prices.types if kind.default and not kind.code]
    levels = tuple(
        Level(level.id, level.name, here.prices.lowest(level, usual))
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
    # Seats that are not for everybody are only for who asked for a step-free one.
    may_have = here.free if row.step_free else here.free - here.plan.special
    chosen = frozenset(row.seats)
    return tuple(MapSection(part, may_have, chosen) for part in here.plan.parts)
