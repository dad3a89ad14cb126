"""Frames from a camera on a Raspberry Pi's ribbon (libcamera, through picamera2).

picamera2 comes with Raspberry Pi OS and not from our locks: the environment must be one
that sees the system's packages. Where it is not there, `libcamerify python -m scanner`
shows the same camera as /dev/video0 (docs/hardware.md).
"""

import importlib
import threading
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import numpy as np

from scanner import newest, still
from scanner.frame import Frame
from scanner.health import Health
from scanner.live import AGAIN_S, HEIGHT_PX, WIDTH_PX

FPS = 30


class NoLibrary(Exception):
    """picamera2 is not installed here; the message says what to do."""


def frames(number: int, health: Health) -> Generator[Frame | None, None, None]:
    """Yield the newest frame of ribbon camera `number`; None while it is away.

    Raises NoLibrary.
    """
    try:
        library = importlib.import_module("picamera2")
    except ImportError as why:
        raise NoLibrary(
            "picamera2 is not installed here. Install python3-picamera2, or start the "
            "scanner with libcamerify and FOH_SCANNER_SOURCE=/dev/video0."
        ) from why
    return newest.follow(partial(_frames, library, number, health), health)


def _frames(
    library: Any, number: int, health: Health, stop: threading.Event
) -> Iterator[Frame | None]:
    while not stop.is_set():
        health.beat()
        try:
            camera = library.Picamera2(number)
            try:
                yield from still.moving(_delivered(camera, stop), health)
            finally:
                camera.stop()
                camera.close()
        # The library fails with whatever its layers fail with; all of it means "away".
        except (IndexError, OSError, RuntimeError) as trouble:
            health.camera("away", why=type(trouble).__name__)
        yield None
        stop.wait(AGAIN_S)


def _delivered(camera: Any, stop: threading.Event) -> Iterator[Frame]:
    # Two buffers are the fewest that stream; without a queue no frame is older than now.
    camera.configure(
        camera.create_video_configuration(
            main={"size": (WIDTH_PX, HEIGHT_PX), "format": "YUV420"},
            buffer_count=2,
            queue=False,
            controls={"FrameRate": FPS},
        )
    )
    camera.start()
    while not stop.is_set():
        planes = camera.capture_array("main")
        # The brightness comes first, in rows that may be padded.
        yield Frame(np.ascontiguousarray(planes[:HEIGHT_PX, :WIDTH_PX]))
