"""The best pieces for a split party among a few rows, found exactly.

Stretches are taken in chart order; what is kept from one to the next is how many people
sit, in how many pieces and sections, and those pieces whose stranded seats still depend on
a later stretch. Source: spec.md 4.2, step 5.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from boxoffice.houses import House
from boxoffice.lengths import Goal, Stretch

# Orphans, rank sum, chosen slots in chart order: the less the better.
Choice = tuple[int, int, tuple[int, ...]]


class Piece(NamedTuple):
    """Neighbours in one stretch; orphans only where no other stretch has a say in them."""

    slots: range
    orphans: int
    rank_sum: int


class State(NamedTuple):
    """What of the choice so far matters for the rest of it.

    pending: pieces, by number of their stretch, whose orphans are not settled yet.
    """

    seated: int = 0
    alone: int = 0
    pieces: int = 0
    sections: int = 0
    open_sections: frozenset[str] = frozenset()
    pending: tuple[tuple[int, range], ...] = ()


class Pieces:
    """Chooses pieces that reach the goal; what it learns of a stretch it keeps."""

    def __init__(self, house: House, public: bytes, count: int, goal: Goal) -> None:
        """public: free public seats by slot. count: people. goal: what the house allows."""
        self.count = count
        self._house = house
        self._public = public
        self._goal = goal
        self._best: dict[tuple[Stretch, int], Piece] = {}
        self._gone: dict[range, frozenset[int]] = {}

    def best(self, stretches: Sequence[Stretch]) -> Iterator[Choice]:
        """Yield the best choice from these, in chart order, if any reaches the goal."""
        ties = _Ties([self._zone(stretch) for stretch in stretches])
        rooms = _rooms(stretches, self._goal.pieces)
        last_of = {stretch.section: number for number, stretch in enumerate(stretches)}
        # What the other pieces cannot hold, every piece must.
        least = max(1 if self._goal.alone else 2, self.count - rooms[0][-2])
        states: dict[State, Choice] = {State(): (0, 0, ())}
        for number, stretch in enumerate(stretches):
            sizes = range(least, min(stretch.length, self.count) + 1)
            options = (self._all if ties.shared[number] else self._best_of)(stretch, sizes)
            after: dict[State, Choice] = {}
            for state, choice in states.items():
                for piece in (None, *options):
                    seated = self._seat(state, number, stretch, piece)
                    if self._hopeless(seated, rooms[number + 1]):
                        continue
                    new = self._settle(choice, seated, number, piece, ties)
                    open_sections = frozenset(
                        name for name in seated.open_sections if last_of[name] > number
                    )
                    pending = tuple(
                        kept for kept in seated.pending if ties.until[kept[0]] > number
                    )
                    key = seated._replace(open_sections=open_sections, pending=pending)
                    if key not in after or new < after[key]:
                        after[key] = new
            states = after
        yield from sorted(choice for choice in states.values() if choice[2])[:1]

    def _seat(
        self, state: State, number: int, stretch: Stretch, piece: Piece | None
    ) -> State:
        if piece is None:
            return state
        slots = piece.slots
        return State(
            state.seated + len(slots),
            state.alone + (len(slots) == 1),
            state.pieces + 1,
            state.sections + (stretch.section not in state.open_sections),
            state.open_sections | {stretch.section},
            (*state.pending, (number, slots)),
        )

    def _hopeless(self, state: State, room: Sequence[int]) -> bool:
        """Say whether no later stretches can make this reach the goal."""
        goal = self._goal
        left = goal.pieces - state.pieces
        missing = self.count - state.seated
        alone = goal.alone - state.alone
        return (
            left < 0
            or alone < 0
            or state.sections > goal.sections
            or not max(left, 2 * left - alone) <= missing <= room[left]
        )

    def _settle(
        self, choice: Choice, state: State, number: int, piece: Piece | None, ties: "_Ties"
    ) -> Choice:
        """Add the piece, and the seats whose fate is sealed now."""
        orphans, rank_sum, slots = choice
        if piece is not None:
            orphans += piece.orphans
            rank_sum += piece.rank_sum
            slots = (*slots, *piece.slots)
        if ties.shared[number] and state.pending:
            gone = frozenset(
                chain.from_iterable(self._gone_with(p) for _, p in state.pending)
            )
            orphans += sum(self._alone(slot, gone) for slot in ties.settles[number])
        return orphans, rank_sum, slots

    def _alone(self, slot: int, gone: frozenset[int]) -> bool:
        """Say whether a public seat beside one that goes is left as a run of one."""
        public = self._public
        return (
            slot not in gone
            and (slot - 1 in gone or slot + 1 in gone)
            and (slot - 1 in gone or not public[slot - 1])
            and (slot + 1 in gone or not public[slot + 1])
        )

    def _gone_with(self, slots: range) -> frozenset[int]:
        """Public seats that a piece takes out of the house, with its buffer."""
        if slots not in self._gone:
            gone = self._house.removed(slots)
            self._gone[slots] = frozenset(slot for slot in gone if self._public[slot])
        return self._gone[slots]

    def _zone(self, stretch: Stretch) -> frozenset[int]:
        """Public seats whose neighbourhood a piece in this stretch may change."""
        gone = self._gone_with(range(stretch.start, stretch.stop))
        near = (slot + step for slot in gone for step in (-1, 0, 1))
        return frozenset(slot for slot in near if self._public[slot])

    def _all(self, stretch: Stretch, sizes: range) -> list[Piece]:
        """All pieces of a stretch; what they strand is not settled yet."""
        return [piece for size in sizes for piece in self._of_size(stretch, size)]

    def _best_of(self, stretch: Stretch, sizes: range) -> list[Piece]:
        """The best piece of each size, where no other stretch has a say in its orphans."""
        for size in sizes:
            if (stretch, size) not in self._best:
                self._best[stretch, size] = min(
                    (
                        piece._replace(
                            orphans=len(self._house.stranded(piece.slots, self._public))
                        )
                        for piece in self._of_size(stretch, size)
                    ),
                    key=lambda piece: piece[1:],
                )
        return [self._best[stretch, size] for size in sizes]

    def _of_size(self, stretch: Stretch, size: int) -> Iterator[Piece]:
        sums = self._house.rank_sums
        for start in range(stretch.start, stretch.stop - size + 1):
            yield Piece(range(start, start + size), 0, sums[start + size] - sums[start])


class _Ties:
    """Which stretches have a say in the same stranded seats.

    shared: whether another stretch has a say in any seat of this one's zone.
    until: the last stretch that has. settles: seats on which this one has the last word.
    """

    def __init__(self, zones: Sequence[frozenset[int]]) -> None:
        say = Counter(chain.from_iterable(zones))
        last = {slot: number for number, zone in enumerate(zones) for slot in zone}
        self.shared = [any(say[slot] > 1 for slot in zone) for zone in zones]
        self.until = [max(last[slot] for slot in zone) for zone in zones]
        self.settles = [
            [slot for slot in zone if last[slot] == number]
            for number, zone in enumerate(zones)
        ]


def _rooms(stretches: Sequence[Stretch], pieces: int) -> list[list[int]]:
    """How many people so many pieces can seat, from each stretch on."""
    rooms = [[0] * (pieces + 1)]
    longest: list[int] = []
    for stretch in reversed(stretches):
        longest = sorted([*longest, stretch.length], reverse=True)[:pieces]
        sums = [0]
        for number in range(pieces):
            sums.append(sums[-1] + (longest[number] if number < len(longest) else 0))
        rooms.append(sums)
    return rooms[::-1]
