"""The places in view that may hold a code, followed from frame to frame.

Each goes through the views in turn, and goes on where it stopped in the frame before. A
place that has shown the squares of a QR code is worth the whole budget; one that has not,
a glance now and then.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cv2.typing import MatLike

from scanner import finders, regions
from scanner.regions import Region

# Overlap of two regions, in frames that follow, that makes them one place.
FOLLOWED = 0.3
# Confirmed crossings that make a code likely: 97 in 100 readable codes show as many, and
# one in 75 other regions (the clips of make_clips.py).
CODE_LIKE = 5
# Frames for which a place is still taken for a code after it last looked like one: motion
# blurs the squares away, but not for long.
BELIEVED = 15
# Places that are searched for squares in one frame.
SEARCHED = 4
# A code this large is read from the whole frame, or reduced.
AREA_MOST_PX = 560 * 560


@dataclass
class Place:
    """A region, how far its views have come, and how long it is still believed in."""

    region: Region
    turn: int = 0
    believed: int = 0


class Places:
    """What is in view, the likeliest first."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._next = 0

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def follow(self, frame: MatLike, settled: list[Region]) -> None:
        """Take in the regions of a new frame; `settled` are those that need no more."""
        places = []
        for region in regions.propose(frame):
            if any(region.overlap(other) > FOLLOWED for other in settled):
                continue
            before = max(
                self._places, key=lambda place: place.region.overlap(region), default=None
            )
            if before and before.region.overlap(region) > FOLLOWED:
                places.append(Place(region, before.turn, max(0, before.believed - 1)))
            else:
                places.append(Place(region))
        self._places = places
        self._search(frame)

    def likely(self) -> list[Place]:
        """Those that look like codes."""
        return [place for place in self._places if place.believed]

    def _search(self, frame: MatLike) -> None:
        """Search a few places for squares, others in the next frame."""
        unsearched = [place for place in self._places if place.believed < BELIEVED]
        if not unsearched:
            return
        first = self._next % len(unsearched)
        for place in (unsearched[first:] + unsearched[:first])[:SEARCHED]:
            area = place.region.width * place.region.height
            if area <= AREA_MOST_PX and finders.count(frame, place.region) >= CODE_LIKE:
                place.believed = BELIEVED
        self._next = first + SEARCHED
