"""Pick your own seats, without leaving one empty seat alone where that can be helped.

Source: spec.md 4.3.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from boxoffice.bad_input import Missing, among
from boxoffice.best import Index, Released, Request, brought_up_to_date
from boxoffice.charts import Chart
from boxoffice.distancing import Policy
from boxoffice.houses import House
from boxoffice.refusals import Code

EVERYTHING = Released(house=True)


class Mode(StrEnum):
    """Where a clean choice is looked for: anywhere, or where the patron is picking."""

    STRICT = "strict"
    LENIENT = "lenient"


class Role(StrEnum):
    PATRON = "patron"
    BOX_OFFICE = "box_office"


class NothingPicked(Missing):
    """A choice without seats."""


@dataclass(frozen=True)
class Picked:
    """What a choice does: the seats that it strands, in chart order.

    error: why a patron may not have it. warning: what staff should know; they go ahead.
    instead: with an error, the clean choice that keeps most of the picked seats.
    """

    orphans: tuple[str, ...] = ()
    error: Code | None = None
    warning: Code | None = None
    instead: tuple[str, ...] = ()


def check(
    chart: Chart,
    unavailable: Collection[str],
    pick: Collection[str],
    *,
    mode: Mode,
    role: Role = Role.PATRON,
    policy: Policy | None = None,
    other_orders: Iterable[Collection[str]] = (),
    index: Index | None = None,
) -> Picked:
    """Say whether somebody may have these seats.

    unavailable: everything that the public cannot buy, accessible seats not released too.
    policy, other_orders, index: as for `best.find`. A seat that is not free any more is
    SEAT_UNAVAILABLE. Raises NothingPicked, UnknownSeat, SeatTwice, UnknownWord.
    Source: spec.md 4.3.
    """
    among(Mode, mode, "where a clean choice is looked for")
    among(Role, role, "who picks")
    if not pick:
        raise NothingPicked("nothing", "picked seats", "is no choice")
    chart.check_once(pick, "the picked seats")
    index = brought_up_to_date(chart, unavailable, policy, other_orders, index)
    house = index.house
    picked = sorted(house.slots_of(pick))
    if not all(house.free[slot] for slot in picked):
        return Picked(error=Code.SEAT_UNAVAILABLE)
    public = house.public(EVERYTHING)
    stranded = house.stranded(picked, public)
    orphans = house.seats_at(stranded)
    if not orphans:
        return Picked()
    if role is Role.BOX_OFFICE:
        return Picked(orphans, warning=Code.ORPHAN_SEATS)
    clean = min(_clean_here(house, picked, public), default=None)
    if clean is not None:
        instead = range(clean[-1], clean[-1] + len(picked))
    elif mode is Mode.STRICT and (window := index.window(_anywhere(len(picked)))):
        if window[0]:
            return Picked(orphans)  # No clean choice in the house: this one stands.
        instead = range(window[-1], window[-1] + len(picked))
    else:
        return Picked(orphans)
    return Picked(orphans, error=Code.ORPHAN_SEATS, instead=house.seats_at(instead))


def _anywhere(count: int) -> Request:
    return Request(count, released=EVERYTHING)


def _clean_here(
    house: House, picked: list[int], public: bytes
) -> Iterator[tuple[int, int, int]]:
    """Clean windows in the runs of picked seats: seats to move, rank sum, first slot."""
    count = len(picked)
    for first, last in {_run(slot, public) for slot in picked}:
        for slot in range(first, last - count + 1):
            window = range(slot, slot + count)
            if not house.stranded(window, public):
                moved = sum(seat not in picked for seat in window)
                yield moved, house.rank_sums[slot + count] - house.rank_sums[slot], slot


def _run(slot: int, public: bytes) -> tuple[int, int]:
    """The run of free seats around a slot, half open."""
    before = takewhile(public.__getitem__, range(slot - 1, 0, -1))
    behind = takewhile(public.__getitem__, range(slot, len(public)))
    return slot - sum(1 for _ in before), slot + sum(1 for _ in behind)
