"""What a seating plan looks like in its editor: levels by letter, pattern and colour."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from boxoffice.charts import SeatType
from ledger.halls import Plan
from ledger.plan_lines import Line
from ledger.web import seat_picture

MOST_SHOWN = 1_500
MOST_COLOURS = 6


@dataclass(frozen=True)
class Drawn:
    """One seat of the picture: see marks.Mark."""

    seat: str
    kind: str
    letter: str


def levels(plan: Plan) -> list[str]:
    """Give the price levels of a plan, as they come."""
    assert plan.chart
    return list(dict.fromkeys(plan.chart.levels.get(seat, "") for seat in plan.seats))


def letters(plan: Plan) -> dict[str, Drawn]:
    """Give each seat's mark: the first letter of its level, or what kind of seat it is."""
    assert plan.chart
    known = {level: number for number, level in enumerate(levels(plan))}
    found = {}
    for seat in plan.seats:
        level = plan.chart.levels.get(seat, "")
        kind = plan.chart.type_of(seat)
        letter = level[:1].upper()
        if kind is SeatType.ACCESSIBLE:
            letter = "♿"
        elif kind is SeatType.COMPANION:
            letter = "+"
        found[seat] = Drawn(seat, f"level-{known[level] % MOST_COLOURS}", letter)
    return found


def boxes(line: Line, marks: Mapping[str, Drawn]) -> Markup:
    """Draw the boxes of a row, each with its name in words.

    In Python rather than in a template: a house of 2,000 seats is 6,000 values to escape.
    """
    parts = []
    section, row = escape(line.section), escape(line.name)
    for seat in line.seats:
        mark, number = marks[seat.code], escape(seat.number)
        aisle, after = (" aisle", ", aisle after") if seat.aisle else ("", "")
        parts.append(
            f'<label class="m m-{mark.kind}{aisle}"><input type="checkbox" name="seat"'
            f' value="{escape(seat.code)}" aria-label="{section} {row} {number},'
            f' {escape(seat.level)}, {seat.kind.value}{after}">{number}'
            f"<b>{escape(mark.letter)}</b></label>"
        )
    # Names from the plan were escaped, all else is ours.
    return Markup("".join(parts))  # noqa: S704


def draw(plan: Plan, *, section: str) -> Markup:
    """Draw the house, or a section."""
    return seat_picture.picture(plan, list(letters(plan).values()), section=section)
