"""A ticket that is still moving: undo the smear, knowing which way it goes.

Two frames that follow show how far a place has moved between them; the shutter was open for
a part of that time, so the smear points the same way and is shorter. A smear of known
direction and length can be undone (Wiener 1949), up to some two modules.
"""

from functools import lru_cache

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner.regions import Region

# Movement between two frames, in pixels, from which a smear is worth undoing.
FAST_PX = 10.0
# How well the two frames must agree about the movement, 0 to 1.
AGREED = 0.2
# Noise over signal; less of it sharpens more, and makes more out of noise.
NOISE = 0.015
# Directions are kept by so many degrees, so that their filters are made once.
STEP_DEG = 4


def movement(before: MatLike, now: MatLike, region: Region) -> tuple[float, float]:
    """How far a region of `now` has moved since `before`, in pixels; zeros when unclear."""
    patch, x, y = region.cut(now)
    there = before[y : y + patch.shape[0], x : x + patch.shape[1]]
    # Half of the pixels are enough for a movement of ten.
    a, b = (np.asarray(part[::2, ::2], np.float32) for part in (there, patch))
    if a.shape != b.shape or min(a.shape) < 16:
        return 0.0, 0.0
    (dx, dy), agreed = cv2.phaseCorrelate(a, b, _window(a.shape[1], a.shape[0]))
    return (2 * dx, 2 * dy) if agreed >= AGREED else (0.0, 0.0)


def undone(patch: MatLike, dx: float, dy: float, length_px: float) -> MatLike:
    """Undo a smear of `length_px` along (dx, dy) in a grey patch, uint8."""
    step = round(np.degrees(np.arctan2(dy, dx)) / STEP_DEG) % (180 // STEP_DEG)
    height, width = patch.shape
    high, wide = (cv2.getOptimalDFTSize(side + int(length_px)) for side in patch.shape)
    padded = cv2.copyMakeBorder(
        patch, 0, high - height, 0, wide - width, cv2.BORDER_REFLECT_101
    )
    spectrum = cv2.dft(np.asarray(padded, np.float32), flags=cv2.DFT_COMPLEX_OUTPUT)
    cleaned = cv2.mulSpectrums(spectrum, _filter(wide, high, step, length_px), 0)
    back = cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT
    return cv2.convertScaleAbs(np.maximum(cv2.dft(cleaned, flags=back)[:height, :width], 0))


@lru_cache(maxsize=8)
def _window(width: int, height: int) -> MatLike:
    return cv2.createHanningWindow((width, height), cv2.CV_32F)


@lru_cache(maxsize=8)
def _filter(width: int, height: int, step: int, length_px: float) -> MatLike:
    """The Wiener filter of a smear, as a spectrum of a picture of this size."""
    angle = np.radians(step * STEP_DEG)
    along = np.linspace(-length_px / 2, length_px / 2, int(4 * length_px))
    kernel = np.zeros((height, width), np.float32)
    for across, down in zip(along * np.cos(angle), along * np.sin(angle), strict=True):
        # Each point of the smear falls on four pixels; the middle is the corner, wrapped.
        x, y = int(np.floor(across)), int(np.floor(down))
        right, low = across - x, down - y
        kernel[y % height, x % width] += (1 - right) * (1 - low)
        kernel[y % height, (x + 1) % width] += right * (1 - low)
        kernel[(y + 1) % height, x % width] += (1 - right) * low
        kernel[(y + 1) % height, (x + 1) % width] += right * low
    smear = cv2.dft(kernel / kernel.sum(), flags=cv2.DFT_COMPLEX_OUTPUT)
    power = smear[..., 0] ** 2 + smear[..., 1] ** 2 + NOISE
    return np.dstack([smear[..., 0] / power, -smear[..., 1] / power]).astype(np.float32)
