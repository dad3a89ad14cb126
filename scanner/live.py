"""Frames from a camera that is plugged in (V4L2, through OpenCV).

The camera is read on a thread of its own with the smallest buffer it grants, so that the
frame that gets looked at is the newest one. A camera may be unplugged and come back, also
under another number; it may freeze and send the same picture for ever. Each of these is
answered by opening it again.
"""

import logging
import threading
from collections.abc import Generator, Iterator
from functools import partial

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner import newest
from scanner.frame import Frame

log = logging.getLogger("scanner.live")

WIDTH_PX, HEIGHT_PX = 1280, 720
AGAIN_S = 0.5
# A sensor is never without noise: this many frames alike to the bit are one old frame.
ALIKE_MOST = 90


def frames(source: str) -> Generator[Frame | None, None, None]:
    """Yield the newest frame of `/dev/videoN` or camera number N; None while it is away."""
    return newest.follow(partial(_frames, source))


def _frames(source: str, stop: threading.Event) -> Iterator[Frame | None]:
    well = True
    while not stop.is_set():
        camera = cv2.VideoCapture(
            int(source) if source.isdecimal() else source, cv2.CAP_V4L2
        )
        try:
            _set_up(camera)
            for frame in _while_well(camera, stop):
                if not well:
                    well = True
                    log.info("camera=back")
                yield frame
        finally:
            camera.release()
        if well:
            well = False
            log.warning("camera=away")
        yield None
        stop.wait(AGAIN_S)


def _set_up(camera: cv2.VideoCapture) -> None:
    """Ask for what a door needs; a camera that cannot do a thing goes on without it."""
    # Over USB 2 only compressed pictures reach 30 a second at this size.
    camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    camera.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH_PX)
    camera.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT_PX)
    camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    # Leave pictures packed: most of them are only glanced at.
    camera.set(cv2.CAP_PROP_CONVERT_RGB, 0)


def _while_well(camera: cv2.VideoCapture, stop: threading.Event) -> Iterator[Frame]:
    before, alike = b"", 0
    while camera.isOpened() and not stop.is_set():
        there, delivered = camera.read()
        if not there:
            return
        frame = frame_of(delivered)
        now = frame.raw if isinstance(frame.raw, bytes) else frame.raw.tobytes()
        alike = alike + 1 if now == before else 0
        before = now
        if alike >= ALIKE_MOST:
            log.warning("camera=frozen")
            return
        yield frame


def frame_of(delivered: MatLike) -> Frame:
    """Make a frame of what OpenCV delivers: a packed picture, YUYV, BGR or grey."""
    if delivered.ndim == 2 and 1 in delivered.shape:
        return Frame(np.ascontiguousarray(delivered).tobytes())
    if delivered.ndim == 3 and delivered.shape[2] == 2:
        # YUYV: every first byte is the brightness.
        return Frame(np.ascontiguousarray(delivered[:, :, 0]))
    if delivered.ndim == 3:
        return Frame(cv2.cvtColor(delivered, cv2.COLOR_BGR2GRAY))
    return Frame(delivered)
