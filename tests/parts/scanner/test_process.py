"""The scanner as systemd starts it: from pixels at an address to a text at the kiosk."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pytest

from tests.parts.scanner.doubles import Kiosk, answer, serving
from tests.parts.scanner.tickets import ADAS, BEAS, code, held_up, packed

CHECKOUT = Path(__file__).parents[3]
SECONDS = 30


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


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "FOH_SCANNER_SOURCE is not set"),
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
