"""Codes that were found in a frame: where they are, and whether two readings are of one."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner.readers import Corners
from scanner.regions import Region


@dataclass(frozen=True)
class Found:
    """A code in a frame: its text, its corners in pixels, and the view that read it."""

    text: str
    corners: Corners
    by: str

    @property
    def region(self) -> Region:
        """The part of the frame that it fills."""
        xs, ys = [int(x) for x, _ in self.corners], [int(y) for _, y in self.corners]
        return Region(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def same(one: Found, other: Found) -> bool:
    """Say whether two readings are of one code: the same text may hang side by side."""
    if one.text != other.text:
        return False
    a, b = one.region, other.region
    reach = max(a.width, a.height, b.width, b.height)
    across = abs(2 * a.x + a.width - 2 * b.x - b.width)
    down = abs(2 * a.y + a.height - 2 * b.y - b.height)
    return max(across, down) < reach


def without(frame: MatLike, found: list[Found]) -> MatLike:
    """Paint over what has been read, so that it takes no more of anybody's time."""
    frame = frame.copy()
    for code in found:
        region = code.region
        inside = frame[
            max(0, region.y) : region.y + region.height,
            max(0, region.x) : region.x + region.width,
        ]
        tone = float(np.mean(inside)) if inside.size else 0.0
        cv2.fillConvexPoly(frame, np.array(code.corners, np.int32), tone)
    return frame
