"""Stripe Terminal and SumUp Solo behind the port, through their makers' own libraries."""

from collections.abc import Callable, Iterator

import pytest

from kiosk.payments.port import REMOVED_EARLY, Busy, Step, Terminal, TerminalDown
from tests.parts.kiosk.makers import Stripe, SumUp, served

pytestmark = pytest.mark.slow

KEY = "0199a2b4-6c1e-7a3f-8d52-4be1c09f7701"
Make = Callable[[], Terminal]
Maker = Stripe | SumUp


@pytest.fixture(params=["stripe", "sumup"])
def maker(request: pytest.FixtureRequest) -> Maker:
    pytest.importorskip(request.param)
    return Stripe() if request.param == "stripe" else SumUp()


@pytest.fixture
def seconds() -> list[float]:
    """Time at the terminal, moved by hand."""
    return [100.0]


@pytest.fixture
def make(maker: Maker, seconds: list[float]) -> Iterator[Make]:
    """Makes the adapter anew, as after a restart."""
    with served(maker.app()) as address:

        def adapter() -> Terminal:
            if isinstance(maker, Stripe):
                from kiosk.payments.stripe_terminal import StripeTerminal

                return StripeTerminal("tmr_1", "sk_test_1", address=address)
            from kiosk.payments.sumup_solo import SumUpSolo

            return SumUpSolo(
                "MC1",
                "rdr_1",
                secret="sup_sk_1",
                app="app",
                affiliate="key",
                address=address,
                now=lambda: seconds[0],
            )

        yield adapter


@pytest.fixture
def terminal(make: Make) -> Terminal:
    return make()


def begin(terminal: Terminal, amount: int = 4800) -> None:
    terminal.authorise(KEY, amount=amount, currency="EUR", order="K7Q4MX23")


def test_an_approved_card_is_told_with_amount_brand_and_last_four(terminal: Terminal):
    assert terminal.status() == "ready"
    begin(terminal)
    found = terminal.poll(KEY)
    assert (found.step, found.amount, found.brand, found.last4) == (
        Step.APPROVED,
        4800,
        "VISA",
        "4242",
    )
    assert terminal.capture(KEY).step is Step.APPROVED
    assert terminal.capture(KEY).step is Step.APPROVED


def test_a_declined_card_is_declined(terminal: Terminal, maker: Maker):
    maker.outcome = "decline"
    begin(terminal)
    found = terminal.lookup(KEY)
    assert found.step is Step.DECLINED
    assert found.reason


@pytest.mark.parametrize("maker", ["stripe"], indirect=True)
def test_a_reader_that_gave_up_on_a_pulled_card_says_so(terminal: Terminal, maker: Maker):
    # A Solo has no word for it.
    maker.outcome = "removed"
    begin(terminal)
    found = terminal.lookup(KEY)
    assert (found.step, found.reason) == (Step.DECLINED, REMOVED_EARLY)


def test_a_card_is_waited_for_and_the_terminal_is_busy(terminal: Terminal, maker: Maker):
    maker.outcome = "wait"
    begin(terminal)
    assert terminal.poll(KEY).step is Step.WAITING_FOR_CARD
    assert terminal.status() == "busy"
    maker.card("approve")
    assert terminal.poll(KEY).step is Step.APPROVED


def test_an_aborted_attempt_takes_nothing_and_its_end_is_certain(
    terminal: Terminal, maker: Maker, seconds: list[float]
):
    maker.outcome = "wait"
    begin(terminal)
    terminal.abort(KEY)
    seconds[0] += 60
    assert terminal.lookup(KEY).step in {Step.CANCELLED, Step.NOT_FOUND}
    assert terminal.status() == "ready"


def test_an_attempt_that_never_began_is_not_found_even_after_an_abort(terminal: Terminal):
    assert terminal.lookup(KEY).step is Step.NOT_FOUND
    terminal.abort(KEY)
    assert terminal.lookup(KEY).step is Step.NOT_FOUND


def test_after_a_restart_the_attempt_is_found_by_our_key(terminal: Terminal, make: Make):
    begin(terminal)
    found = make().lookup(KEY)
    assert (found.step, found.amount) == (Step.APPROVED, 4800)


@pytest.mark.parametrize("maker", ["stripe"], indirect=True)
def test_the_same_key_begins_nothing_new(terminal: Terminal, maker: Stripe):
    """A Solo knows no such thing: the kiosk sends an attempt once."""
    begin(terminal)
    begin(terminal)
    assert len(maker.intents) == 1


def test_a_busy_reader_begins_nothing(terminal: Terminal, maker: Maker):
    maker.outcome = "wait"
    begin(terminal)
    other = KEY.replace("7701", "7702")
    with pytest.raises(Busy):
        terminal.authorise(other, amount=100, currency="EUR", order="K7Q4MX23")


@pytest.mark.parametrize("ask", ["status", "poll", "lookup"])
def test_silence_is_never_an_answer(terminal: Terminal, maker: Maker, ask: str):
    begin(terminal)
    maker.down = True
    with pytest.raises(TerminalDown):
        terminal.status() if ask == "status" else getattr(terminal, ask)(KEY)


def test_a_reader_that_is_off_is_unreachable_and_nothing_was_sent(
    terminal: Terminal, maker: Maker
):
    maker.online = False
    with pytest.raises(TerminalDown) as why:
        terminal.status()
    assert not why.value.reached


def test_what_was_approved_goes_back(terminal: Terminal, maker: Maker):
    begin(terminal)
    if isinstance(maker, Stripe):
        assert terminal.void(KEY).step is Step.VOIDED
        assert terminal.lookup(KEY).step is Step.CANCELLED
        return
    with pytest.raises(Busy):
        terminal.void(KEY)
    assert terminal.refund(KEY, 4800).step is Step.APPROVED
    assert terminal.lookup(KEY).step is Step.VOIDED


def test_what_was_captured_is_refunded_and_not_voided(terminal: Terminal):
    begin(terminal)
    terminal.capture(KEY)
    with pytest.raises(Busy):
        terminal.void(KEY)
    assert terminal.refund(KEY, 4800).step is Step.APPROVED
    assert terminal.lookup(KEY).step is Step.VOIDED


def test_an_amount_without_decimals_stays_what_it_is(terminal: Terminal):
    terminal.authorise(KEY, amount=4800, currency="JPY", order="K7Q4MX23")
    assert terminal.poll(KEY).amount == 4800


@pytest.mark.parametrize("maker", ["stripe"], indirect=True)
def test_a_part_that_the_card_could_pay_is_told_as_it_is(terminal: Terminal, maker: Stripe):
    """A Solo takes all or nothing."""
    maker.outcome = "part"
    begin(terminal)
    assert terminal.poll(KEY).amount == 2400
