"""Has anything moved? While nothing has, there is nothing new to read.

Thumbnails are compared block by block, so that a ticket in a corner counts as much as a
guest who fills the picture, and noise of a dark picture counts for nothing.
"""

from enum import Enum

import cv2
import numpy as np
from cv2.typing import MatLike

BLOCK_PX = 16
# Mean change of brightness (of 255) of a block before it counts as moved.
MOVED = 4.0
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
        self._left = 0

    def compare(self, small: MatLike) -> Scene:
        """Compare a thumbnail (height_px, width_px) with the one that moved last."""
        if self._moved(small):
            self._before = small
            self._left = FRAMES_AFTER
            return Scene.MOVED
        self._left -= 1
        return Scene.SETTLING if self._left > 0 else Scene.STILL

    def forget(self) -> None:
        """Nothing was in view: whatever comes next has moved."""
        self._before = None

    def _moved(self, small: MatLike) -> bool:
        if self._before is None or self._before.shape != small.shape:
            return True
        change = cv2.absdiff(small, self._before)
        size = (max(1, small.shape[1] // BLOCK_PX), max(1, small.shape[0] // BLOCK_PX))
        blocks = cv2.resize(change, size, interpolation=cv2.INTER_AREA)
        return float(np.max(blocks)) > MOVED
