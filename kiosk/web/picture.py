"""The house from above, drawn on the server: thousands of seats in a few short paths.

A seat is a dot: a line of no length with round ends. So a picture of 2,000 seats is four
paths and some 20 kB, and colours and sizes stay in the style sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kiosk.shown.houses import HouseMap
from kiosk.shown.named import SeatShown
from kiosk.shown.parts import MapSection
from kiosk.web import dots
from kiosk.web.house import own

# How wide a seat is drawn, in metres: seats stand about half a metre apart.
SEAT_M = 0.42
YOURS_M = 0.95
EDGE_M = 1.6
# How large a word is beside the length of the picture, and a plate beside its word.
WORD = 1 / 20
PLATE = (4.4, 1.7)
# How wide a letter is beside its size, on the whole.
LETTER = 0.52
# Places are drawn to the centimetre; in a house that is wider than this, where a screen
# has no pixel for less, to the decimetre.
WIDE_M = 100.0
FINE_CM = 1
COARSE_CM = 10


# x, y, width, height.
Box = tuple[float, float, float, float]


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

    box: Box
    taken: str
    free: str
    row: str
    yours: str
    seat_m: float
    yours_m: float
    stage: Box | None
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
    near = _near_stage(house, section)
    box = _box(shown, house.stage if near else None)
    if box is None:
        return None
    stage = house.stage if near else None
    if house.stage and not near:
        box, stage = _with_plate(box, house.stage)
    scale = max(box[2] / 30, 0.6)
    step_cm = FINE_CM if max(box[2:]) <= WIDE_M else COARSE_CM
    drawn = [dots.of_part(part, step_cm) for part in shown]
    mine = {seat.code for seat in yours}
    return Picture(
        box=box,
        taken="".join(taken for taken, _ in drawn),
        free="".join(free for _, free in drawn),
        row=dots.of_seats(shown, _in_row(shown, row), step_cm) if row else "",
        yours=dots.of_seats(shown, mine, step_cm),
        seat_m=SEAT_M,
        yours_m=max(YOURS_M, box[2] / 40),
        stage=stage,
        stage_word=_stage_word(stage, scale),
        words=_apart(_section_words(shown, scale)) if len(shown) > 1 else (),
    )


def _near_stage(house: HouseMap, section: str) -> bool:
    """Whether the stage is drawn: with the whole house, and with the part before it."""
    return not section or (bool(house.sections) and house.sections[0].name == section)


def _in_row(shown: Iterable[MapSection], row: str) -> set[str]:
    return {code for part in shown for code in part.part.rows.get(row, ())}


def _box(shown: Sequence[MapSection], stage: Box | None) -> Box | None:
    reach = [extent for part in shown if (extent := part.part.extent) is not None]
    if not reach:
        return None
    left, right = min(one.left for one in reach), max(one.right for one in reach)
    top, bottom = min(one.top for one in reach), max(one.bottom for one in reach)
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


def _with_plate(box: Box, stage: Box) -> tuple[Box, Box]:
    """Make room for a plate on that side of a part where the stage is."""
    x, y, width, height = box
    size = max(width, height) * WORD
    wide, deep = PLATE[0] * size, PLATE[1] * size
    over_x = (stage[0] + stage[2] / 2) - (x + width / 2)
    over_y = (stage[1] + stage[3] / 2) - (y + height / 2)
    if abs(over_x) > abs(over_y):
        left = x - wide if over_x < 0 else x
        at = x - wide if over_x < 0 else x + width
        box = (left, y, width + wide, height)
        plate = (at, y + (height - deep) / 2, wide, deep)
    else:
        top = y - deep if over_y < 0 else y
        at = y - deep if over_y < 0 else y + height
        box = (x, top, width, height + deep)
        plate = (x + (width - wide) / 2, at, wide, deep)
    return _rounded(box), _rounded(plate)


def _rounded(box: Box) -> Box:
    return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))


def _stage_word(stage: Box | None, scale: float) -> Word | None:
    if stage is None:
        return None
    x, y, width, depth = stage
    size = round(min(depth * 0.7, width / 4, scale * 3), 2)
    return Word("", round(x + width / 2, 2), round(y + depth / 2 + size * 0.35, 2), size)


def _apart(words: Iterable[Word]) -> tuple[Word, ...]:
    """Keep the words that lie on none before them; every part has its button as well."""
    kept: list[Word] = []
    for word in words:
        if not any(_touch(word, other) for other in kept):
            kept.append(word)
    return tuple(kept)


def _touch(one: Word, other: Word) -> bool:
    wide = (len(one.text) * one.size + len(other.text) * other.size) * LETTER / 2
    lower = one if one.y > other.y else other
    return abs(one.x - other.x) < wide and abs(one.y - other.y) < lower.size


def _section_words(sections: Sequence[MapSection], scale: float) -> Iterable[Word]:
    """Name the parts, the largest first."""
    for part in sorted(sections, key=lambda one: -len(one.part.spots)):
        extent = part.part.extent
        # A handful of boxes along the walls has no middle where its name could stand.
        if extent is not None and len(part.part.spots) >= 60:
            name = own(part.name)
            wide = (extent.right - extent.left) / (len(name) * LETTER)
            size = min(scale * 1.5, wide * 1.3)
            if size < scale * 0.5:
                continue
            middle = (extent.top + extent.bottom) / 2 + size * 0.35
            yield Word(name, round(extent.middle, 2), round(middle, 2), round(size, 2))
