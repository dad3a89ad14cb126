"""The scanner as systemd starts it: from pixels at an address to a text at the kiosk."""

import os
import pty
import signal
import socket
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue

import cv2
import pytest

from scanner import __main__ as scanner_main
from scanner import camera, newest
from tests.parts.scanner.doubles import Kiosk, answer, serving
from tests.parts.scanner.tickets import ADAS, BEAS, code, held_up, packed

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[3]
SECONDS = 120


@contextmanager
def scanner(**settings: str) -> Iterator[subprocess.Popen[str]]:
    """Run the scanner process for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "FOH_SCANNER_NAME": "door-b"} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_picture_at_an_address_becomes_a_scan_at_the_kiosk(tmp_path):
    (tmp_path / "secret").write_text("first boot")
    picture = packed(held_up(code(ADAS)))
    kiosk = Kiosk()
    with (
        serving(
            lambda request: answer(request, 200, "image/jpeg", picture), kiosk.take
        ) as at,
        scanner(
            FOH_SCANNER_SOURCE=f"{at}/camera.jpg",
            FOH_SCANNER_POST=f"{at}/scans",
            FOH_SCANNER_SECRET_FILE=str(tmp_path / "secret"),
        ) as process,
    ):
        assert kiosk.wait_for(1, SECONDS) == [ADAS]
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
    assert kiosk.scans[0]["source"] == "door-b"


def test_a_folder_is_read_to_its_end_and_every_code_answered_before_it_stops(tmp_path):
    (tmp_path / "secret").write_text("first boot")
    (tmp_path / "pictures").mkdir()
    for name, text in (("1.png", ADAS), ("2.png", BEAS)):
        cv2.imwrite(str(tmp_path / "pictures" / name), held_up(code(text)))
    kiosk = Kiosk()
    with (
        serving(post=kiosk.take) as at,
        scanner(
            FOH_SCANNER_SOURCE=str(tmp_path / "pictures"),
            FOH_SCANNER_POST=f"{at}/scans",
            FOH_SCANNER_SECRET_FILE=str(tmp_path / "secret"),
        ) as process,
    ):
        said, complaints = process.communicate(timeout=SECONDS)
    assert [scan["text"] for scan in kiosk.scans] == [ADAS, BEAS]
    assert (process.returncode, complaints) == (0, "")
    assert "FOH:" not in said, "codes are not written to the log"


def test_a_reader_alone_is_enough_for_a_door(tmp_path):
    (tmp_path / "secret").write_text("first boot")
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    kiosk = Kiosk()
    with (
        serving(post=kiosk.take) as at,
        scanner(
            FOH_SCANNER_SOURCE="none",
            FOH_SCANNER_WEDGE=os.ttyname(theirs),
            FOH_SCANNER_POST=f"{at}/scans",
            FOH_SCANNER_SECRET_FILE=str(tmp_path / "secret"),
        ),
    ):
        os.write(ours, ADAS.encode() + b"\r\n" + BEAS.encode() + b"\r")
        assert kiosk.wait_for(2, SECONDS) == [ADAS, BEAS]
    os.close(ours)
    os.close(theirs)


def test_systemd_hears_that_it_is_ready_and_well(tmp_path):
    (tmp_path / "secret").write_text("first boot")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(SECONDS)
        with (
            serving(lambda request: answer(request, 204)) as at,
            scanner(
                FOH_SCANNER_SOURCE=at,
                FOH_SCANNER_POST=f"{at}/scans",
                FOH_SCANNER_SECRET_FILE=str(tmp_path / "secret"),
                NOTIFY_SOCKET=str(tmp_path / "notify"),
            ),
        ):
            assert [notified.recv(99), notified.recv(99)] == [b"READY=1", b"WATCHDOG=1"]


def test_a_camera_that_hangs_is_told_and_ends_the_process(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("first boot")
    told: Queue[bytes] = Queue()

    def take(request: BaseHTTPRequestHandler) -> None:
        told.put(request.rfile.read(int(request.headers["Content-Length"])))
        answer(request, 200, "application/json", b"{}")

    def hangs(*_settings: object) -> Iterator[None]:
        yield None
        raise newest.Hung("The camera's driver has not answered for 12 seconds.")

    monkeypatch.setattr(camera, "frames", hangs)
    with serving(post=take) as at:
        for name, value in {
            "FOH_SCANNER_SOURCE": "/dev/video0",
            "FOH_SCANNER_POST": f"{at}/scans",
            "FOH_SCANNER_HINTS": f"{at}/scans/hints",
            "FOH_SCANNER_SECRET_FILE": str(tmp_path / "secret"),
        }.items():
            monkeypatch.setenv(name, value)
        assert scanner_main.main() == 3
        while b'"away"' not in told.get(timeout=SECONDS):
            pass


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "FOH_SCANNER_SOURCE is not set"),
        (
            {
                "FOH_SCANNER_SOURCE": "none",
                "FOH_SCANNER_POST": "http://127.0.0.1:9/scans",
                "FOH_SCANNER_SECRET_FILE": "/nowhere/secret",
            },
            "there is nothing to read with",
        ),
        ({"FOH_SCANNER_SOURCE": "/nowhere"}, "FOH_SCANNER_POST"),
        (
            {
                "FOH_SCANNER_SOURCE": "/nowhere",
                "FOH_SCANNER_POST": "http://127.0.0.1:9/scans",
                "FOH_SCANNER_SECRET_FILE": "/nowhere/secret",
            },
            "There is no camera, folder or film",
        ),
    ],
)
def test_a_scanner_that_cannot_start_says_why_in_a_sentence(settings, sentence):
    with scanner(**settings) as process:
        _, complaints = process.communicate(timeout=SECONDS)
    assert sentence in complaints
    assert "Traceback" not in complaints
    assert process.returncode == 2
