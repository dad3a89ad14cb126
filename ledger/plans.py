"""Read a seating plan in pretix's open JSON format, whole or not at all.

A plan says where each seat is; what it lacks is worked out from what it has. Aisles are
gaps within a row. Ranks come from the distance to the middle of the front third. A category
names a price level; "… (wheelchair)" and "… (companion)" name places of that level that
are for wheelchairs and for who comes along.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from boxoffice.charts import Chart, ChartError, Row, SeatType
from ledger import seat_ranks

MOST_BYTES = 20_000_000
MOST_SEATS = 65_535  # A code carries the seat's number in two bytes.
CENTIMETRES_A_METRE = 100
# A gap of this many usual steps between neighbours is an aisle.
AISLE_STEPS = 1.6

_SCHEMA = json.loads((Path(__file__).parent / "schemas" / "seating_plan.json").read_text())
_KINDS = {" (wheelchair)": SeatType.ACCESSIBLE, " (companion)": SeatType.COMPANION}
_CONTROLS = {*range(0x20), 0x7F}


class BadPlan(ValueError):
    """A plan that cannot be used; the text names the fault and the place."""


@dataclass(frozen=True)
class SeatName:
    """What is printed on a ticket and said to a guest."""

    section: str
    row: str
    seat: str


@dataclass(frozen=True)
class Plan:
    """A house, read from a plan.

    levels: names of the price levels, in the plan's order. numbers: seat code to its
    number in codes, from 1 in chart order.
    """

    name: str
    chart: Chart
    names: dict[str, SeatName]
    levels: tuple[str, ...]
    colours: dict[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, int]:
        return {seat: number for number, seat in enumerate(self.chart.seats, 1)}


@dataclass(frozen=True)
class _Seat:
    code: str
    number: str
    x: float
    y: float
    level: str
    kind: SeatType


def read(text: str | bytes) -> Plan:
    """Read a plan. Raises BadPlan that names the fault and where it is."""
    if len(text) > MOST_BYTES:
        raise BadPlan(f"the plan has {len(text):,} bytes; {MOST_BYTES:,} are the most")
    document = _checked(text)
    levels, colours = _levels(document["categories"])
    rows: list[tuple[float, float, Row, list[_Seat]]] = []
    names: dict[str, SeatName] = {}
    for z, zone in enumerate(document["zones"]):
        section = _clean(zone.get("name") or "Main", f"zones[{z}].name")
        front = min((_top(zone, row) for row in zone["rows"]), default=0.0)
        for r, row in enumerate(zone["rows"]):
            place = f"zones[{z}] ({section}), rows[{r}] ({row['row_number']})"
            seats = _seats(zone, row, place, levels)
            name = _clean(row["row_number"], place)
            for seat in seats:
                if seat.code in names:
                    raise BadPlan(f"{place}: seat_guid {seat.code!r} is used twice")
                names[seat.code] = SeatName(section, name, seat.number)
            _distinct(seats, place)
            row_fact = Row(
                name, tuple(seat.code for seat in seats), section, frozenset(_aisles(seats))
            )
            depth = sum(seat.y for seat in seats) / len(seats)
            rows.append((front, depth, row_fact, seats))
    if not rows:
        raise BadPlan("zones: the plan has no seats")
    if len(names) > MOST_SEATS:
        raise BadPlan(f"the plan has {len(names):,} seats; {MOST_SEATS:,} are the most")
    # From the stage to the back, but a zone stays together: Stalls, Circle, Balcony.
    rows.sort(key=lambda entry: (entry[0], entry[2].section, entry[1]))
    return Plan(
        _clean(document["name"], "name"), _chart(rows), names, tuple(levels), colours
    )


def _top(zone: dict[str, Any], row: dict[str, Any]) -> float:
    origin = zone["position"]["y"] + row.get("position", {}).get("y", 0)
    return float(origin + min(seat["position"]["y"] for seat in row["seats"]))


def _checked(text: str | bytes) -> dict[str, Any]:
    # Only who imports a plan waits for this library.
    from jsonschema import Draft7Validator

    try:
        document = json.loads(text)
    except RecursionError:
        raise BadPlan("the file is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadPlan(
            f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        ) from None
    except UnicodeDecodeError:
        raise BadPlan("the file is not text in UTF-8") from None
    faults = sorted(
        Draft7Validator(_SCHEMA).iter_errors(document), key=lambda fault: list(fault.path)
    )
    if faults:
        fault = faults[0]
        place = "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault.path
        ).lstrip(".")
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BadPlan(f"{place or 'the plan'}: {fault.message[:200]}{more}")
    assert isinstance(document, dict)
    return document


def _levels(categories: Sequence[dict[str, str]]) -> tuple[list[str], dict[str, str]]:
    levels: list[str] = []
    colours: dict[str, str] = {}
    seen: set[str] = set()
    for number, category in enumerate(categories):
        if category["name"] in seen:
            raise BadPlan(f"categories[{number}]: {category['name']!r} is named twice")
        seen.add(category["name"])
        level, _kind = _level(_clean(category["name"], f"categories[{number}]"))
        if level not in levels:
            levels.append(level)
            colours[level] = category.get("color", "")
    return levels, colours


def _level(category: str) -> tuple[str, SeatType]:
    for ending, kind in _KINDS.items():
        if category.endswith(ending):
            return category.removesuffix(ending), kind
    return category, SeatType.STANDARD


def _seats(
    zone: dict[str, Any], row: dict[str, Any], place: str, levels: list[str]
) -> list[_Seat]:
    origin_x = zone["position"]["x"] + row.get("position", {}).get("x", 0)
    origin_y = zone["position"]["y"] + row.get("position", {}).get("y", 0)
    seats = []
    for s, seat in enumerate(row["seats"]):
        where = f"{place}, seats[{s}] ({seat['seat_guid']})"
        level, kind = _level(seat["category"])
        if level not in levels:
            raise BadPlan(f"{where}: category {seat['category']!r} is not in categories")
        seats.append(
            _Seat(
                code=_clean(seat["seat_guid"], where),
                number=_clean(seat["seat_number"], where),
                x=(origin_x + seat["position"]["x"]) / CENTIMETRES_A_METRE,
                y=(origin_y + seat["position"]["y"]) / CENTIMETRES_A_METRE,
                level=level,
                kind=kind,
            )
        )
    # Left to right as the plan shows it: a row's order is where its seats are, whatever the
    # order in the file. A row that runs away from the stage keeps the order front to back.
    spread_x = max(seat.x for seat in seats) - min(seat.x for seat in seats)
    spread_y = max(seat.y for seat in seats) - min(seat.y for seat in seats)
    return sorted(
        seats,
        key=lambda seat: (seat.x, seat.y) if spread_x >= spread_y else (seat.y, seat.x),
    )


def _distinct(seats: list[_Seat], place: str) -> None:
    numbers: set[str] = set()
    for seat in seats:
        if seat.number in numbers:
            raise BadPlan(f"{place}: two seats are called {seat.number}")
        numbers.add(seat.number)
    for left, right in pairwise(seats):
        if _step(left, right) < 0.1:
            raise BadPlan(
                f"{place}: seats {left.number} and {right.number} are in one place"
            )


def _step(left: _Seat, right: _Seat) -> float:
    return math.hypot(right.x - left.x, right.y - left.y)


def _aisles(seats: list[_Seat]) -> list[str]:
    steps = [_step(left, right) for left, right in pairwise(seats)]
    if len(steps) < 2:
        return []
    usual = median(steps)
    return [
        left.code
        for left, step in zip(seats, steps, strict=False)
        if step > AISLE_STEPS * usual
    ]


def _chart(rows: list[tuple[float, float, Row, list[_Seat]]]) -> Chart:
    seats = [seat for *_, members in rows for seat in members]
    try:
        return Chart(
            rows=tuple(row for _, _, row, _ in rows),
            best_first=seat_ranks.by_middle({s.code: (s.x, s.y) for s in seats}),
            types={s.code: s.kind for s in seats if s.kind is not SeatType.STANDARD},
            levels={seat.code: seat.level for seat in seats},
            coords={seat.code: (round(seat.x, 3), round(seat.y, 3)) for seat in seats},
        )
    except ChartError as error:
        raise BadPlan(str(error)) from None


def _clean(text: str, place: str) -> str:
    if any(ord(character) in _CONTROLS for character in text) or not text.strip():
        raise BadPlan(f"{place}: {text!r} cannot be printed on a ticket")
    return text.strip()
