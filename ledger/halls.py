"""A hall's plan: the seating chart and what people read on it.

The chart itself is `boxoffice.charts`; here are the names, doors and drawing beside it, and
the document that travels. A general-admission hall has units instead of rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from boxoffice.charts import Chart, Row, SeatType
from ledger import stages
from ledger.stages import Stage as Stage

RESERVED, GENERAL = "reserved", "ga"


@dataclass(frozen=True)
class SeatName:
    """What stands on a ticket: section, row and seat, as printed."""

    section: str
    row: str
    seat: str

    def __str__(self) -> str:
        return f"{self.section} {self.row} {self.seat}".strip()


@dataclass(frozen=True)
class Section:
    """A part of the house and the doors that lead to it, the home door first."""

    name: str
    doors: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Plan:
    """A hall. chart: None for general admission, which has units instead.

    names: by seat code; a seat without one is called by its code.
    """

    chart: Chart | None = None
    units: tuple[str, ...] = ()
    names: Mapping[str, SeatName] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    stage: Stage = field(default_factory=Stage)

    def __post_init__(self) -> None:
        if (self.chart is None) == (not self.units):
            raise ValueError("a plan has either a chart or units")

    @property
    def kind(self) -> str:
        """`reserved` or `ga`."""
        return GENERAL if self.chart is None else RESERVED

    @property
    def seats(self) -> tuple[str, ...]:
        """All codes in chart order."""
        return self.units if self.chart is None else self.chart.seats

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Code to its number in ticket codes, from 1."""
        return {seat: number for number, seat in enumerate(self.seats, 1)}

    def name(self, seat: str) -> SeatName:
        """Give what people read for a seat."""
        section = self.section_of(seat)
        return self.names.get(seat) or SeatName(section, "", seat)

    def section_of(self, seat: str) -> str:
        """Give the section that a seat is in; general admission has none."""
        return self.chart.row_of(seat).section if self.chart else ""

    def level_of(self, seat: str) -> str | None:
        """Give the price level of a seat; general admission has none."""
        return self.chart.levels.get(seat) if self.chart else None

    def doors_of(self, seat: str) -> tuple[str, ...]:
        """Give the doors that serve a seat, the home door first; none: any door."""
        section = self.section_of(seat)
        return next((s.doors for s in self.sections if s.name == section), ())


def units(prefix: str, count: int) -> tuple[str, ...]:
    """Name the places of a general-admission hall: S-001, S-002 …"""
    return tuple(f"{prefix}-{number:03d}" for number in range(1, count + 1))


def document(plan: Plan) -> dict[str, Any]:
    """Give the plan as it is kept and travels: the `chart` document of docs/api.md."""
    body: dict[str, Any] = {
        "rows": [],
        "numbers": dict(plan.places),
        "names": {
            seat: {"section": name.section, "row": name.row, "seat": name.seat}
            for seat, name in plan.names.items()
        },
        "sections": [
            {"name": s.name, "doors": list(s.doors), "words": s.words}
            for s in plan.sections
        ],
        "stage": {
            "x": plan.stage.x,
            "y": plan.stage.y,
            "width": plan.stage.width,
            "depth": plan.stage.depth,
        },
    }
    if plan.chart is None:
        return body | {"units": list(plan.units)}
    chart = plan.chart
    return body | {
        "rows": [
            {
                "row": row.name,
                "section": row.section,
                "seats": list(row.seats),
                "breaks_after": [seat for seat in row.seats if seat in row.breaks_after],
            }
            for row in chart.rows
        ],
        "rank": list(chart.best_first),
        "types": {seat: kind.value for seat, kind in chart.types.items()},
        "levels": dict(chart.levels),
        "coords": {seat: list(place) for seat, place in chart.coords.items()},
    }


def read(body: Mapping[str, Any]) -> Plan:
    """Read a plan from its document. Ours, so anything wrong with it is a mistake."""
    stage = body["stage"]
    shared: dict[str, Any] = {
        "names": {seat: SeatName(**name) for seat, name in body["names"].items()},
        "sections": tuple(
            Section(s["name"], tuple(s["doors"]), s["words"]) for s in body["sections"]
        ),
        "stage": Stage(stage["x"], stage["y"], stage["width"], stage["depth"]),
    }
    if not body["rows"]:
        return Plan(units=tuple(body["units"]), **shared)
    chart = Chart(
        rows=tuple(
            Row(
                row["row"],
                tuple(row["seats"]),
                row["section"],
                frozenset(row["breaks_after"]),
            )
            for row in body["rows"]
        ),
        best_first=tuple(body["rank"]),
        types={seat: SeatType(kind) for seat, kind in body["types"].items()},
        levels=dict(body["levels"]),
        coords={seat: (place[0], place[1]) for seat, place in body["coords"].items()},
    )
    return Plan(chart=chart, **shared)


def of(
    chart: Chart,
    names: Mapping[str, Any],
    *,
    sections: tuple[Section, ...] = (),
    stage: Stage | None = None,
) -> Plan:
    """Make a hall from an imported seating plan.

    stage: as a rule before the middle of the rows, half as wide as they are.
    names: seat code to anything with section, row and seat. sections: those that say which
    doors lead to them; the others of the chart have no doors of their own.
    """
    known = {section.name for section in sections}
    others = dict.fromkeys(row.section for row in chart.rows if row.section not in known)
    return Plan(
        chart=chart,
        names={
            seat: SeatName(name.section, name.row, name.seat)
            for seat, name in names.items()
        },
        sections=(*sections, *(Section(name) for name in others)),
        stage=stage or stages.before(chart),
    )
