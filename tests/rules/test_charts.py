"""A chart is a frozen fact: what makes no sense is named, with what and where."""

import pytest

from boxoffice.charts import (
    BadCoordinates,
    Block,
    Chart,
    EmptyRow,
    Row,
    SeatTwice,
    SeatType,
    UnknownSeat,
    UnknownType,
)

STALLS = Row("A", ("A1", "A2", "A3", "A4"), "Stalls", frozenset({"A2", "A4"}))
BOX = Row("L", ("L1", "L2"), "Box")
HOUSE = Chart((STALLS, BOX), ("L2", "A1"), {"L1": SeatType.COMPANION})


def test_aisles_cut_rows_into_blocks_and_an_aisle_at_the_end_cuts_nothing():
    assert HOUSE.blocks == (Block(0, 0, 2), Block(0, 2, 4), Block(1, 4, 6))
    assert HOUSE.block_of == (0, 0, 1, 1, 2, 2)
    assert HOUSE.row_starts == (0, 4)


def test_seats_without_a_rank_follow_in_chart_order():
    assert dict(zip(HOUSE.seats, HOUSE.ranks, strict=True)) == {
        "L2": 1,
        "A1": 2,
        "A2": 3,
        "A3": 4,
        "A4": 5,
        "L1": 6,
    }


def test_a_seat_knows_its_row_and_its_type():
    assert HOUSE.row_of("L1") is BOX
    assert HOUSE.row_of("A4") is STALLS
    assert HOUSE.type_of("L1") is SeatType.COMPANION
    assert HOUSE.type_of("L2") is SeatType.STANDARD
    assert HOUSE.in_order({"L1", "A3", "A1"}) == ("A1", "A3", "L1")


@pytest.mark.parametrize(
    ("make", "trouble", "what"),
    [
        (lambda: Row("A", ()), EmptyRow, "Main: A"),
        (lambda: Row("A", ("A1", "A1")), SeatTwice, "row A: A1"),
        (lambda: Row("A", ("A1",), breaks_after=frozenset({"A9"})), UnknownSeat, "A9"),
        (lambda: Chart(()), EmptyRow, "rows"),
        (lambda: Chart((BOX, BOX)), SeatTwice, "the chart: L1"),
        (lambda: Chart((BOX,), ("L1", "L1")), SeatTwice, "the ranks: L1"),
        (lambda: Chart((BOX,), ("L9",)), UnknownSeat, "the ranks: L9"),
        (lambda: Chart((BOX,), types={"L9": SeatType.STANDARD}), UnknownSeat, "types: L9"),
        (lambda: Chart((BOX,), types={"L1": "sofa"}), UnknownType, "seat L1: 'sofa'"),
        (lambda: Chart((BOX,), levels={"L9": "1"}), UnknownSeat, "price levels: L9"),
        (lambda: Chart((BOX,), coords={"L9": (0, 0)}), UnknownSeat, "coordinates: L9"),
        (lambda: Chart((BOX,), coords={"L1": (0, float("nan"))}), BadCoordinates, "L1"),
        (lambda: HOUSE.row_of("Z1"), UnknownSeat, "Z1"),
        (lambda: HOUSE.check_once(["A1", "A1"], "the pick"), SeatTwice, "the pick: A1"),
    ],
)
def test_a_chart_that_makes_no_sense_says_what_and_where(make, trouble, what):
    with pytest.raises(trouble, match=what):
        make()
