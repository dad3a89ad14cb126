"""Lines to a printer: a network port, a USB device, a serial port. Bytes, with time-outs.

Only here is anything opened. Every failure is an OSError, and every wait has an end.
"""

import os
import select
import socket
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol
from urllib.parse import urlsplit

CONNECT_S: Final = 1.0
BAUD: Final = 38_400
_CHUNK: Final = 4096
_SPEEDS: Final = {
    9_600: termios.B9600,
    19_200: termios.B19200,
    38_400: termios.B38400,
    57_600: termios.B57600,
    115_200: termios.B115200,
}


class BadAddress(ValueError):
    """An address that no line leads to; the text is a sentence for people."""


class Line(Protocol):
    """A line that is open."""

    def send(self, data: bytes, timeout_s: float) -> None:
        """Send all of it. Raises OSError; then nobody knows how much has left."""

    def receive(self, most: int, timeout_s: float) -> bytes:
        """Give what comes next; nothing when it takes longer, or when it was hung up."""


Open = Callable[[], AbstractContextManager[Line]]


def opener(address: str) -> Open:
    """Give what opens the line: tcp://host:port, usb:/dev/usb/lp0, serial:/dev/tty…[@baud].

    Opening raises OSError while not a byte has left. Raises BadAddress.
    """
    kind, _, where = address.partition(":")
    match kind:
        case "tcp":
            parts = urlsplit(address)
            if parts.hostname and _port(address):
                at = (parts.hostname, _port(address))
                return lambda: _network(at)
        case "usb" if where.startswith("/dev/"):
            return lambda: _device(where, None)
        case "serial":
            path, _, baud = where.partition("@")
            speed = _SPEEDS.get(int(baud)) if baud.isdecimal() else _SPEEDS[BAUD]
            if (
                path.startswith("/dev/")
                and speed is not None
                and (baud.isdecimal() or not baud)
            ):
                return lambda: _device(path, speed)
    raise BadAddress(
        "must be tcp://host:port, usb:/dev/usb/lp0 or serial:/dev/ttyUSB0@38400"
        f" (at {', '.join(map(str, _SPEEDS))} baud), not {address!r}."
    )


def _port(address: str) -> int:
    try:
        return urlsplit(address).port or 0
    except ValueError:
        return 0


@contextmanager
def _network(at: tuple[str, int]) -> Iterator[Line]:
    with socket.create_connection(at, timeout=CONNECT_S) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield _Network(line)


class _Network:
    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def send(self, data: bytes, timeout_s: float) -> None:
        self._line.settimeout(timeout_s)
        self._line.sendall(data)

    def receive(self, most: int, timeout_s: float) -> bytes:
        self._line.settimeout(timeout_s)
        try:
            return self._line.recv(most)
        except TimeoutError:
            return b""


@contextmanager
def _device(path: str, speed: int | None) -> Iterator[Line]:
    """Open a device file. What an earlier question has left in it is thrown away."""
    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        if speed is not None:
            _make_raw(handle, speed)
        line = _Device(handle)
        while line.receive(_CHUNK, 0):
            pass
        yield line
    finally:
        os.close(handle)


def _make_raw(handle: int, speed: int) -> None:
    """Eight bits, no parity, hardware handshake, and not a byte changed on the way."""
    try:
        _, _, _, _, _, _, control = termios.tcgetattr(handle)
        flags = termios.CS8 | termios.CREAD | termios.CLOCAL | termios.CRTSCTS
        control[termios.VMIN], control[termios.VTIME] = 0, 0
        termios.tcsetattr(handle, termios.TCSANOW, [0, 0, flags, 0, speed, speed, control])
    except termios.error as why:
        raise OSError(f"not a serial port: {why}") from why


class _Device:
    def __init__(self, handle: int) -> None:
        self._handle = handle

    def send(self, data: bytes, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        left = memoryview(data)
        while left:
            wait_s = max(0.0, until - time.monotonic())
            if not select.select([], [self._handle], [], wait_s)[1]:
                raise TimeoutError("the printer takes no more")
            try:
                left = left[os.write(self._handle, left[:_CHUNK]) :]
            except BlockingIOError:
                continue

    def receive(self, most: int, timeout_s: float) -> bytes:
        if not select.select([self._handle], [], [], max(0.0, timeout_s))[0]:
            return b""
        try:
            return os.read(self._handle, most)
        except BlockingIOError:
            return b""
