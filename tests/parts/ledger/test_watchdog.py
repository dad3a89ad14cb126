"""What systemd hears of a ledger that answers, and of one that does not any more."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import watchdog
from tests.parts.ledger.served import served

LONG_S = 60


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
    monkeypatch.setattr(watchdog, "BEAT_S", 0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
        hears.bind(str(tmp_path / "n"))
        hears.settimeout(LONG_S)
        yield hears


def test_a_ledger_that_answers_is_ready_and_then_well(app, systemd):
    stopping = threading.Event()
    with served(app) as caller:
        watching = threading.Thread(target=watchdog.watch, args=(caller.at, stopping))
        watching.start()

        assert [systemd.recv(99) for _ in range(3)] == [b"READY=1"] + [b"WATCHDOG=1"] * 2
        stopping.set()
        watching.join(LONG_S)


def test_of_a_ledger_that_does_not_answer_nothing_is_heard(systemd, monkeypatch):
    monkeypatch.setattr(watchdog, "ANSWER_S", 0.05)
    tried, stopping = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        genuine = watchdog._answers

        def answers(listening: socket.socket) -> bool:
            answered = genuine(listening)
            tried.set()
            return answered

        monkeypatch.setattr(watchdog, "_answers", answers)
        watching = threading.Thread(target=watchdog.watch, args=(nobody, stopping))
        watching.start()
        assert tried.wait(LONG_S)
        stopping.set()
        watching.join(LONG_S)

    systemd.setblocking(False)
    with pytest.raises(BlockingIOError):
        systemd.recv(99)
