"""Garbage for the scanner's parsers, made from genuine input by damage.

What comes from a camera, a network, a cable or a guest is not trusted. Each target takes
bytes and may answer with its own named exception; anything else is a crash.
"""

import json
import os
import random
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np
import qrcode

from kiosk.sight import Sight
from kiosk.web import scans
from scanner import film, web, wedge
from scanner.decode import Decoder
from scanner.eyes import Eyes
from scanner.frame import Frame, NotAPicture
from scanner.health import Health
from scanner.post import _answer

Damage = Callable[[random.Random, bytes], bytes]


@dataclass
class Haul:
    """What came of it. crashed: exceptions that nobody expects, with the input."""

    tried: int = 0
    crashed: list[str] = field(default_factory=list)
    slowest_ms: float = 0.0


def throw(name: str, *, seed: int, seconds: float = 0.0, tries: int = 0) -> Haul:
    """Throw garbage at one target, for a while or so many times."""
    chance, haul = random.Random(f"{seed} {name}"), Haul()
    seeds, target = TARGETS[name]()
    ends_s = time.monotonic() + seconds
    while haul.tried < tries or time.monotonic() < ends_s:
        raw = spoil(chance, chance.choice(seeds))
        began_s = time.monotonic()
        try:
            target(raw)
        except Exception as why:  # Whatever it is: nobody expects it here.
            haul.crashed.append(f"{type(why).__name__}: {why}: {raw[:200].hex()}")
        haul.slowest_ms = max(haul.slowest_ms, 1000 * (time.monotonic() - began_s))
        haul.tried += 1
    return haul


def spoil(chance: random.Random, raw: bytes) -> bytes:
    """Damage bytes: flip, cut, double, insert, swap, or leave them as they are."""
    body = bytearray(raw)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(body) + 1)
        length = chance.choice((1, 2, 8, 200))
        match chance.randrange(6):
            case 0 if body:
                body[min(at, len(body) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                del body[at : at + length]
            case 2:
                body[at:at] = body[at : at + length]
            case 3:
                body[at:at] = chance.randbytes(length)
            case 4:
                body[at:at] = chance.choice(TOKENS)
            case _:
                del body[at:]
    return bytes(body)


TOKENS = (
    b"\xff\xd8\xff",
    b"\xff\xd9",
    b"--frame",
    b"\r\n\r\n",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\r",
    b"\x1b[2J",
    "🎟".encode(),
    b"{",
    b'"answer":',
)


def _picture(text: str, kind: str) -> bytes:
    drawn = qrcode.QRCode(box_size=3, border=4)
    drawn.add_data(text)
    grey = np.array(drawn.make_image().convert("L"))
    return cv2.imencode(kind, cv2.copyMakeBorder(grey, 30, 30, 60, 60, 0, None, 96))[
        1
    ].tobytes()


TEXTS = (
    "FOH:V50$*04001YM0JJI",
    "WIFI:S:Foyer;T:WPA;P:secret;;",
    "https://example.org/?a=1",
)


def pictures() -> tuple[list[bytes], Callable[[bytes], None]]:
    """Packed pictures, through the gate, the decoders and the aim."""
    eyes, nth = Eyes(Decoder(budget_ms=5)), 0

    def target(raw: bytes) -> None:
        nonlocal nth
        nth += 1
        eyes.look(Frame(raw, at_s=nth / 30, seen_ms=nth))

    return [_picture(text, kind) for text in TEXTS for kind in (".jpg", ".png")], target


def pixels() -> tuple[list[bytes], Callable[[bytes], None]]:
    """Unpacked pictures of any size, as a driver may deliver them."""
    eyes, nth = Eyes(Decoder(budget_ms=5)), 0

    def target(raw: bytes) -> None:
        nonlocal nth
        nth += 1
        width = 1 + nth % 97
        height = max(1, len(raw) // width)
        grey = np.frombuffer(raw.ljust(width * height, b"\0")[: width * height], np.uint8)
        eyes.look(Frame(grey.reshape(height, width), at_s=nth / 30, seen_ms=nth))

    grey = cv2.imdecode(np.frombuffer(_picture(TEXTS[0], ".png"), np.uint8), 0)
    return [grey.tobytes(), bytes(5), bytes(range(256)) * 40], target


def streams() -> tuple[list[bytes], Callable[[bytes], None]]:
    """Bodies of multipart streams, in pieces as the network cuts them."""
    part = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n"
    picture = _picture(TEXTS[0], ".jpg")
    length = f"Content-Length: {len(picture)}\r\n".encode()

    def target(raw: bytes) -> None:
        size = 1 + len(raw) % 1500
        pieces = (raw[start : start + size] for start in range(0, len(raw), size))
        try:
            for _ in web.parts(pieces, b"--frame"):
                pass
        except web.Garbage:
            return

    return [
        (part + length + b"\r\n" + picture) * 2 + b"\r\n--frame--",
        (part + b"\r\n" + picture) * 2 + b"\r\n--frame--",
    ], target


def content_types() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What a camera calls its answer."""

    def target(raw: bytes) -> None:
        web._kind(raw.decode("latin-1"))

    return [b'multipart/x-mixed-replace; boundary="--frame"', b"image/jpeg", b""], target


def films() -> tuple[list[bytes], Callable[[bytes], None]]:
    """Recordings on disk."""
    # A file in memory, which is gone when the process is.
    path = Path(f"/proc/self/fd/{os.memfd_create('film')}")

    def target(raw: bytes) -> None:
        path.write_bytes(raw)
        try:
            for frame in film._motion_jpeg(path):
                _ = frame.grey
        except NotAPicture:
            return

    return [_picture(TEXTS[0], ".jpg") * 3], target


def key_events() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What the kernel sends of a reader that pretends to be a keyboard."""
    strokes = [
        (key, value) for key in (33, 24, 35, 57, 56, 82, 29, 42, 28) for value in (1, 0)
    ]
    genuine = b"".join(wedge.EVENT.pack(1, 2, 1, key, value) for key, value in strokes)
    return [genuine, struct.pack("@llHHi", 1, 2, 1, 65535, -1)], _gathered(
        lambda: wedge.Keyboard("dk")
    )


def serial_bytes() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What comes over a serial line."""
    return [TEXTS[0].encode() + b"\r\n", "næste\t".encode(), bytes(range(256))], _gathered(
        wedge.Serial
    )


def _gathered(make: Callable[[], wedge.Keyboard | wedge.Serial]) -> Callable[[bytes], None]:
    def target(raw: bytes) -> None:
        port, gatherer = make(), wedge.Gatherer()
        for start in range(0, len(raw), 31):
            for text in port.texts(raw[start : start + 31], gatherer):
                assert 0 < len(text) <= wedge.MOST
        gatherer.end(by_suffix=False)

    return target


def answers() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What a kiosk process answers to a reading."""

    def target(raw: bytes) -> None:
        assert len(_answer(httpx.Response(200, content=raw))) <= 40

    return [b'{"answer": "ADMIT", "id": 7}', b'{"answer": {"a": [1]}}', b"[]"], target


def hints() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What a scanner says of itself, as the kiosk process takes it."""
    sight, words = Sight(), Health().said()

    def target(raw: bytes) -> None:
        word = raw.decode("latin-1")
        sight.hear({**dict.fromkeys(words, word), "source": word, word: [raw]}, len(raw))
        assert len(sight.shown(len(raw))) < 20

    return [b"away", b"closer", b"frozen"], target


def readings() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What a scanner posts, as a door takes it before any page is asked."""

    def target(raw: bytes) -> None:
        body = scans.reading(raw)
        assert body is None or (body["scan"] and isinstance(body["text"], str))

    genuine = [{"scan": "s-1", "text": text, "source": "camera"} for text in TEXTS]
    deep = b'{"scan": "s", "text": "t", "more": ' + b"[" * 5_000
    return [*(json.dumps(one).encode() for one in genuine), deep], target


TARGETS: dict[str, Callable[[], tuple[list[bytes], Callable[[bytes], None]]]] = {
    target.__name__: target
    for target in (
        pictures,
        pixels,
        streams,
        content_types,
        films,
        key_events,
        serial_bytes,
        answers,
        hints,
        readings,
    )
}
