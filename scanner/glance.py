"""The newest frame once more, small, for staff who want to see what the camera sees.

It is packed only when the kiosk asks, which it does while somebody looks; nothing is kept.
"""

import threading
import time
from base64 import b64encode

import cv2

from scanner.frame import Frame, NotAPicture

WIDTH_PX = 640
QUALITY = 60
# What was seen before that is not what the camera sees.
FRESH_S = 3.0


class Glance:
    """Remembers the newest frame, as it came. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None

    def put(self, frame: Frame) -> None:
        """Replace what is there."""
        with self._lock:
            self._frame = frame

    def packed(self) -> str:
        """Give the newest frame as JPEG in base64; empty when none is fresh."""
        with self._lock:
            frame = self._frame
        if frame is None or time.monotonic() - frame.at_s > FRESH_S:
            return ""
        try:
            picture = frame.grey
        except NotAPicture:
            return ""
        height, width = picture.shape
        if width > WIDTH_PX:
            size = (WIDTH_PX, max(1, height * WIDTH_PX // width))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        well, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return b64encode(packed.tobytes()).decode("ascii") if well else ""
