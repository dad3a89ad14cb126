"""Seat credits: whose, for how many seats, and never overspent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import members, pricing
from boxoffice.bad_input import OutOfRange, Repeated
from boxoffice.members import Accepted, Member, NotEnough, PayType, Rejected, Row
from boxoffice.pricing import Buyer, FeeRule, OtherLine, Seller
from boxoffice.refusals import Code

OKAFOR = Member("M1", "okafor@example.org", 2)
TWINS = [Member("M2", "twins@example.org", 1), Member("M3", "Twins@Example.org", 1)]
PASSWORDS = {"M1": "curtain", "M2": "left", "M3": "right"}


class Door:
    """Checks passwords, and remembers how often it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, member, password):
        self.asked.append(member and member.id)
        return member is not None and PASSWORDS[member.id] == password


def admit(*rows, known=(OKAFOR, *TWINS)):
    return members.admit("HAMLET", known, [Row(*row) for row in rows], Door())


def test_the_first_row_needs_a_password_and_later_ones_an_address():
    """MEM5."""
    answer = admit(("okafor@example.org", "curtain"), (" OKAFOR@example.org ",))
    assert answer == Accepted({"M1": 2}, {"M1": 0})


@pytest.mark.parametrize(
    "row",
    [
        ("okafor@example.org", "wrong"),
        ("okafor@example.org", None),
        ("nobody@example.org", "curtain"),
        ("twins@example.org", "curtain"),
    ],
)
def test_the_first_row_never_says_whether_an_address_is_known(row):
    """MEM6."""
    assert admit(row) == Rejected({0: Code.BAD_EMAIL_OR_PASSWORD})


def test_an_unknown_address_takes_as_long_as_a_wrong_password():
    door = Door()
    members.admit("HAMLET", [OKAFOR], [Row("nobody@example.org", "x")], door)
    assert door.asked == [None]


def test_an_address_of_several_memberships_needs_its_password_on_every_row():
    """MEM5."""
    good = admit(("twins@example.org", "left"), ("twins@example.org", "right"))
    assert good == Accepted({"M2": 1, "M3": 1}, {"M2": 0, "M3": 0})
    bad = admit(("twins@example.org", "left"), ("twins@example.org",))
    assert bad == Rejected({1: Code.BAD_EMAIL_OR_PASSWORD})


def test_a_password_that_fits_two_memberships_names_neither():
    same = [Member("M1", "a@example.org", 1), Member("M4", "a@example.org", 1)]
    rows = [Row("a@example.org", "curtain")]
    answer = members.admit("HAMLET", same, rows, lambda member, password: True)
    assert answer == Rejected({0: Code.BAD_EMAIL_OR_PASSWORD})


def test_all_row_errors_come_at_once_and_bad_rows_draw_nothing():
    """MEM6."""
    answer = admit(
        ("okafor@example.org", "curtain"),
        ("nobody@example.org",),
        ("okafor@example.org",),
        ("okafor@example.org",),
    )
    assert answer == Rejected({1: Code.EMAIL_NOT_FOUND, 3: Code.NOT_ENOUGH_SEAT_CREDITS})


@given(st.integers(0, 4), st.integers(0, 6), st.integers(0, 6))
def test_credits_are_never_overspent(credits, used, rows):
    """MEM7."""
    okafor = Member("M1", "o@example.org", credits, {"HAMLET": used})
    asked = [Row("o@example.org", "curtain")] * rows
    answer = members.admit("HAMLET", [okafor], asked, Door())
    left = max(0, credits - used)
    if rows <= left:
        expected = {"M1": left - rows} if rows else {}
        assert answer.remaining == expected
    else:
        assert list(answer.errors) == list(range(left, rows))


def test_as_many_as_are_left_may_be_used():
    """MEM4, R6."""
    used = members.use(OKAFOR, "HAMLET", 2)
    assert used.left("HAMLET") == 0
    assert used.left("MACBETH") == 2
    short = members.use(used, "HAMLET", 1)
    assert short == NotEnough(0, 2, 1, Code.NOT_ENOUGH_SEAT_CREDITS)
    assert members.give_back(used, "HAMLET", 1).left("HAMLET") == 1


def test_what_cannot_be_is_an_error():
    with pytest.raises(OutOfRange):
        members.give_back(OKAFOR, "HAMLET", 1)
    with pytest.raises(OutOfRange):
        members.give_back(OKAFOR, "HAMLET", -1)
    with pytest.raises(OutOfRange):
        members.use(OKAFOR, "HAMLET", 0)
    with pytest.raises(OutOfRange):
        Member("M1", "", -1)
    with pytest.raises(OutOfRange):
        Member("M1", "", 1, {"HAMLET": -1})
    with pytest.raises(Repeated):
        admit(known=(OKAFOR, OKAFOR))


def test_two_memberships_of_the_first_example_cost_what_they_should():
    """R1, MEM1: two memberships for four productions, and 100.00 donated."""
    quote = pricing.quote(
        seller=Seller.ONLINE,
        rules=[FeeRule(Buyer.MEMBER, None, 175, 175)],
        seats=members.membership_lines(5000, productions=4, memberships=2),
        others=[OtherLine(10_000, 400, outside=False)],
    )
    assert (quote.charge, quote.net) == (21400, 19600)


@pytest.mark.parametrize(("productions", "memberships"), [(0, 1), (1, 0)])
def test_a_membership_is_at_least_one_for_at_least_one(productions, memberships):
    with pytest.raises(OutOfRange):
        members.membership_lines(1, productions=productions, memberships=memberships)
    assert len(members.membership_lines(1, productions=1, memberships=1)) == 1


def test_a_membership_seat_costs_nothing():
    """MEM2."""
    assert members.price(PayType.MEMBERSHIP, 1500) == 0
    assert members.price(PayType.CARD, 1500) == 1500


def test_without_a_member_file_staff_verify_member_seats():
    """MEM3."""
    assert members.to_verify(1, has_member_file=False)
    assert not members.to_verify(0, has_member_file=False)
    assert not members.to_verify(1, has_member_file=True)


def test_a_closed_order_is_charged_only_with_the_patron_s_consent():
    """MEM9."""
    assert members.change_closed_order(consent="  ") is Code.CONSENT_NEEDED
    assert members.change_closed_order(consent="agreed by phone, 12 March") is None
