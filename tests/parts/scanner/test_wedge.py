"""Hand-held readers: keys on a pipe, as the kernel would send them, and a serial port."""

import os
import pty
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from scanner import keys, wedge
from scanner.arrivals import Arrivals
from scanner.health import Health
from scanner.post import Post
from scanner.sightings import Sightings
from tests.parts.scanner.doubles import Kiosk, serving
from tests.parts.scanner.tickets import ADAS, BEAS

SECONDS = 120
SHIFT, ALT_GR, ENTER = 42, 100, 28


def event(key: int, value: int, kind: int = wedge.KEY_EVENT) -> bytes:
    return wedge.EVENT.pack(1_772_478_000, 0, kind, key, value)


def stroke(key: int, held: int = 0) -> bytes:
    """One key, with the reports between that a real keyboard sends."""
    raw = event(4, 458756, kind=4) + event(key, 1) + event(0, 0, kind=0)
    raw += event(key, 0) + event(0, 0, kind=0)
    return event(held, 1) + raw + event(held, 0) if held else raw


def typed(text: str, layout: str = "us", end: int = ENTER) -> bytes:
    """What a reader sends that was set up for a keyboard of this layout."""
    raw = b""
    for letter in text:
        key, state = next(
            (key, three.index(letter))
            for key, three in keys.LAYOUTS[layout].items()
            if letter in three
        )
        raw += stroke(key, (0, SHIFT, ALT_GR)[state])
    return raw + (stroke(end) if end else b"")


class Reader:
    """A reader on its cable: writes go to the scanner."""

    def __init__(self, path: str, write: int, health: Health) -> None:
        self.path, self.write, self.health = path, write, health
        self.texts: Queue[str] = Queue()

    def sends(self, raw: bytes) -> None:
        os.write(self.write, raw)

    def said(self, texts: int) -> list[str]:
        return [self.texts.get(timeout=SECONDS) for _ in range(texts)]


@contextmanager
def followed(reader: Reader, layout: str = "us", **how: object) -> Iterator[Reader]:
    stop = threading.Event()
    args = (reader.path, layout, reader.health, reader.texts.put, stop)
    thread = threading.Thread(target=wedge.follow, args=args, kwargs=how)
    thread.start()
    try:
        yield reader
    finally:
        stop.set()
        thread.join(SECONDS)


@pytest.fixture
def keyboard(tmp_path: Path) -> Iterator[Reader]:
    path = str(tmp_path / "event3")
    os.mkfifo(path)
    write = os.open(path, os.O_RDWR)
    yield Reader(path, write, Health())
    os.close(write)


@pytest.fixture
def serial() -> Iterator[Reader]:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield Reader(os.ttyname(theirs), ours, Health())
    os.close(ours)
    os.close(theirs)


def pipe_alone(handle: int) -> None:
    """A pipe has one reader by nature."""


@pytest.mark.parametrize("layout", ["us", "dk"])
def test_a_ticket_is_typed_by_a_reader_of_either_country(keyboard, layout):
    with followed(keyboard, layout, alone=pipe_alone):
        keyboard.sends(typed(ADAS, layout) + typed(BEAS, layout, end=keys.TAB))
        assert keyboard.said(2) == [ADAS, BEAS]


def test_keys_arrive_wherever_the_kernel_cuts_them(keyboard):
    raw = typed(ADAS)
    with followed(keyboard, alone=pipe_alone):
        for start in range(0, len(raw), 7):
            keyboard.sends(raw[start : start + 7])
        assert keyboard.said(1) == [ADAS]


def test_a_reader_without_a_suffix_is_understood_by_its_silence(keyboard):
    with followed(keyboard, alone=pipe_alone):
        keyboard.sends(typed("FOH:1", end=0))
        assert keyboard.said(1) == ["FOH:1"]
        keyboard.sends(typed("X", end=0))
        assert keyboard.texts.empty(), "a thumb on a button is no code"


def test_capitals_alt_codes_and_controls_are_what_they_mean():
    typist = keys.Typist(keys.US)

    def types(*events: tuple[int, int]) -> str:
        return "".join(typist.press(key, value) for key, value in events)

    assert types((58, 1), (58, 0), (30, 1), (30, 0), (42, 1), (30, 1), (42, 0)) == "Aa"
    assert types((58, 1), (58, 0), (2, 1), (2, 2), (2, 2), (2, 0)) == "1"
    assert types((56, 1), (82, 1), (82, 0), (71, 1), (82, 1), (56, 0)) == "F"
    assert types((29, 1), (27, 1), (27, 0), (29, 0)) == "\x1d"
    assert types((56, 1), (80, 1), (73, 1), (73, 1), (73, 1), (56, 0)) == ""
    assert types((999, 1), (999, 0), (100, 1), (30, 1), (100, 0)) == ""


def test_a_keyboard_that_cannot_be_had_alone_is_not_read(keyboard):
    with followed(keyboard):  # A pipe cannot be grabbed: as good as "busy".
        keyboard.sends(typed(ADAS))
        reason = keyboard.health.wait({"camera": "", "reader": "", "hint": ""}, 5, bool)
    assert reason["reader"] == "away"
    assert keyboard.texts.empty()


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b""])
def test_a_serial_reader_ends_its_codes_as_it_likes(serial, end):
    with followed(serial):
        serial.sends(ADAS.encode() + end)
        assert serial.said(1) == [ADAS]


def test_a_serial_reader_that_is_unplugged_is_told_and_comes_back(tmp_path):
    ours, theirs = pty.openpty()
    link = tmp_path / "reader"
    link.symlink_to(os.ttyname(theirs))
    reader = Reader(str(link), ours, Health())
    well = {"camera": "", "reader": "", "hint": ""}
    with followed(reader):
        reader.sends(b"FOH:1\r")
        assert reader.said(1) == ["FOH:1"]
        os.close(ours)
        os.close(theirs)
        gone = reader.health.wait(well, SECONDS, bool)
        assert gone["reader"] == "away"
        reader.write, theirs = pty.openpty()
        link.unlink()
        link.symlink_to(os.ttyname(theirs))
        assert reader.health.wait(gone, SECONDS, bool) == well
        reader.sends(b"FOH:2\r")
        assert reader.said(1) == ["FOH:2"]
    os.close(reader.write)
    os.close(theirs)


def test_what_is_longer_than_any_code_is_cut_and_the_next_code_is_whole(serial):
    with followed(serial):
        for _ in range(20):
            serial.sends(b"x" * 1000)
        serial.sends(b"\r" + "næste\r".encode())
        long, following = serial.said(2)
    assert len(long) == wedge.MOST
    assert following == "næste"


def test_camera_and_reader_share_the_silence_of_three_seconds(tmp_path):
    (tmp_path / "secret").write_text("first boot")
    kiosk, sightings = Kiosk(), Sightings(lambda _at_ms: "an id")
    with serving(post=kiosk.take) as at:
        post = Post(f"{at}/scans", tmp_path / "secret", "door-b")
        arrivals = Arrivals(sightings, post)
        for text in (ADAS, ADAS, BEAS):
            arrivals.take(text)
        assert kiosk.wait_for(2) == [ADAS, BEAS]
        post.close()


@pytest.mark.parametrize(
    ("address", "layout", "sentence"),
    [
        ("COM3", "us", "must be a device"),
        ("/dev/ttyS0@1200", "us", "one of 9600"),
        ("/dev/ttyS0@fast", "us", "one of 9600"),
        ("/dev/input/event3", "fr", "FOH_SCANNER_WEDGE_LAYOUT is one of us, dk"),
    ],
)
def test_a_reader_that_makes_no_sense_is_refused_in_a_sentence(address, layout, sentence):
    with pytest.raises(wedge.NoSuchReader, match=sentence):
        wedge.check(address, layout)
