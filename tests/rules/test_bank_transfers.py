"""Refunds by bank transfer: one form, one payment, and the details go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import bank_transfers
from boxoffice.bank_transfers import Event, Iban, LocalAccount, State
from boxoffice.refusals import Code

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@given(st.lists(st.sampled_from(Event), max_size=20))
def test_nothing_is_paid_twice_unless_the_bank_sent_it_back(events):
    """BNK1."""
    state, with_us = State.REQUESTED, True
    for event in events:
        after = bank_transfers.step(state, event)
        if after is None:
            continue
        if after is State.PAID:
            assert with_us
        with_us = after is not State.PAID
        assert bank_transfers.outstanding(after) == with_us
        state = after


TABLE = """
requested: link_sent awaiting_details
awaiting_details: link_sent awaiting_details, form_bad_account awaiting_details,
 form_ok payable, mark_paid_other paid
payable: mark_paid paid, mark_paid_other paid, bank_returned awaiting_details
paid: bank_returned awaiting_details
"""


@pytest.mark.parametrize("state", State)
def test_every_event_fits_or_is_refused_as_the_table_says(state):
    rows = dict(line.split(": ") for line in TABLE.replace("\n ", " ").strip().splitlines())
    fits = dict(cell.split() for cell in rows[state].split(", "))
    for event in Event:
        assert bank_transfers.step(state, event) == fits.get(event)


def test_a_reminder_is_due_after_seven_days_of_silence():
    week = timedelta(days=7)
    assert bank_transfers.reminder_due(State.AWAITING_DETAILS, NOON, NOON + week)
    almost = NOON + week - timedelta(seconds=1)
    assert not bank_transfers.reminder_due(State.AWAITING_DETAILS, NOON, almost)
    assert not bank_transfers.reminder_due(State.PAYABLE, NOON, NOON + week)


def test_account_details_go_ninety_days_after_payment():
    later = NOON + timedelta(days=90)
    assert bank_transfers.details_expired(State.PAID, NOON, later)
    assert not bank_transfers.details_expired(
        State.PAID, NOON, later - timedelta(seconds=1)
    )
    assert not bank_transfers.details_expired(State.PAYABLE, NOON, later)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("DK50 0040 0440 1162 43", "DK5000400440116243"),
        ("de89-3704-0044-0532-0130-00", "DE89370400440532013000"),
        ("GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
    ],
)
def test_an_iban_is_read_as_people_type_it(typed, number):
    """BNK2: the examples of the standard's registry."""
    assert bank_transfers.read_iban(typed) == Iban(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "DK5000400440116244",
        "DK05000400440116243",
        "GB82 WEST 1234 5698 7654 3",
        "5000400440116243",
        "DK50ØØ400440116243",
        "DK" + "50" + "0" * 40,
    ],
)
def test_a_wrong_iban_is_refused(typed):
    assert bank_transfers.read_iban(typed) is Code.BAD_ACCOUNT


def test_check_digits_outside_the_standard_are_refused_even_if_they_sum_up():
    # 00, 01 and 99 leave the same remainders as 97, 98 and 02, and no bank gives them out.
    body = "GB{}WEST12345698765432"
    accepted = [
        check
        for check in range(100)
        if bank_transfers.read_iban(body.format(f"{check:02d}")) is not Code.BAD_ACCOUNT
    ]
    assert accepted == [82]
    for account in range(500):
        digits = int(f"{account:016d}131400") % 97
        if (98 - digits) % 97 in (0, 1, 2):
            for check in ("00", "01", "99"):
                typed = f"DE{check}{account:016d}"
                assert bank_transfers.read_iban(typed) is Code.BAD_ACCOUNT


@given(st.integers(0, 10**14), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_in_an_iban_is_always_found(account, place, more):
    digits = f"{account:014d}"[-14:]
    check = 98 - int(digits + "132000") % 97  # DK is 13 20.
    assert isinstance(bank_transfers.read_iban(f"DK{check:02d}{digits}"), Iban)
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    assert bank_transfers.read_iban(f"DK{check:02d}{wrong}") is Code.BAD_ACCOUNT


def test_local_accounts_are_digits():
    assert bank_transfers.read_local("0040", "0440-116243") == LocalAccount(
        "0040", "0440116243"
    )
    assert bank_transfers.read_local("00", "0440116243") is Code.BAD_ACCOUNT
    assert bank_transfers.read_local("0040", "044o116243") is Code.BAD_ACCOUNT
    assert bank_transfers.read_local("0040", "") is Code.BAD_ACCOUNT
