"""The three squares of a QR code: how to tell a code from a poster or a striped shirt.

Whatever line crosses the middle of such a square meets dark, light, dark, light and dark
in the proportions 1 : 1 : 3 : 1 : 1 (ISO/IEC 18004 §7.3.2). Few other things do, both
across and down, so a patch without any is hardly worth more than a glance.
"""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

# Patches smaller than this are doubled, so that a module is more than a pixel or two.
SMALL_PX = 260
# Crossings compared at most; a patch with more is a code, or a net curtain.
MOST = 400

Crossings = NDArray[np.float32]


def count(patch: MatLike) -> int:
    """Count the places in a grey patch where both directions meet the proportions."""
    if max(patch.shape) < SMALL_PX:
        patch = cv2.resize(patch, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    dark = _dark(patch)
    across = _crossings(dark)
    if len(across) < 2:
        return 0
    down = _crossings(np.ascontiguousarray(dark.T))
    return _meet(across[:MOST], down[:MOST])


def _dark(patch: MatLike) -> MatLike:
    """1 where a pixel is darker than its neighbourhood."""
    window = max(15, max(patch.shape) // 6) | 1
    light = cv2.blur(patch, (window, window))
    return (cv2.subtract(light, patch) > 2).astype(np.uint8)


def _crossings(dark: MatLike) -> Crossings:
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
    )
    starts, module = starts[fits], module[fits]
    row = changes[starts] // (width + 2)
    one_row = row == (changes[starts + 5] - 1) // (width + 2)
    middle = changes[starts + 2] + runs[starts + 2] / 2 - row * (width + 2) - 1
    crossings = np.stack([row, middle, module], axis=1)[one_row]
    return crossings.astype(np.float32, copy=False)


def _meet(across: Crossings, down: Crossings) -> int:
    """How many crossings of the one direction are confirmed by one of the other."""
    if not len(across) or not len(down):
        return 0
    module = (across[:, None, 2] + down[None, :, 2]) / 2
    slack = 0.8 * module + 0.5
    meets = (
        (abs(across[:, None, 1] - down[None, :, 0]) < slack)
        & (abs(across[:, None, 0] - down[None, :, 1]) < slack)
        & (abs(across[:, None, 2] - down[None, :, 2]) < 0.5 * module)
    )
    return int(np.count_nonzero(meets.any(axis=1)))
