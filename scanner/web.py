"""Frames over HTTP: a stream of JPEG pictures, or one picture that is asked for again.

What comes from the network is not trusted: pictures that are none are skipped, lengths
are bounded, and a source that goes away is asked again until it is back.
"""

import threading
from collections.abc import Generator, Iterator
from email.message import Message
from functools import partial

import httpx

from scanner import newest, still
from scanner.frame import Frame
from scanner.health import Health

PART_MOST = 16 * 1024 * 1024
AGAIN_S = 0.5
# A stream that says nothing for this long has frozen; a new connection often wakes it.
SILENCE_S = 5.0
TIMEOUT = httpx.Timeout(SILENCE_S, connect=2.0)


class Garbage(Exception):
    """The source answers with something that is neither picture nor stream."""


def frames(address: str, fps: float, health: Health) -> Generator[Frame | None, None, None]:
    """Yield the newest picture at `address`, at most `fps` a second when it is asked for.

    The answer decides: `multipart/x-mixed-replace` is a stream, `image/*` one picture,
    204 nothing in view. Trouble yields None and is tried again.
    """
    return newest.follow(partial(_frames, address, fps, health), health)


def _frames(
    address: str, fps: float, health: Health, stop: threading.Event
) -> Iterator[Frame | None]:
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as line:
        while not stop.is_set():
            try:
                for frame in _visit(line, address, health):
                    if stop.is_set():
                        return
                    yield frame
                stop.wait(1 / fps)
            except (httpx.HTTPError, httpx.StreamError, Garbage) as trouble:
                health.camera("away", why=type(trouble).__name__)
                yield None
                stop.wait(AGAIN_S)


def _visit(line: httpx.Client, address: str, health: Health) -> Iterator[Frame | None]:
    """Ask once; yield the one picture, or those of a stream until it ends or freezes."""
    with line.stream("GET", address) as answer:
        if answer.status_code == httpx.codes.NO_CONTENT:
            health.camera("")
            yield None
            return
        answer.raise_for_status()
        kind, boundary = _kind(answer.headers.get("content-type", ""))
        if kind == "multipart/x-mixed-replace":
            pictures = parts(_lively(answer.iter_bytes(), health), boundary)
            yield from still.moving((Frame(part) for part in pictures), health)
        elif kind.startswith("image/"):
            picture = Frame(_whole(_lively(answer.iter_bytes(), health)))
            health.camera("")
            yield picture
        else:
            raise Garbage(kind)


def _lively(pieces: Iterator[bytes], health: Health) -> Iterator[bytes]:
    """Pass bytes on as long as pictures come of them. Raises Garbage on a trickle."""
    for piece in pieces:
        if health.hung_s() > SILENCE_S:
            raise Garbage("a trickle without pictures")
        yield piece


def _kind(content_type: str) -> tuple[str, bytes]:
    header = Message()
    header["content-type"] = content_type
    boundary = str(header.get_param("boundary") or "")
    # Cameras disagree whether the two dashes belong to the name; RFC 2046 §5.1.1 adds them.
    return header.get_content_type(), b"--" + boundary.removeprefix("--").encode("latin-1")


def _whole(pieces: Iterator[bytes]) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > PART_MOST:
            raise Garbage("endless picture")
    return bytes(body)


def parts(pieces: Iterator[bytes], boundary: bytes) -> Iterator[bytes]:
    """Split a multipart body into the contents of its parts, each as soon as it is whole.

    Raises Garbage when a part grows beyond 16 MiB.
    """
    rest = bytearray()
    for piece in pieces:
        rest += piece
        while (part := _first(rest, boundary)) is not None:
            if part:
                yield part
        if len(rest) > PART_MOST:
            raise Garbage("endless part")


def _first(rest: bytearray, boundary: bytes) -> bytes | None:
    """Cut the first whole part off; None when more bytes are needed."""
    start = rest.find(boundary)
    if start < 0:
        return None
    head_end = rest.find(b"\r\n\r\n", start)
    if head_end < 0:
        return None
    body = head_end + 4
    length = _length(bytes(rest[start:head_end]))
    if length is not None:
        # The length is a promise, and saves waiting for the boundary of the next part.
        if len(rest) < body + length:
            return None
        end = body + length
    else:
        end = rest.find(b"\r\n" + boundary, body)
        if end < 0:
            return None
    part = bytes(rest[body:end])
    del rest[:end]
    return part


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return min(int(value), PART_MOST)
    return None
