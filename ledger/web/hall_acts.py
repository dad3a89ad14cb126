"""What the plan's editor can do: each act read from its form, with words for the book.

Rows, curves, numbering, aisles, levels, kinds, ranks. What is wrong is said in BadPlan.
"""

from collections.abc import Callable
from dataclasses import replace

from flask import request

from boxoffice.charts import SeatType
from ledger import plan_edits, plan_lines, seat_ranks
from ledger.hall_changes import Change
from ledger.halls import Plan, Section
from ledger.plan_lines import Line
from ledger.plans import BadPlan
from ledger.row_shapes import ROW_M, SEAT_M, Shape
from ledger.web import desk

KINDS = {
    "standard": SeatType.STANDARD,
    "accessible": SeatType.ACCESSIBLE,
    "companion": SeatType.COMPANION,
}


def add_rows() -> tuple[str, Change]:
    """Add rows behind one another."""
    section, name = _name("add-section", "section"), _name("add-name", "row")
    level = _name("add-level", "level")
    rows = _whole("rows", "number of rows", 1)
    shape = _shape("add-", count=_whole("add-count", "number of seats"))
    pitch = _metres("pitch", "distance of rows", ROW_M)
    wider = _whole("wider", "number of seats more", 0)

    def change(plan: Plan) -> Plan:
        made = plan_edits.add_rows(
            plan_lines.lines(plan),
            shape,
            section=section,
            name=name,
            level=level,
            rows=rows,
            pitch=pitch,
            wider=wider,
        )
        return plan_lines.plan(made, plan)

    what = f"Row {name}" if rows == 1 else f"{rows} rows from {name} on"
    return f"{what} added to {section}.", change


def change_row() -> tuple[str, Change]:
    """Name, number, bend or set out a row anew."""
    number = _whole("row", "row", least=0)
    section, name = desk.field("row-section", most=60), desk.field("row-name", most=60)
    bent = bool(desk.field("row-curve") or desk.field("row-spacing"))
    numbered = desk.field("row-first")
    aisles = desk.field("row-aisles")
    typed = _shape("row-", count=1)

    def change(plan: Plan) -> Plan:
        lines = plan_lines.lines(plan)
        line = _line(lines, number)
        count = len(line.seats)
        middle_x = (line.seats[0].x + line.seats[-1].x) / 2
        middle_y = sum(seat.y for seat in line.seats) / count
        shape = replace(typed, count=count, x=middle_x, y=middle_y)
        new = replace(line, section=section or line.section, name=name or line.name)
        if bent:
            new = plan_edits.reshape(new, replace(shape, y=max(s.y for s in line.seats)))
        seats = list(new.seats)
        for place, seat in enumerate(seats, 1):
            seats[place - 1] = replace(
                seat,
                number=shape.numbers()[place - 1]
                if numbered
                else line.seats[place - 1].number,
                aisle=place in shape.aisles if aisles else line.seats[place - 1].aisle,
            )
        lines[number] = replace(new, seats=tuple(seats))
        return plan_lines.plan(lines, plan)

    return "The row was changed.", change


def remove_row() -> tuple[str, Change]:
    """Take a whole row out."""
    number = _whole("row", "row", least=0)

    def change(plan: Plan) -> Plan:
        lines = plan_lines.lines(plan)
        _line(lines, number)
        return plan_lines.plan(lines[:number] + lines[number + 1 :], plan)

    return "The row was removed.", change


def set_level() -> tuple[str, Change]:
    """Give the chosen seats another price level."""
    level = _name("level", "level")
    return _on_seats(f"level {level}", level=level)


def set_kind() -> tuple[str, Change]:
    """Say for whom the chosen seats are."""
    kind = KINDS.get(desk.field("kind"))
    if kind is None:
        raise BadPlan("there is no such kind of seat")
    return _on_seats(f"{kind.value} seats", kind=kind)


def aisle_on() -> tuple[str, Change]:
    """Put an aisle after the chosen seats."""
    return _on_seats("an aisle after", aisle=True)


def aisle_off() -> tuple[str, Change]:
    """Close the aisle after the chosen seats."""
    return _on_seats("no aisle after", aisle=False)


def move() -> tuple[str, Change]:
    """Move the chosen seats."""
    dx, dy = _metres("dx", "way to the right", 0.0), _metres("dy", "way back", 0.0)
    return _on_seats(f"moved by {dx:g}, {dy:g} m", shift=(dx, dy))


def remove_seats() -> tuple[str, Change]:
    """Take the chosen seats out."""
    chosen = _chosen()

    def change(plan: Plan) -> Plan:
        return plan_lines.plan(
            plan_edits.remove_seats(plan_lines.lines(plan), chosen), plan
        )

    return f"{len(chosen)} seats removed.", change


def rank() -> tuple[str, Change]:
    """Rank all seats by a rule."""
    rule = desk.field("rule")
    if rule not in seat_ranks.RULES:
        raise BadPlan("there is no such rule")

    def change(plan: Plan) -> Plan:
        return plan_lines.plan(plan_lines.lines(plan), plan, rank=rule, sort=False)

    return f"Ranked: {seat_ranks.RULES[rule][1].lower()}.", change


def sections() -> tuple[str, Change]:
    """Say which doors lead to the sections, and where they are."""
    said = {
        name: (desk.field(f"doors-{place}"), desk.field(f"words-{place}", most=100))
        for place, name in enumerate(request.form.getlist("part"))
    }

    def change(plan: Plan) -> Plan:
        return replace(
            plan,
            sections=tuple(
                Section(
                    part.name,
                    tuple(
                        door.strip()
                        for door in said[part.name][0].split(",")
                        if door.strip()
                    ),
                    said[part.name][1],
                )
                if part.name in said
                else part
                for part in plan.sections
            ),
        )

    return "Sections changed.", change


def _on_seats(what: str, **changes: object) -> tuple[str, Change]:
    chosen = _chosen()

    def change(plan: Plan) -> Plan:
        lines = plan_edits.change_seats(
            plan_lines.lines(plan),
            chosen,
            **changes,  # type: ignore[arg-type]
        )
        return plan_lines.plan(lines, plan, sort=bool(changes.get("shift")))

    plural = "" if len(chosen) == 1 else "s"
    return f"{len(chosen)} seat{plural}: {what}.", change


def _chosen() -> frozenset[str]:
    chosen = frozenset(request.form.getlist("seat"))
    if not chosen:
        raise BadPlan("please choose seats first")
    return chosen


def _line(lines: list[Line], number: int) -> Line:
    if number >= len(lines):
        raise BadPlan("there is no such row")
    return lines[number]


def _shape(prefix: str, *, count: int) -> Shape:
    aisles = desk.field(f"{prefix}aisles").replace(",", " ").split()
    if not all(aisle.isascii() and aisle.isdecimal() for aisle in aisles):
        raise BadPlan("aisles are said by places from the left, such as 4, 12")
    # A row that keeps its numbers has no use for a way to count.
    counts = prefix == "add-" or desk.field(f"{prefix}first")
    step = _whole(f"{prefix}step", "step", 1, least=-2) if counts else 1
    return Shape(
        count=count,
        x=_metres(f"{prefix}x", "middle", 0.0),
        y=_metres(f"{prefix}y", "distance to the stage", 0.0),
        first=_whole(f"{prefix}first", "first number", 1),
        step=step,
        spacing=_metres(f"{prefix}spacing", "distance of seats", SEAT_M),
        curve=_metres(f"{prefix}curve", "curve", 0.0),
        aisles=frozenset(map(int, aisles)),
    )


def _name(field: str, what: str) -> str:
    typed = desk.field(field, most=60)
    if not typed:
        raise BadPlan(f"the {what} needs a name")
    return typed


def _whole(field: str, what: str, usual: int | None = None, *, least: int = 0) -> int:
    typed = desk.field(field)
    if not typed and usual is not None:
        return usual
    digits = typed.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6):
        raise BadPlan(f"the {what} is “{typed[:20]}”, no whole number")
    if int(typed) < least:
        raise BadPlan(f"the {what} is below {least}")
    return int(typed)


def _metres(field: str, what: str, usual: float) -> float:
    typed = desk.field(field).replace(",", ".")
    if not typed:
        return usual
    try:
        found = float(typed)
    except ValueError:
        raise BadPlan(f"the {what} is “{typed[:20]}”, no length in metres") from None
    if not abs(found) <= 1_000:
        raise BadPlan(f"the {what} is out of any house")
    return found


Act = Callable[[], tuple[str, Change]]
PERFORMANCE: dict[str, Act] = {
    "level": set_level,
    "kind": set_kind,
    "aisle": aisle_on,
    "no_aisle": aisle_off,
    "rank": rank,
}
HALL: dict[str, Act] = PERFORMANCE | {
    "add_rows": add_rows,
    "change_row": change_row,
    "remove_row": remove_row,
    "move": move,
    "remove": remove_seats,
    "sections": sections,
}
