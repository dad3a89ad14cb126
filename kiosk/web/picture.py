"""The house from above, drawn on the server: thousands of seats in a few short paths.

A seat is a dot: a line of no length with round ends. So a picture of 2,000 seats is four
paths and some 30 kB, and colours and sizes stay in the style sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kiosk.shown.choosing import HouseMap, MapSeat, MapSection
from kiosk.shown.named import SeatShown

# How wide a seat is drawn, in metres: seats stand about half a metre apart.
SEAT_M = 0.42
YOURS_M = 0.95
EDGE_M = 1.6


@dataclass(frozen=True)
class Word:
    """A word on the picture. x, y: metres; y is the baseline."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Picture:
    """What the template draws. All lengths are metres; box is x, y, width, height."""

    box: tuple[float, float, float, float]
    taken: str
    free: str
    row: str
    yours: str
    seat_m: float
    yours_m: float
    stage: tuple[float, float, float, float] | None
    stage_word: Word | None
    words: tuple[Word, ...]


def picture(
    house: HouseMap,
    yours: Iterable[SeatShown] = (),
    *,
    section: str = "",
    row: str = "",
) -> Picture | None:
    """Draw the house with some seats marked; None when its plan has no coordinates.

    section: shows this part alone. row: a row of it that is being looked at.
    """
    shown = [
        part for part in house.sections if not section or part.name == section
    ] or list(house.sections)
    seats = [seat for part in shown for seat in part.seats if _placed(seat)]
    if not seats:
        return None
    mine = {seat.code for seat in yours}
    stage = house.stage if _near_stage(house, section) else None
    box = _box(seats, stage)
    scale = max(box[2] / 30, 0.6)
    return Picture(
        box=box,
        taken=_dots(seat for seat in seats if not seat.available),
        free=_dots(seat for seat in seats if seat.available),
        row=_dots(seat for seat in seats if row and seat.shown.row == row),
        yours=_dots(seat for seat in seats if seat.shown.code in mine),
        seat_m=SEAT_M,
        yours_m=max(YOURS_M, box[2] / 40),
        stage=stage,
        stage_word=_stage_word(stage, scale),
        words=tuple(_section_words(shown, box, scale)) if len(shown) > 1 else (),
    )


def _near_stage(house: HouseMap, section: str) -> bool:
    """Whether the stage is drawn: with the whole house, and with the part before it."""
    return not section or (bool(house.sections) and house.sections[0].name == section)


def _placed(seat: MapSeat) -> bool:
    return seat.shown.x_m is not None and seat.shown.y_m is not None


def _at(seat: MapSeat) -> tuple[float, float]:
    return seat.shown.x_m or 0.0, seat.shown.y_m or 0.0


def _dots(seats: Iterable[MapSeat]) -> str:
    return "".join(_dot(x, y) for x, y in map(_at, seats))


@lru_cache(maxsize=32_768)
def _dot(x: float, y: float) -> str:
    return f"M{x:.3g} {y:.3g}h0"


def _box(
    seats: Sequence[MapSeat], stage: tuple[float, float, float, float] | None
) -> tuple[float, float, float, float]:
    xs = [x for x, _ in map(_at, seats)]
    ys = [y for _, y in map(_at, seats)]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if stage:
        x, y, width, depth = stage
        left, right = min(left, x), max(right, x + width)
        top, bottom = min(top, y), max(bottom, y + depth)
    return (
        round(left - EDGE_M, 2),
        round(top - EDGE_M, 2),
        round(right - left + 2 * EDGE_M, 2),
        round(bottom - top + 2 * EDGE_M, 2),
    )


def _stage_word(
    stage: tuple[float, float, float, float] | None, scale: float
) -> Word | None:
    if stage is None:
        return None
    x, y, width, depth = stage
    size = min(depth * 0.6, width / 5, scale * 1.6)
    return Word("", round(x + width / 2, 2), round(y + depth / 2 + size * 0.35, 2), size)


def _section_words(
    sections: Sequence[MapSection], box: tuple[float, float, float, float], scale: float
) -> Iterable[Word]:
    for part in sections:
        places = [_at(seat) for seat in part.seats if _placed(seat)]
        # A handful of boxes along the walls has no middle where its name could stand.
        if len(places) >= 60:
            x = sum(x for x, _ in places) / len(places)
            ys = [y for _, y in places]
            size = scale * 1.5
            middle = (min(ys) + max(ys)) / 2 + size * 0.35
            yield Word(part.name, round(x, 2), round(middle, 2), round(size, 2))
