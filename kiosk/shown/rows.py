"""Seats told row by row, on a page as on paper."""

from collections.abc import Iterable, Sequence
from typing import Final

from kiosk.shown.named import SeatShown

# From so many seats or tickets on, "1–4" is read more quickly than every number.
SHORTENED: Final = 4


def rows_of(seats: Sequence[SeatShown]) -> list[tuple[SeatShown, list[SeatShown]]]:
    """Group seats by section and row, in the order given; the first stands for its row."""
    groups: dict[tuple[str, str], list[SeatShown]] = {}
    for seat in seats:
        groups.setdefault((seat.section, seat.row), []).append(seat)
    return [(seats[0], seats) for seats in groups.values()]


def runs(numbers: Iterable[str]) -> list[str]:
    """Shorten numbers that follow one another, four and more of them: "1–8", "10"."""
    found: list[list[str]] = []
    for number in numbers:
        last = found[-1][-1] if found else ""
        if last.isdigit() and number.isdigit() and int(number) == int(last) + 1:
            found[-1].append(number)
        else:
            found.append([number])
    said: list[str] = []
    for run in found:
        said += [f"{run[0]}–{run[-1]}"] if len(run) >= SHORTENED else run
    return said
