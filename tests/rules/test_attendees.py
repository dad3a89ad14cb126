"""Who was there, and who sat near whom."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import attendees
from boxoffice.attendees import Attendee, Contact, Stay
from boxoffice.bad_input import ImpossibleDate, Missing, OutOfRange
from boxoffice.orders import TicketStatus


def at(hour, minute=0):
    return datetime(2026, 3, 13, hour, minute, tzinfo=UTC)


ADA = Stay("ada", (0, 0), at(19), at(22))


def near(*others, radius=2):
    return attendees.contacts("ada", radius, [ADA, *others])


@pytest.mark.parametrize(
    ("came", "left", "met"),
    [
        (at(18), at(19), False),
        (at(18), at(19, 1), True),
        (at(22), None, False),
        (at(21, 59), None, True),
        (at(20), at(20), False),
        (None, None, False),
    ],
)
def test_only_those_who_were_there_at_the_same_time_met(came, left, met):
    """ATT2: intervals are half open."""
    assert bool(near(Stay("bea", (1, 0), came, left))) is met


def test_two_who_stayed_to_the_end_met():
    people = [Stay("a", (0, 0), at(19)), Stay("b", (0, 1), at(21))]
    assert attendees.contacts("a", 1, people) == [Contact("b", Decimal("1.00"))]


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 4000))
def test_exactly_on_the_radius_counts_whatever_binary_fractions_say(x_mm, y_mm, radius_mm):
    bea = Stay("bea", (x_mm / 1000, y_mm / 1000), at(19))
    within = x_mm**2 + y_mm**2 <= radius_mm**2
    assert bool(near(bea, radius=radius_mm / 1000)) is within
    moved = [Stay("a", (-0.7, 1.3), at(19)), Stay("b", (2.3, 5.3), at(19))]
    assert attendees.contacts("a", 5, moved) == [Contact("b", Decimal("5.00"))]


def test_the_nearest_come_first_and_ties_by_ticket():
    people = [
        Stay("c", (1, 0), at(19)),
        Stay("b", (0, 1), at(19)),
        Stay("d", (0.3, 0.4), at(19)),
    ]
    assert near(*people) == [
        Contact("d", Decimal("0.50")),
        Contact("b", Decimal("1.00")),
        Contact("c", Decimal("1.00")),
    ]


def test_whoever_went_out_and_came_back_is_listed_once_at_the_nearest():
    bea = [Stay("bea", (2, 0), at(18), at(19, 30)), Stay("bea", (1, 0), at(20))]
    assert near(*bea) == [Contact("bea", Decimal("1.00"))]
    assert attendees.contacts("bea", 1, [*bea, ADA]) == [Contact("ada", Decimal("1.00"))]
    assert (
        near(Stay("bea", (1, 0), at(22, 30)), Stay("bea", (1, 0), at(18), at(18, 30))) == []
    )


def test_the_attendee_list_holds_every_ticket_by_seat():
    """ATT1."""
    rows = [
        Attendee("t2", TicketStatus.REFUNDED, "A2", "Bea", "555", refunded_at=at(12)),
        Attendee("t1", TicketStatus.ACTIVE, "A1", "Ada", "556", admitted_at=(at(19),)),
    ]
    assert attendees.listed(rows) == [rows[1], rows[0]]


def test_what_cannot_be_is_an_error():
    with pytest.raises(ImpossibleDate):
        Stay("bea", (0, 0), at(20), at(19))
    with pytest.raises(ImpossibleDate):
        Stay("bea", (0, 0), None, at(19))
    with pytest.raises(OutOfRange):
        Stay("bea", (float("nan"), 0))
    with pytest.raises(OutOfRange):
        near(radius=-1)
    with pytest.raises(OutOfRange):
        near(radius=float("nan"))
    with pytest.raises(Missing):
        attendees.contacts("bea", 1, [ADA])
