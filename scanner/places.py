"""The places in view that may hold a code, followed from frame to frame.

Each goes through the views in turn, and goes on where it stopped in the frame before. A
place that has shown the squares of a QR code is worth the whole budget; one that has not,
a glance now and then.
"""

from dataclasses import dataclass, replace

import numpy as np
from cv2.typing import MatLike

from scanner import finders, regions, steady
from scanner.regions import Region

# Overlap of two regions, in frames that follow, that makes them one place.
FOLLOWED = 0.3
# Confirmed crossings that make a code likely: 97 in 100 readable codes show as many, and
# one in 75 other regions (the clips of make_clips.py).
CODE_LIKE = 5
# Frames for which a place is still taken for a code after it last looked like one: motion
# blurs the squares away, but not for long.
BELIEVED = 15
# Frames for which a code that was read needs no effort when motion blurs it for a moment.
SETTLED = 15
# Places that are searched for squares in one frame.
SEARCHED = 4
# Places whose movement is measured in one frame, and how wide they must be.
MEASURED = 2
WIDE_PX = 60
# A code this large is read from the whole frame, or reduced.
AREA_MOST_PX = 560 * 560


@dataclass
class Place:
    """A region in view.

    turn: how far its views have come. believed: for how many more frames it is taken for a
    code. settled: for how many more frames it needs no effort, as its code was read.
    moved: how far since the frame before, in pixels, where that was measured.
    """

    region: Region
    turn: int = 0
    believed: int = 0
    settled: int = 0
    moved: tuple[float, float] = (0.0, 0.0)


class Places:
    """What is in view, the likeliest first."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._before: MatLike | None = None
        self._next = 0

    def follow(self, frame: MatLike, read: list[Region], parts: list[Region]) -> None:
        """Take in the regions of a new frame; `read` is where codes were just read.

        parts: of the frame, in which anything new can be.
        """
        places = []
        proposed = [
            replace(region, x=region.x + part.x, y=region.y + part.y)
            for part in parts
            for region in regions.propose(part.inside(frame))
        ]
        for region in proposed:
            place = Place(region)
            before = max(
                self._places, key=lambda place: place.region.overlap(region), default=None
            )
            if before and before.region.overlap(region) > FOLLOWED:
                place.turn = before.turn
                place.believed = max(0, before.believed - 1)
                place.settled = max(0, before.settled - 1)
            if any(region.overlap(other) > FOLLOWED for other in read):
                place.settled = SETTLED
            places.append(place)
        self._places = places
        self._search(frame)
        self._measure(frame)

    def likely(self) -> list[Place]:
        """Those that look like codes."""
        return [place for place in self._places if place.believed and not place.settled]

    def unlikely(self) -> list[Place]:
        """Those that do not look like codes, as far as one can see."""
        return [place for place in self._places if not place.believed and not place.settled]

    def moving(self) -> list[Place]:
        """Those that moved so far since the frame before that the picture is smeared."""
        return [
            place
            for place in self._places
            if not place.settled and np.hypot(*place.moved) > steady.FAST_PX
        ]

    def _measure(self, frame: MatLike) -> None:
        """Find out how far the likeliest places moved."""
        if self._before is not None and self._before.shape == frame.shape:
            sizeable = [
                place
                for place in self._places
                if place.region.width >= WIDE_PX and not place.settled
            ]
            sizeable.sort(key=lambda place: place.believed, reverse=True)
            for place in sizeable[:MEASURED]:
                place.moved = steady.movement(self._before, frame, place.region)
        self._before = frame

    def _search(self, frame: MatLike) -> None:
        """Search a few places for squares, others in the next frame."""
        unsearched = [
            place
            for place in self._places
            if place.believed < BELIEVED and not place.settled
        ]
        if not unsearched:
            return
        first = self._next % len(unsearched)
        for place in (unsearched[first:] + unsearched[:first])[:SEARCHED]:
            area = place.region.width * place.region.height
            if area <= AREA_MOST_PX and finders.count(frame, place.region) >= CODE_LIKE:
                place.believed = BELIEVED
        self._next = first + SEARCHED
