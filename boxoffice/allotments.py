"""How much a kiosk should own of a performance, and when to give some back.

The spare tank: a few good seats side by side that a kiosk sells on when the line is down.
Its size follows how fast the kiosk sells and how much is left. Source: sync.md §4.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from boxoffice.bad_input import OutOfRange
from boxoffice.best import (
    Index,
    Offer,
    Released,
    Request,
    brought_up_to_date,
    find,
)
from boxoffice.charts import Chart
from boxoffice.distancing import Policy

FEWEST, MOST = 4, 12
MINUTES_AHEAD = 30
SHARE_OF_LEFT = 10
SCARCE = 20
IDLE = timedelta(minutes=10)


def target(*, sold_last_hour: int, left: int) -> int:
    """How many seats one kiosk should own: what it sells in half an hour, from 4 to 12.

    sold_last_hour: seats that this kiosk sold. left: seats of the performance that are
    neither sold nor killed, allotted ones included; under 20 there is no tank at all.
    A half seat counts as one. Raises OutOfRange.
    """
    _not_negative(sold_last_hour, "seats sold in the last hour")
    _not_negative(left, "seats left")
    if left < SCARCE:
        return 0
    ahead = -(-MINUTES_AHEAD * sold_last_hour // 60)
    return max(FEWEST, min(MOST, ahead))


def ask(*, owned: int, target: int) -> int:
    """How many seats a kiosk should ask for: up to its target, once it is below half.

    owned: allotted, neither spent nor pledged. Raises OutOfRange.
    """
    _not_negative(owned, "seats owned")
    _not_negative(target, "target")
    return target - owned if 2 * owned < target else 0


def grant(*, asked: int, owned: int, target: int, standing: int, left: int) -> int:
    """How many of the seats asked the ledger allots.

    owned: by this kiosk, as the ledger knows it. standing: by all kiosks together for no
    order yet; with the new ones at most a tenth of what is left. Raises OutOfRange.
    """
    for number, where in (
        (asked, "seats asked"),
        (owned, "seats owned"),
        (target, "target"),
        (standing, "standing allotments"),
        (left, "seats left"),
    ):
        _not_negative(number, where)
    if left < SCARCE:
        return 0
    return max(0, min(asked, target - owned, left // SHARE_OF_LEFT - standing))


def give_back(*, owned: int, target: int, idle: timedelta, cut_off: bool) -> int:
    """How many seats a kiosk should return now.

    idle: since it last sold or was given seats. cut_off: late seating has ended, so
    everything goes back. Raises OutOfRange.
    """
    _not_negative(owned, "seats owned")
    _not_negative(target, "target")
    if cut_off:
        return owned
    return max(0, owned - target) if idle >= IDLE else 0


def choose(
    chart: Chart,
    unavailable: Collection[str],
    count: int,
    *,
    policy: Policy | None = None,
    other_orders: Iterable[Collection[str]] = (),
    index: Index | None = None,
) -> tuple[str, ...]:
    """Choose good seats side by side for a tank; fewer where there are not so many.

    The rest as for `best.find`: what the public may buy. Raises OutOfRange, UnknownSeat.
    """
    _not_negative(count, "seats to allot")
    index = brought_up_to_date(chart, unavailable, policy, other_orders, index)
    for size in range(count, 0, -1):
        offer = index.find(Request(size, allow_split=False))
        if isinstance(offer, Offer):
            return offer.seats
    return ()


def choose_to_return(chart: Chart, owned: Collection[str], count: int) -> tuple[str, ...]:
    """Choose which of its seats a kiosk returns: those it keeps lie together and are best.

    Raises OutOfRange, UnknownSeat, SeatTwice.
    """
    _not_negative(count, "seats to return")
    chart.check_once(owned, "the seats owned")
    kept: tuple[str, ...] = ()
    if count < len(owned):
        wish = Request(
            len(owned) - count, released=Released(house=True), avoid_orphans=False
        )
        offer = find(chart, set(chart.seats) - set(owned), wish)
        assert isinstance(offer, Offer), "a kiosk can always keep some of its own seats"
        kept = offer.seats
    return chart.in_order(set(owned) - set(kept))


def _not_negative(number: int, where: str) -> None:
    if number < 0:
        raise OutOfRange(number, where, "is negative")
