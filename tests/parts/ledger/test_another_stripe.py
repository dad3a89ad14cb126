"""Stripe as others wrote it: localstripe takes what our adapters send and keeps a book.

`scripts/setup dev` installs it as a program of its own. It has no readers, no checkout, and
forgets idempotency keys, so it shows how payments are begun, stopped and given back.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from boxoffice.ids import uuid7
from kiosk.payments.port import TerminalDown
from kiosk.payments.stripe_terminal import StripeTerminal as AtTheKiosk
from ledger.gateways.port import Charge, Charged, NoCard, Step
from ledger.gateways.stripe import StripeGateway
from ledger.gateways.stripe_terminal import StripeTerminal as AtTheWindow
from ledger.gateways.terminal import Silent
from tests.parts.lobby.host import free_base

ROOT = Path(__file__).parents[3]
LOCALSTRIPE = Path(
    os.environ.get("LOCALSTRIPE", ROOT / ".tools/localstripe/bin/localstripe")
)
SECRET = "sk_test_of_nobody"
APPROVED, REFUSED = "4242424242424242", "4000000000000341"
if not LOCALSTRIPE.exists():
    pytest.skip("localstripe is not on this machine", allow_module_level=True)


def new_key() -> str:
    return uuid7(time.time_ns() // 1_000_000, os.urandom(10))


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    port, folder = free_base(), tmp_path_factory.mktemp("localstripe")
    command = [LOCALSTRIPE, "--port", str(port), "--from-scratch"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            until = time.monotonic() + 60
            while b"Running on" not in (folder / "log").read_bytes():
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture
def book(address) -> stripe.StripeClient:
    """What stands in the other's book, asked by Stripe's own library."""
    return stripe.StripeClient(SECRET, base_addresses={"api": address})


def intent_of(book, key):
    (found,) = [
        one for one in book.v1.payment_intents.list().data if one.metadata["key"] == key
    ]
    return found


def card(book, number):
    details = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    return book.v1.payment_methods.create({"type": "card", "card": details})


def paid(book, amount):
    """A payment that a card has made."""
    made = {
        "amount": amount,
        "currency": "eur",
        "payment_method": card(book, APPROVED).id,
        "confirm": True,
    }
    return book.v1.payment_intents.create(made)


def test_a_kiosk_asks_to_hold_and_the_window_to_take(address, book):
    held, taken = new_key(), new_key()
    kiosk = AtTheKiosk("tmr_1", SECRET, address=address)
    window = AtTheWindow("tmr_1", SECRET, address=address)

    # There are no readers here, so both end where one would be told.
    with pytest.raises(TerminalDown):
        kiosk.authorise(held, amount=4800, currency="EUR", order="K7Q4MX23")
    with pytest.raises(Silent):
        window.begin(taken, amount=2400, currency="EUR")

    at_kiosk, at_window = intent_of(book, held), intent_of(book, taken)
    assert (at_kiosk.amount, at_kiosk.currency) == (4800, "eur")
    assert at_kiosk.metadata["order"] == "K7Q4MX23"
    assert at_kiosk.capture_method == "manual"
    assert (at_window.amount, at_window.capture_method) == (2400, "automatic")
    assert at_kiosk.status == at_window.status == "requires_payment_method"


def test_a_refund_that_is_asked_for_twice_is_made_once(address, book):
    ref = paid(book, 3000).id
    gateway, key = StripeGateway(SECRET, address=address), new_key()

    # It forgets keys, as Stripe does after a day: what it lists is what keeps it to one.
    for _ in range(2):
        assert gateway.refund(Charge(key, ref), key=key, amount=1200) == ""
    other = new_key()
    assert gateway.refund(Charge(key, ref), key=other, amount=500) == ""

    listed = book.v1.refunds.list({"payment_intent": ref}).data
    assert sorted((one.metadata["key"], one.amount) for one in listed) == sorted(
        [(key, 1200), (other, 500)]
    )


def test_a_kept_card_that_is_not_charged_is_let_go_and_forgotten(address, book):
    customer = book.v1.customers.create()
    method = card(book, APPROVED)
    book.v1.payment_methods.attach(method.id, {"customer": customer.id})
    vault = StripeGateway(SECRET, address=address)
    made = book.v1.payment_intents.create(
        {
            "amount": 1400,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method.id,
        }
    )

    assert vault.outcome(made.id) == Charged(Step.OPEN)
    assert vault.stop(made.id) == Charged(Step.ENDED)
    vault.forget(f"{customer.id}/{method.id}")
    vault.forget(f"{customer.id}/{method.id}")

    with pytest.raises(stripe.InvalidRequestError):
        book.v1.customers.retrieve(customer.id)
    with pytest.raises(NoCard):
        vault.prepare(
            new_key(),
            f"{customer.id}/{method.id}",
            amount=1400,
            currency="EUR",
            words="Hamlet",
        )


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(APPROVED, Charged(Step.TAKEN)), (REFUSED, Charged(Step.ENDED, "declined"))],
)
def test_what_a_bank_said_of_a_kept_card_is_read(address, book, number, outcome):
    method = card(book, number)
    made = book.v1.payment_intents.create(
        {"amount": 1400, "currency": "eur", "payment_method": method.id}
    )
    try:
        book.v1.payment_intents.confirm(made.id)
    except stripe.CardError:
        assert outcome.why

    assert StripeGateway(SECRET, address=address).outcome(made.id) == outcome
