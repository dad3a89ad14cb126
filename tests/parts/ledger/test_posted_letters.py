"""An order's page says where its letters are while the mail server is away, and after."""

import socket

import pytest
from aiosmtpd.controller import Controller

from ledger.mail import outbox
from ledger.patrons import Patron
from tests.parts.ledger.clerk import fill
from tests.parts.ledger.test_order_pages import opened

pytestmark = pytest.mark.usefixtures("sound_book")


class Takes:
    """A mail server that takes every letter."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(envelope.content)
        return "250 OK"


@pytest.fixture
def port():
    """A port where nobody listens yet."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        return kept.getsockname()[1]


def test_a_letter_waits_for_the_mail_server_and_goes_when_it_is_back(
    bo, theatre, ledger, clock, port
):
    sold = theatre.sell("A2", patron=Patron("Grace Okafor", "grace@example.org"))
    opened(bo, sold)
    assert "are on their way" in bo.press("Mail tickets again").words
    assert "Tickets to grace@example.org: waits to be sent." in bo.page.words

    server = ("127.0.0.1", port)
    while outbox.step(ledger.store, server, clock):
        pass
    words = opened(bo, sold).words
    assert "waits: the mail server did not take it" in words
    assert "Connection refused" in words
    assert "tried 1 time, next" in words

    back = Takes()
    running = Controller(back, hostname="127.0.0.1", port=port)
    running.start()
    try:
        clock.passes(minutes=1)
        while outbox.step(ledger.store, server, clock):
            pass
    finally:
        running.stop()
    assert back.letters
    words = opened(bo, sold).words
    assert "Tickets to grace@example.org: sent" in words
    assert "waits" not in words


def test_no_letter_brings_tickets_of_a_cancelled_order(bo, theatre, ledger, clock, port):
    """ORD4: not the one that still waited, and none is offered."""
    sold = theatre.sell("A2", patron=Patron("Grace Okafor", "grace@example.org"))
    opened(bo, sold)
    fill(bo, "reason", "ill")
    assert "Mail tickets again" not in bo.press("Cancel this order").words
    back = Takes()
    running = Controller(back, hostname="127.0.0.1", port=port)
    running.start()
    try:
        while outbox.step(ledger.store, ("127.0.0.1", port), clock):
            pass
    finally:
        running.stop()

    assert back.letters == []
    words = opened(bo, sold).words
    assert "Tickets to grace@example.org: not sent: its tickets had become void." in words
