"""Build and correct a seating plan by hand: rows, curves, numbering, aisles, seats."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from boxoffice.charts import SeatType
from ledger.plan_lines import Line, Seat
from ledger.plans import BadPlan
from ledger.row_shapes import ROW_M, Shape, following


def add_rows(
    all_: Sequence[Line],
    shape: Shape,
    *,
    section: str,
    name: str,
    level: str,
    rows: int = 1,
    pitch: float = ROW_M,
    wider: int = 0,
) -> list[Line]:
    """Add rows one behind the other, each so many seats wider, named on: A, B, C.

    Raises BadPlan, also where a row of this name stands in the section already.
    """
    if not 1 <= rows <= 60:
        raise BadPlan("please add 1 to 60 rows at once")
    taken = {seat.code for line in all_ for seat in line.seats}
    names = {(line.section, line.name) for line in all_}
    added = list(all_)
    for number in range(rows):
        if (section, name) in names:
            raise BadPlan(f"{section} has a row {name} already")
        now = replace(shape, count=shape.count + wider * number, y=shape.y + pitch * number)
        seats = []
        for place, (printed, (x, y)) in enumerate(
            zip(now.numbers(), now.places(), strict=True), 1
        ):
            code = _code(f"{section[:2].upper()}-{name}-{printed}", taken)
            seats.append(Seat(code, printed, x, y, level, aisle=place in now.aisles))
        added.append(Line(section, name, tuple(seats)))
        names.add((section, name))
        name = following(name)
    return added


def reshape(line: Line, shape: Shape) -> Line:
    """Set the seats of a row out anew, and number them; codes and kinds stay."""
    if shape.count != len(line.seats):
        raise BadPlan(f"the row has {len(line.seats)} seats")
    return replace(
        line,
        seats=tuple(
            replace(seat, number=number, x=x, y=y, aisle=place in shape.aisles)
            for place, (seat, number, (x, y)) in enumerate(
                zip(line.seats, shape.numbers(), shape.places(), strict=True), 1
            )
        ),
    )


def change_seats(
    all_: Sequence[Line],
    chosen: Collection[str],
    *,
    level: str | None = None,
    kind: SeatType | None = None,
    aisle: bool | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
) -> list[Line]:
    """Change what chosen seats are and where; None leaves it as it is."""

    def changed(seat: Seat) -> Seat:
        if seat.code not in chosen:
            return seat
        return replace(
            seat,
            level=seat.level if level is None else level,
            kind=seat.kind if kind is None else kind,
            aisle=seat.aisle if aisle is None else aisle,
            x=round(seat.x + shift[0], 3),
            y=round(seat.y + shift[1], 3),
        )

    return [replace(line, seats=tuple(map(changed, line.seats))) for line in all_]


def remove_seats(all_: Sequence[Line], chosen: Collection[str]) -> list[Line]:
    """Take seats out; a row without seats is no row."""
    left = (
        replace(line, seats=tuple(s for s in line.seats if s.code not in chosen))
        for line in all_
    )
    return [line for line in left if line.seats]


def _code(wanted: str, taken: set[str]) -> str:
    code = wanted.replace(" ", "")
    while code in taken:
        code += "'"
    taken.add(code)
    return code
