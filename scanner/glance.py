"""The newest frame once more, small, for staff who want to see what the camera sees.

It is packed only when the kiosk asks, which it does while somebody looks; nothing is kept.
"""

import threading
import time
from base64 import b64encode
from collections import deque

import cv2

from scanner.frame import Frame, NotAPicture

WIDTH_PX = 640
QUALITY = 60
# What was seen before that is not what the camera sees.
FRESH_S = 3.0
# Over so long pictures are counted, and those of them in which a code was read.
COUNTED_S = 2.0


class Glance:
    """Remembers the newest frame, as it came. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._counted: deque[tuple[float, bool]] = deque()

    def put(self, frame: Frame, *, read: bool = False) -> None:
        """Replace what is there. read: a code was read in it."""
        with self._lock:
            self._frame = frame
            self._counted.append((frame.at_s, read))
            while self._counted[0][0] < frame.at_s - COUNTED_S:
                self._counted.popleft()

    def rates(self) -> tuple[int, int]:
        """Give the pictures in a second, and in how many % of them a code was read."""
        with self._lock:
            counted = list(self._counted)
        if len(counted) < 2 or counted[-1][0] <= counted[0][0]:
            return 0, 0
        spanned_s = counted[-1][0] - counted[0][0]
        read = sum(one for _, one in counted)
        return round((len(counted) - 1) / spanned_s), round(100 * read / len(counted))

    def sharpness(self) -> int:
        """Say how sharp the newest frame is: the more its edges stand out, the higher."""
        with self._lock:
            frame = self._frame
        try:
            picture = None if frame is None else frame.grey
        except NotAPicture:
            picture = None
        return 0 if picture is None else round(cv2.Laplacian(picture, cv2.CV_64F).std())

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
