"""Printers on a USB or serial port, and a second one behind the first.

A pseudo terminal stands for the device file; at its other end is the lobby's printer, which
reads the same bytes as on the network and answers them.
"""

import fcntl
import os
import select
import socket
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from kiosk.device import Device
from kiosk.printing import lines, profile, spool
from kiosk.printing.group import Group
from kiosk.printing.transport import Ending, Wired
from kiosk.shown.printing import Status
from lobby.printer.machine import Printer
from lobby.printer.port import Port
from lobby.printer.slips import Tray
from tests.parts.kiosk.guests import buy
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.theatre import Rooms, hear

pytestmark = pytest.mark.slow


@contextmanager
def device_file(paper: Paper) -> Iterator[str]:
    """A device file with the printer behind it; gives its path."""
    near, far = os.openpty()
    tty.setraw(far)
    printer = socket.create_connection(("127.0.0.1", paper.port.number), timeout=60)
    ended, end = os.pipe()

    def carry() -> None:
        while True:
            ready, _, _ = select.select([near, printer, ended], [], [])
            if ended in ready:
                return
            if near in ready:
                printer.sendall(os.read(near, 4096))
            if printer in ready:
                os.write(near, printer.recv(4096))

    carrier = threading.Thread(target=carry)
    carrier.start()
    try:
        yield os.ttyname(far)
    finally:
        os.write(end, b".")
        carrier.join()
        printer.close()
        for handle in (near, far, ended, end):
            os.close(handle)


@pytest.fixture(params=["usb:{}", "serial:{}@115200", "serial:{}"])
def wired(request: pytest.FixtureRequest, paper: Paper) -> Iterator[Wired]:
    with device_file(paper) as path:
        yield Wired(request.param.format(path), profile.load("80"), proof_s=4)


def test_tickets_come_out_at_the_other_end_of_a_cable(
    rooms: Rooms, card: Card, paper: Paper, wired: Wired
) -> None:
    kiosk = rooms.device(terminal=card, printer=wired)
    spool.turn(kiosk)

    order = buy(kiosk)

    assert len(paper.codes) == 2
    assert spool.progress(kiosk, order).done


def test_the_printers_trouble_is_heard_through_the_cable(
    wired: Wired, paper: Paper
) -> None:
    assert wired.status() is Status.READY
    paper.fault(out=True)
    assert wired.status() is Status.OUT
    paper.fault(out=False, silent=True)
    assert wired.status() is Status.UNKNOWN


def until_waiting(line: Any, count: int) -> None:
    """Wait until so many answered bytes stand unread in the cable."""
    for _moment in range(6000):
        raw = fcntl.ioctl(line._handle, termios.FIONREAD, bytes(4))
        if int.from_bytes(raw, sys.byteorder) >= count:
            return
        time.sleep(0.01)
    raise AssertionError("the printer did not answer")


def test_what_an_earlier_question_left_behind_is_no_answer(
    wired: Wired, paper: Paper
) -> None:
    assert wired.status() is Status.READY
    with wired._open() as line:
        line.send(b"\x10\x04\x01" * 3, 1)
        line.receive(1, 1)
        until_waiting(line, 2)

    assert wired.status() is Status.READY


def test_no_device_means_that_not_a_byte_has_left() -> None:
    for address in ("usb:/dev/usb/lp93", "serial:/dev/ttyUSB93", "tcp://127.0.0.1:1"):
        gone = Wired(address, profile.load("80"))
        assert gone.status() is Status.UNKNOWN
        ending, _ = gone.send(b"words", b"name")
        assert ending is Ending.REFUSED


@pytest.mark.parametrize(
    "address",
    ["", "lpt1", "tcp://", "tcp://host", "usb:", "usb:lp0", "serial:/dev/ttyS0@300"],
)
def test_an_address_that_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(lines.BadAddress):
        lines.opener(address)


@contextmanager
def another_printer() -> Iterator[Paper]:
    tray = Tray()
    printer = Printer("second", tray, lambda *_: None)
    port = Port(printer)
    with ExitStack() as running:
        for part in (printer, port):
            part.start()
            running.callback(part.stop)
        address = f"tcp://127.0.0.1:{port.number}"
        line = Wired(address, profile.load("58"), proof_s=4)
        yield Paper(printer, port, tray, line)


@pytest.fixture
def second() -> Iterator[Paper]:
    with another_printer() as paper:
        yield paper


@pytest.fixture
def kiosk(rooms: Rooms, card: Card, paper: Paper, second: Paper) -> Device:
    return rooms.device(terminal=card, printer=Group([paper.line, second.line]))


def test_what_the_first_printer_cannot_print_moves_to_the_second(
    kiosk: Device, paper: Paper, second: Paper
) -> None:
    paper.fault(out=True)
    spool.turn(kiosk)

    order = buy(kiosk)

    assert (len(paper.codes), len(second.codes)) == (0, 2)
    assert spool.progress(kiosk, order).done


@pytest.mark.slow
def test_a_ticket_that_may_be_out_never_moves(
    kiosk: Device, paper: Paper, second: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.turn(kiosk)
    monkeypatch.setattr(paper.line, "status", lambda: Status.READY)
    paper.fault(silent=True)

    order = buy(kiosk)

    # The first one came out, and nobody knows; the other, of which no byte left, moved.
    assert [one.state for one in spool.progress(kiosk, order).tickets] == [
        "uncertain",
        "printed",
    ]
    assert (len(paper.codes), len(second.codes)) == (1, 1)
    assert paper.codes != second.codes


def test_the_first_printer_prints_again_once_it_can(
    kiosk: Device, paper: Paper, second: Paper
) -> None:
    paper.fault(out=True)
    spool.turn(kiosk)
    buy(kiosk)
    paper.fault(out=False)
    spool.turn(kiosk)
    hear(kiosk)

    buy(kiosk)

    assert (len(paper.codes), len(second.codes)) == (2, 2)
