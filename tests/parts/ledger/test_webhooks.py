"""What other programs are told: signed, tried again, logged; never into our own network."""

import hashlib
import hmac
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ledger import webhooks
from ledger.hooks import address
from ledger.hooks.messenger import Messenger
from ledger.tables.webhooks import WebhookDeliveryRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import rows

pytestmark = pytest.mark.usefixtures("sound_book")
HOST = "127.0.0.1"


class Program:
    """A program that hears of us, on a real port. answers: codes to give, one a call."""

    def __init__(self):
        self.heard, self.answers = [], []
        program = self

        class Page(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                program.heard.append((dict(self.headers), body.decode()))
                code = program.answers.pop(0) if program.answers else 204
                self.send_response(code)
                self.send_header("Location", f"http://{HOST}:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Say nothing."""

        self._server = HTTPServer((HOST, 0), Page)
        self.address = f"http://{HOST}:{self._server.server_port}/hook?for=us"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def program():
    opened = Program()
    yield opened
    opened.close()


@pytest.fixture
def messenger(ledger):
    config = replace(ledger.config, webhook_hosts=frozenset({HOST}))
    return Messenger(replace(ledger, config=config))


@pytest.fixture
def secret(ledger, program, people):
    """The program hears of orders that are sold and cancelled."""
    return ledger.store.write(
        webhooks.add,
        ledger.means(),
        address=program.address,
        events=["order.sold", "order.cancelled"],
        by=people["anna"],
    )


def states(ledger):
    return [(row.state, row.tries) for row in rows(ledger, WebhookDeliveryRow)]


def test_a_sale_is_told_once_signed_and_without_anybodys_name(
    theatre, ledger, program, messenger, secret
):
    sold = theatre.sell("A2")
    assert messenger.step()
    assert not messenger.step()

    ((headers, body),) = program.heard
    at, _, made = headers["FoH-Signature"].partition(",v1=")
    said = f"{at.removeprefix('t=')}.{body}".encode()
    assert made == hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert (told["event"], told["subject"]) == ("order.sold", sold.id)
    assert set(told) == {"id", "event", "at_ms", "subject"}
    assert states(ledger) == [("delivered", 1)]


def test_who_does_not_answer_is_asked_again_later_and_in_the_end_given_up(
    theatre, ledger, program, messenger, secret, clock
):
    theatre.sell("A2")
    program.answers = [500, 302]
    messenger.step()
    assert not messenger.step()
    clock.passes(minutes=1)
    messenger.step()
    assert states(ledger) == [("waiting", 2)]
    assert len(program.heard) == 2, "a redirection is not followed"

    program.answers = [500] * 20
    for minutes in webhooks.PAUSES_MIN:
        clock.passes(minutes=minutes)
        messenger.step()
    assert states(ledger) == [("given_up", 8)]


def test_a_manager_adds_tries_sends_again_and_ends(
    app, people, theatre, ledger, program, messenger, monkeypatch
):
    anna = clerk(app, "anna")
    monkeypatch.setattr(address, "check", lambda *_: None)
    anna.open("/staff/people/webhooks")
    anna.type("Address", program.address)
    page = anna.press("Add it")
    assert "whsec_" in page.words
    assert "whsec_" not in anna.open("/staff/people/webhooks").words
    monkeypatch.undo()

    anna.press(program.address)
    program.answers = [503]
    anna.press("Send a test")
    messenger.step()
    page = anna.reload()
    assert "test waits" in page.words
    assert "503 Service Unavailable" in page.words
    anna.press("Send again")
    messenger.step()
    assert "delivered" in anna.reload().words
    anna.press("End it")
    theatre.sell("A2")
    assert not messenger.step()


def test_a_plain_or_private_address_is_refused_in_words(app, people, ledger):
    anna = clerk(app, "anna")
    for typed, said in (
        ("http://example.org/x", "begins with https://"),
        ("https://10.0.0.8/x", "inside a private network"),
        ("https://[::ffff:127.0.0.1]/x", "inside a private network"),
        ("https://user:word@example.org/", "leave names and passwords out"),
        ("https://example.org:99999/", "no address of a web server"),
        ("javascript:alert(1)", "begins with https://"),
    ):
        anna.open("/staff/people/webhooks")
        anna.type("Address", typed)
        assert said in anna.press("Add it").alert, typed


def test_a_name_that_leads_inside_is_not_called(theatre, ledger, program, people):
    inside = program.address.replace("http:", "https:").replace(HOST, "localhost")
    ledger.store.write(
        webhooks.add,
        ledger.means(),
        address=inside,
        events=["order.sold"],
        by=people["anna"],
    )
    theatre.sell("A2")

    Messenger(ledger).step()

    assert program.heard == []
    assert "private network" in rows(ledger, WebhookDeliveryRow)[0].answer


def test_a_sale_that_is_undone_tells_nothing(theatre, ledger, secret):
    with pytest.raises(RuntimeError):
        ledger.store.write(_sell_and_break, ledger, theatre)

    assert rows(ledger, WebhookDeliveryRow) == []


def _sell_and_break(session, ledger, theatre):
    webhooks.note(session, ledger.means(), "order.sold", "x")
    raise RuntimeError
