"""Seats of one next series, given out to last year's subscribers.

Priority 1 keeps its seats against any Priority 2; nobody is split; whoever gets no seats
has a reason. How an old seat finds a new one is chosen for the whole rollover.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from boxoffice.bad_input import Missing, OutOfRange, once
from boxoffice.charts import Chart, SeatType
from boxoffice.houses import House
from boxoffice.offers import Request
from boxoffice.refusals import Code
from boxoffice.windows import Ranking


class Option(StrEnum):
    """How old seats find new ones. Source: ROL4."""

    SAME_PHYSICAL_SEAT = "same_physical_seat"
    SEAT_CODE = "seat_code"
    BEST_SEAT_NUMBER = "best_seat_number"
    BEST_SEAT_ALGORITHM = "best_seat_algorithm"


@dataclass(frozen=True)
class Subscription:
    """Who subscribes, to which old series, and where they sat in the old control house.

    since: a subscriber from then on. primary: preferences marked primary (ROL8).
    Raises OutOfRange, and Repeated for a seat that stands there twice. Source: ROL7.
    """

    id: str
    status: str
    series: str
    seats: tuple[str, ...]
    desired: int
    since: date
    primary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.desired < 0:
            raise OutOfRange(self.desired, f"desired seats of {self.id}", "is negative")
        once(self.seats, f"favourite seats of {self.id}")
        once(self.primary, f"primary seats of {self.id}")


@dataclass(frozen=True)
class Match:
    """One row of the grid: the old series that fill a next one. Source: ROL5."""

    next: str
    priority_1: tuple[str, ...] = ()
    priority_2: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seated:
    """The next series and seats of a subscriber, in chart order of the new chart.

    moved: not the seats that they had.
    """

    series: str
    seats: tuple[str, ...]
    moved: bool


@dataclass
class Seating:
    """What became of the subscribers, by id: seats, or a reason for having none.

    flags: MANUAL_RESEAT. remainders: wished seats of the unseated that stayed free (R10).
    """

    assigned: dict[str, Seated] = field(default_factory=dict)
    unseated: dict[str, Code] = field(default_factory=dict)
    flags: dict[str, Code] = field(default_factory=dict)
    remainders: dict[str, tuple[str, ...]] = field(default_factory=dict)


def seat(
    match: Match,
    subscribers: Mapping[str, Sequence[Subscription]],
    option: Option,
    old: Chart | None,
    new: Chart | None,
) -> Seating:
    """Give each subscriber in line their seats, all of them or none.

    subscribers: those who roll, by old series. old, new: the charts of the control houses;
    the same physical seat needs none.
    Raises Missing when the option needs a chart that is not given. Source: 4.5, R10.
    """
    finder = _finder(option, old, new)
    seating = Seating()
    taken: dict[str, int] = {}
    wished: dict[str, tuple[str, ...]] = {}
    for priority, subscription in _line(match, subscribers, finder):
        found = finder.find(subscription.seats)
        if isinstance(found, Code):
            seating.unseated[subscription.id] = found
        elif reason := _stands_in_the_way(found, taken):
            seating.unseated[subscription.id] = reason
            wished[subscription.id] = found
        else:
            taken.update(dict.fromkeys(found, priority))
            finder.take(found)
            moved = set(found) != set(subscription.seats)
            seating.assigned[subscription.id] = Seated(match.next, found, moved)
            if finder.parted(subscription.seats, found):
                seating.flags[subscription.id] = Code.MANUAL_RESEAT
    for id, seats in wished.items():
        if free := tuple(seat for seat in seats if seat not in taken):
            seating.remainders[id] = free
    return seating


def _line(
    match: Match, subscribers: Mapping[str, Sequence[Subscription]], finder: "_SameSeat"
) -> list[tuple[int, Subscription]]:
    """Everybody in line with their priority. Source: ROL6, R11."""
    line = [
        (priority, finder.turn(place, subscription.seats), subscription)
        for priority, listed in ((1, match.priority_1), (2, match.priority_2))
        for place, series in enumerate(listed)
        for subscription in subscribers.get(series, ())
    ]
    line.sort(key=lambda entry: (entry[0], entry[1], entry[2].since, entry[2].id))
    return [(priority, subscription) for priority, _, subscription in line]


def _stands_in_the_way(seats: Sequence[str], taken: Mapping[str, int]) -> Code | None:
    holders = {taken[seat] for seat in seats if seat in taken}
    if not holders:
        return None
    return Code.TAKEN_BY_PRIORITY_1 if 1 in holders else Code.TAKEN_BY_EARLIER_PRIORITY_2


def _finder(option: Option, old: Chart | None, new: Chart | None) -> "_SameSeat":
    if option is Option.SAME_PHYSICAL_SEAT:
        return _SameSeat(new)
    if old is None or new is None:
        raise Missing("seating chart", f"rollover by {option}", "is not given")
    finders = {
        Option.SEAT_CODE: _SeatCode,
        Option.BEST_SEAT_NUMBER: _BestNumber,
        Option.BEST_SEAT_ALGORITHM: _BestWindow,
    }
    return finders[option](old, new)


class _SameSeat:
    """The seat itself, in the same house."""

    def __init__(self, new: Chart | None) -> None:
        self._map = new

    def turn(self, place: int, seats: Sequence[str]) -> int:
        """Who comes first within a priority: whose series is listed first."""
        return place

    def find(self, seats: tuple[str, ...]) -> tuple[str, ...] | Code:
        """The new seats for old ones, free or not."""
        if not seats:
            return Code.NO_FAVOURITE_SEATS
        if self._map is None:
            return seats
        if any(seat not in self._map.places for seat in seats):
            return Code.SEAT_NOT_IN_NEW_MAP
        return self._map.in_order(seats)

    def take(self, seats: Sequence[str]) -> None:
        """These seats are gone."""

    def parted(self, before: Sequence[str], now: Sequence[str]) -> bool:
        """Whether staff should look at who was together before and is not now."""
        return False


class _SeatCode(_SameSeat):
    """The seat of the same code in another house."""

    def __init__(self, old: Chart, new: Chart) -> None:
        super().__init__(new)
        self._old, self._new = old, new

    def parted(self, before: Sequence[str], now: Sequence[str]) -> bool:
        return _together(self._old, before) and not _together(self._new, now)


class _BestNumber(_SeatCode):
    """The seat of equal rank: who had the tenth best gets the tenth best."""

    def __init__(self, old: Chart, new: Chart) -> None:
        super().__init__(old, new)
        by_rank = dict(zip(new.ranks, new.seats, strict=True))
        ranks = zip(old.seats, old.ranks, strict=True)
        self._equal = {seat: by_rank[rank] for seat, rank in ranks if rank in by_rank}

    def find(self, seats: tuple[str, ...]) -> tuple[str, ...] | Code:
        if any(seat not in self._equal for seat in seats):
            return Code.SEAT_NOT_IN_NEW_MAP
        return super().find(tuple(self._equal[seat] for seat in seats))


class _BestWindow(_SeatCode):
    """The best free neighbours, as many and as many accessible as before (4.2)."""

    def __init__(self, old: Chart, new: Chart) -> None:
        super().__init__(old, new)
        self._house = House(new)
        self._rankings: dict[tuple[int, int], Ranking] = {}

    def turn(self, place: int, seats: Sequence[str]) -> int:
        """Who comes first: whose best old seat was better; who had none comes last."""
        places, ranks = self._old.places, self._old.ranks
        known = (ranks[places[seat]] for seat in seats if seat in places)
        return min(known, default=len(ranks) + 1)

    def find(self, seats: tuple[str, ...]) -> tuple[str, ...] | Code:
        if not seats:
            return Code.NO_FAVOURITE_SEATS
        accessible = sum(self._old.type_of(seat) is SeatType.ACCESSIBLE for seat in seats)
        kind = (len(seats), accessible)
        if kind not in self._rankings:
            request = Request(len(seats), accessible=accessible, avoid_orphans=False)
            self._rankings[kind] = Ranking(self._house, request)
        best = self._rankings[kind].best()
        if best is None:
            return Code.NO_SEATS_TOGETHER
        first = best[-1]
        return self._house.seats_at(range(first, first + len(seats)))

    def take(self, seats: Sequence[str]) -> None:
        self._house.take(seats)

    def parted(self, before: Sequence[str], now: Sequence[str]) -> bool:
        """Never: a window is together."""
        return False


def _together(chart: Chart, seats: Sequence[str]) -> bool:
    """Whether seats are neighbours in one block."""
    if any(seat not in chart.places for seat in seats):
        return False
    places = sorted(chart.places[seat] for seat in seats)
    one_block = chart.block_of[places[0]] == chart.block_of[places[-1]]
    return one_block and places[-1] - places[0] == len(places) - 1
