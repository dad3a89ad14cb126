"""Each book against another: what a lamp says, and at which id it stops."""

import pytest

from lobby import invariants
from lobby.books import Reading
from lobby.invariants import Face
from lobby.terminal.charges import Charge, State

KIOSK = {
    "paid_tickets": ["T1", "T2", "T3"],
    "printed": ["T1"],
    "phone": ["T2"],
    "owed": ["T3"],
    "intents": [{"key": "I1", "state": "sold", "amount": 4800}],
    "unsent_events": 0,
}
LEDGER = {
    "journal_sum": 0,
    "seats_sold": [{"performance": "P", "seat": "F-12", "tickets": ["T1"]}],
    "admissions": [{"ticket": "T1", "count": 1, "people": 1, "admits": 1}],
    "tickets": 3,
    "orders": 1,
    "discrepancies": 0,
}


def charge(key="I1", state=State.APPROVED, amount=4800, refunds=None):
    return Charge(key, 4800, "EUR", "K7Q4", "T1", state, amount, refunds=refunds or {})


def lamp(name, kiosk=KIOSK, ledger=LEDGER, charges=None, unsent=0):
    charges = [charge()] if charges is None else charges
    lamps = invariants.lamps(kiosk=kiosk, ledger=ledger, charges=charges, unsent=unsent)
    (found,) = [lamp for lamp in lamps if lamp.name == name]
    return found


@pytest.mark.parametrize("name", ["paper", "journal", "seats", "charges", "admissions"])
def test_a_good_evening_shows_five_times_ok(name):
    assert lamp(name).state is Face.OK


def test_paper_says_its_sum_in_words():
    assert lamp("paper").words == "paid 3 = printed 1 + phone 1 + owed 1"


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"owed": []}, "T3"),
        ({"paid_tickets": ["T1", "T2"]}, "T3"),
        ({"phone": ["T1", "T2"]}, "T1"),
    ],
)
def test_a_paid_ticket_is_in_one_place_exactly(change, first):
    found = lamp("paper", kiosk={**KIOSK, **change})
    assert (found.state, found.first) == (Face.STOP, first)


def test_a_journal_that_does_not_balance_stops():
    assert lamp("journal", ledger={**LEDGER, "journal_sum": 5}).first == "5"


def test_a_seat_with_two_tickets_stops():
    twice = {"performance": "P", "seat": "F-12", "tickets": ["T1", "T9"]}
    assert lamp("seats", ledger={**LEDGER, "seats_sold": [twice]}).first == "P F-12"


def test_a_ticket_admitted_twice_stops():
    twice = [{"ticket": "T1", "count": 2, "people": 2, "admits": 1}]
    assert lamp("admissions", ledger={**LEDGER, "admissions": twice}).first == "T1"


def test_a_party_that_came_in_two_parts_is_nobody_twice():
    party = {"ticket": "T1", "count": 2, "people": 6, "admits": 6}
    assert lamp("admissions", ledger={**LEDGER, "admissions": [party]}).state is Face.OK
    seven = [party | {"people": 7}]
    assert lamp("admissions", ledger={**LEDGER, "admissions": seven}).first == "T1"


def intents(state, amount=4800):
    return {**KIOSK, "intents": [{"key": "I1", "state": state, "amount": amount}]}


@pytest.mark.parametrize(
    ("kiosk", "charges", "face"),
    [
        (intents("sold"), [], Face.STOP),
        (intents("sold", 100), [charge()], Face.STOP),
        (intents("sold"), [charge(state=State.VOIDED)], Face.STOP),
        (intents("cancelled"), [charge()], Face.STOP),
        (intents("cancelled"), [charge(state=State.VOIDED)], Face.OK),
        (intents("reversed"), [charge(refunds={"R": 4800})], Face.OK),
        (intents("declined"), [charge(state=State.DECLINED, amount=0)], Face.OK),
        (intents("unknown"), [charge()], Face.WAITING),
        (KIOSK, [charge(), charge("I9")], Face.STOP),
    ],
)
def test_money_at_the_terminal_agrees_with_the_kiosk(kiosk, charges, face):
    assert lamp("charges", kiosk=kiosk, charges=charges).state is face


def test_what_a_spare_kiosk_sold_before_its_plug_was_pulled_still_counts():
    spare = {**KIOSK, "intents": [{"key": "I9", "state": "sold", "amount": 4800}]}
    pulled = Reading(LEDGER, {"kiosk": KIOSK, "kiosk-2": None}, {"kiosk-2": spare})

    found = lamp("charges", kiosk=pulled.kiosk, charges=[charge(), charge("I9")])

    assert found.state is Face.OK


def test_who_does_not_answer_is_waited_for():
    assert lamp("paper", kiosk=None).words == "The kiosk does not answer"
    assert lamp("seats", ledger=None).state is Face.WAITING


def test_events_to_send_are_waited_for_but_a_stop_stays_a_stop():
    assert lamp("seats", unsent=3).state is Face.WAITING
    assert lamp("journal", ledger={**LEDGER, "journal_sum": 1}, unsent=3).state is Face.STOP
