"""Whatever devices send gets an answer of one shape: never a 500. Source: §2.2, §2.3."""

import json
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from ledger import seating, worker
from ledger.store import Busy
from ledger.tables.records import StaffCallRow
from tests.parts.ledger.device import new_id

POSTS = ["/api/holds", "/api/allotments", "/api/claims", "/api/lookups", "/api/calls"]
NONSENSE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{",
    b"\xff",
    b"[" * 50_000,
    b'{"performance": {"a": 1}, "order": [], "seats": "A1", "hold": 7, "claim": {}}',
    b'{"performance": null, "order": null, "seats": null, "best": 1, "kind": []}',
    b'{"performance": "p", "order": "o", "best": {"quantity": 1e99}}',
    b'{"performance": "p", "order": "o", "best": {"quantity": -1}}',
    b'{"performance": "p", "order": "o", "best": {"quantity": true}}',
    b'{"performance": "p", "order": "o", "best": {"quantity": 2, "levels": "x"}}',
    b'{"performance": "p", "order": "o", "best": {"quantity": 2, "accessible": "x"}}',
    b'{"performance": "p", "quantity": "many", "call": "x", "place": 7}',
    b'{"performance": "\\u0000", "order": "\\u0000", "seats": ["\\u0000"]}',
    b'{"performance": "p", "order": "o", "seats": [{"a": 1}]}',
]


@pytest.mark.parametrize("target", POSTS)
@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_malformed(kiosk, target, body):
    answer = kiosk.raw("POST", target, body)

    assert answer.status == 400
    assert answer.body["error"] == "malformed"
    assert answer.body["message"]


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/holds", 404),
        ("PATCH", "/api/events", 404),
        ("GET", "/api/snapshot?s=x&page=-1", 400),
        ("GET", "/api/snapshot?s=x&page=99999999999", 400),
        ("GET", "/api/time", 400),
        ("GET", "/api/time?nonce=" + "x" * 65, 400),
    ],
)
def test_what_is_not_there_has_the_same_shape(kiosk, method, target, status):
    answer = kiosk.raw(method, target)

    assert answer.status == status
    assert {"error", "message"} <= answer.body.keys()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": "x"},
        {"token": "x", "protocols": "1"},
        {"token": "x", "protocols": [1], "public_key": "???", "proof": "x"},
        {"token": "x", "protocols": [1], "public_key": "AAAA", "proof": "AAAA"},
        {"token": "x", "protocols": [1], "public_key": "A" * 43, "proof": 7},
    ],
)
def test_a_pairing_that_makes_no_sense_is_malformed(app, body):
    answer = app.test_client().post("/api/pair", json=body)

    assert answer.status_code == 400
    assert answer.get_json()["error"] == "malformed"


def test_holds_for_an_evening_that_nobody_knows_are_not_found(kiosk):
    assert kiosk.hold("nowhere", "A1").status == 404
    wish = {"performance": "nowhere", "quantity": 2}
    assert kiosk.post("/api/allotments", wish).status == 404


@pytest.mark.parametrize(
    "trouble",
    [Busy(), OperationalError("x", {}, Exception("database or disk is full"))],
)
def test_a_database_in_trouble_asks_to_come_again(kiosk, theatre, monkeypatch, trouble):
    def fails(*_args, **_kwargs):
        raise trouble

    monkeypatch.setattr(seating, "hold", fails)
    answer = kiosk.hold(theatre.tonight, "A1")

    assert (answer.status, answer.body["error"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_guest_who_calls_is_heard_once_and_told_who_comes(kiosk, door, theatre, ledger):
    call = {"call": new_id(), "place": "Foyer", "page": "/order"}
    for _ in range(2):
        kiosk.post("/api/calls", call).ok(201)
    stream = f"venue:{theatre.house}"
    assert door.documents(stream, "call")[call["call"]]["place"] == "Foyer"

    answer = json.dumps({"by": "Anna", "eta_min": 1}).encode()
    door.raw("PUT", f"/api/calls/{call['call']}", answer).ok()

    told = kiosk.documents(stream, "call")[call["call"]]
    assert (told["by"], told["eta_min"]) == ("Anna", 1)
    with ledger.store.read() as session:
        assert session.scalar(select(func.count()).select_from(StaffCallRow)) == 1


def test_figures_are_told_on_this_machine_only(app, theatre):
    theatre.sell("A2", "A3")
    client = app.test_client()

    figures = client.get("/demo/figures").get_json()

    assert figures["journal_sum"] == 0
    assert (figures["tickets"], figures["orders"]) == (2, 1)
    assert [len(seat["tickets"]) for seat in figures["seats_sold"]] == [1, 1]
    afar = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.get("/demo/figures", environ_base=afar).status_code == 403


def test_what_waits_is_done_in_rounds(kiosk, theatre, ledger, clock):
    letters = [True, False]
    waiting = worker.Worker(ledger, post=lambda: letters.pop(0))
    kiosk.hold(theatre.tonight, "A1").ok(201)
    clock.passes(minutes=15)

    assert waiting.step() is True
    assert waiting.step() is False

    assert kiosk.hold(theatre.tonight, "A1").status == 201


def test_trouble_in_waiting_work_is_written_down_and_passes(ledger):
    rounds, done = [], threading.Event()

    def post():
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("the mail server speaks in tongues")
        waiting.stop()
        done.set()
        return False

    waiting = worker.Worker(ledger, post=post, pause_s=0.01)
    waiting.run()

    assert done.is_set()


def test_no_session_is_looked_for_when_a_device_asks(app):
    with app.test_request_context("/api/events") as asked:
        assert app.session_interface.open_session(app, asked.request) is None
    with app.test_request_context("/shop/") as asked:
        assert app.session_interface.open_session(app, asked.request) is not None
