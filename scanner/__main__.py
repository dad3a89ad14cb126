"""Frame, text, post, again.

    python -m scanner

One process for one camera, and a hand-held reader beside it. It knows no rules and keeps
no store: OpenCV may crash, the kiosk's store may not.
Settings: scanner/config.py, systemd/scanner.env.example.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence

import cv2

from scanner import camera, config, newest, watchdog, wedge
from scanner.arrivals import Arrivals
from scanner.config import Config
from scanner.decode import Decoder
from scanner.eyes import Eyes, new_id
from scanner.frame import Frame, NotAPicture
from scanner.glance import Glance
from scanner.health import Health
from scanner.hints import Hints
from scanner.phones import Phones
from scanner.post import Post
from scanner.sightings import Sightings

log = logging.getLogger("scanner")

WELL_EVERY_S = 1.0
# How long a reader goes on alone beside a camera that hangs, before both start anew.
ALONE_S = 60.0
ANSWERED_S = 2.0


def main(arguments: Sequence[str] = ()) -> int:
    """Scan until stopped, or until a film or folder has ended and all is answered."""
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s %(message)s"
    )
    # httpx would write a line a request, with the address; ours says what came of it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if arguments:
        # It has no arguments: whoever gives some wants to know what it takes.
        print((__doc__ or "").strip())
        return 0 if arguments[0] in {"-h", "--help"} else 2
    try:
        settings = config.read(os.environ)
    except config.Incomplete as why:
        print(why, file=sys.stderr)
        return 2
    # Whoever starts us in the background may have SIGINT ignored; it still means stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # One core for the eyes is enough, and the kiosk needs the others.
    cv2.setNumThreads(1)
    health, glance = Health(), Glance()
    post = Post(settings.post, settings.secret_file, settings.name)
    hints = _hints(settings, health, glance)
    phones = _phones(settings)
    sightings, stop = Sightings(new_id), threading.Event()
    reader = _reader(settings, health, Arrivals(sightings, post), stop)
    try:
        frames = camera.frames(settings.source, settings.fps, health)
        scan(frames, post, sightings, health, glance)
        post.wait_until_answered()
    except (camera.NoSuchSource, NotAPicture) as why:
        print(why, file=sys.stderr)
        return 2
    except newest.Hung as why:
        # Only a new process gets rid of the thread that never comes back. What was read
        # goes out first, and a reader beside the camera gets a while of its own.
        log.error("camera=hung why=%s", why)
        health.camera("away", why="hung")
        if reader is not None:
            outlast(reader, ALONE_S)
        post.wait_until_answered(ANSWERED_S)
        return 3
    except KeyboardInterrupt:
        return 0
    finally:
        stop.set()
        post.close()
        if phones is not None:
            phones.close()
        if hints is not None:
            hints.close()
    return 0


def scan(
    frames: Iterator[Frame | None],
    post: Post,
    sightings: Sightings,
    health: Health,
    glance: Glance,
) -> None:
    """Read every frame and hand over what came into view."""
    eyes = Eyes(Decoder(), sightings)
    watchdog.tell("READY=1")
    well_at_s = time.monotonic()
    for frame in frames:
        for sighting in eyes.look(frame):
            post.put(sighting)
        if frame is not None:
            glance.put(frame, read=eyes.reads)
        health.hint(eyes.hint)
        if time.monotonic() - well_at_s >= WELL_EVERY_S and health.hung_s() < newest.HUNG_S:
            well_at_s = time.monotonic()
            watchdog.tell("WATCHDOG=1")


def outlast(reader: threading.Thread, seconds: float) -> None:
    """Live without a camera for a while, as long as the reader does."""
    ends_s = time.monotonic() + seconds
    while reader.is_alive() and time.monotonic() < ends_s:
        watchdog.tell("WATCHDOG=1")
        reader.join(WELL_EVERY_S)


def _hints(settings: Config, health: Health, glance: Glance) -> Hints | None:
    if not settings.hints:
        return None
    address, secret = settings.hints, settings.secret_file
    return Hints(address, secret, settings.name, health, glance=glance)


def _phones(settings: Config) -> Phones | None:
    return Phones(settings.phones, settings.secret_file) if settings.phones else None


def _reader(
    settings: Config, health: Health, arrivals: Arrivals, stop: threading.Event
) -> threading.Thread | None:
    if not settings.wedge:
        return None
    reader = threading.Thread(
        target=wedge.follow,
        args=(settings.wedge, settings.layout, health, arrivals.take, stop),
        name="reader",
        daemon=True,
    )
    reader.start()
    return reader


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
