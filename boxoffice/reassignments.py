"""Staff move an order to other seats, all at once or not at all.

Source: ORD3.
"""

from collections.abc import Collection, Mapping, Sequence

from boxoffice.bad_input import Missing, OutOfRange, once
from boxoffice.charts import Chart
from boxoffice.refusals import Code
from boxoffice.seating import Op, Refused, Seat, State, change


def move(
    seats: Mapping[str, State], from_: Sequence[str], to: Sequence[str]
) -> dict[str, State] | Refused | Code:
    """Give the seats after an order moved from some of its seats to others.

    seats: every seat that is named, and its state. The box office may use reserved seats,
    and seats of the order itself. Nothing changes unless everything can.
    Raises Missing for a seat without a state, Repeated.
    """
    for moved, where in ((from_, "seats of the order"), (to, "seats to move to")):
        once(moved, where)
        for seat in moved:
            if seat not in seats:
                raise Missing(seat, where, "is not known")
    if len(from_) != len(to):
        return Code.SEAT_COUNT_DIFFERS
    for seat in to:
        if seats[seat] not in (State.AVAILABLE, State.RESERVED) and seat not in from_:
            return Refused(seat, Code.SEAT_NOT_FREE)
    after = dict(seats)
    for seat in from_:
        left = change(Seat(seats[seat]), Op.REASSIGNED_AWAY)
        if isinstance(left, Code):
            return Refused(seat, left)
        after[seat] = left.state
    return after | dict.fromkeys(to, State.SOLD)


def hand_out(
    chart: Chart, sizes: Sequence[int], seats: Collection[str]
) -> tuple[tuple[str, ...], ...]:
    """Share chosen seats among the orders of a party, so that each sits together.

    sizes: people in each order. The largest order has the first choice: of the unbroken
    stretches that hold it the shortest, and of these the best ranked; an order that none
    holds takes the longest stretch, and goes on. Seats of one order stand in chart order.
    Raises UnknownSeat, Repeated, OutOfRange when there are not as many seats as people.
    """
    chart.check(seats, "seats to hand out")
    once(seats, "seats to hand out")
    if sum(sizes) != len(seats):
        raise OutOfRange(len(seats), "seats to hand out", f"are not {sum(sizes)}")
    stretches = _stretches(chart, seats)
    given: dict[int, list[str]] = {}
    for order in sorted(range(len(sizes)), key=lambda order: -sizes[order]):
        own = given.setdefault(order, [])
        while len(own) < sizes[order]:
            wanted = sizes[order] - len(own)
            taken = min(stretches, key=lambda one: _fit(chart, one, wanted))
            stretches.remove(taken)
            own += taken[:wanted]
            if taken[wanted:]:
                stretches.append(taken[wanted:])
    return tuple(
        tuple(sorted(given[order], key=chart.places.__getitem__))
        for order in range(len(sizes))
    )


def _stretches(chart: Chart, seats: Collection[str]) -> list[list[str]]:
    """Cut seats into stretches of neighbours in one block, in chart order."""
    found: list[list[str]] = []
    before = -1
    for place in sorted(chart.places[seat] for seat in seats):
        beside = place - 1 == before and chart.block_of[place] == chart.block_of[before]
        if found and beside:
            found[-1].append(chart.seats[place])
        else:
            found.append([chart.seats[place]])
        before = place
    return found


def _fit(chart: Chart, stretch: Sequence[str], wanted: int) -> tuple[int, int, int]:
    """Say how badly a stretch suits so many: too short, too long, badly ranked."""
    short = max(0, wanted - len(stretch))
    ranks = sum(chart.ranks[chart.places[seat]] for seat in stretch[:wanted])
    return short, len(stretch), ranks
