"""Cards in the shop: nothing is taken without a good authorisation."""

from datetime import date

import pytest

from boxoffice import cards
from boxoffice.bad_input import NegativeMoney, OutOfRange
from boxoffice.cards import Authorisation, Check, Outcome, Reply
from boxoffice.refusals import Code

YES, NO = Authorisation.APPROVED, Authorisation.DECLINED


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(YES), Outcome(3400)),
        (Reply(NO, address=Check.MISMATCH), Outcome(0, refusal=Code.DECLINED)),
        (
            Reply(YES, Check.MISMATCH, Check.MISMATCH, void_accepted=True),
            Outcome(0, refusal=Code.AVS_MISMATCH),
        ),
        (
            Reply(YES, code=Check.MISMATCH),
            Outcome(0, reserve_left=True, refusal=Code.CVV_MISMATCH),
        ),
    ],
)
def test_the_first_thing_that_is_wrong_decides(reply, outcome):
    """PAY1."""
    assert cards.charge(3400, reply) == outcome
    assert outcome.confirmed == (outcome.refusal is None)


def test_accepting_a_mismatch_is_a_setting_and_is_told():
    """PAY3."""
    outcome = cards.charge(3400, Reply(YES, Check.MISMATCH), accept_mismatch=True)
    assert outcome == Outcome(3400, overruled=Code.AVS_MISMATCH)
    assert cards.charge(1, Reply(NO), accept_mismatch=True).refusal is Code.DECLINED


def test_three_failures_lead_another_way():
    """PAY2."""
    assert [cards.another_way(failures) for failures in range(5)] == [
        None,
        None,
        None,
        Code.USE_ANOTHER_WAY,
        Code.USE_ANOTHER_WAY,
    ]


def test_a_negative_charge_or_count_is_an_error():
    with pytest.raises(NegativeMoney):
        cards.charge(-1, Reply(YES))
    with pytest.raises(OutOfRange):
        cards.another_way(-1)


@pytest.mark.parametrize(
    ("expires", "gone"),
    [
        ("2026-11", False),
        ("2026-10", True),
        ("2025-12", True),
        ("2027-01", False),
        ("", False),
    ],
)
def test_a_card_lasts_to_the_end_of_its_month(expires, gone):
    """PAY4; one whose month nobody told is tried."""
    assert cards.expired(expires, date(2026, 11, 30)) is gone
