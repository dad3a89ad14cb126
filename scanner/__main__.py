"""Frame, text, post, again.

    python -m scanner

One process for one camera. It knows no rules and keeps no store: OpenCV may crash, the
kiosk's store may not. Settings: scanner/config.py, systemd/scanner.env.example.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator

import cv2

from scanner import camera, config, watchdog
from scanner.decode import Decoder
from scanner.eyes import Eyes
from scanner.frame import Frame, NotAPicture
from scanner.post import Post

WELL_EVERY_S = 1.0


def main() -> int:
    """Scan until stopped, or until a film or folder has ended and all is answered."""
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s %(message)s"
    )
    # httpx would write a line a request, with the address; ours says what came of it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = config.read(os.environ)
    except config.Incomplete as why:
        print(why, file=sys.stderr)
        return 2
    # One core for the eyes is enough, and the kiosk needs the others.
    cv2.setNumThreads(1)
    post = Post(settings.post, settings.secret_file, settings.name)
    try:
        scan(camera.frames(settings.source, settings.fps), post)
        post.wait_until_answered()
    except (camera.NoSuchSource, NotAPicture) as why:
        print(why, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    finally:
        post.close()
    return 0


def scan(frames: Iterator[Frame | None], post: Post) -> None:
    """Read every frame and hand over what came into view."""
    eyes = Eyes(Decoder())
    watchdog.tell("READY=1")
    well_at_s = time.monotonic()
    for frame in frames:
        for sighting in eyes.look(frame):
            post.put(sighting)
        if time.monotonic() - well_at_s >= WELL_EVERY_S:
            well_at_s = time.monotonic()
            watchdog.tell("WATCHDOG=1")


if __name__ == "__main__":
    sys.exit(main())
