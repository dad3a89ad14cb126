"""Frames from a camera that is plugged in (V4L2, through OpenCV).

The camera is read on a thread of its own with the smallest buffer it grants, so that the
frame that gets looked at is the newest one. A camera may be unplugged and come back, also
under another number; it may freeze and send the same picture for ever. Each of these is
told as what it is, and answered by opening it again.
"""

import os
import threading
from collections.abc import Generator, Iterator
from functools import partial

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner import newest, still
from scanner.frame import Frame
from scanner.health import Health

WIDTH_PX, HEIGHT_PX = 1280, 720
AGAIN_S = 0.5
# A camera that delivers nothing for this long is opened again; OpenCV would wait 10 s.
SILENCE_S = 3
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(SILENCE_S))


def frames(source: str, health: Health) -> Generator[Frame | None, None, None]:
    """Yield the newest frame of `/dev/videoN` or camera number N; None while it is away."""
    return newest.follow(partial(_frames, source, health), health)


def _frames(source: str, health: Health, stop: threading.Event) -> Iterator[Frame | None]:
    while not stop.is_set():
        health.beat()
        # A name by serial number leads to another device each time it is plugged in.
        device = int(source) if source.isdecimal() else os.path.realpath(source)
        camera = cv2.VideoCapture(device, cv2.CAP_V4L2)
        try:
            _set_up(camera)
            yield from still.moving(_delivered(camera, stop), health)
            opened = camera.isOpened()
        finally:
            camera.release()
        if not stop.is_set() and health.said()["camera"] != "frozen":
            health.camera("away", why="it stopped" if opened else "it cannot be opened")
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


def _delivered(camera: cv2.VideoCapture, stop: threading.Event) -> Iterator[Frame]:
    while camera.isOpened() and not stop.is_set():
        there, delivered = camera.read()
        if not there:
            return
        yield frame_of(delivered)


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
