"""The three squares of a QR code: how to tell a code from a poster or a striped shirt.

Whatever line crosses the middle of such a square meets dark, light, dark, light and dark
in the proportions 1 : 1 : 3 : 1 : 1 (ISO/IEC 18004 §7.3.2). Few other things do, both
across and down, so a patch without any is hardly worth more than a glance.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from scanner.regions import Region

# Patches smaller than this are doubled, so that a module is more than a pixel or two.
SMALL_PX = 260
# A region is at least this many modules wide.
COARSEST = 12
# Squares stand at the corners, where the edges of a region are drawn a little too near.
RIM_PX = 4
# Crossings compared at most; a patch with more is a code, or a net curtain.
MOST = 400

Crossings = NDArray[np.float32]


@dataclass(frozen=True)
class Squares:
    """What was found: how many crossings, and the width of a module in pixels of the frame.

    A code has five crossings and more, mostly dozens; text and scenery hardly any.
    """

    count: int
    module_px: float


def count(frame: MatLike, region: Region) -> int:
    """Count the places in a region where both directions meet the proportions."""
    return look(frame, region).count


def look(frame: MatLike, region: Region) -> Squares:
    """Look for places in a region of a grey frame where both directions meet them."""
    patch, x, y = region.cut(frame)
    times = 2 if max(patch.shape) < SMALL_PX else 1
    if times > 1:
        patch = cv2.resize(patch, None, fx=times, fy=times)
    dark = _dark(patch)
    # The smallest code is three squares wide, 21 modules: letters are finer than a region
    # of many, and coarser than a region of few.
    coarsest = max(region.width, region.height) * times / COARSEST
    across = _crossings(dark, coarsest)
    down = _crossings(np.ascontiguousarray(dark.T), coarsest)
    left, top = (region.x - x) * times - RIM_PX, (region.y - y) * times - RIM_PX
    right, bottom = (
        left + region.width * times + 2 * RIM_PX,
        top + region.height * times + 2 * RIM_PX,
    )
    meets = _meet(across[:MOST], down[:MOST])
    inside = (
        (meets[:, 1] >= left)
        & (meets[:, 1] <= right)
        & (meets[:, 0] >= top)
        & (meets[:, 0] <= bottom)
    )
    modules = meets[inside, 2]
    module_px = float(np.median(modules)) / times if modules.size else 0.0
    return Squares(int(modules.size), module_px)


def _dark(patch: MatLike) -> MatLike:
    """1 where a pixel is darker than its neighbourhood."""
    window = max(15, max(patch.shape) // 6) | 1
    light = cv2.blur(patch, (window, window))
    return (cv2.subtract(light, patch) > 2).astype(np.uint8)


def _crossings(dark: MatLike, coarsest: float) -> Crossings:
    """Rows (row, middle, module) in pixels of each 1 : 1 : 3 : 1 : 1 along the rows."""
    height, width = dark.shape
    padded = np.zeros((height, width + 2), np.uint8)
    padded[:, 1:-1] = dark
    flat = padded.ravel()
    # Every row begins and ends light, so runs alternate: dark, light, dark, ...
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(changes).astype(np.float32)
    starts = np.arange(0, max(0, runs.size - 4), 2)
    a, b, c, d, e = (runs[starts + nth] for nth in range(5))
    module = (a + b + c + d + e) / 7
    slack = 0.55 * module + 0.4
    fits = (
        (abs(a - module) < slack)
        & (abs(b - module) < slack)
        & (abs(c - 3 * module) < 1.2 * module + 0.5)
        & (abs(d - module) < slack)
        & (abs(e - module) < slack)
        & (module > 0.8)
        & (module < coarsest)
    )
    starts, module = starts[fits], module[fits]
    row = changes[starts] // (width + 2)
    one_row = row == (changes[starts + 5] - 1) // (width + 2)
    middle = changes[starts + 2] + runs[starts + 2] / 2 - row * (width + 2) - 1
    crossings = np.stack([row, middle, module], axis=1)[one_row]
    return np.asarray(crossings, np.float32)


def _meet(across: Crossings, down: Crossings) -> Crossings:
    """The crossings of the one direction that one of the other confirms."""
    if not len(across) or not len(down):
        return across[:0]
    module = (across[:, None, 2] + down[None, :, 2]) / 2
    slack = 0.8 * module + 0.5
    meets = (
        (abs(across[:, None, 1] - down[None, :, 0]) < slack)
        & (abs(across[:, None, 0] - down[None, :, 1]) < slack)
        & (abs(across[:, None, 2] - down[None, :, 2]) < 0.5 * module)
    )
    return np.asarray(across[meets.any(axis=1)], np.float32)
