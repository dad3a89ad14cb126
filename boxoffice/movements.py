"""Who went in and out, and who is inside.

Presence is worked out from movements, never stored. Each movement names the one that it
follows; neither clocks nor the order in which logs arrive play a part.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from boxoffice.answers import Answer
from boxoffice.bad_input import OutOfRange, one_of
from boxoffice.moments import moment

Reentry = Literal["never", "after_exit", "free"]
Links = Mapping[str, str | None]


@dataclass(frozen=True)
class Movement:
    """Some people on one ticket went through a door, in or out.

    id: of the scan that recorded it. at: aware; evidence only. after: id of the movement
    that it follows, None for none. count: people. issue: in the code that was read.
    Raises UnknownWord, NaiveTime, and OutOfRange for fewer than no people.
    """

    id: str
    ticket: str
    kind: Literal["admission", "exit"]
    at: datetime
    device: str
    verdict: Answer
    after: str | None = None
    door: str | None = None
    space: str = "auditorium"
    count: int = 1
    issue: int | None = None
    undone: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", moment(self.at, "movement.at"))
        one_of(("admission", "exit"), self.kind, f"kind of movement {self.id}")
        if self.count < 0:
            raise OutOfRange(self.count, "movement.count", "is fewer than nobody")


@dataclass(frozen=True)
class Allowance:
    """How many people a ticket lets in.

    admits: people at a time. entries: of a pass, entries in all; None for other tickets.
    """

    admits: int = 1
    entries: int | None = None

    @property
    def is_pass(self) -> bool:
        """Whether entries are counted instead of people inside."""
        return self.entries is not None


@dataclass(frozen=True)
class Trail:
    """The movements of one ticket into and out of one space, in the order of the list.

    cleared_at: the last time the house was cleared, None if never.
    """

    movements: tuple[Movement, ...]
    allowance: Allowance
    cleared_at: datetime | None = None

    @cached_property
    def live(self) -> tuple[Movement, ...]:
        """Movements that were not undone; one that is listed twice happened once."""
        undone = {movement.id for movement in self.movements if movement.undone}
        once = {movement.id: movement for movement in self.movements}
        return tuple(movement for id_, movement in once.items() if id_ not in undone)

    @cached_property
    def admissions(self) -> tuple[Movement, ...]:
        """Live entries, those before the house was cleared too."""
        return tuple(movement for movement in self.live if movement.kind == "admission")

    @cached_property
    def present(self) -> tuple[Movement, ...]:
        """Live movements that still count for presence."""
        cleared = self.cleared_at
        return tuple(m for m in self.live if cleared is None or m.at >= cleared)

    @property
    def entered(self) -> int:
        """People who came in, counted each time. Source: checkin.md 5."""
        return sum(movement.count for movement in self.admissions)

    @property
    def entries(self) -> tuple[datetime, ...]:
        """When people came in, in the order of the list."""
        return tuple(movement.at for movement in self.admissions)

    @property
    def ends_inside(self) -> bool:
        """Whether the last movement that counts for presence was an entry."""
        return bool(self.present) and self.present[-1].kind == "admission"

    @property
    def last(self) -> str | None:
        """Id of the movement that the next one follows."""
        return self.live[-1].id if self.live else None

    @cached_property
    def inside(self) -> int:
        """People inside now. Source: checkin.md 5."""
        follows = links(self.movements, self.present)
        states = along(self.present, follows, self.state_after)
        entries, exits = 0, dict.fromkeys(follows.values(), 0)
        for movement in self.present:
            before = states.get(follows[movement.id], 0)
            change = states[movement.id] - before
            if movement.kind == "admission":
                entries += change
            else:
                exits[follows[movement.id]] += change
        # Doors that saw the same people leave cannot take them away twice.
        left = sum(max(change, -states.get(to, 0)) for to, change in exits.items())
        inside = max(0, entries + left)
        return inside if self.allowance.is_pass else min(inside, self.allowance.admits)

    def left(self, reentry: Reentry) -> int | None:
        """People who may still come in, below 0 when too many did; None for no limit.

        Source: vectors/README-admission.md, quantity.
        """
        if self.allowance.entries is not None:
            return self.allowance.entries - self.entered
        if reentry == "never":
            return self.allowance.admits - self.entered
        if reentry == "after_exit":
            return self.allowance.admits - self.inside
        return None

    def state_after(self, before: int, movement: Movement) -> int:
        """People inside along one chain, once this movement has happened."""
        if movement.kind == "exit":
            return max(0, before - movement.count)
        after = before + movement.count
        return after if self.allowance.is_pass else min(self.allowance.admits, after)


def links(movements: Iterable[Movement], counted: Iterable[Movement]) -> Links:
    """Say which movement each counted one follows, stepping over those not counted.

    A movement that was never heard of stays named: its own predecessors are unknown.
    Movements that follow one another in a ring follow nothing.
    """
    after = {movement.id: movement.after for movement in movements}
    kept = {movement.id: movement.after for movement in counted}
    follows: dict[str, str | None] = {}
    for id_, to in kept.items():
        seen = {id_}
        while to is not None and to not in kept and to in after and to not in seen:
            seen.add(to)
            to = after[to]
        follows[id_] = to
    for id_ in _rings(follows):
        follows[id_] = None
    return follows


def _rings(follows: Links) -> set[str]:
    """Ids that would follow themselves in the end: nobody can tell which came first."""
    ends, rings = set[str](), set[str]()
    for start in follows:
        path: dict[str, int] = {}
        id_: str | None = start
        while id_ is not None and id_ in follows and id_ not in ends and id_ not in path:
            path[id_] = len(path)
            id_ = follows[id_]
        if id_ in path:
            rings.update(list(path)[path[id_] :])
        ends.update(path)
    return rings


def along(
    movements: Iterable[Movement], follows: Links, step: Callable[[int, Movement], int]
) -> dict[str | None, int]:
    """Count along each chain from 0, giving the count after every movement."""
    by_id = {movement.id: movement for movement in movements}
    counts: dict[str | None, int] = {}
    for id_ in by_id:
        path: list[str] = []
        to: str | None = id_
        while to in by_id and to not in counts:
            path.append(to)
            to = follows[to]
        for each in reversed(path):
            counts[each] = step(counts.get(follows[each], 0), by_id[each])
    return counts
