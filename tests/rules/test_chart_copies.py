"""A performance copies the default chart; then each goes its own way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import chart_copies
from boxoffice.bad_input import Missing, Repeated
from boxoffice.chart_copies import Copies
from boxoffice.seating import State

HOUSE = Copies({"A1": State.RESERVED, "A2": State.AVAILABLE})
edits = st.lists(
    st.tuples(
        st.sampled_from(["default", "P1"]),
        st.sampled_from(["A1", "A2"]),
        st.sampled_from(State),
    )
)


@given(edits)
def test_edits_of_the_one_never_touch_the_other(changes):
    copies = chart_copies.create(HOUSE, "P1")
    wanted = {"default": dict(HOUSE.default), "P1": dict(HOUSE.default)}
    for chart, seat, state in changes:
        wanted[chart][seat] = state
        if chart == "default":
            copies = chart_copies.set_default(copies, seat, state)
        else:
            copies = chart_copies.set_performance(copies, chart, seat, state)
    assert {"default": copies.default, **copies.performances} == wanted
    assert chart_copies.create(copies, "P2").performances["P2"] == copies.default


def test_charts_and_seats_that_do_not_exist_are_named():
    with pytest.raises(Missing, match="A9"):
        chart_copies.set_default(HOUSE, "A9", State.KILLED)
    with pytest.raises(Missing, match="P1"):
        chart_copies.set_performance(HOUSE, "P1", "A1", State.KILLED)
    with pytest.raises(Repeated, match="P1"):
        chart_copies.create(chart_copies.create(HOUSE, "P1"), "P1")
