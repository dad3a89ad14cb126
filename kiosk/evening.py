"""One performance as this device can sell it now: what is free, what is ours, the prices.

With the line up everything available is for sale, and our own seats as well; without it
only our own. Source: design.md §3.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from sqlalchemy.orm import Session

from boxoffice import members, pricing
from boxoffice.pricing import Seller
from kiosk import allotment, documents, told
from kiosk.device import Device
from kiosk.plans import Plan
from kiosk.shown.choosing import Sale, Tonight
from kiosk.shown.named import Refusal
from kiosk.told import House, Performance, Prices

FEW: int = 20


@dataclass(frozen=True, kw_only=True)
class Line(pricing.Priced):
    """One ticket and its price; amounts in minor units."""

    seat: str | None
    level: str
    price_type: str


@dataclass(frozen=True)
class Evening:
    """What is known here and now about selling one performance.

    pool: seats anybody may still buy. own: ours to sell without asking, with their epochs.
    selling: whether sales here are open.
    """

    performance: Performance
    plan: Plan
    prices: Prices
    house: House
    pool: frozenset[str]
    own: dict[str, int]
    linked: bool
    selling: bool

    @cached_property
    def free(self) -> frozenset[str]:
        """What this device can sell now."""
        return self.pool.union(self.own) if self.linked else frozenset(self.own)

    @cached_property
    def left(self) -> int:
        """How many tickets this device can sell now, to somebody without a wheelchair."""
        return len(self.free) - len(self.plan.special & self.free)

    def tonight(self) -> Tonight:
        """Give the tile of "Choose performance"."""
        return _tile(
            self.performance,
            self.prices.lowest(),
            self.prices.currency,
            left=self.left,
            sale=self._sale(),
        )

    def _sale(
        self,
    ) -> Literal["open", "few", "sold_out", "closed", "limited", "empty"]:
        if not self.selling:
            return "closed"
        if not self.linked:
            return "limited" if self.own else "empty"
        if not self.left:
            return "sold_out"
        return "few" if self.left < FEW else "open"

    def refusal(self) -> Refusal | None:
        """Say why nothing can be sold here at all, if so."""
        if not self.selling:
            return Refusal("sale.closed")
        if not self.linked and not self.own:
            return Refusal("link.empty")
        return None

    def lines(self, seats: Sequence[str], types: Sequence[str]) -> list[Line] | None:
        """Price seats with their price types; None if one is not sold at its level."""
        wanted: list[pricing.SeatLine] = []
        levels: list[str] = []
        for seat, kind in zip(seats, types, strict=True):
            level = self.prices.level(self.level_of(seat))
            price_type = self.prices.type(kind)
            amount = self._amount(level, kind)
            if level is None or price_type is None or amount is None:
                return None
            levels.append(level.id)
            wanted.append(pricing.SeatLine(amount, price_type.buyer))
        quote = pricing.quote(seller=Seller.KIOSK, rules=self.prices.fees, seats=wanted)
        return [
            Line(seat=seat, level=level, price_type=kind, **vars(priced))
            for seat, level, kind, priced in zip(
                seats, levels, types, quote.seats, strict=True
            )
        ]

    @staticmethod
    def _amount(level: told.Level | None, kind: str) -> int | None:
        if kind == told.MEMBERSHIP.id:
            return members.price(members.PayType.MEMBERSHIP, 0)
        return level.prices.get(kind) if level else None

    def level_of(self, seat: str) -> str | None:
        """Give the price level of a seat; None in general admission."""
        return self.plan.chart.levels.get(seat) if self.plan.chart else None

    def levels_left(self) -> list[told.Level]:
        """Give the levels that still have seats; all of them when none has."""
        by_level, levels = self.plan.by_level, self.prices.levels
        if not self.free or not by_level[None].isdisjoint(self.free):
            return list(levels)
        return [
            level
            for level in levels
            if not by_level.get(level.id, frozenset()).isdisjoint(self.free)
        ]

    def total(self, seats: Sequence[str], types: Sequence[str]) -> int | None:
        """Give what the guest would pay; None if a price type is not sold there."""
        lines = self.lines(seats, types)
        return None if lines is None else sum(line.charge for line in lines)

    def types_of(self, counts: dict[str, int]) -> list[str]:
        """Spread counts per price type into one type per seat, in the list's own order."""
        return [
            kind.id for kind in self.prices.types for _ in range(counts.get(kind.id, 0))
        ]


def far_off(device: Device, performance: Performance) -> Tonight:
    """Give the tile of an evening that is not near, from what the house says of it.

    Nobody sells such an evening without a line, so our own seats play no part.
    """
    left = performance.seats_left
    sale: Sale
    if not _selling(device, performance):
        sale = "closed"
    elif not device.up:
        sale = "empty"
    else:
        sale = "sold_out" if not left else "few" if left < FEW else "open"
    return _tile(
        performance, performance.price_from, performance.currency, left=left, sale=sale
    )


def _tile(
    performance: Performance, price_from: int, currency: str, *, left: int, sale: Sale
) -> Tonight:
    return Tonight(
        performance=performance.id,
        title=performance.title,
        starts_ms=performance.starts_ms,
        ends_ms=performance.ends_ms,
        zone=performance.zone,
        hall=performance.hall,
        kind=performance.kind,
        price_from=price_from,
        currency=currency,
        seats_left=left,
        sale=sale,
        access=performance.access,
        cancelled=performance.cancelled,
    )


def without(here: Evening, seats: Collection[str]) -> Evening:
    """Give the same evening without some seats: somebody was quicker."""
    own = {code: epoch for code, epoch in here.own.items() if code not in seats}
    return replace(here, pool=here.pool - frozenset(seats), own=own)


def with_free(here: Evening, seats: Collection[str]) -> Evening:
    """Give the same evening with some seats free: they are held for whoever asks."""
    return replace(here, pool=here.pool | frozenset(seats))


def look(
    session: Session,
    device: Device,
    performance: str,
    *,
    order: str = "",
    linked: bool | None = None,
) -> Evening | None:
    """Gather the facts; None while this device has not heard enough of the performance.

    order: what it has of our own seats counts as free. linked: whether to count on the
    line; None: as it was last.
    """
    found = documents.performance(session, performance)
    plan = documents.plan(session, performance)
    prices = documents.prices(session, performance)
    if found is None or plan is None or prices is None:
        return None
    available = documents.available(session, performance, plan)
    taken = allotment.in_orders(session, performance, but=order)
    own = {
        seat: epoch
        for seat, epoch in allotment.sellable(
            session, device.clock, found, order=order
        ).items()
        if seat in plan.numbers or seat in plan.names or seat in plan.units
    }
    return Evening(
        performance=found,
        plan=plan,
        prices=prices,
        house=documents.house(session),
        pool=available - taken,
        own=own,
        linked=device.up if linked is None else linked,
        selling=_selling(device, found),
    )


def _selling(device: Device, performance: Performance) -> bool:
    if not performance.public or performance.cancelled or not device.may_sell:
        return False
    now_ms = device.clock.now_ms()
    begins, ends = performance.on_sale_from_ms, performance.on_sale_until_ms
    if device.clock.trust == "untrusted":
        return True  # A clock that nobody believes closes nothing.
    return (begins is None or begins <= now_ms) and (ends is None or now_ms < ends)
