"""A performance's seats as this device knows them, with what is worked out from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from boxoffice.charts import Chart, SeatType
from kiosk.finder import Finder
from kiosk.shown.choosing import MapSeat
from kiosk.shown.named import SeatShown
from kiosk.shown.parts import Part


@dataclass(frozen=True)
class Plan:
    """A performance's seats: the chart that rules read, and what people read.

    chart: None for general admission, whose places are `units`. numbers: as in codes.
    """

    chart: Chart | None
    units: tuple[str, ...]
    numbers: Mapping[str, int]
    names: Mapping[str, SeatShown]
    sections: tuple[tuple[str, tuple[str, ...], str], ...]
    stage: tuple[float, float, float, float] | None
    by_number: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def finder(self) -> Finder:
        """Finds seats on this chart, quicker from one guest to the next."""
        assert self.chart is not None
        return Finder(self.chart)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Give the parts of the house as the map shows them, in the house's own order."""
        by_part: dict[str, list[MapSeat]] = {name: [] for name, _, _ in self.sections}
        for part, seat in self._map_seats():
            by_part.setdefault(part, []).append(seat)
        words = {name: words for name, _, words in self.sections}
        return tuple(
            Part(name, words.get(name, ""), tuple(seats))
            for name, seats in by_part.items()
            if seats
        )

    def _map_seats(self) -> Iterator[tuple[str, MapSeat]]:
        chart = self.chart
        for place, code in enumerate(chart.seats if chart else ()):
            assert chart is not None
            block = chart.block_of[place]
            row = chart.blocks[block].row
            seat = MapSeat(
                shown=self.shown(code),
                kind=chart.type_of(code).value,
                available=False,
                chosen=False,
                block=block,
                row_index=row,
            )
            yield chart.rows[row].section, seat

    @cached_property
    def every(self) -> frozenset[str]:
        """Give all places, in no order."""
        return frozenset(self.codes)

    @cached_property
    def special(self) -> frozenset[str]:
        """Give the seats that are not for everybody: step-free ones, and beside them."""
        types = self.chart.types if self.chart else {}
        return frozenset(
            seat for seat, kind in types.items() if kind is not SeatType.STANDARD
        )

    @cached_property
    def by_level(self) -> Mapping[str | None, frozenset[str]]:
        """Give the places of each price level; None: those that belong to none."""
        levels = self.chart.levels if self.chart else {}
        found: dict[str | None, set[str]] = {None: set()}
        for code in self.codes:
            found.setdefault(levels.get(code), set()).add(code)
        return {level: frozenset(codes) for level, codes in found.items()}

    @property
    def codes(self) -> tuple[str, ...]:
        """All places in chart order."""
        return self.chart.seats if self.chart else self.units

    def shown(self, seat: str) -> SeatShown:
        """Name a seat, even one that the plan does not have."""
        return self.names.get(seat) or SeatShown(seat, "", "", seat)

    def section_doors(self, section: str) -> tuple[tuple[str, ...], str]:
        """Give the doors of a section, the home door first, and words how to get there."""
        for name, doors, words in self.sections:
            if name == section:
                return doors, words
        return (), ""
