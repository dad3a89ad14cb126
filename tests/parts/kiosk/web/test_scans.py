"""The door's scanner posts: readings go straight, whatever else is answered as by a page.

Source: sync.md §2.8.
"""

import json

import pytest
from flask import request, request_started
from sqlalchemy.exc import DBAPIError

from kiosk import door as doors
from kiosk.app import create_app, write_scanner_secret
from kiosk.device import Device
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import list_ticket

TICKET = "0199a2b4-6c1e-7a3f-8d52-4be1c09f7701"
READING = {"scan": "scan-1", "text": "WIFI:S:foyer;;", "source": "camera", "seen_ms": 0}


@pytest.fixture
def app(door: Device):
    write_scanner_secret(door.config)
    return create_app(door)


@pytest.fixture
def post(app, door: Device):
    """Post as the scanner does, but for what a test says."""

    def posted(body=READING, *, secret=None, host="127.0.0.1", **more):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "X-Scanner-Secret": secret or door.config.scanner_secret_file.read_text(),
            "Host": host,
            **more,
        }
        return app.test_client().post("/scans", data=raw, headers=headers)

    return posted


@pytest.fixture
def pages(app):
    """The addresses that Flask was asked for."""
    asked = []

    def note(_app, **_more):
        asked.append(request.path)

    with request_started.connected_to(note, app):
        yield asked


def test_a_reading_is_judged_without_flask(post, pages, ledger: LedgerDouble):
    answer = post({**READING, "text": list_ticket(ledger, TICKET, "A-5")})

    assert (answer.status_code, answer.json["answer"]) == (200, "ADMIT")
    assert answer.headers["Cache-Control"] == "no-store"
    assert pages == []


def test_a_retry_gets_the_answer_that_was_recorded(post, ledger: LedgerDouble):
    reading = {**READING, "text": list_ticket(ledger, TICKET, "A-5")}

    assert [post(reading).json["answer"] for _ in range(2)] == ["ADMIT", "ADMIT"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        ({"scan": "scan-1"}, 400),
        ({**READING, "text": ""}, 400),
        ({**READING, "text": ["FOH:"]}, 400),
        ({**READING, "text": "x" * 70_000}, 413),
    ],
)
def test_what_is_no_reading_is_refused_by_the_page(post, pages, body, status):
    assert post(body).status_code == status
    assert pages == ["/scans"]


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "guessed"}, 401),
        ({"secret": "\u00e6\u00f8\u00e5"}, 401),
        ({"host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
def test_a_stranger_is_refused_by_the_page(post, pages, how, status):
    assert post(**how).status_code == status


def test_a_door_that_stumbles_says_so_as_a_page(post, pages, door, app, monkeypatch):
    def stumbles(*_args, **_more):
        raise DBAPIError("a statement", None, OSError("no room"))

    monkeypatch.setattr(doors, "decide", stumbles)
    app.testing = False

    assert post().status_code == 500
    assert pages == ["/scans"]


def test_a_door_that_is_not_ready_does_not_judge(post, pages, app, door):
    app.extensions["foh_loops"] = object()
    door.ready.clear()

    assert post().json == {"answer": "NOT_READY"}
    assert pages == ["/scans"]
