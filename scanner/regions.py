"""Where in a frame a code may be.

A code is a patch with many edges in both directions. Looking closely at a few such patches
costs less than looking at the whole frame again, and finds more: a patch can be enlarged
and freed from its surroundings.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

# How often the frame is halved before it is searched, once for each size of code: small
# ones show in the first, large ones, whose inside looks flat from near, in the last.
HALVINGS = 3
WINDOW_PX = 9
# Edges, relative to the brightness around, that make a patch: faint, clear and strong.
EDGES = (0.12, 0.22, 0.35)
# Darkness, of 255, in which noise would count as edges.
DARK = 24.0
SIDE_LEAST_CELLS = 5
SLIMMEST = 3.2
FILLED_LEAST = 0.35
SAME = 0.6
MOST = 12


@dataclass(frozen=True)
class Region:
    """A part of a frame, in pixels, and how much it looks like a code."""

    x: int
    y: int
    width: int
    height: int
    score: float = 0.0

    def overlap(self, other: "Region") -> float:
        """Shared area over the area of both together, 0 to 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)

    def holds(self, x: float, y: float) -> bool:
        """Say whether a point in the frame lies inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height

    def inside(self, frame: MatLike) -> MatLike:
        """Give the part of the frame that it covers, not copied."""
        return frame[self.y : self.y + self.height, self.x : self.x + self.width]

    def cut(self, frame: MatLike) -> tuple[MatLike, int, int]:
        """Cut it out of the frame with a margin; return it and where it starts, x and y."""
        margin = int(0.3 * max(self.width, self.height)) + 6
        x, y = max(0, self.x - margin), max(0, self.y - margin)
        patch = frame[y : self.y + self.height + margin, x : self.x + self.width + margin]
        return np.ascontiguousarray(patch), x, y


def propose(frame: MatLike) -> list[Region]:
    """Name the parts of a grey frame that may be codes, the likeliest first, 12 at most."""
    candidates: list[Region] = []
    halved = frame
    for halving in range(1, HALVINGS + 1):
        height, width = halved.shape[0] // 2, halved.shape[1] // 2
        if min(height, width) < 2 * WINDOW_PX:
            break
        halved = cv2.resize(halved, (width, height), interpolation=cv2.INTER_AREA)
        candidates += _patches(_edges(halved), 2 << halving)
    candidates.sort(key=lambda region: region.score, reverse=True)
    chosen: list[Region] = []
    for candidate in candidates:
        if all(candidate.overlap(region) < SAME for region in chosen):
            chosen.append(candidate)
            if len(chosen) == MOST:
                break
    return chosen


def _edges(picture: MatLike) -> MatLike:
    """How many edges of both kinds are around each second pixel, relative to the light."""
    across = cv2.absdiff(picture[1:-1, 2:], picture[1:-1, :-2])
    down = cv2.absdiff(picture[2:, 1:-1], picture[:-2, 1:-1])
    window = (WINDOW_PX, WINDOW_PX)
    both = cv2.min(cv2.blur(across, window), cv2.blur(down, window))
    size = (max(1, both.shape[1] // 2), max(1, both.shape[0] // 2))
    edges = cv2.resize(both, size, interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), window)
    return np.divide(edges, np.add(light, DARK, dtype=np.float32), dtype=np.float32)


def _patches(edges: MatLike, cell_px: int) -> list[Region]:
    """Regions of connected cells with enough edges; a cell is cell_px pixels wide."""
    patches = []
    sums = cv2.integral(edges)
    for least in EDGES:
        mask = (edges > least).astype(np.uint8)
        stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:]
        wide, high, area = stats[:, 2], stats[:, 3], stats[:, 4]
        shorter, longer = np.minimum(wide, high), np.maximum(wide, high)
        fits = (
            (shorter >= SIDE_LEAST_CELLS)
            & (longer <= SLIMMEST * shorter)
            & (area >= FILLED_LEAST * wide * high)
        )
        for x, y, w, h, cells in stats[fits].tolist():
            inside = sums[y + h, x + w] - sums[y, x + w] - sums[y + h, x] + sums[y, x]
            score = inside / (w * h) * min(w, h) / max(w, h) * (cells / (w * h)) ** 0.5
            patches.append(
                Region(x * cell_px, y * cell_px, w * cell_px, h * cell_px, float(score))
            )
    return patches
