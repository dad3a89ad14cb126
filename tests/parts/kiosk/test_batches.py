"""A ledger that needs long for many events hears fewer at a time, over real connections."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from sqlalchemy import select

from boxoffice import wire
from kiosk import log, sync
from kiosk.batches import UPLOAD_S, Batches
from kiosk.device import Device
from kiosk.line import Line
from kiosk.outcomes import LineDown
from kiosk.store.tables.device import LogRow
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Rooms, Time

SOON_S = 1.5


class Busy(ThreadingHTTPServer):
    """The ledger behind a real port. ms_each: how long it needs for an event.

    Whatever needs longer than a device waits is not answered at all. heard, more:
    the sizes of the uploads, and whether they said that more follows.
    """

    daemon_threads = True
    ms_each = 0

    def __init__(self, ledger: LedgerDouble, time: Time) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.ledger, self.time = ledger, time
        self.heard: list[int] = []
        self.more: list[bool] = []
        self.closing = threading.Event()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Busy

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        upload = json.loads(body)
        sent = len(upload["events"])
        self.server.heard.append(sent)
        self.server.more.append(upload["more"])
        if sent * self.server.ms_each > UPLOAD_S * 1000:
            self.server.closing.wait()
            return
        self.server.time.pass_ms(sent * self.server.ms_each)
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        asked = httpx.Request(
            self.command,
            f"http://ledger.test{self.path}",
            headers=dict(self.headers),
            content=body,
        )
        answer = self.server.ledger.handle_request(asked)
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy(ledger: LedgerDouble, time: Time) -> Iterator[Busy]:
    with Busy(ledger, time) as busy:
        threading.Thread(target=busy.serve_forever, args=(0.01,), daemon=True).start()
        yield busy
        busy.closing.set()
        busy.shutdown()


@pytest.fixture
def device(rooms: Rooms, busy: Busy) -> Iterator[Device]:
    device = rooms.device(hears=False)
    sync.everything(device)
    line = Line(
        f"http://127.0.0.1:{busy.server_port}",
        clock=device.clock,
        key=device.key,
        identity=device.me,
        new_id=device.new_id,
    )
    device.connect(line)
    with contextlib.closing(line):
        yield device


def write(device: Device, many: int) -> None:
    def all_(session) -> None:
        for _ in range(many):
            what = {"action": device.new_id()}
            log.append(session, device.clock, device.new_id(), "staff.action", what)

    device.store.write(all_)


def written(device: Device) -> list[str]:
    with device.store.read() as session:
        bodies = session.scalars(
            select(LogRow.body).where(LogRow.type == "staff.action").order_by(LogRow.seq)
        )
        return [json.loads(body)["action"] for body in bodies]


def test_what_the_ledger_cannot_take_in_time_comes_in_smaller_parts(
    device: Device, busy: Busy, ledger: LedgerDouble
):
    busy.ms_each = 50
    write(device, 1000)
    for _ in range(2):
        with pytest.raises(LineDown):
            sync.upload(device, timeout_s=SOON_S)
        sync.cursor(device)
    sync.everything(device)

    assert busy.heard == [500, 250, *[125] * 8]

    busy.ms_each = 0
    write(device, 1000)
    sync.everything(device)

    assert busy.heard[10:] == [125, 250, 500, 125]
    heard = [body["action"] for body in ledger.events("kiosk-1", "staff.action")]
    assert heard == written(device)


def test_a_ledger_that_never_answers_is_asked_for_one_event_at_last(
    device: Device, busy: Busy
):
    busy.ms_each = 1_000_000
    device.batches.most = 3
    write(device, 5)
    for _ in range(3):
        with pytest.raises(LineDown):
            sync.upload(device, timeout_s=SOON_S)

    assert busy.heard == [3, 1, 1]


@pytest.mark.parametrize(("many", "more"), [(2, True), (3, False)])
def test_a_batch_says_whether_more_follows(
    device: Device, busy: Busy, many: int, more: bool
):
    write(device, 3)
    device.batches.most = many

    assert sync.upload(device).more is more
    assert busy.more == [more]


def test_a_line_that_is_cut_makes_no_batch_smaller(
    device: Device, busy: Busy, ledger: LedgerDouble
):
    write(device, 2)
    busy.shutdown()
    busy.socket.close()
    with pytest.raises(LineDown):
        sync.upload(device)

    assert device.batches.most == wire.MOST_EVENTS


@pytest.mark.parametrize(
    ("sent", "took_ms", "next_"),
    [
        (100, 0, 200),
        (100, 2500, 200),
        (100, 2501, 100),
        (99, 0, 100),
    ],
    ids=["at once", "in a quarter of the time", "later than that", "not full"],
)
def test_only_a_full_batch_that_went_quickly_lets_the_next_one_grow(sent, took_ms, next_):
    batches = Batches()
    batches.most = 100

    batches.answered(sent, took_ms)

    assert batches.most == next_


def test_batches_grow_to_what_the_ledger_takes_and_no_further():
    batches = Batches()
    batches.late(500)
    for _ in range(5):
        batches.answered(batches.most, 0)

    assert batches.most == wire.MOST_EVENTS
