"""Frame to text, within a time budget.

Every frame is read quickly as a whole. What that leaves unread is looked at more closely:
regions that may hold a code, one view after the other, for as long as the budget lasts. The
rest of the views follow in the next frames: a guest holds a ticket up for many frames, and
one reading is enough.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cv2.typing import MatLike

from scanner import regions, views
from scanner.readers import Corners
from scanner.regions import Region
from scanner.views import View


@dataclass(frozen=True)
class Found:
    """A code in a frame: its text, its corners in pixels, and the view that read it."""

    text: str
    corners: Corners
    by: str

    @property
    def middle(self) -> tuple[float, float]:
        """Where its middle is in the frame, in pixels."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @property
    def size(self) -> float:
        """Its longer side along the frame's, in pixels."""
        xs, ys = [x for x, _ in self.corners], [y for _, y in self.corners]
        return max(max(xs) - min(xs), max(ys) - min(ys))


@dataclass
class Place:
    """A region that is followed over frames, and how far its views have come."""

    region: Region
    turn: int = 0
    tried: int = 0


@dataclass
class Decoder:
    """Reads the codes in frames; what it could not finish goes on in the next frame.

    budget_ms: how long one frame may take. A view that has begun is finished.
    """

    budget_ms: float = 25.0
    clock: Callable[[], float] = time.perf_counter
    _places: list[Place] = field(default_factory=list)
    _turn: int = 0

    def read(self, frame: MatLike) -> list[Found]:
        """Read the codes in a grey frame of shape (height_px, width_px), uint8."""
        ends_s = self.clock() + self.budget_ms / 1000
        found: list[Found] = []
        for view in views.ALWAYS:
            self._look(view, frame, found)
        self._turn += 1
        self._look(views.FRAME[self._turn % len(views.FRAME)], frame, found)
        self._follow(regions.propose(frame), found)
        for place, view in self._plan():
            if self.clock() > ends_s:
                break
            if any(
                place.region.holds(*code.middle) and code.size * 2 > place.region.width
                for code in found
            ):
                continue
            patch, x, y = place.region.cut(frame)
            if patch.size * view.scale**2 > 1.2e6:
                continue
            if min(patch.shape) * view.scale < 20:
                continue
            self._look(view, patch, found, x, y)
        return found

    def _look(
        self, view: View, picture: MatLike, found: list[Found], x: int = 0, y: int = 0
    ) -> None:
        """Add what a view reads in a part of the frame that starts at (x, y)."""
        for seen in view.look(picture):
            a, b, c, d = ((left + x, top + y) for left, top in seen.corners)
            code = Found(seen.text, (a, b, c, d), view.name)
            if not any(same(code, other) for other in found):
                found.append(code)

    def _follow(self, proposed: list[Region], found: list[Found]) -> None:
        """Match the regions of this frame with those of the frame before."""
        places = []
        for region in proposed:
            before = max(
                self._places, key=lambda place: place.region.overlap(region), default=None
            )
            if before and before.region.overlap(region) > 0.3:
                places.append(Place(region, before.turn, before.tried))
            else:
                places.append(Place(region))
        self._places = places

    def _plan(self) -> Iterator[tuple[Place, View]]:
        """Each region's next view, the likeliest region first, round after round."""
        for _ in views.REGION:
            for place in self._places:
                view = views.REGION[place.turn % len(views.REGION)]
                place.turn += 1
                place.tried += 1
                yield place, view


def same(one: Found, other: Found) -> bool:
    """Two readings of one code; two codes may well hold the same text side by side."""
    if one.text != other.text:
        return False
    (ax, ay), (bx, by) = one.middle, other.middle
    return max(abs(ax - bx), abs(ay - by)) < max(one.size, other.size) / 2
