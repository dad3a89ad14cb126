"""The program itself: it starts without a ledger, says how it is, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kiosk import watchdog
from kiosk.app import create_app
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Rooms

pytestmark = pytest.mark.slow

# Generous: the test machine may be busy. What counts is measured by the bench.
LONG_S = 120.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "FOH_KIOSK_DIR": str(folder),
        "FOH_KIOSK_PORT": "0",
        "FOH_LEDGER_URL": "http://127.0.0.1:9",  # Nobody listens there.
        "FOH_DEMO": "1",
        **more,
    }


class Program:
    """A kiosk process."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "serve"],
            env=environment(folder, **more),
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            if said["event"] == "serving":
                self.address = f"http://127.0.0.1:{said['port']}"
                return
        raise AssertionError("it ended before it served")

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, timeout=LONG_S, trust_env=False)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(LONG_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "kiosk")
    yield program
    if program.process.poll() is None:
        program.end(signal.SIGKILL)


def test_an_unpaired_device_serves_and_says_how_it_is(program: Program):
    health = program.get("/health").json()

    assert health["ok"] is True
    assert health["paired"] is False
    assert (health["role"], health["link"], health["unsent"]) == (None, "down", 0)


def test_it_stops_cleanly_when_told(program: Program, tmp_path: Path):
    began = time.monotonic()

    assert program.end(signal.SIGTERM) == 0

    assert time.monotonic() - began < LONG_S
    again = Program(tmp_path / "kiosk")
    assert again.end(signal.SIGTERM) == 0


def test_killed_at_any_time_it_starts_again(program: Program, tmp_path: Path):
    program.end(signal.SIGKILL)

    again = Program(tmp_path / "kiosk")

    assert again.get("/health").json()["ok"] is True
    assert again.end(signal.SIGTERM) == 0


def test_systemd_hears_that_it_is_well_from_the_start_and_nothing_while_it_hangs(
    tmp_path: Path,
):
    """Also before it is paired: that may take staff a while. Source: P25."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
        hears.bind(str(tmp_path / "n"))
        hears.settimeout(LONG_S)
        program = Program(tmp_path / "kiosk", NOTIFY_SOCKET=str(tmp_path / "n"))
        assert [hears.recv(99), hears.recv(99)] == [b"READY=1", b"WATCHDOG=1"]

        program.process.send_signal(signal.SIGSTOP)
        hears.setblocking(False)
        with suppress(BlockingIOError):
            while True:  # What it had said before.
                hears.recv(99)
        hears.settimeout(watchdog.BEAT_S * 1.5)
        with pytest.raises(TimeoutError):
            hears.recv(99)
        assert program.end(signal.SIGKILL) == -signal.SIGKILL


def test_the_scanners_secret_is_new_at_every_start_and_not_for_everybody(
    program: Program, tmp_path: Path
):
    file = tmp_path / "kiosk" / "scanner.secret"
    first = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640

    program.end(signal.SIGKILL)
    again = Program(tmp_path / "kiosk")

    assert len(first) >= 32
    assert file.read_text() != first
    again.end(signal.SIGTERM)


@pytest.mark.parametrize(
    ("arguments", "more", "code", "words"),
    [
        (["serve"], {"FOH_PRINTER": "lpt1"}, 1, "FOH_PRINTER must be tcp://host:port"),
        (["serve"], {"FOH_LEDGER_URL": ""}, 1, "FOH_LEDGER_URL is not set"),
        (["pair"], {}, 1, "FOH_INVITE_FILE is not set"),
        (["sell"], {}, 2, "usage: python -m kiosk"),
        ([], {}, 2, "usage: python -m kiosk"),
        (["leave"], {}, 1, "is not there; no device to leave with"),
    ],
)
def test_what_it_cannot_do_is_a_sentence_and_no_trace(
    tmp_path: Path, arguments: list[str], more: dict[str, str], code: int, words: str
):
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", *arguments],
        env=environment(tmp_path / "kiosk", **more),
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )

    assert ended.returncode == code
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_processes_cannot_share_a_store(program: Program, tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "migrate"],
        env=environment(tmp_path / "kiosk"),
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )

    assert ended.returncode == 1
    assert "in use by another kiosk process" in ended.stderr


# --- the app without a process ------------------------------------------------------------


def test_figures_are_for_demos_only(rooms: Rooms, ledger: LedgerDouble):
    device = rooms.device()
    app = create_app(device)
    assert app.test_client().get("/demo/figures").status_code == 404

    device.config = replace(device.config, demo=True)
    figures = app.test_client().get("/demo/figures").json

    assert figures["paid_tickets"] == figures["owed"] == []
    assert figures["unsent_events"] == 1
    assert app.test_client().get("/health").json["role"] == "kiosk"
