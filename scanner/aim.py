"""What would help a guest whose code is seen but not read.

A code has three squares that can be told from far away and out of focus, long before its
modules can be read. Where they have been in view for a while and nothing was read, the
guest hears what to do about it; and where there is hardly any light, somebody does.
"""

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner import finders, regions
from scanner.places import AREA_MOST_PX, CODE_LIKE, Place
from scanner.regions import Region

# So long a code may be in view unread before the guest hears a hint, and so long may it be
# out of sight (a hand shakes) before the hint goes.
PATIENCE_S = 0.8
GONE_S = 0.6
# One frame in so many is searched for codes too large for the decoder's own search.
EVERY = 4
SEARCHED_WIDTH_PX = 480
# Below this many pixels a module is too fine to be read, above the other code is so near
# that most lenses cannot focus on it. Measured on the clips `far_small` and
# `fixed_focus_near`.
FINE_PX = 2.6
COARSE_PX = 8.0
EDGE_PX = 6
# Movement in pixels a frame that smears, and the share of white that is no paper.
MOVING_PX = 5.0
GLARE = 0.12
WHITE = 250
# Brightness, of 255: the frame is dark if it is so on the whole, and its brightest part
# too, so that a telephone in a dark foyer does not count.
DARK_MEAN, DARK_BRIGHTEST = 22.0, 64.0
DARK_S = 2.0


class Aim:
    """Watches the frames of one camera and says what would help: a hint, or nothing."""

    def __init__(self) -> None:
        self.hint = ""
        self._since_s: float | None = None
        self._last_s = 0.0
        self._dark_since_s: float | None = None
        self._turn = 0

    def look(
        self,
        frame: MatLike,
        places: list[Place],
        at_s: float,
        *,
        read: bool,
        stirred: list[Region] | None = None,
    ) -> None:
        """Take in a frame that was decoded.

        places: what the decoder takes for codes. read: whether a code was read in it.
        stirred: the parts in which anything has changed lately; None for all of it.
        """
        if read:
            self.forget()
            return
        self._turn += 1
        seen = places[0] if places else None
        if seen is None and (
            stirred is None
            or any(part.width * part.height > AREA_MOST_PX for part in stirred)
        ):
            seen = self._large(frame)
        if seen is None:
            if at_s - self._last_s > GONE_S:
                self.forget()
            return
        self._last_s = at_s
        if self._since_s is None:
            self._since_s = at_s
        if at_s - self._since_s >= PATIENCE_S:
            self.hint = _advice(frame, seen)

    def glance(self, small: MatLike, at_s: float) -> None:
        """Take in the thumbnail of any frame, decoded or not: is there any light?"""
        dark = False
        if cv2.mean(small)[0] < DARK_MEAN:
            dark = float(np.percentile(small, 99)) < DARK_BRIGHTEST
        if not dark:
            self._dark_since_s = None
            if self.hint == "light":
                self.hint = ""
        elif self._dark_since_s is None:
            self._dark_since_s = at_s
        elif at_s - self._dark_since_s >= DARK_S:
            self.hint = "light"

    def forget(self) -> None:
        """Nothing is in view that needs help."""
        self._since_s = None
        if self.hint != "light":
            self.hint = ""

    def _large(self, frame: MatLike) -> Place | None:
        """Search a reduced frame for a code that fills much of it."""
        if self._turn % EVERY:
            return None
        by = round(frame.shape[1] / SEARCHED_WIDTH_PX)
        if by <= 1:
            return None
        # Reduced by a whole number, which takes a quarter of the time of any other.
        height, width = frame.shape[0] // by, frame.shape[1] // by
        whole = frame[: height * by, : width * by]
        reduced = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
        for region in regions.propose(reduced)[:3]:
            if finders.look(reduced, region).count >= CODE_LIKE:
                x, y, w, h = (
                    side * by for side in (region.x, region.y, region.width, region.height)
                )
                return Place(Region(x, y, w, h))
        return None


def _advice(frame: MatLike, place: Place) -> str:
    """Name what most likely keeps this code from being read."""
    region = place.region
    height, width = frame.shape
    cut_off = (
        min(region.x, region.y) <= EDGE_PX
        or region.x + region.width >= width - EDGE_PX
        or region.y + region.height >= height - EDGE_PX
    )
    module_px = _module_px(frame, region)
    if cut_off or module_px > COARSE_PX or region.height > 0.85 * height:
        return "further"
    if module_px < FINE_PX:
        return "closer"
    if np.hypot(*place.moved) > MOVING_PX:
        return "still"
    patch, _, _ = region.cut(frame)
    if np.count_nonzero(patch > WHITE) > GLARE * patch.size and float(patch.mean()) < 200:
        return "tilt"
    return "still"


def _module_px(frame: MatLike, region: Region) -> float:
    """The width of a module in pixels, as its squares show it."""
    squares = finders.look(frame, region)
    # Without squares in the full picture (too large, out of focus) it is a coarse code.
    return squares.module_px if squares.count else 2 * COARSE_PX
