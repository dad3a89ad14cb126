"""The rules about seats once more, as slowly and as literally as the pages say them.

What the product works out with sums, indexes and cells, this looks up in every possible
choice. It shares nothing with the product but the facts.
"""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import hypot

from hypothesis import strategies as st

from boxoffice.best import NoOffer, Offer, Released, Request, Tier
from boxoffice.charts import Chart, Row, SeatType
from boxoffice.distancing import Policy
from boxoffice.refusals import Code


class Spots:
    """Where every seat is: row, position, block, section."""

    def __init__(self, chart):
        self.order = [seat for row in chart.rows for seat in row.seats]
        self.row, self.position, self.block, self.section = {}, {}, {}, {}
        block = 0
        for number, row in enumerate(chart.rows):
            for position, seat in enumerate(row.seats):
                self.row[seat], self.position[seat] = number, position
                self.block[seat], self.section[seat] = block, row.section
                block += seat in row.breaks_after
            block += 1

    def neighbours(self, one, other):
        near = abs(self.position[one] - self.position[other]) == 1
        return near and self.block[one] == self.block[other]

    def alone(self, seat, seats):
        return not any(self.neighbours(seat, other) for other in seats)


def mm(length_m):
    """Whole millimetres, half up; nine places get rid of binary fractions."""
    exact = Decimal(str(round(length_m, 9)))
    return int((exact * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def conflict(chart, spots, policy, one, other):
    """4.4: whether seats of different orders are too near."""
    ticked = (
        policy.areas is None or {spots.section[one], spots.section[other]} <= policy.areas
    )
    if not ticked or one == other:
        return False
    beside = abs(spots.position[one] - spots.position[other])
    if spots.block[one] == spots.block[other] and beside <= policy.side:
        return True
    if one not in chart.coords or other not in chart.coords:
        return False
    (x, y), (other_x, other_y) = chart.coords[one], chart.coords[other]
    rows = abs(spots.row[one] - spots.row[other])
    if rows == 1 and spots.section[one] == spots.section[other]:
        across = mm(abs(x - other_x))
        if policy.front_back and across <= mm(0.5 * policy.pitch_m):
            return True
        if policy.diagonal and across <= mm(1.5 * policy.pitch_m):
            return True
    least = policy.min_distance_m
    return least is not None and mm(hypot(x - other_x, y - other_y)) < mm(least)


def buffers(chart, policy, orders):
    spots = Spots(chart)
    taken = [seat for order in orders for seat in order]
    return tuple(
        seat
        for seat in spots.order
        if seat not in taken
        and any(conflict(chart, spots, policy, seat, other) for other in taken)
    )


def best(chart, unavailable, request, policy=None, other_orders=()):
    """4.2, by trying every window and, for a split, every set of seats."""
    spots = Spots(chart)
    order = [*chart.best_first, *(s for s in spots.order if s not in chart.best_first)]
    rank = {seat: number for number, seat in enumerate(order, 1)}
    gone = {*unavailable, *(seat for others in other_orders for seat in others)}
    if policy:
        gone.update(buffers(chart, policy, other_orders))
    free = [seat for seat in spots.order if seat not in gone]

    def type_of(seat):
        return chart.types.get(seat, SeatType.STANDARD)

    def released(seat):
        where = request.released
        return (
            where.house
            or spots.section[seat] in where.sections
            or chart.levels.get(seat) in where.levels
        )

    public = {seat for seat in free if type_of(seat) is SeatType.STANDARD or released(seat)}
    candidates = [
        seat
        for seat in free
        if (request.accessible or seat in public)
        and (request.levels is None or chart.levels.get(seat) in request.levels)
    ]

    def orphans(choice):
        after = public - set(choice)
        if policy:
            after -= {
                seat
                for seat in after
                if any(conflict(chart, spots, policy, seat, chosen) for chosen in choice)
            }
        return tuple(
            seat
            for seat in spots.order
            if seat in after and spots.alone(seat, after) and not spots.alone(seat, public)
        )

    def wheels(seats):
        return sum(type_of(seat) is SeatType.ACCESSIBLE for seat in seats)

    def at_an_end(window):
        block = [s for s in spots.order if spots.block[s] == spots.block[window[0]]]
        return block[0] == window[0] or block[-1] == window[-1]

    def by_rank(window):
        ranks = [rank[seat] for seat in window]
        return sum(ranks), max(ranks), spots.row[window[0]], spots.position[window[0]]

    count = request.count
    lines = (spots.order[start:][:count] for start in range(len(spots.order)))
    windows = [
        line
        for line in lines
        if len(line) == count
        and len({spots.block[seat] for seat in line}) == 1
        and set(line) <= set(candidates)
        and (not request.accessible or wheels(line) == request.accessible)
    ]
    if request.aisle and any(map(at_an_end, windows)):
        windows = [window for window in windows if at_an_end(window)]
    if windows:
        clean = [window for window in windows if not orphans(window)]
        if not request.avoid_orphans:
            window = min(windows, key=by_rank)
        elif clean:
            window = min(clean, key=by_rank)
        else:
            window = min(
                windows, key=lambda window: (len(orphans(window)), *by_rank(window))
            )
        stranded = orphans(window)
        tier = Tier.TOGETHER_ORPHAN if stranded else Tier.TOGETHER
        return Offer(tuple(window), tier, stranded)
    if len(candidates) < count or wheels(candidates) < request.accessible:
        return NoOffer(Code.INSUFFICIENT_SEATS, len(candidates))
    if request.accessible or not request.allow_split:
        return NoOffer(Code.NOT_TOGETHER, len(candidates))

    def kindness(choice):
        starts = [
            seat
            for number, seat in enumerate(choice)
            if not number or not spots.neighbours(choice[number - 1], seat)
        ]
        return (
            sum(spots.alone(seat, choice) for seat in choice),
            len({spots.section[seat] for seat in choice}),
            len(starts),
            spots.row[choice[-1]] - spots.row[choice[0]],
            len(orphans(choice)),
            sum(rank[seat] for seat in choice),
            [spots.order.index(seat) for seat in choice],
        )

    choice = min(combinations(candidates, count), key=kindness)
    return Offer(choice, Tier.SPLIT, orphans(choice))


@st.composite
def charts(draw, rows=4, width=5):
    """Small houses with aisles, several sections, ranks, types, levels and coordinates."""
    built, coords = [], {}
    for number in range(draw(st.integers(1, rows))):
        name = "ABCDEF"[number]
        seats = tuple(f"{name}{seat + 1}" for seat in range(draw(st.integers(1, width))))
        aisles = draw(st.frozensets(st.sampled_from(seats), max_size=1))
        section = draw(st.sampled_from(["Stalls", "Circle", "Box"]))
        built.append(Row(name, seats, section, aisles))
        shift_m = draw(st.sampled_from([0, 0.25, 0.5]))
        coords |= {
            seat: (place * 0.5 + shift_m, number * 0.8) for place, seat in enumerate(seats)
        }
    order = [seat for row in built for seat in row.seats]
    best_first = draw(st.permutations(order))[: draw(st.integers(0, len(order)))]
    special = draw(st.sets(st.sampled_from(order), max_size=3))
    types = {seat: draw(st.sampled_from(SeatType)) for seat in sorted(special)}
    level = st.sampled_from(["1", "1", "2"])
    levels = {seat: draw(level) for seat in order if seat not in special}
    return Chart(tuple(built), tuple(best_first), types, levels, coords)


policies = st.builds(
    Policy,
    side=st.integers(0, 3),
    areas=st.none(),
    front_back=st.booleans(),
    diagonal=st.booleans(),
    pitch_m=st.just(0.5),
    min_distance_m=st.sampled_from([None, None, 0.5, 0.9]),
)

requests = st.builds(
    lambda count, accessible, **wishes: Request(
        count, accessible=min(accessible, count), **wishes
    ),
    count=st.integers(1, 6),
    accessible=st.sampled_from([0, 0, 0, 0, 1, 2]),
    levels=st.sampled_from([None, None, frozenset("1"), frozenset("2"), frozenset("12")]),
    released=st.sampled_from(
        [
            Released(),
            Released(house=True),
            Released(sections=frozenset({"Stalls"})),
            Released(levels=frozenset({"1"})),
        ]
    ),
    aisle=st.booleans(),
    avoid_orphans=st.sampled_from([True, True, True, False]),
    allow_split=st.sampled_from([True, True, True, False]),
)


@st.composite
def evenings(draw, distanced=None, rows=4, width=5):
    """A small house on some evening: chart, seats gone, distancing, other orders' seats.

    distanced: whether distancing is switched on; None, perhaps.
    """
    chart = draw(charts(rows, width))
    seats = st.sets(st.sampled_from(chart.seats), max_size=max(1, len(chart.seats) // 2))
    gone = frozenset(draw(seats))
    on = draw(st.booleans()) if distanced is None else distanced
    policy = draw(policies) if on else None
    if policy and draw(st.booleans()):
        areas = draw(st.sets(st.sampled_from([row.section for row in chart.rows])))
        policy = replace(policy, areas=frozenset(areas))
    others = draw(st.sets(st.sampled_from(chart.seats), max_size=3)) - gone
    return chart, gone, policy, [[seat] for seat in sorted(others)]
