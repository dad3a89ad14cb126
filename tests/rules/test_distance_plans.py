"""How many people a house seats at which distance. Source: spec.md 4.4, R14."""

import pytest

from boxoffice.charts import Chart, Row
from boxoffice.distance_plans import most_by_area
from boxoffice.distancing import BadPolicy


def row(name, seats, section, *breaks):
    codes = tuple(f"{name}{seat}" for seat in range(1, seats + 1))
    return Row(name, codes, section, frozenset(f"{name}{seat}" for seat in breaks))


HOUSE = Chart((row("A", 10, "Stalls", 5), row("B", 10, "Stalls", 5), row("C", 7, "Circle")))


@pytest.mark.parametrize(
    ("gap", "largest", "stalls"),
    [
        (0, 1, 20),
        (1, 1, 12),  # x_x_x in each block of five
        (1, 2, 16),  # xx_xx
        (2, 1, 8),  # x__x_
        (2, 2, 12),  # xx__x
        (2, 5, 20),  # one party a block
        (9, 2, 8),  # two a block: the aisle parts them from the next
    ],
)
def test_each_block_between_aisles_is_filled_as_well_as_it_goes(gap, largest, stalls):
    found = most_by_area(HOUSE, {"Stalls"}, gap=gap, largest=largest)
    assert found == {"Stalls": stalls, "Circle": 7}


def test_where_orders_need_not_sit_apart_every_seat_is_taken():
    assert most_by_area(HOUSE, (), gap=3, largest=1) == {"Stalls": 20, "Circle": 7}
    assert most_by_area(HOUSE, {"Circle"}, gap=3, largest=1)["Circle"] == 2


@pytest.mark.parametrize(
    ("areas", "gap", "largest", "said"),
    [
        ({"Balcony"}, 1, 1, "is no section of this chart"),
        ({"Stalls"}, -1, 1, "between parties"),
        ({"Stalls"}, 1, 0, "largest party"),
    ],
)
def test_what_is_no_plan_says_why(areas, gap, largest, said):
    with pytest.raises(BadPolicy, match=said):
        most_by_area(HOUSE, areas, gap=gap, largest=largest)
