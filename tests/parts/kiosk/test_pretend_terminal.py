"""The adapter for the pretend terminal, against the lobby's terminal on a real port."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from kiosk.payments.port import Attempt, Busy, Step, TerminalDown
from kiosk.payments.pretend import PretendTerminal
from lobby.terminal.charges import Book
from lobby.terminal.machine import Terminal
from lobby.terminal.plan import Outcome, Plan, Tap
from lobby.terminal.port import Port


@pytest.fixture
def machine() -> Terminal:
    return Terminal(Book(None), lambda *_: None)


@pytest.fixture
def terminal(machine: Terminal) -> Iterator[PretendTerminal]:
    port = Port(machine)
    port.start()
    terminal = PretendTerminal(f"http://127.0.0.1:{port.number}")
    yield terminal
    terminal.close()
    port.stop()


def begin(terminal: PretendTerminal, key: str = "k1") -> Attempt:
    return terminal.authorise(key, amount=4800, currency="EUR", order="K7Q4MX23")


def test_an_approved_attempt_carries_what_the_receipt_needs(terminal: PretendTerminal):
    begin(terminal)

    found = terminal.poll("k1")

    assert found.step is Step.APPROVED
    assert (found.amount, found.brand, found.last4) == (4800, "VISA", "4242")
    assert found.ref
    assert terminal.capture("k1").step is Step.APPROVED
    assert terminal.capture("k1").step is Step.APPROVED


def test_the_same_key_begins_nothing_new(terminal: PretendTerminal, machine: Terminal):
    begin(terminal)
    begin(terminal)

    assert len(machine.charges()) == 1


def test_a_refund_whose_answer_was_lost_gives_nothing_more(
    terminal: PretendTerminal, machine: Terminal
):
    # Source: P11. Half of it, so that asking twice could give it twice.
    begin(terminal)
    terminal.capture("k1")

    terminal.refund("k1", 2400)
    terminal.refund("k1", 2400)

    assert machine.charges()[0].refunded == 2400


def test_one_attempt_at_a_time(terminal: PretendTerminal, machine: Terminal):
    machine.set_plan(Plan(tap=Tap.BUTTON))
    assert begin(terminal).step is Step.WAITING_FOR_CARD
    assert terminal.status() == "busy"

    with pytest.raises(Busy):
        begin(terminal, "k2")


def test_an_aborted_key_never_begins(terminal: PretendTerminal):
    assert terminal.lookup("k1").step is Step.NOT_FOUND
    terminal.abort("k1")

    with pytest.raises(Busy):
        begin(terminal)
    assert terminal.lookup("k1").step is Step.NOT_FOUND


def test_a_void_lets_go(terminal: PretendTerminal):
    begin(terminal)

    assert terminal.void("k1").step is Step.VOIDED
    assert terminal.lookup("k1").step is Step.VOIDED


@pytest.mark.parametrize(
    ("outcome", "step"),
    [(Outcome.DECLINE, Step.DECLINED), (Outcome.PART, Step.PART)],
)
def test_what_it_says_is_told_as_it_is(
    terminal: PretendTerminal, machine: Terminal, outcome: Outcome, step: Step
):
    machine.set_plan(Plan(outcome=outcome, part_amount=1000))
    begin(terminal)

    assert terminal.poll("k1").step is step


def test_silence_is_no_answer(
    terminal: PretendTerminal, machine: Terminal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(terminal._client, "timeout", httpx.Timeout(0.2))
    machine.set_plan(Plan(outcome=Outcome.UNREACHABLE))

    with pytest.raises(TerminalDown):
        terminal.status()


def test_nobody_there_means_that_nothing_was_sent():
    with pytest.raises(TerminalDown) as why:
        begin(PretendTerminal("http://127.0.0.1:9"))

    assert why.value.reached is False


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"state": "thinking"}', b'{"state": null}', b"{}"]
)
def test_nonsense_says_nothing_about_the_money(body: bytes):
    answer = httpx.MockTransport(lambda _request: httpx.Response(200, content=body))
    terminal = PretendTerminal("http://terminal.test", transport=answer)

    with pytest.raises(TerminalDown):
        terminal.lookup("k1")


def test_never_more_than_four_digits_of_a_card():
    body = {"state": "approved", "last4": "4242424242424242", "amount": 1}
    answer = httpx.MockTransport(lambda _request: httpx.Response(200, json=body))
    terminal = PretendTerminal("http://terminal.test", transport=answer)

    assert terminal.lookup("k1").last4 == "4242"


def test_it_may_be_asked_from_several_threads(terminal: PretendTerminal):
    begin(terminal)
    found: list[Step] = []
    threads = [
        threading.Thread(target=lambda: found.append(terminal.poll("k1").step))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [Step.APPROVED] * 8
