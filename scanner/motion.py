"""Has anything moved? While nothing has, there is nothing new to read.

Thumbnails are compared block by block, so that a ticket in a corner counts as much as a
guest who fills the picture, and noise of a dark picture counts for nothing.
"""

from collections import deque
from enum import Enum

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner.regions import Region

BLOCK_PX = 16
# Mean change of brightness (of 255) of a block before it counts as moved.
MOVED = 4.0
# Mean change of a block, compared with the view of a moment ago, before something is there
# that was not there then; and the width of such a block.
STIRRED = 3.0
STIRRED_PX = 8
# What is looked at with a changed block: those around it. The share of the view above which
# all of it is.
_AROUND = np.ones((3, 3), np.uint8)
MOST_OF_IT = 0.75
# The decoder spreads its views over several frames, so it gets these after a movement.
FRAMES_AFTER = 12


class Scene(Enum):
    """What a frame is, compared with those before."""

    MOVED = "moved"
    SETTLING = "settling"
    STILL = "still"


class Gate:
    """Says of each frame whether it is worth reading."""

    def __init__(self) -> None:
        self._before: MatLike | None = None
        self._small: MatLike | None = None
        self._ago: deque[MatLike] = deque(maxlen=2)
        self._frame = 0
        self._left = 0

    def compare(self, small: MatLike) -> Scene:
        """Compare a thumbnail (height_px, width_px) with the one that moved last."""
        if self._frame % FRAMES_AFTER == 0:
            self._ago.append(small)
        self._small, self._frame = small, self._frame + 1
        if self._moved(small):
            self._before = small
            self._left = FRAMES_AFTER
            return Scene.MOVED
        self._left -= 1
        return Scene.SETTLING if self._left > 0 else Scene.STILL

    def stirred(self, width_px: int, height_px: int) -> list[Region] | None:
        """Give the parts of the newest frame that are not as they were 12 to 24 frames ago.

        What has not changed for so long was looked at as closely as anything ever is.
        width_px, height_px: of the frame. None for all of it, or when nobody knows.
        """
        if self._small is None or len(self._ago) < 2:
            return None
        if self._ago[0].shape != self._small.shape:
            return None
        change = _change(self._small, self._ago[0], STIRRED_PX)
        changed = (change > STIRRED).astype(np.uint8)
        high, wide = changed.shape
        boxes = cv2.connectedComponentsWithStats(cv2.dilate(changed, _AROUND))[2][1:]
        if boxes[:, cv2.CC_STAT_WIDTH] @ boxes[:, cv2.CC_STAT_HEIGHT] > MOST_OF_IT * (
            wide * high
        ):
            return None
        return [
            Region(
                left * width_px // wide,
                top * height_px // high,
                across * width_px // wide,
                down * height_px // high,
            )
            for left, top, across, down, _ in boxes.tolist()
        ]

    def forget(self) -> None:
        """Nothing was in view: whatever comes next has moved."""
        self._before = None
        self._ago.clear()

    def _moved(self, small: MatLike) -> bool:
        if self._before is None or self._before.shape != small.shape:
            return True
        return float(np.max(_change(small, self._before, BLOCK_PX))) > MOVED


def _change(small: MatLike, before: MatLike, block_px: int) -> MatLike:
    """Mean change of each block, of 255."""
    high, wide = _blocks(small, block_px)
    change = cv2.absdiff(small, before)
    return cv2.resize(change, (wide, high), interpolation=cv2.INTER_AREA)


def _blocks(small: MatLike, block_px: int) -> tuple[int, int]:
    """How many blocks there are, down and across."""
    return max(1, small.shape[0] // block_px), max(1, small.shape[1] // block_px)
