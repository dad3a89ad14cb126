"""Frame to text, within a time budget.

Every frame is read quickly as a whole. What that leaves unread is looked at more closely:
places that may hold a code, one view after the other, for as long as the budget lasts. The
rest of the views follow in the next frames: a guest holds a ticket up for many frames, and
one reading is enough.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cv2.typing import MatLike

from scanner import views
from scanner.found import Found, same, without
from scanner.known import KNOWN, Known
from scanner.places import Place, Places
from scanner.regions import Region
from scanner.views import View

# Frames without anything like a code after which looking is done at leisure.
PATIENCE = 15
# Frames after a code was read in which others beside it are looked for.
COMPANIONS = 5
# So many codes in view are a crowd: a sheet of tickets. A view of all of them takes as long
# as a frame may, so a frame gets one.
CROWD = 6
# At leisure, one frame in so many is looked at closely; while a code that was read stays in
# view, fewer.
LEISURE, STAYING = 2, 3
# While nothing moves and nothing looks like a code, one frame in so many is searched; the
# others are only glanced at.
SETTLED = 3
# While nothing looks like a code, one frame in so many is searched beyond what is stirred.
ALL_OF_IT = 8
# The share of the budget after which no other smear is undone in a frame.
STEADYING = 0.5
# The share of the budget for places that do not look like codes.
GLANCE = 0.6
GLANCE_AT_LEISURE = 0.08
# Narrower than this, a prepared patch holds no code.
VIEW_LEAST_PX = 20


@dataclass
class Decoder:
    """Reads the codes in frames; what it could not finish goes on in the next frame.

    budget_ms: how long one frame may take. A view that has begun is finished, so a frame
      can take some 10 ms longer: at 30 frames a second none is missed.
    """

    budget_ms: float = 25.0
    clock: Callable[[], float] = time.perf_counter
    _places: Places = field(default_factory=Places)
    _known: Known = field(default_factory=Known)
    _frame: int = 0
    _alive: int = 0
    _news: int = 0
    _turn: int = 0
    _doubt: View | None = None
    _unsure: dict[str, int] = field(default_factory=dict)

    def read(
        self, frame: MatLike, *, moved: bool = True, stirred: list[Region] | None = None
    ) -> list[Found]:
        """Read the codes in a grey frame of shape (height_px, width_px), uint8.

        moved: whether anything has moved since the frame before. stirred: the parts of it
        in which anything has changed since they were searched closely; None for all of it.

        Returns as soon as a code is read that was not there before: the guest waits. The
        rest of the frame is read when it is seen again.
        """
        began_s = self.clock()
        self._frame += 1
        self._known.turn(self._frame)
        self._unsure = {
            text: first
            for text, first in self._unsure.items()
            if self._frame - first <= KNOWN
        }
        found: list[Found] = []
        if self._known.here or self._places.likely() or not self._frame % ALL_OF_IT:
            stirred = None
        for view, patch, x, y in self._looks(
            frame, found, began_s, moved=moved, stirred=stirred
        ):
            if self._look(view, patch, found, x, y):
                self._news = self._frame
                break
        self._known.keep(found)
        return found

    def likely(self) -> list[Place]:
        """Places in the newest frame that look like codes and were not read."""
        return self._places.likely()

    def wake(self) -> None:
        """Something came into an empty view: look with more than a glance."""
        self._alive = self._frame

    def _looks(
        self,
        frame: MatLike,
        found: list[Found],
        began_s: float,
        *,
        moved: bool,
        stirred: list[Region] | None,
    ) -> Iterator[tuple[View, MatLike, int, int]]:
        """Yield views, each with its part of the frame, until time is up."""
        ends_s = began_s + self.budget_ms / 1000
        parts = (
            [Region(0, 0, frame.shape[1], frame.shape[0])] if stirred is None else stirred
        )
        if not parts:
            return
        idle = not moved and not self._known.here and not self._places.likely()
        if idle and self._frame % SETTLED:
            yield from _each(views.ALWAYS[0], parts, frame)
            return
        at_leisure = self._frame - self._alive > PATIENCE
        for view in self._whole_frame(at_leisure=at_leisure and not self._known):
            yield from _each(view, parts, frame)
        at_leisure |= bool(found) and self._frame - self._news > COMPANIONS
        if at_leisure and self._frame % (STAYING if found else LEISURE):
            return
        if len(found) >= CROWD and self.clock() >= ends_s:
            return
        # What moves fast goes first: a view of the frame could cost the next frame.
        rushed = bool(self._places.moving())
        if found:
            frame = without(frame, found)
        elif not rushed:
            yield from _each(self._frame_view(), parts, frame)
        self._places.follow(frame, self._known.regions, parts)
        if self._places.likely():
            self._alive = self._frame
        yield from self._likeliest(frame)
        yield from self._steadied(frame)
        if rushed and not found and self.clock() < ends_s:
            yield from _each(self._frame_view(), parts, frame)
        yield from self._in_turn(self._places.likely(), frame, ends_s)
        glance = GLANCE_AT_LEISURE if at_leisure else GLANCE
        ends_s = min(ends_s, self.clock() + glance * self.budget_ms / 1000)
        yield from self._in_turn(self._places.unlikely(), frame, ends_s)

    def _likeliest(self, frame: MatLike) -> Iterator[tuple[View, MatLike, int, int]]:
        """Views of what most looks like a code, whatever else there is time for."""
        for place in self._places.likely()[:1]:
            patch, x, y = place.region.cut(frame)
            for view in views.LIKELIEST:
                if patch.size <= view.most_px:
                    yield view, patch, x, y

    def _steadied(self, frame: MatLike) -> Iterator[tuple[View, MatLike, int, int]]:
        """Views of what moves fast. Most guests do not: it may not take all the time."""
        moving = self._places.moving()
        ends_s = self.clock() + STEADYING * self.budget_ms / 1000 if moving else 0.0
        for place in moving:
            patch, x, y = place.region.cut(frame)
            for view in views.steadied(*place.moved):
                if self.clock() >= ends_s:
                    return
                yield view, patch, x, y

    def _whole_frame(self, *, at_leisure: bool) -> tuple[View, ...]:
        """The views of the whole frame. Each takes long where many codes are in view."""
        if at_leisure and self._frame % LEISURE:
            return views.BRIEFLY
        if len(self._known) < CROWD:
            return views.ALWAYS
        return (views.CROWD[self._frame % len(views.CROWD)],)

    def _frame_view(self) -> View:
        """Whose turn it is to look at the whole frame; a doubt is settled first."""
        if self._doubt:
            view, self._doubt = self._doubt, None
            return view
        self._turn += 1
        return views.FRAME[self._turn % len(views.FRAME)]

    def _in_turn(
        self, places: list[Place], frame: MatLike, ends_s: float
    ) -> Iterator[tuple[View, MatLike, int, int]]:
        """The next view of each place, round after round, until time is up."""
        for _ in views.REGION:
            for place in places:
                if self.clock() >= ends_s:
                    return
                view = views.REGION[place.turn % len(views.REGION)]
                place.turn += 1
                patch, x, y = place.region.cut(frame)
                size = patch.size * view.scale**2
                if min(patch.shape) * view.scale >= VIEW_LEAST_PX and size <= view.most_px:
                    yield view, patch, x, y

    def _look(
        self, view: View, picture: MatLike, found: list[Found], x: int, y: int
    ) -> bool:
        """Add what a view reads in a part of the frame; say whether that brought news."""
        news = False
        for seen in view.look(picture):
            if not (seen.sure or self._seen_before(seen.text, view)):
                continue
            a, b, c, d = ((left + x, top + y) for left, top in seen.corners)
            code = Found(seen.text, (a, b, c, d), view.name)
            if not any(same(code, other) for other in found):
                found.append(code)
                news |= code.text not in self._known
        return news

    def _seen_before(self, text: str, view: View) -> bool:
        """Say whether an earlier frame showed the same; if not, have the next one asked."""
        first = self._unsure.setdefault(text, self._frame)
        if first == self._frame:
            self._doubt = view
        return first < self._frame


def _each(
    view: View, parts: list[Region], frame: MatLike
) -> Iterator[tuple[View, MatLike, int, int]]:
    """Look at each part of a frame in the same way."""
    for part in parts:
        yield view, part.inside(frame), part.x, part.y
