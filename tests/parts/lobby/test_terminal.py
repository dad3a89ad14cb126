"""The pretend card terminal: what it charges, and what it says about it."""

import httpx
import pytest

from lobby.terminal import plan as plans
from lobby.terminal.charges import Book, State
from lobby.terminal.machine import Refusal, Terminal
from lobby.terminal.plan import Outcome, Plan, Tap
from lobby.terminal.port import Port


class Watch:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def terminal(watch):
    return Terminal(Book(), lambda who, sentence: None, now=watch)


@pytest.fixture
def till(terminal):
    port = Port(terminal)
    port.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port.number}", timeout=60) as client:
        yield client
    port.stop()


def pays(terminal, key="K1", amount=4800):
    return terminal.begin(key, amount=amount, currency="EUR", order="K7Q4")


ASKED = {"key": "K1", "amount": 4800, "currency": "EUR", "order": "K7Q4"}


def test_a_card_is_tapped_read_and_approved(terminal, watch):
    terminal.set_plan(Plan(tap_s=2, pin_s=3, think_s=1))
    assert pays(terminal).state is State.WAITING_FOR_CARD
    seen = []
    for _ in range(7):
        seen.append(terminal.look_up("K1").state.value)
        watch.seconds += 1
    assert seen == [
        "waiting_for_card",
        "waiting_for_card",
        "enter_pin",
        "enter_pin",
        "enter_pin",
        "processing",
        "approved",
    ]


def test_the_same_key_never_charges_twice(terminal):
    first = pays(terminal)
    assert terminal.look_up("K1").state is State.APPROVED
    assert pays(terminal) is first
    assert len(terminal.charges()) == 1


def test_the_same_key_for_another_amount_is_refused(terminal):
    pays(terminal)
    assert pays(terminal, amount=9999) is Refusal.OTHER_AMOUNT


def test_one_attempt_at_a_time(terminal):
    terminal.set_plan(Plan(tap=Tap.BUTTON))
    pays(terminal)
    assert pays(terminal, "K2") is Refusal.BUSY
    assert terminal.tap()
    assert pays(terminal, "K2").key == "K2"


@pytest.mark.parametrize(
    ("plan", "state", "amount"),
    [
        (Plan(Outcome.APPROVE), State.APPROVED, 4800),
        (Plan(Outcome.DECLINE), State.DECLINED, 0),
        (Plan(Outcome.PART), State.PART, 2400),
        (Plan(Outcome.PART, part_amount=1000), State.PART, 1000),
        (Plan(Outcome.UNKNOWN), State.PROCESSING, 0),
        (Plan(Outcome.SILENCE), State.WAITING_FOR_CARD, 0),
    ],
)
def test_every_outcome_ends_as_planned(terminal, plan, state, amount):
    terminal.set_plan(plan)
    pays(terminal)
    charge = terminal.look_up("K1")
    assert (charge.state, charge.amount) == (state, amount)


@pytest.mark.parametrize("tap", list(Tap))
def test_a_card_pulled_out_too_early_is_asked_for_again_and_charged_once(
    terminal, watch, tap
):
    terminal.set_plan(Plan(Outcome.REMOVED, tap=tap, tap_s=2, think_s=1))
    pays(terminal)
    watch.seconds += 2
    terminal.tap()
    assert terminal.look_up("K1").state is State.PROCESSING
    watch.seconds += 1
    assert terminal.look_up("K1").state is State.CARD_REMOVED
    assert terminal.look_up("K1").amount == 0
    watch.seconds += 2
    terminal.tap()
    watch.seconds += 1
    charge = terminal.look_up("K1")
    assert (charge.state, charge.amount) == (State.APPROVED, 4800)
    assert len(terminal.charges()) == 1


def test_a_card_that_does_not_come_back_charges_nothing(terminal, watch):
    terminal.set_plan(Plan(Outcome.REMOVED, tap=Tap.BUTTON))
    pays(terminal)
    terminal.tap()
    assert terminal.look_up("K1").state is State.CARD_REMOVED
    watch.seconds += 61
    charge = terminal.look_up("K1")
    assert (charge.state, charge.amount) == (State.CANCELLED, 0)


def test_the_outcome_can_change_while_nobody_knows(terminal):
    terminal.set_plan(Plan(Outcome.UNKNOWN))
    pays(terminal)
    assert terminal.abort("K1").state is State.PROCESSING
    terminal.set_plan(Plan(Outcome.DECLINE))
    assert terminal.look_up("K1").state is State.DECLINED


def test_without_a_card_the_terminal_gives_up(terminal, watch):
    terminal.set_plan(Plan(tap=Tap.BUTTON))
    pays(terminal)
    watch.seconds += 61
    assert terminal.look_up("K1").state is State.CANCELLED
    assert not terminal.tap()


def test_aborting_stops_it_only_before_the_card(terminal, watch):
    terminal.set_plan(Plan(tap_s=5, think_s=5))
    pays(terminal)
    assert terminal.abort("K1").state is State.CANCELLED
    pays(terminal, "K2")
    watch.seconds += 6
    assert terminal.abort("K2").state is State.PROCESSING
    watch.seconds += 6
    assert terminal.abort("K2").state is State.APPROVED


def test_a_key_aborted_before_it_came_never_begins(terminal):
    assert terminal.abort("K1") is Refusal.NOT_FOUND
    assert pays(terminal) is Refusal.ABORTED
    assert terminal.look_up("K1") is Refusal.NOT_FOUND


def test_the_patron_can_press_the_red_button(terminal):
    terminal.set_plan(Plan(tap=Tap.BUTTON))
    pays(terminal)
    assert terminal.cancel()
    assert terminal.look_up("K1").reason == "cancelled by the patron"


def test_a_void_lets_go_once(terminal):
    pays(terminal)
    assert terminal.void("K1").state is State.VOIDED
    assert terminal.void("K1").state is State.VOIDED
    assert terminal.capture("K1") is Refusal.NOT_TAKEN


def test_what_was_captured_is_refunded_not_voided(terminal):
    pays(terminal)
    assert terminal.refund("K1", 100) is Refusal.TOO_MUCH
    assert terminal.capture("K1").captured == 4800
    assert terminal.capture("K1").captured == 4800
    assert terminal.void("K1") is Refusal.CAPTURED
    assert terminal.refund("K1", 4000, "R1").refunded == 4000
    assert terminal.refund("K1", 4000, "R1").refunded == 4000
    assert terminal.refund("K1", 801) is Refusal.TOO_MUCH
    assert terminal.refund("K1", 800).refunded == 4800


def test_a_killed_terminal_remembers_its_charges(tmp_path, watch):
    def note(who, sentence):
        pass

    first = Terminal(Book(tmp_path), note, now=watch)
    pays(first)
    first.look_up("K1")
    first.capture("K1")
    first.refund("K1", 300, "R1")
    first.abort("K9")
    first.set_plan(Plan(tap=Tap.BUTTON))
    pays(first, "K2")

    again = Terminal(Book(tmp_path), note, now=watch)

    assert (again.look_up("K1").captured, again.look_up("K1").refunds) == (
        4800,
        {"R1": 300},
    )
    assert again.look_up("K2").state is State.CANCELLED
    assert pays(again, "K9") is Refusal.ABORTED
    assert pays(again, "K3").ref == "T00003"


def test_the_till_talks_over_http(till):
    assert till.get("/status").json() == {"state": "ready"}
    assert till.get("/attempts/K1").status_code == 404
    assert till.get("/attempts/K1").json() == {"state": "not_found"}
    begun = till.post("/attempts", json=ASKED)
    assert begun.status_code == 202
    assert (begun.json()["key"], begun.json()["state"]) == ("K1", "waiting_for_card")
    found = till.get("/attempts/K1").json()
    assert (found["state"], found["amount"], found["brand"], found["last4"]) == (
        "approved",
        4800,
        "VISA",
        "4242",
    )
    assert till.post("/attempts/K1/capture").json()["captured"] == 4800
    assert till.post("/attempts/K1/refund", json={"amount": 800}).json()["refunded"] == 800
    assert till.post("/attempts/K1/void").status_code == 409
    assert [c["key"] for c in till.get("/book").json()["charges"]] == ["K1"]


def test_a_busy_terminal_says_with_what(terminal, till):
    terminal.set_plan(Plan(tap=Tap.BUTTON))
    till.post("/attempts", json=ASKED)
    assert till.get("/status").json() == {"state": "busy", "attempt": "K1"}
    refused = till.post("/attempts", json={**ASKED, "key": "K2"})
    assert (refused.status_code, refused.json()["state"]) == (409, "busy")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"key":"","amount":1}',
        b'{"key":"a/b","amount":1}',
        b'{"key":"K","amount":0}',
    ],
)
def test_a_malformed_request_charges_nothing(terminal, till, body):
    assert till.post("/attempts", content=body).status_code == 400
    assert terminal.charges() == []


def test_silence_begins_once_the_attempt_is_accepted(terminal, till):
    terminal.set_plan(Plan(Outcome.SILENCE))
    assert till.get("/status").json() == {"state": "ready"}
    assert till.post("/attempts", json=ASKED).status_code == 202
    with pytest.raises(httpx.ReadTimeout):
        till.get("/attempts/K1", timeout=1.5)
    with pytest.raises(httpx.ReadTimeout):
        till.post("/attempts/K1/abort", timeout=1.5)

    terminal.set_plan(Plan(Outcome.APPROVE))

    # What was said into the silence was lost: the abort did not happen.
    assert till.get("/attempts/K1").json()["state"] == "approved"


def test_a_late_approval_is_silent_for_a_while(terminal, till, watch):
    terminal.set_plan(Plan(Outcome.LATE, silent_s=90))
    till.post("/attempts", json=ASKED)
    with pytest.raises(httpx.ReadTimeout):
        till.get("/attempts/K1", timeout=1.5)
    watch.seconds += 91
    assert till.get("/attempts/K1").json()["state"] == "approved"


def test_an_unreachable_terminal_hangs_up_at_once(terminal, till):
    terminal.set_plan(Plan(Outcome.UNREACHABLE))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        till.post("/attempts", json=ASKED)
    assert terminal.charges() == []
    terminal.set_plan(Plan())
    assert till.post("/attempts", json=ASKED).status_code == 202


def test_a_plan_is_read_from_words():
    assert plans.read({"outcome": "late_approval", "silent_s": 5}) == Plan(
        Outcome.LATE, silent_s=5
    )
    for strange in (
        {"outcome": "explode"},
        {"tap_s": -1},
        {"colour": "red"},
        {"tap_s": "x"},
    ):
        with pytest.raises(plans.BadPlan):
            plans.read(strange)
