"""Where frames come from: a camera, a stream, a film or a folder.

All of them yield frames alike, the newest only: a queue at the door must never wait for
pictures of guests who have gone in already. `None` stands for "nothing to see just now",
at least once a second, so that whoever loops over frames can also look at other things.
"""

import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from scanner import film, live, newest, pi, web
from scanner.frame import Frame
from scanner.health import Health

PICTURES = {".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".webp"}
# The decoder spreads its views of one picture over this many frames.
SHOWN = 5
NONE = "none"
# A camera keeps a pace of its own, never quite the one asked for. Held to that one, a frame
# of a camera that is a trifle faster would wait for almost as long as a frame lasts.
LEEWAY = 1.25
# The ribbon cameras of a Raspberry Pi.
PI = {"pi": 0, "pi0": 0, "pi1": 1}


Frames = Generator[Frame | None, None, None]


class NoSuchSource(Exception):
    """The source named in the settings is neither there nor understood."""


def frames(source: str, fps: float, health: Health) -> Frames:
    """Yield what the source shows, at most `fps` frames a second.

    A camera that is a little faster is followed as it is. source: see Config. health:
    hears how the camera is. Ends only for films and folders.
    Raises NoSuchSource, newest.Hung.
    """
    played = Path(source).exists() and not _is_device(source)
    with closing(_frames(source, fps, health)) as all_frames:
        yield from _paced(all_frames, fps if played else LEEWAY * fps)


def recorded(folder: Path, *, shown: int = 1) -> Frames:
    """Yield the pictures in a folder in name order: what tests and rehearsals use.

    folder: pictures of any size. shown: how many frames each stays in view.
    Raises NotAPicture when a file cannot be read.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURES:
            raw = path.read_bytes()
            for _ in range(shown):
                yield Frame(raw)


def _frames(source: str, fps: float, health: Health) -> Frames:
    if source == NONE:
        return _nothing(health)
    if source.startswith(("http://", "https://")):
        return web.frames(source, fps, health)
    if _is_device(source):
        return live.frames(source, health)
    if source in PI:
        try:
            return pi.frames(PI[source], health)
        except pi.NoLibrary as why:
            raise NoSuchSource(str(why)) from why
    path = Path(source)
    if path.is_dir():
        return recorded(path, shown=SHOWN)
    if path.is_file():
        return film.frames(path)
    raise NoSuchSource(
        f"There is no camera, folder or film at {source!r}; see FOH_SCANNER_SOURCE."
    )


def _is_device(source: str) -> bool:
    return source.isdecimal() or source.startswith(("/dev/video", "/dev/v4l/"))


def _nothing(health: Health) -> Frames:
    """No camera at all: a hand-held reader is enough for some doors."""
    while True:
        health.beat()
        time.sleep(newest.QUIET_S)
        yield None


def _paced(frames: Frames, fps: float) -> Frames:
    """Look at most `fps` times a second, however fast the source is."""
    due = time.monotonic()
    for frame in frames:
        yield frame
        due = max(due + 1 / fps, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))
