"""Six states, one owner: what may happen to a seat, and what stands in the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import seating
from boxoffice.bad_input import OutOfRange, UnknownWord
from boxoffice.pricing import Seller
from boxoffice.refusals import Code, sentence
from boxoffice.seating import MissingPrior, Op, Refused, Seat, State, View

AVAILABLE, RESERVED = Seat(State.AVAILABLE), Seat(State.RESERVED)
HELD = Seat(State.HELD, prior=State.AVAILABLE)
HELD_BY_STAFF = Seat(State.HELD, prior=State.RESERVED)
ALLOTTED = Seat(State.ALLOTTED, epoch=5)
SOLD = Seat(State.SOLD)
KILLED = Seat(State.KILLED, prior=State.RESERVED)
EVERY = (AVAILABLE, RESERVED, HELD, ALLOTTED, SOLD, KILLED)
STAFF = {"people": ("tom", "ida"), "reason": "kiosk flooded"}

# Table 4.1, column by column: what becomes of every seat of EVERY.
TABLE = {
    Op.FLIP: [
        RESERVED,
        AVAILABLE,
        "SEAT_HELD",
        "SEAT_ALLOTTED",
        "SEAT_SOLD",
        "SEAT_KILLED",
    ],
    Op.HOLD_ONLINE: [HELD] + ["SEAT_UNAVAILABLE"] * 5,
    Op.HOLD_BOX_OFFICE: [
        HELD,
        HELD_BY_STAFF,
        "SEAT_HELD",
        "SEAT_ALLOTTED",
        "SEAT_SOLD",
        "SEAT_KILLED",
    ],
    Op.HOLD_EXPIRED: ["NOT_HELD"] * 2 + [AVAILABLE] + ["NOT_HELD"] * 3,
    Op.HOLD_CANCELLED: ["NOT_HELD"] * 2 + [AVAILABLE] + ["NOT_HELD"] * 3,
    Op.CONFIRM: ["NOT_HELD"] * 2 + [SOLD] + ["NOT_HELD"] * 3,
    Op.ALLOT: [
        Seat(State.ALLOTTED, epoch=1),
        "SEAT_RESERVED",
        "SEAT_HELD",
        "SEAT_ALLOTTED",
        "SEAT_SOLD",
        "SEAT_KILLED",
    ],
    Op.DEVICE_SOLD: ["NOT_ALLOTTED"] * 3
    + [Seat(State.SOLD, epoch=5)]
    + ["NOT_ALLOTTED"] * 2,
    Op.DEVICE_RETURNED: (
        ["NOT_ALLOTTED"] * 3 + [Seat(State.AVAILABLE, epoch=6)] + ["NOT_ALLOTTED"] * 2
    ),
    Op.SELL_BY_PASSED: ["NOT_ALLOTTED"] * 3 + [ALLOTTED] + ["NOT_ALLOTTED"] * 2,
    Op.BREAK: ["NOT_ALLOTTED"] * 3
    + [Seat(State.AVAILABLE, epoch=6)]
    + ["NOT_ALLOTTED"] * 2,
    Op.CANCEL_ORDER: ["NOT_SOLD"] * 4 + [AVAILABLE, "NOT_SOLD"],
    Op.REASSIGNED_AWAY: ["NOT_SOLD"] * 4 + [AVAILABLE, "NOT_SOLD"],
    Op.REFUNDED: ["NOT_SOLD"] * 4 + [AVAILABLE, "NOT_SOLD"],
    Op.EXCHANGED_AWAY: ["NOT_SOLD"] * 4 + [AVAILABLE, "NOT_SOLD"],
    Op.KILL: [
        Seat(State.KILLED, prior=State.AVAILABLE),
        KILLED,
        "SEAT_HELD",
        "SEAT_ALLOTTED",
        "SEAT_SOLD",
        "SEAT_KILLED",
    ],
    Op.UNKILL: ["NOT_KILLED"] * 5 + [RESERVED],
}


@pytest.mark.parametrize("op", Op)
def test_table_4_1_holds_for_every_op_and_every_state(op):
    assert [seating.change(seat, op, **STAFF) for seat in EVERY] == TABLE[op]


def test_the_device_whose_order_holds_a_seat_may_be_allotted_it():
    assert seating.change(HELD, Op.ALLOT, own_hold=True) == Seat(State.ALLOTTED, epoch=1)
    assert seating.change(RESERVED, Op.ALLOT, own_hold=True) is Code.SEAT_RESERVED


def test_an_expired_hold_never_leaks_a_reserved_seat_online():
    assert seating.change(HELD_BY_STAFF, Op.HOLD_EXPIRED) == RESERVED


@pytest.mark.parametrize(
    ("people", "reason", "answer"),
    [
        (("tom", "ida"), "flooded", Seat(State.AVAILABLE, epoch=6)),
        (("tom", "tom"), "flooded", Code.TWO_PEOPLE_NEEDED),
        (("tom", " tom "), "flooded", Code.TWO_PEOPLE_NEEDED),
        (("tom", " "), "flooded", Code.TWO_PEOPLE_NEEDED),
        ((), "", Code.TWO_PEOPLE_NEEDED),
        (("tom", "ida"), "\t", Code.REASON_NEEDED),
    ],
)
def test_breaking_an_allotment_takes_two_people_and_a_reason(people, reason, answer):
    """INV11."""
    assert seating.change(ALLOTTED, Op.BREAK, people=people, reason=reason) == answer


@given(st.sampled_from(EVERY), st.lists(st.sampled_from(Op), max_size=12))
def test_no_sequence_of_ops_turns_an_epoch_back_or_forgets_what_a_seat_was(seat, ops):
    for op in ops:
        match seating.change(seat, op, own_hold=True, **STAFF):
            case Seat() as after:
                assert after.epoch >= seat.epoch
                assert (after.prior is None) == (
                    after.state not in (State.HELD, State.KILLED)
                )
                owned = State.ALLOTTED in (seat.state, after.state)
                assert (after.epoch > seat.epoch) == (
                    owned and op not in (Op.DEVICE_SOLD, Op.SELL_BY_PASSED)
                )
                seat = after


def test_time_alone_never_takes_an_allotted_seat_back():
    """design.md §3: no time-out ever takes an allotted seat back."""
    freeing = {
        op
        for op in Op
        if isinstance(after := seating.change(ALLOTTED, op, **STAFF), Seat)
        and after.state is not State.ALLOTTED
    }
    assert freeing == {Op.DEVICE_SOLD, Op.DEVICE_RETURNED, Op.BREAK}


@pytest.mark.parametrize("seat", [Seat(State.HELD), Seat(State.HELD, prior=State.SOLD)])
def test_a_held_seat_that_does_not_know_what_it_was_is_our_mistake(seat):
    with pytest.raises(MissingPrior):
        seating.change(seat, Op.HOLD_EXPIRED)
    with pytest.raises(OutOfRange):
        Seat(State.AVAILABLE, epoch=-1)


def test_all_wished_seats_are_held_or_none():
    """INV2."""
    assert seating.change_all({"A1": AVAILABLE, "A2": AVAILABLE}, Op.HOLD_ONLINE) == {
        "A1": HELD,
        "A2": HELD,
    }
    refused = seating.change_all({"A1": AVAILABLE, "A2": SOLD, "A3": HELD}, Op.HOLD_ONLINE)
    assert refused == Refused("A2", Code.SEAT_UNAVAILABLE)


def test_a_bulk_flip_skips_what_cannot_be_flipped_and_lists_it():
    """INV3."""
    flipped, refused = seating.flip({"A1": AVAILABLE, "A2": SOLD, "A3": RESERVED})
    assert flipped == {"A1": RESERVED, "A3": AVAILABLE}
    assert refused == (Refused("A2", Code.SEAT_SOLD),)
    assert sentence(Code.SEAT_SOLD, seat="A2", rule=seating.FLIP_RULE) == (
        "A2 is sold; only reserved and available seats can be flipped."
    )


@pytest.mark.parametrize("state", State)
def test_the_public_learns_only_whether_a_seat_is_free(state):
    """INV1, DIS4."""
    free, ours = state is State.AVAILABLE, state in (State.AVAILABLE, State.RESERVED)
    assert seating.see(state) == View(free, state, free, ours)
    near = seating.see(state, buffer=True)
    assert near == (View(False, None, False, True) if ours else seating.see(state))


@pytest.mark.parametrize("state", State)
def test_every_state_that_stands_in_the_way_has_its_code(state):
    assert seating.in_the_way(state) == f"SEAT_{state.upper()}"


@pytest.mark.parametrize("seller", Seller)
def test_the_limit_of_seats_per_order_is_for_the_public(seller):
    """INV8."""
    public = seller in (Seller.ONLINE, Seller.KIOSK)
    assert seating.public_sale(seller) is public
    assert seating.within_limit(8, 8, seller) is None
    assert seating.within_limit(9, 8, seller) == (Code.TOO_MANY_SEATS if public else None)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: seating.change(AVAILABLE, "sit down"),
        lambda: seating.in_the_way("on fire"),
        lambda: seating.public_sale("tout"),
    ],
)
def test_a_word_that_nobody_has_defined_is_never_guessed_at(ask):
    with pytest.raises(UnknownWord):
        ask()
