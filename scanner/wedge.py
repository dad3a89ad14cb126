"""A hand-held reader beside the camera, on USB as a keyboard or on a serial port.

A reader that pretends to be a keyboard is taken for ourselves alone (EVIOCGRAB), so that
what it types never reaches a page; one that cannot be had alone is not read at all.
Source: lobby.md §4 "Hand-held readers work too; their keystrokes never reach the page".
"""

import fcntl
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from scanner.health import Health
from scanner.keys import ENDS, LAYOUTS, Typist

AGAIN_S = 0.5
# A reader sends the whole code in one go: after this silence it is over, suffix or not.
GAP_S = 0.25
# Fewer characters without Enter or Tab are somebody's thumb, not a code.
LEAST_WITHOUT_END = 4
# The largest QR code holds 4,296 characters in letters and 7,089 in digits.
MOST = 8192
READ = 4096

# One key event: seconds, microseconds, type, code, value (linux/input.h), native sizes.
EVENT = struct.Struct("@llHHi")
KEY_EVENT = 1
GRAB = 0x40044590  # EVIOCGRAB: _IOW('E', 0x90, int)

SPEEDS = {
    9600: termios.B9600,
    19200: termios.B19200,
    38400: termios.B38400,
    57600: termios.B57600,
    115200: termios.B115200,
}


class NoSuchReader(Exception):
    """The reader named in the settings makes no sense; the message says why."""


class Gatherer:
    """Gathers what a reader sends, until its suffix or a silence says that it is all."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Add characters. What is longer than any code holds is cut there."""
        if self._length < MOST:
            self._text.append(text[: MOST - self._length])
            self._length += len(text)

    def end(self, *, by_suffix: bool) -> str:
        """Return what was gathered, and begin anew; nothing if it cannot be a code."""
        text, self._text, self._length = "".join(self._text), [], 0
        return text if by_suffix or len(text) >= LEAST_WITHOUT_END else ""

    @property
    def waiting(self) -> bool:
        """Whether something was gathered."""
        return bool(self._text)


class Keyboard:
    """Decodes the bytes of an event device."""

    def __init__(self, layout: str) -> None:
        self._typist = Typist(LAYOUTS[layout])
        self._rest = b""

    def texts(self, raw: bytes, gatherer: Gatherer) -> Iterator[str]:
        """Yield each code that these bytes complete."""
        raw = self._rest + raw
        whole = len(raw) - len(raw) % EVENT.size
        self._rest = raw[whole:]
        for *_, kind, key, value in EVENT.iter_unpack(raw[:whole]):
            if kind != KEY_EVENT:
                continue
            if key in ENDS:
                if value == 1 and (text := gatherer.end(by_suffix=True)):
                    yield text
                continue
            gatherer.add(self._typist.press(key, value))


class Serial:
    """Decodes the bytes of a serial port: text, each code ended by CR, LF, TAB or both."""

    ENDS = b"\r\n\t\0"

    def texts(self, raw: bytes, gatherer: Gatherer) -> Iterator[str]:
        """Yield each code that these bytes complete."""
        for byte in raw:
            if byte not in self.ENDS:
                # Latin-1 keeps every byte; the whole code is put right at its end.
                gatherer.add(chr(byte))
            elif text := gatherer.end(by_suffix=True):
                yield _utf8(text)


def _utf8(text: str) -> str:
    """Take bytes that are UTF-8 for that, and else for Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def check(address: str, layout: str) -> None:
    """Refuse a reader that makes no sense. Raises NoSuchReader with a sentence."""
    path, _, speed = address.partition("@")
    if not path.startswith("/"):
        raise NoSuchReader(
            "FOH_SCANNER_WEDGE must be a device, such as /dev/input/by-id/…-event-kbd or "
            f"/dev/ttyACM0; it is {address!r}."
        )
    if speed and (not speed.isdecimal() or int(speed) not in SPEEDS):
        known = ", ".join(str(known) for known in SPEEDS)
        raise NoSuchReader(f"The speed after @ in FOH_SCANNER_WEDGE is one of {known}.")
    if layout not in LAYOUTS:
        raise NoSuchReader(
            f"FOH_SCANNER_WEDGE_LAYOUT is one of {', '.join(LAYOUTS)}; it is {layout!r}."
        )


def follow(
    address: str,
    layout: str,
    health: Health,
    take: Callable[[str], None],
    stop: threading.Event,
    *,
    alone: Callable[[int], None] | None = None,
) -> None:
    """Hand every code to `take` until stopped; a reader that goes away may come back.

    address: an event device, or a serial port with its speed after an @. alone: how to have
    a keyboard for ourselves; for tests, whose pipes nobody else could read anyway.
    """
    path, _, speed = address.partition("@")
    while not stop.is_set():
        # Gone, not ours to open, or somebody else's: all of it is worth another try.
        with suppress(OSError, termios.error):
            handle = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                port: Keyboard | Serial
                if os.isatty(handle):
                    port = Serial()
                    _make_raw(handle, int(speed or 9600))
                else:
                    port = Keyboard(layout)
                    (alone or _grab)(handle)
                health.reader("")
                _listen(handle, port, take, stop)
            finally:
                os.close(handle)
        if not stop.is_set():
            health.reader("away")
            stop.wait(AGAIN_S)


def _listen(
    handle: int, port: Keyboard | Serial, take: Callable[[str], None], stop: threading.Event
) -> None:
    """Read until the reader goes away. Raises OSError then, or returns at its end."""
    gatherer = Gatherer()
    last_s = time.monotonic()
    while not stop.is_set():
        ready, _, _ = select.select([handle], [], [], GAP_S)
        if not ready:
            silent = gatherer.waiting and time.monotonic() - last_s >= GAP_S
            if silent and (text := gatherer.end(by_suffix=False)):
                take(_utf8(text) if isinstance(port, Serial) else text)
            continue
        raw = os.read(handle, READ)
        if not raw:
            return
        last_s = time.monotonic()
        for text in port.texts(raw, gatherer):
            take(text)


def _grab(handle: int) -> None:
    """Have the keyboard for ourselves. Raises OSError when somebody else has it."""
    fcntl.ioctl(handle, GRAB, 1)


def _make_raw(handle: int, speed: int) -> None:
    """Eight bits, no echo, nothing translated: what the reader sends is what we get."""
    _, _, control, _, _, _, characters = termios.tcgetattr(handle)
    control &= ~(termios.PARENB | termios.CSTOPB | termios.CSIZE)
    control |= termios.CS8 | termios.CREAD | termios.CLOCAL
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    pace = SPEEDS[speed]
    termios.tcsetattr(handle, termios.TCSANOW, [0, 0, control, 0, pace, pace, characters])
