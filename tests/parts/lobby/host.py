"""The other end of the printer's cable, and the bytes that a till would send."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from lobby.printer.machine import Printer
from lobby.printer.port import Port
from lobby.printer.slips import Tray
from lobby.programs import Ports

SEVEN = datetime(2026, 3, 13, 19, 0, tzinfo=UTC)
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CUT = b"\x1dVB\x00"


def symbol(function: int, *data: int) -> bytes:
    body = bytes([49, function, *data])
    return b"\x1d(k" + len(body).to_bytes(2, "little") + body


def qr(text: str, *, module_dots: int = 6) -> bytes:
    """A native QR code: model 2, level M."""
    return (
        symbol(65, 50, 0)
        + symbol(67, module_dots)
        + symbol(69, 49)
        + symbol(80, 48, *text.encode())
        + symbol(81, 48)
    )


def fence(token: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + token


def status(number: int) -> bytes:
    return bytes([0x10, 0x04, number])


class Host:
    """A till with a cable in the printer."""

    def __init__(self, port: int) -> None:
        self._cable = socket.create_connection(("127.0.0.1", port), timeout=60)

    def send(self, data: bytes) -> None:
        self._cable.sendall(data)

    def hears(self, length: int) -> bytes:
        """Wait for that many bytes; fewer when the printer hangs up."""
        heard = b""
        while len(heard) < length:
            more = self._cable.recv(length - len(heard))
            if not more:
                break
            heard += more
        return heard

    def asks(self, number: int) -> int:
        self.send(status(number))
        return self.hears(1)[0]

    def hears_nothing(self, *, within_s: float = 0.2) -> bool:
        self._cable.settimeout(within_s)
        try:
            return not self._cable.recv(1)
        except TimeoutError:
            return True
        finally:
            self._cable.settimeout(5)

    def hang_up(self) -> None:
        self._cable.close()


class Desk:
    """A printer on its port, the tray below it, and one host."""

    def __init__(self, width_dots: int = 576) -> None:
        self.said: list[str] = []
        self.tray = Tray()
        self.printer = Printer(
            "printer",
            self.tray,
            lambda who, sentence: self.said.append(sentence),
            width_dots=width_dots,
            clock=lambda: SEVEN,
        )
        self.port = Port(self.printer)
        self.printer.start()
        self.port.start()
        self.host = Host(self.port.number)

    def prints(self, data: bytes) -> None:
        """Send it and wait until paper stands still."""
        self.host.send(data)
        # The answer to a fresh status request proves that the bytes have arrived.
        self.host.asks(1)
        assert self.printer.settle(60)

    @property
    def lines(self) -> list[list[str]]:
        return [slip.lines for slip in self.tray.slips()]

    def another_host(self) -> Host:
        return Host(self.port.number)

    def close(self) -> None:
        self.host.hang_up()
        self.port.stop()
        self.printer.stop()


@contextmanager
def desk(width_dots: int = 576) -> Iterator[Desk]:
    place = Desk(width_dots)
    try:
        yield place
    finally:
        place.close()


def free_base() -> int:
    """Return a number from which on every port of a lobby is free."""
    # Each worker of a shared run has a range of its own; so have stories and browsers.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for base in range(12_000 + 300 * worker, 12_300 + 300 * worker, 60):
        try:
            for port in Ports(base).all:
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return base
    raise AssertionError("no ports are free")
