"""Best available seats: the offer that a good box-office clerk would make.

Together before apart, nobody left alone, the best rank, and never one empty seat stranded
if that can be helped. An `Index` keeps what it has worked out from one offer to the next.
Source: spec.md 4.2.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain

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
from boxoffice.splits import split
from boxoffice.windows import Ranking

__all__ = [
    "BadRequest",
    "Index",
    "NoOffer",
    "Offer",
    "Released",
    "Request",
    "Tier",
    "WrongIndex",
    "find",
]

# Kinds of requests whose rankings are kept, and changes of blocks that are remembered.
KEPT_RANKINGS = 64
KEPT_CHANGES = 100_000


class WrongIndex(ValueError):
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

    def prepare(self, request: Request) -> None:
        """Work out beforehand what such a request will need."""
        self._ranking(request)

    def find(self, request: Request) -> Offer | NoOffer:
        """Offer the best seats for a party, or say why there are none (4.2)."""
        window = self._ranking(request).best()
        if window:
            return self._offer(range(window[-1], window[-1] + request.count), request)
        candidates = both(self.house.free, self.house.wished(request))
        available = sum(candidates)
        accessible = sum(both(candidates, self.house.accessible))
        if available < request.count or accessible < request.accessible:
            return NoOffer(Code.INSUFFICIENT_SEATS, available)
        if request.accessible or not request.allow_split:
            return NoOffer(Code.NOT_TOGETHER, available)
        return self._offer(split(self.house, request), request, apart=True)

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
        if len(self.house.changes) > KEPT_CHANGES:
            self.house.changes.clear()
            self._rankings.clear()
        # Splitting is decided later, and the ranking of windows does not depend on it.
        kind = replace(request, allow_split=True)
        ranking = self._rankings.pop(kind, None) or Ranking(self.house, kind)
        while len(self._rankings) >= KEPT_RANKINGS:
            self._rankings.pop(next(iter(self._rankings)))
        self._rankings[kind] = ranking  # At the end: the least recently used goes first.
        return ranking


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
    if index is None:
        index = Index(chart, policy)
    elif index.house.chart is not chart or index.policy != policy:
        raise WrongIndex("the index is of another chart, or another distancing policy")
    index.update(unavailable, other_orders)
    return index.find(request)
