"""What carries requests to the ledger, over real sockets."""

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from kiosk.carrier import MOST_IDLE, Answer, Asked, Connections, Lost

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nFoH-Now: 7\r\n\r\n{}"
Serve = Callable[[socket.socket, int], object]


class Far:
    """The other end: `serve` is called for each connection, with its number from 1."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.heard: list[bytes] = []
        self.connections = 0
        self._near: list[Connections] = []
        self.serve: Serve = self.answer_all
        threading.Thread(target=self._accept, daemon=True).start()

    def answer_all(self, line: socket.socket, _number: int) -> None:
        while self.hear(line):
            line.sendall(OK)

    def hear(self, line: socket.socket) -> bytes:
        raw = line.recv(65536)
        if raw:
            self.heard.append(raw)
        return raw

    def near(self) -> Connections:
        self._near.append(Connections(self.url, None, lambda: None))
        return self._near[-1]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for carrier in self._near:
            carrier.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            number = self.connections
            threading.Thread(target=self._one, args=(line, number), daemon=True).start()

    def _one(self, line: socket.socket, number: int) -> None:
        with line:
            self.serve(line, number)


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.close()


def ask(carrier: Connections, timeout_s: float = 5) -> Answer:
    asked = Asked("POST", "/api/claims?a=1", {"X": "y"}, b"{}")
    return carrier.carry(asked, timeout_s=timeout_s)


def test_a_request_arrives_as_it_was_asked_and_its_answer_comes_back(far: Far):
    assert ask(far.near()) == Answer(200, {"content-length": "2", "foh-now": "7"}, b"{}")

    head, _, body = far.heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/claims?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nX: y\r\n" in head
    assert body == b"{}"


def test_a_connection_serves_many_requests(far: Far):
    carrier = far.near()
    for _ in range(3):
        ask(carrier)

    assert (far.connections, len(far.heard)) == (1, 3)


def test_a_connection_that_was_hung_up_while_idle_is_not_used_again(far: Far):
    gone = threading.Event()

    def once(line: socket.socket, _number: int) -> None:
        far.hear(line)
        line.sendall(OK)
        line.close()
        gone.set()

    far.serve = once
    carrier = far.near()
    ask(carrier)
    gone.wait(60)

    assert ask(carrier).status == 200
    assert (far.connections, len(far.heard)) == (2, 2)


def test_a_connection_that_is_hung_up_as_we_send_is_no_silence(far: Far):
    def first_hangs_up(line: socket.socket, number: int) -> None:
        while far.hear(line):
            if number == 1 and len(far.heard) == 2:
                return
            line.sendall(OK)

    far.serve = first_hangs_up
    carrier = far.near()
    ask(carrier)

    assert ask(carrier).status == 200
    # The same bytes twice: whoever receives them knows the request by its id.
    assert far.heard[1] == far.heard[2]


def test_a_new_connection_that_is_hung_up_is_silence(far: Far):
    far.serve = lambda line, _number: bool(far.hear(line))

    with pytest.raises(Lost) as lost:
        ask(far.near())
    assert lost.value.sent


def test_nobody_listens(far: Far):
    far.close()

    with pytest.raises(Lost) as lost:
        ask(far.near())
    assert not lost.value.sent


def test_an_answer_that_does_not_come_may_have_been_heard_and_its_line_is_not_kept(
    far: Far,
):
    done = threading.Event()

    def first_is_slow(line: socket.socket, number: int) -> None:
        far.hear(line)
        if number == 1:
            done.wait(60)
        line.sendall(OK)

    far.serve = first_is_slow
    carrier = far.near()
    with pytest.raises(Lost) as lost:
        ask(carrier, timeout_s=0.5)
    done.set()

    assert lost.value.sent
    assert ask(carrier).status == 200
    assert far.connections == 2


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
            % len(gzip.compress(b'{"a":1}', mtime=0))
            + gzip.compress(b'{"a":1}', mtime=0),
            id="packed",
        ),
        pytest.param(
            b'Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
            id="in pieces",
        ),
        pytest.param(b'Connection: close\r\n\r\n{"a":1}', id="to the end"),
    ],
)
def test_answers_are_read_however_they_are_sent(far: Far, raw: bytes):
    far.serve = lambda line, _: (
        line.sendall(b"HTTP/1.1 200 OK\r\n" + raw) if far.hear(line) else None
    )

    assert ask(far.near()).body == b'{"a":1}'


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_cannot_be_read_is_no_answer(far: Far, raw: bytes):
    far.serve = lambda line, _: line.sendall(raw) if far.hear(line) else None

    with pytest.raises(Lost):
        ask(far.near())


def test_after_hanging_up_nothing_is_asked(far: Far):
    carrier = far.near()
    ask(carrier)
    carrier.close()

    with pytest.raises(Lost):
        ask(carrier)
    assert len(far.heard) == 1


def test_many_at_once_have_a_connection_each_and_few_are_kept(far: Far):
    together = threading.Barrier(MOST_IDLE + 2)

    def meet(line: socket.socket, _number: int) -> None:
        while far.hear(line):
            together.wait(60)
            line.sendall(OK)

    far.serve = meet
    carrier, answers = far.near(), []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(carrier).status))
        for _ in range(MOST_IDLE + 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * (MOST_IDLE + 2)
    assert len(carrier._idle) <= MOST_IDLE
