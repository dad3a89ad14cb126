"""What a seating plan looks like in its editor: levels by letter, pattern and colour."""

from dataclasses import dataclass

from markupsafe import Markup

from boxoffice.charts import SeatType
from ledger.halls import Plan
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
    known = levels(plan)
    found = {}
    for seat in plan.seats:
        level = plan.chart.levels.get(seat, "")
        kind = plan.chart.type_of(seat)
        letter = level[:1].upper()
        if kind is SeatType.ACCESSIBLE:
            letter = "♿"
        elif kind is SeatType.COMPANION:
            letter = "+"
        found[seat] = Drawn(seat, f"level-{known.index(level) % MOST_COLOURS}", letter)
    return found


def draw(plan: Plan, *, section: str) -> Markup:
    """Draw the house, or a section."""
    return seat_picture.picture(plan, list(letters(plan).values()), section=section)
