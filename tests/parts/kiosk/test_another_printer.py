"""Our tickets on a printer that others wrote: emupos reads the bytes and draws the paper.

It is there where a Python is new enough for it (scripts/setup). What it does not know
(GS ( H) is left out, so proof comes as from printers that only answer GS r.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import httpx
import numpy
import pytest
import zxingcpp

from kiosk.printing import escpos, profile, ticket
from kiosk.printing.transport import Ending, Wired
from kiosk.shown.printing import Status
from tests.parts.kiosk.test_paper import SAMPLE

ROOT = Path(__file__).parents[3]
EMUPOS = Path(os.environ.get("EMUPOS", ROOT / ".tools/emupos/bin/emupos"))
PLAIN = replace(profile.load("80"), fence="status", clears=False)
DANISH = replace(SAMPLE, title="Den Stundesløse", language="da", n=1)
if not EMUPOS.exists():
    pytest.skip("emupos is not on this machine", allow_module_level=True)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def emupos(tmp_path: Path) -> Iterator[tuple[httpx.Client, Wired]]:
    port, api = free_port(), free_port()
    (tmp_path / "emupos.yaml").write_text(
        f"schema: 1\napi: {{ host: 127.0.0.1, port: {api} }}\ndevices:\n"
        "  - id: front\n    type: printer\n    profile: epson-tm-t20iii\n"
        f"    connections:\n      - tcp: {{ port: {port} }}\n    job_idle_timeout_ms: 300\n"
    )
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([EMUPOS, "run"], cwd=tmp_path, stdout=log, stderr=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{api}", timeout=60) as control,
    ):
        try:
            printer = Wired(f"tcp://127.0.0.1:{port}", PLAIN, proof_s=2)
            until = time.monotonic() + 60
            while printer.status() is Status.UNKNOWN:
                assert time.monotonic() < until, (tmp_path / "log").read_text()
                time.sleep(0.1)
            yield control, printer
        finally:
            process.terminate()


def test_what_it_draws_is_read_back_by_our_scanner(
    emupos: tuple[httpx.Client, Wired],
) -> None:
    control, printer = emupos
    for one in (SAMPLE, DANISH):
        job = escpos.bytes_of(ticket.pieces(one, columns=PLAIN.columns), PLAIN)
        ending, _ = printer.send(job, b"0001")
        assert ending is Ending.PROVEN

    until = time.monotonic() + 60
    while len(found := control.get(f"{API}/receipts").json()) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    # It lists the newest first.
    for one, receipt in zip((DANISH, SAMPLE), found, strict=True):
        address = f"{API}/receipts/{receipt['id']}"
        words = control.get(f"{address}/text").text
        assert one.title.upper() in words.upper()
        drawn = control.get(f"{address}/image").content
        image = cv2.imdecode(numpy.frombuffer(drawn, numpy.uint8), cv2.IMREAD_GRAYSCALE)
        assert one.code in [code.text for code in zxingcpp.read_barcodes(image)]


def test_its_faults_are_understood(emupos: tuple[httpx.Client, Wired]) -> None:
    control, printer = emupos
    for fault, status in (("paper-out", Status.OUT), ("cover-open", Status.COVER)):
        control.put(f"{API}/faults/{fault}").raise_for_status()
        assert printer.status() is status
        control.delete(f"{API}/faults/{fault}").raise_for_status()
    assert printer.status() is Status.READY


API = "/api/v1/devices/front"
