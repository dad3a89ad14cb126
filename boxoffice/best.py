"""Best available seats: the offer that a good box-office clerk would make.

Together before apart, nobody left alone, the best rank, and never one empty seat stranded
if that can be helped. An `Index` keeps what it has worked out from one offer to the next.
Source: spec.md 4.2.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from boxoffice.bad_input import BadInput
from boxoffice.charts import Chart
from boxoffice.distancing import Policy
from boxoffice.houses import House, both
from boxoffice.offers import (
    BadRequest,
    NoOffer,
    Offer,
    Released,
    Request,
    Tier,
)
from boxoffice.refusals import Code
from boxoffice.splits import Stretches
from boxoffice.windows import Ranking, Window

__all__ = [
    "BadRequest",
    "Index",
    "NoOffer",
    "Offer",
    "Released",
    "Request",
    "Tier",
    "WrongIndex",
    "brought_up_to_date",
    "find",
]

# Kinds of requests that are kept, and changes of blocks that are remembered.
KEPT_KINDS = 64
KEPT_CHANGES = 100_000


T = TypeVar("T")


class WrongIndex(BadInput):
    """An index was handed in that belongs to another chart or policy. Our mistake."""


class Index:
    """The house of one performance, with the best windows of every block.

    It follows sales by `take` and `give_back`, or by `update` from the facts. It is only
    ever quicker than a fresh one, never of another opinion. Not for several threads.
    """

    def __init__(self, chart: Chart, policy: Policy | None = None) -> None:
        """policy: distancing, if it is switched on. Everything is free at first."""
        self.policy = policy
        self.house = House(chart, policy)
        self._rankings: dict[Request, Ranking] = {}
        self._stretches: dict[Request, Stretches] = {}

    def update(
        self,
        unavailable: Collection[str],
        other_orders: Iterable[Collection[str]] = (),
    ) -> None:
        """Make these, and no others, the seats that cannot be had.

        unavailable: for whatever reason. other_orders: seats of others, which have buffers.
        Raises UnknownSeat before anything changes.
        """
        self.house.update(unavailable, set(chain.from_iterable(other_orders)))

    def take(self, seats: Collection[str]) -> None:
        """Another order has these seats now. Raises UnknownSeat."""
        self.house.take(seats)

    def give_back(self, seats: Collection[str]) -> None:
        """These seats are free again. Raises UnknownSeat."""
        self.house.give_back(seats)

    def find(self, request: Request) -> Offer | NoOffer:
        """Offer the best seats for a party, or say why there are none (4.2)."""
        window = self.window(request)
        if window:
            return self._offer(range(window[-1], window[-1] + request.count), request)
        candidates = both(self.house.free, self.house.wished(request))
        available = sum(candidates)
        accessible = sum(both(candidates, self.house.accessible))
        if available < request.count or accessible < request.accessible:
            return NoOffer(Code.INSUFFICIENT_SEATS, available)
        if request.accessible or not request.allow_split:
            return NoOffer(Code.NOT_TOGETHER, available)
        slots = self._splitter(request).split(request.count)
        return self._offer(slots, request, apart=True)

    def find_in_rows(self, request: Request, rows: range) -> Offer | None:
        """Offer the best neighbours in some rows of the chart; None if there are none.

        rows: by their place in the chart, as `Chart.rows` counts them.
        """
        blocks = (
            number
            for number, block in enumerate(self.house.chart.blocks)
            if block.row in rows
        )
        window = self._ranking(request).best_of(blocks)
        if window is None:
            return None
        return self._offer(range(window[-1], window[-1] + request.count), request)

    def window(self, request: Request) -> Window | None:
        """Find the best window alone; None if no neighbours will do."""
        return self._ranking(request).best()

    def _offer(
        self, slots: Collection[int], request: Request, *, apart: bool = False
    ) -> Offer:
        orphans = self.house.stranded(slots, self.house.public(request.released))
        together = Tier.TOGETHER_ORPHAN if orphans else Tier.TOGETHER
        return Offer(
            self.house.seats_at(slots),
            Tier.SPLIT if apart else together,
            self.house.seats_at(orphans),
        )

    def _ranking(self, request: Request) -> Ranking:
        # Splitting is decided later, and the ranking of windows does not depend on it.
        kind = replace(request, allow_split=True)
        return self._kept(self._rankings, kind, lambda: Ranking(self.house, kind))

    def _splitter(self, request: Request) -> Stretches:
        # Free stretches do not depend on how many people come, nor on what else they wish.
        kind = Request(1, levels=request.levels, released=request.released)
        return self._kept(self._stretches, kind, lambda: Stretches(self.house, kind))

    def _kept(self, shelf: dict[Request, T], kind: Request, make: Callable[[], T]) -> T:
        """Take what was worked out for this kind of request, or work it out."""
        if len(self.house.changes) > KEPT_CHANGES:
            self.house.changes.clear()
            self._rankings.clear()
            self._stretches.clear()
        known = shelf.pop(kind, None) or make()
        while len(shelf) >= KEPT_KINDS:
            shelf.pop(next(iter(shelf)))
        shelf[kind] = known  # At the end: what was not asked for the longest goes first.
        return known


def find(
    chart: Chart,
    unavailable: Collection[str],
    request: Request,
    *,
    policy: Policy | None = None,
    other_orders: Iterable[Collection[str]] = (),
    index: Index | None = None,
) -> Offer | NoOffer:
    """Offer the best seats for a party, or say why there are none.

    unavailable: everything that is not for sale to this request, for whatever reason.
    policy, other_orders: distancing, and the seats of each other order; these seats and
    their buffers are not free. index: one for this chart and policy, to be quicker; it is
    brought up to date. Raises UnknownSeat, BadPolicy, MissingCoordinates, WrongIndex.
    Source: spec.md 4.2.
    """
    index = brought_up_to_date(chart, unavailable, policy, other_orders, index)
    return index.find(request)


def brought_up_to_date(
    chart: Chart,
    unavailable: Collection[str],
    policy: Policy | None,
    other_orders: Iterable[Collection[str]],
    index: Index | None,
) -> Index:
    """Make an index say what the facts say; without one, make one. Raises as `find`."""
    if index is None:
        index = Index(chart, policy)
    elif index.house.chart is not chart or index.policy != policy:
        raise WrongIndex(index.policy, "index", "is of another chart or distancing policy")
    index.update(unavailable, other_orders)
    return index
