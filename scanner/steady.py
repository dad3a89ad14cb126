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
# Noise over signal; less of it sharpens more, and makes more out of noise. In 17 swiped
# clips 0.03 reads a fifth more of what moves than 0.015; at 0.07 it is fewer again.
NOISE = 0.03
# Longer than any smear that is undone.
RIM_PX = 16
# How finely the filter is kept.
STEPS = 256


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


class Smear:
    """A smear along (dx, dy), in pixels, and how to undo it if it is so and so long.

    The patch that was asked for last is kept as a spectrum: one serves all lengths.
    """

    def __init__(self, dx: float, dy: float) -> None:
        self._angle = np.arctan2(dy, dx)
        self._patch: MatLike | None = None
        self._spectrum: MatLike = np.zeros((0, 0, 2), np.float32)

    def undone(self, patch: MatLike, length_px: float) -> MatLike:
        """Undo a smear of `length_px`, at most 16, in a grey patch, uint8."""
        if self._patch is not patch:
            self._patch, self._spectrum = patch, _spectrum(patch)
        cleaned = self._spectrum * self._filter(length_px)[:, :, None]
        back = cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT
        height, width = patch.shape
        tones = cv2.dft(cleaned, flags=back)[:height, :width]
        return cv2.convertScaleAbs(np.maximum(tones, 0))

    def _filter(self, length_px: float) -> MatLike:
        """The Wiener filter, as the spectrum has it: a smear's own is a sinc, and real.

        Pixels have blurred the picture besides, across and down.
        """
        height, width = self._spectrum.shape[:2]
        across, down = (np.fft.fftfreq(side).astype(np.float32) for side in (width, height))
        along = np.add.outer(down * np.sin(self._angle), across * np.cos(self._angle))
        along = (np.abs(along) * (STEPS * length_px)).astype(np.int32)
        smear = np.take(_smear(length_px), along)
        smear *= np.multiply.outer(np.sinc(down) ** 2, np.sinc(across) ** 2)
        return np.asarray(smear / (smear * smear + NOISE), np.float32)


def _spectrum(patch: MatLike) -> MatLike:
    """The spectrum of a patch with a rim: its edges must not smear into each other."""
    height, width = patch.shape
    high, wide = (cv2.getOptimalDFTSize(side + RIM_PX) for side in patch.shape)
    padded = cv2.copyMakeBorder(
        patch, 0, high - height, 0, wide - width, cv2.BORDER_REFLECT_101
    )
    tones = np.asarray(padded, np.float32)
    return np.asarray(cv2.dft(tones, flags=cv2.DFT_COMPLEX_OUTPUT))


@lru_cache(maxsize=8)
def _smear(length_px: float) -> MatLike:
    """The spectrum of a smear, for each `STEPS`th of a turn along its length."""
    turns = np.arange(int(STEPS * length_px) + 2, dtype=np.float32) / STEPS
    return np.asarray(np.sinc(turns), np.float32)


@lru_cache(maxsize=8)
def _window(width: int, height: int) -> MatLike:
    return cv2.createHanningWindow((width, height), cv2.CV_32F)
