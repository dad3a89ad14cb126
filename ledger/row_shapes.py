"""How a row of seats stands and is numbered: straight or bent, odd or even, with aisles."""

import math
from dataclasses import dataclass

from ledger.plans import BadPlan

# Ordinary seats and rows, and what an aisle takes, in metres.
SEAT_M, ROW_M, AISLE_M = 0.55, 0.95, 1.0
MOST_IN_ROW, FARTHEST_M = 300, 500.0


@dataclass(frozen=True)
class Shape:
    """How the seats of a row stand and are numbered. Lengths in metres.

    x, y: its middle. curve: the radius on which it bends towards the stage; 0, straight.
    aisles: after which seats, counted from the left. step: 1, or 2 for odd and even sides;
    below 0 the numbers fall from left to right.
    """

    count: int
    x: float
    y: float
    first: int = 1
    step: int = 1
    spacing: float = SEAT_M
    curve: float = 0.0
    aisles: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_IN_ROW:
            raise BadPlan(f"a row has 1 to {MOST_IN_ROW} seats")
        if not 0.3 <= self.spacing <= 5:
            raise BadPlan("seats stand 0.3 to 5 metres apart")
        if max(abs(self.x), abs(self.y)) > FARTHEST_M:
            raise BadPlan(f"a place is within {FARTHEST_M:.0f} metres")
        if self.curve and abs(self.curve) < self.spacing * self.count / 2:
            raise BadPlan("the curve is too narrow for so many seats")
        if self.step not in (1, 2, -1, -2) or self.first < 1:
            raise BadPlan("numbers begin at 1 or more, and grow or fall by 1 or 2")
        if self.first + self.step * (self.count - 1) < 1:
            raise BadPlan("the numbers would fall below 1")

    def numbers(self) -> list[str]:
        """Give what is printed on the seats, from the left."""
        return [str(self.first + self.step * place) for place in range(self.count)]

    def places(self) -> list[tuple[float, float]]:
        """Give where the seats are, in metres."""
        along, shift = [], 0.0
        for place in range(self.count):
            along.append(shift)
            shift += self.spacing + (AISLE_M if place + 1 in self.aisles else 0.0)
        middle = along[-1] / 2
        return [self._at(found - middle) for found in along]

    def _at(self, shift: float) -> tuple[float, float]:
        if not self.curve:
            return round(self.x + shift, 3), round(self.y, 3)
        angle = shift / self.curve
        bent = self.curve * (1 - math.cos(angle))
        return (
            round(self.x + self.curve * math.sin(angle), 3),
            round(self.y - bent, 3),
        )


def following(name: str) -> str:
    """Give the name of the next row: B after A, AA after Z, 8 after 7."""
    if name.isdecimal():
        return str(int(name) + 1)
    if not (name.isascii() and name.isalpha()):
        return f"{name}'"
    if name[-1].upper() == "Z":
        head = following(name[:-1]) if name[:-1] else ("A" if name.isupper() else "a")
        return head + ("A" if name[-1] == "Z" else "a")
    return name[:-1] + chr(ord(name[-1]) + 1)
