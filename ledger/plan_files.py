"""Seating plans as tables: read from CSV, and written as pretix's JSON.

A table has a line a seat: section, row, seat; and, where known, level, type, x and y in
metres, and `aisle` (anything) after seats beside an aisle. Rows stand from the stage back.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from boxoffice.charts import Chart, ChartError, Row, SeatType
from ledger import plan_lines, seat_ranks
from ledger.halls import Plan, SeatName, Section
from ledger.plans import CENTIMETRES_A_METRE, MOST_BYTES, MOST_SEATS, BadPlan
from ledger.row_shapes import ROW_M, SEAT_M

NEEDED = ("section", "row", "seat")
KNOWN = (*NEEDED, "level", "type", "x", "y", "aisle")


def read_csv(data: bytes) -> Plan:
    """Read a house from a table. Raises BadPlan, which names the line and the fault."""
    if len(data) > MOST_BYTES:
        raise BadPlan(f"the file has {len(data):,} bytes; {MOST_BYTES:,} are the most")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPlan("the file is not text in UTF-8") from None
    lines = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text[:200] else ",")
    header = [name.strip().lower() for name in lines.fieldnames or ()]
    if missing := [name for name in NEEDED if name not in header]:
        raise BadPlan(f"line 1: there is no column {missing[0]}")
    if strange := [name for name in header if name not in KNOWN]:
        raise BadPlan(f"line 1: nobody knows a column {strange[0]!r}")
    lines.fieldnames = header
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines, 2):
        seat = {name: (line.get(name) or "").strip() for name in KNOWN}
        for name in NEEDED:
            if not seat[name]:
                raise BadPlan(f"line {number}: the {name} is missing")
        key = tuple(seat[name] for name in NEEDED)
        if key in seen:
            raise BadPlan(
                f"line {number}: {' '.join(key)} stands there twice, first in line"
                f" {seen[key]}"
            )
        seen[key] = number
        rows.setdefault((seat["section"], seat["row"]), []).append(
            seat | {"at": str(number)}
        )
    if not seen:
        raise BadPlan("the file has no seats")
    if len(seen) > MOST_SEATS:
        raise BadPlan(f"the plan has {len(seen):,} seats; {MOST_SEATS:,} are the most")
    return _plan(rows)


def _plan(rows: Mapping[tuple[str, str], list[dict[str, str]]]) -> Plan:
    facts: list[Row] = []
    names: dict[str, SeatName] = {}
    types: dict[str, SeatType] = {}
    levels: dict[str, str] = {}
    coords: dict[str, tuple[float, float]] = {}
    for depth, ((section, row), seats) in enumerate(rows.items()):
        codes, breaks = [], set()
        for place, seat in enumerate(seats):
            code = f"{section[:2].upper()}-{row}-{seat['seat']}"
            while code in names:
                code += "'"
            codes.append(code)
            names[code] = SeatName(section, row, seat["seat"])
            levels[code] = seat["level"] or "Standard"
            if seat["type"]:
                types[code] = _type(seat)
            if seat["aisle"]:
                breaks.add(code)
            shift = place - (len(seats) - 1) / 2
            coords[code] = (
                _metres(seat, "x", shift * SEAT_M),
                _metres(seat, "y", depth * ROW_M),
            )
        breaks.discard(codes[-1])
        facts.append(Row(row, tuple(codes), section, frozenset(breaks)))
    try:
        chart = Chart(
            rows=tuple(facts),
            best_first=seat_ranks.by_middle(coords),
            types=types,
            levels=levels,
            coords=coords,
        )
    except ChartError as error:
        raise BadPlan(str(error)) from None
    sections = tuple(Section(name) for name in dict.fromkeys(s for s, _ in rows))
    return Plan(chart=chart, names=names, sections=sections)


def _type(seat: Mapping[str, str]) -> SeatType:
    try:
        return SeatType(seat["type"].lower())
    except ValueError:
        known = ", ".join(SeatType)
        raise BadPlan(
            f"line {seat['at']}: the type is {seat['type']!r}; known are {known}"
        ) from None


def _metres(seat: Mapping[str, str], axis: str, usual: float) -> float:
    if not seat[axis]:
        return round(usual, 3)
    try:
        found = float(seat[axis].replace(",", "."))
    except ValueError:
        raise BadPlan(f"line {seat['at']}: {axis} is {seat[axis]!r}, no length") from None
    if abs(found) > 1_000 or found != found:
        raise BadPlan(f"line {seat['at']}: {axis} is {seat[axis]!r}, out of any house")
    return round(found, 3)


def pretix(plan: Plan, name: str) -> dict[str, Any]:
    """Give a house in pretix's open JSON format, as `ledger.plans` reads it."""
    chart = plan.chart
    assert chart, "general admission has no seating plan"
    coords = {s.code: (s.x, s.y) for line in plan_lines.lines(plan) for s in line.seats}
    categories: dict[str, None] = {}
    zones: dict[str, dict[str, Any]] = {}
    for row in chart.rows:
        zone = zones.setdefault(
            row.section, {"name": row.section, "position": {"x": 0, "y": 0}, "rows": []}
        )
        seats = []
        for code in row.seats:
            kind = chart.type_of(code)
            category = chart.levels.get(code, "Standard") + _ENDINGS[kind]
            categories[category] = None
            x, y = coords[code]
            seats.append(
                {
                    "seat_guid": code,
                    "seat_number": plan.name(code).seat,
                    "category": category,
                    "position": {
                        "x": x * CENTIMETRES_A_METRE,
                        "y": y * CENTIMETRES_A_METRE,
                    },
                }
            )
        number = plan.name(row.seats[0]).row or row.name
        zone["rows"].append(
            {"row_number": number, "position": {"x": 0, "y": 0}, "seats": seats}
        )
    colours = ("#7a1f3d", "#1d6a8c", "#6b5b1e", "#2b5d34")
    xs, ys = [x for x, _ in coords.values()], [y for _, y in coords.values()]
    return {
        "name": name,
        "size": {
            "width": (max(xs) - min(xs) + 2) * CENTIMETRES_A_METRE,
            "height": (max(ys) - min(ys) + 2) * CENTIMETRES_A_METRE,
        },
        "categories": [
            {"name": category, "color": colours[n % len(colours)]}
            for n, category in enumerate(categories)
        ],
        "zones": list(zones.values()),
    }


_ENDINGS = {
    SeatType.STANDARD: "",
    SeatType.ACCESSIBLE: " (wheelchair)",
    SeatType.COMPANION: " (companion)",
}


def write_csv(plan: Plan) -> Iterator[list[str]]:
    """Give a house as the table that `read_csv` takes, its header first."""
    yield list(KNOWN)
    for line in plan_lines.lines(plan):
        for seat in line.seats:
            kind = "" if seat.kind is SeatType.STANDARD else seat.kind.value
            aisle = "aisle" if seat.aisle else ""
            place = [f"{seat.x:g}", f"{seat.y:g}"]
            yield [line.section, line.name, seat.number, seat.level, kind, *place, aisle]
