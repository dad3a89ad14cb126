"""Bad will and bad luck at the ledger's own HTTP server, with sockets: sync.md §2.

Nothing that happened is refused, and nothing accepted that did not. Each of these has more
examples beside the rule it is about; here the whole way is walked once.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from boxoffice import log, wire
from ledger.tables.devices import DeviceEventRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.orders import OrderRow
from ledger.tables.seats import HoldRow
from tests.parts.ledger.device import Device, new_id
from tests.parts.ledger.served import Caller, served

pytestmark = pytest.mark.usefixtures("sound_book")
STARTED = {"software": "0.1.0", "boot": "b", "trust": "trusted"}


@pytest.fixture
def line(app) -> Iterator[Caller]:
    with served(app) as caller:
        yield caller


@pytest.fixture
def kiosk(lobby, line) -> Device:
    return replace(lobby.known_device("Kiosk 1"), client=line)


def count(ledger, table, *where) -> int:
    with ledger.store.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))


def kinds(ledger) -> list[str]:
    with ledger.store.read() as session:
        return list(session.scalars(select(DiscrepancyRow.kind)))


def test_a_forged_request_is_not_believed(kiosk, theatre, ledger):
    mallory = Ed25519PrivateKey.generate()

    held = kiosk.hold(theatre.tonight, "A1", key=mallory)
    told = kiosk.get("/api/events", key=mallory)

    for answer in (held, told):
        assert (answer.status, answer.body["error"]) == (401, "signature")
    assert count(ledger, HoldRow) == 0


def test_a_replayed_request_gets_the_answer_of_the_first_and_does_nothing(
    kiosk, theatre, ledger, clock
):
    request = new_id()
    first = kiosk.hold(theatre.tonight, "A1", request=request).ok(201)

    assert kiosk.hold(theatre.tonight, "A1", request=request).ok(201) == first
    assert kiosk.hold(theatre.tonight, "A2", request=request).status == 422
    old_ms = clock()
    clock.passes(minutes=6)
    later = kiosk.hold(theatre.tonight, "A1", request=request, time_ms=old_ms)
    assert (later.status, later.body["error"]) == (401, "clock")
    assert count(ledger, HoldRow) == 1


def test_a_request_that_was_cut_off_leaves_nothing_behind(kiosk, theatre, ledger, line):
    body = json.dumps({"performance": theatre.tonight, "seats": ["A1"]}).encode()
    said = {**kiosk.headers("POST", "/api/holds", body), "Host": "ledger"}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())

    def request(length: int, sent: bytes) -> bytes:
        first = f"POST /api/holds HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n"
        return line.send(first.encode() + sent)

    assert b" 201 " not in request(len(body), body[:-9])
    shorter = request(len(body) - 9, body[:-9])
    assert shorter.startswith(b"HTTP/1.1 401 ")
    assert line.send(b"POST /api/holds HTTP/1.1\r\nFoH-Dev") == b""

    assert count(ledger, HoldRow) == 0
    assert kiosk.hold(theatre.tonight, "A1").status == 201


def test_requests_that_one_line_sends_at_once_are_answered_one_after_the_other(
    kiosk, theatre, ledger, line
):
    def request(method: str, target: str, body: bytes, **how) -> bytes:
        said = {**kiosk.headers(method, target, body, **how), "Host": "ledger"}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        first = f"{method} {target} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n"
        return first.encode() + body

    def hold(seat: str, **how) -> bytes:
        wanted = {"performance": theatre.tonight, "order": "K7Q4MX23", "seats": [seat]}
        return request("POST", "/api/holds", json.dumps(wanted).encode(), **how)

    mallory = Ed25519PrivateKey.generate()
    asked = [
        hold("A1"),
        hold("A2", key=mallory),
        request("GET", "/api/events", b""),
        hold("A1"),
        hold("A3"),
    ]

    heard = line.send(b"".join(asked))

    statuses = [part.split(b" ", 1)[0] for part in heard.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"201", b"401", b"200", b"409", b"201"]
    assert count(ledger, HoldRow) == 2


def test_uploads_that_arrive_in_another_order_are_taken_in_the_right_one(
    kiosk, theatre, ledger
):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    kiosk.happened("device.started", STARTED)
    kiosk.happened("sale", kiosk.sale(kiosk.line(theatre.tonight, "A1", epoch)))

    late = kiosk.upload(kiosk.events[1:])

    assert (late.status, late.body["error"]) == (409, "gap")
    assert wire.cursor(late.body["cursor"]).seq == 0
    assert count(ledger, OrderRow) == 0
    kiosk.upload(kiosk.events[:1]).ok()
    assert kiosk.upload(kiosk.events[1:]).ok()["acked"]["seq"] == 2
    assert kiosk.upload(kiosk.events[:1]).ok()["acked"]["seq"] == 2
    assert count(ledger, OrderRow) == 1
    assert kinds(ledger) == []


@pytest.mark.parametrize("size", [wire.MOST_BATCH_BYTES * 2, 30_000_000])
def test_a_request_that_is_too_large_is_refused_and_the_next_is_heard(
    kiosk, ledger, line, size
):
    body = b"x" * size

    try:
        answer = kiosk.raw("POST", "/api/events", body)
    except ConnectionError:  # The server hangs up on what nobody could mean.
        assert size > wire.MOST_BATCH_BYTES * 2
    else:
        assert answer.status == 413
    assert b" 200 " not in line.send(b"GET /" + b"x" * 300_000)
    kiosk.happened("device.started", STARTED)
    assert kiosk.upload().ok()["acked"]["seq"] == 1


def test_what_is_too_much_for_one_upload_is_taken_in_parts(kiosk, ledger):
    for _ in range(wire.MOST_EVENTS + 1):
        kiosk.happened("device.started", STARTED)

    assert kiosk.upload().status == 400
    assert count(ledger, DeviceEventRow) == 0
    kiosk.upload(kiosk.events[: wire.MOST_EVENTS]).ok()
    assert kiosk.upload(kiosk.events[wire.MOST_EVENTS :]).ok()["acked"]["seq"] == 501


def test_a_request_of_a_later_protocol_is_told_so_and_a_later_event_is_kept(kiosk, ledger):
    told = kiosk.get("/api/events", changed={"FoH-Protocol": "2"})
    assert told.status == 426

    kiosk.happened("hologram.shown", {"of": "the ghost"})
    last = kiosk.events[0]
    kiosk.events.append(kiosk.event(2, last.hash, "sale", {"all": "different"}, ver=7))
    kiosk.happened("staff.action", {"staff": "tom", "action": "x", "later": [1]})
    document = wire.batch_document(kiosk.batch()) | {"compressed": "never"}

    assert kiosk.post("/api/events", document).ok()["acked"]["seq"] == 3
    assert count(ledger, DeviceEventRow, DeviceEventRow.applied.is_(True)) == 1
    assert kinds(ledger) == ["event_unreadable"] * 2


def test_a_hash_that_is_wrong_spoils_its_upload_and_nothing_else(kiosk, ledger):
    kiosk.happened("device.started", STARTED)
    kiosk.happened("device.started", STARTED)
    genuine = list(kiosk.events)

    for forged in (
        replace(genuine[1], body='{"software":"forged"}'),
        replace(genuine[1], prev=genuine[1].hash),
        replace(genuine[1], hash=b"\x00" * 32),
    ):
        answer = kiosk.upload([genuine[0], forged])
        assert (answer.status, answer.body["error"]) == (400, "malformed")
    assert count(ledger, DeviceEventRow) == 0
    assert kiosk.upload(genuine).ok()["acked"]["seq"] == 2


def test_two_devices_with_one_identity_are_both_heard_and_neither_sells(
    kiosk, theatre, ledger
):
    epochs = kiosk.own(theatre.tonight, "A1", "A2")
    kiosk.happened("device.started", STARTED)
    copy = replace(kiosk, events=list(kiosk.events))
    for device, seat, order in ((kiosk, "A1", "K7Q4MX23"), (copy, "A2", "K7Q4MX24")):
        line = device.line(theatre.tonight, seat, epochs[seat])
        device.happened("sale", device.sale(line, order=order))

    kiosk.upload().ok()
    told = copy.upload().ok()

    assert told["acked"]["hash"] == log.encoded(kiosk.events[-1].hash)
    assert count(ledger, OrderRow) == 2
    assert kinds(ledger) == ["log_forked"]
    for device in (kiosk, copy):
        assert device.get("/api/events").ok()["state"] == "forked"
        assert device.hold(theatre.tonight, "B1").status == 403
        assert device.upload().status == 200


@pytest.mark.parametrize("wrong_ms", [1, 4_102_444_800_000], ids=["1970", "2100"])
def test_a_clock_of_1970_or_2100_gets_the_time_and_its_sale_is_a_sale(
    kiosk, theatre, ledger, clock, wrong_ms
):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    kiosk.happened("sale", kiosk.sale(line), wall_ms=wrong_ms, trust="untrusted")
    document = wire.batch_document(kiosk.batch())

    refused = kiosk.post("/api/events", document, time_ms=wrong_ms)

    assert (refused.status, refused.body["error"]) == (401, "clock")
    assert refused.headers["FoH-Now"] == str(clock())
    kiosk.post("/api/events", document, time_ms=int(refused.headers["FoH-Now"])).ok()
    assert count(ledger, OrderRow) == 1
    assert kinds(ledger) == []


def test_a_file_that_a_page_may_take_passes_the_server(line):
    """A plan of 20,000 seats has some megabytes; who has not signed in goes no further."""
    file = b"--b\r\n" + b"x" * (4 << 20)
    said = {"Content-Type": "multipart/form-data; boundary=b"}

    halls = line.open("/staff/catalogue/halls", method="POST", data=file, headers=said)

    assert halls.status_code == 400
    assert b"open too long" in halls.body
