"""A rollover seats nobody twice, loses nobody, and does what staff have seen."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import rollover
from boxoffice.bad_input import Missing, OutOfRange, Repeated
from boxoffice.charts import Chart, Row, SeatType
from boxoffice.refusals import Code
from boxoffice.rollover import Fault, Plan, Rollover
from boxoffice.series import Match, Option, Seated, Subscription

SENIOR, JUNIOR = date(1990, 1, 1), date(2020, 1, 1)


def sub(id, *seats, series="A", status="Renewed", since=JUNIOR, desired=None, primary=()):
    wanted = len(seats) if desired is None else desired
    return Subscription(id, status, series, seats, wanted, since, primary)


GRID = (Match("N", ("A",), ("B", "C")),)


def ask(*subscriptions, grid=GRID, **changes):
    facts = {"same_venue": True, "option": Option.SAME_PHYSICAL_SEAT} | changes
    return Rollover("CH-25", "CH-26", grid=grid, subscriptions=subscriptions, **facts)


def seats_of(plan):
    return {id: seated.seats for id, seated in plan.assigned.items()}


def test_priority_1_keeps_its_seats_against_any_priority_2():
    """ROL6."""
    plan = rollover.plan(
        ask(
            sub("old", "C1", series="B", since=SENIOR),
            sub("new", "C1"),
            sub("other", "C2", series="B"),
        )
    )
    assert seats_of(plan) == {"new": ("C1",), "other": ("C2",)}
    assert plan.unseated == {"old": Code.TAKEN_BY_PRIORITY_1}


def test_among_priority_2_the_listed_order_then_the_senior_then_the_id_comes_first():
    """ROL6."""
    in_line = [
        sub("z", "C1", series="B", since=SENIOR),
        sub("a", "C1", series="C", since=SENIOR),
        sub("10", "C2", series="B"),
        sub("9", "C2", series="B"),
        sub("8", "C2", series="B", since=SENIOR),
    ]
    plan = rollover.plan(ask(*in_line))
    assert seats_of(plan) == {"8": ("C2",), "z": ("C1",)}
    assert set(plan.unseated.values()) == {Code.TAKEN_BY_EARLIER_PRIORITY_2}
    without = rollover.plan(ask(*in_line[:4]))
    assert without.assigned["10"].seats == ("C2",)


def test_nobody_is_split_and_the_free_remainder_is_told():
    """R10, ROL12."""
    plan = rollover.plan(
        ask(sub("1", "C1", "C2"), sub("2", "C2", "C3", "C4"), sub("3", "C4", series="B"))
    )
    assert plan.unseated == {"2": Code.TAKEN_BY_PRIORITY_1}
    assert plan.remainders == {"2": ("C3",)}


def test_preferences_marked_primary_roll_instead_when_asked():
    """ROL8."""
    primary = [sub("1", "C1", primary=("D1", "D2")), sub("2", "C2")]
    assert seats_of(rollover.plan(ask(*primary)))["1"] == ("C1",)
    with_primary = rollover.plan(ask(*primary, include_primary=True))
    assert seats_of(with_primary) == {"1": ("D1", "D2"), "2": ("C2",)}
    assert with_primary.warnings == {"1": Code.SEAT_COUNT_MISMATCH}


OLD = Chart((Row("O", ("O1", "O2", "O3", "O4"), breaks_after=frozenset({"O2"})),))
NEW = Chart((Row("O", ("O4", "O2", "O1")), Row("P", ("P1",))), best_first=("P1", "O4"))


def other_house(option, *subscriptions, old=OLD, new=NEW):
    return rollover.plan(
        ask(*subscriptions, same_venue=False, option=option, old_chart=old, new_chart=new)
    )


def test_seat_codes_find_seats_in_another_house_and_flag_who_was_parted():
    plan = other_house(
        Option.SEAT_CODE, sub("1", "O1", "O2"), sub("2", "O3"), sub("3", "O4", "P1")
    )
    assert seats_of(plan) == {"1": ("O2", "O1"), "3": ("O4", "P1")}
    assert plan.unseated == {"2": Code.SEAT_NOT_IN_NEW_MAP}
    assert plan.flags == {}  # O4 and P1 were not together in the old house either.
    assert not plan.assigned["1"].moved
    parted = replace(NEW, rows=(Row("O", ("O2", "O4", "O1")), Row("P", ("P1",))))
    plan = other_house(Option.SEAT_CODE, sub("1", "O1", "O2"), new=parted)
    assert plan.flags == {"1": Code.MANUAL_RESEAT}


def test_an_aisle_counts_as_apart():
    whole = Chart((Row("O", ("O1", "O2", "O3", "O4")),))
    plan = other_house(Option.SEAT_CODE, sub("1", "O2", "O3"), old=whole, new=OLD)
    assert plan.flags == {"1": Code.MANUAL_RESEAT}


def test_equal_ranks_find_seats_as_far_as_the_new_house_goes():
    small = Chart((Row("S", ("S1", "S2", "S3")),), best_first=("S3",))
    plan = other_house(
        Option.BEST_SEAT_NUMBER, sub("1", "O1"), sub("2", "O2", "O4"), sub("3"), new=small
    )
    assert plan.assigned == {"1": Seated("N", ("S3",), moved=True)}
    assert plan.unseated == {
        "2": Code.SEAT_NOT_IN_NEW_MAP,
        "3": Code.NO_FAVOURITE_SEATS,
    }


def test_the_algorithm_seats_in_the_order_of_best_old_seats_and_priority_1_first():
    """R11."""
    plan = other_house(
        Option.BEST_SEAT_ALGORITHM,
        sub("late", "O3"),
        sub("unknown", "Z9"),
        sub("second", "O1", series="B", since=SENIOR),
        sub("first", "O2"),
        sub("nobody"),
    )
    assert seats_of(plan) == {
        "first": ("P1",),
        "late": ("O4",),
        "unknown": ("O2",),
        "second": ("O1",),
    }
    assert plan.unseated == {"nobody": Code.NO_FAVOURITE_SEATS}


def test_the_algorithm_gives_as_many_accessible_seats_as_before():
    wheel = {"O1": SeatType.ACCESSIBLE}
    old = replace(OLD, types=wheel)
    new = Chart((Row("N", ("N1", "N2", "N3", "N4")),), types={"N3": SeatType.ACCESSIBLE})
    plan = other_house(
        Option.BEST_SEAT_ALGORITHM, sub("1", "O1", "O2"), sub("2", "O3"), old=old, new=new
    )
    assert seats_of(plan) == {"1": ("N2", "N3"), "2": ("N1",)}
    plan = other_house(Option.BEST_SEAT_ALGORITHM, sub("1", "O1"), old=old, new=NEW)
    assert plan.unseated == {"1": Code.NO_SEATS_TOGETHER}


def test_the_same_physical_seat_must_be_in_the_chart_when_there_is_one():
    plan = rollover.plan(ask(sub("1", "O2", "O1"), sub("2", "Z9"), new_chart=OLD))
    assert seats_of(plan) == {"1": ("O1", "O2")}
    assert plan.flags == {}
    assert plan.unseated == {"2": Code.SEAT_NOT_IN_NEW_MAP}


def faults(*subscriptions, **changes):
    return [str(fault) for fault in rollover.plan(ask(*subscriptions, **changes))]


def test_how_seats_are_matched_depends_on_whether_the_house_is_the_same():
    """ROL4."""
    for option in set(Option) - {Option.SAME_PHYSICAL_SEAT}:
        assert faults(sub("1", "C1"), option=option) == ["OPTION_NOT_ALLOWED_SAME_VENUE"]
    assert faults(sub("1", "C1"), same_venue=False) == [
        "OPTION_NOT_ALLOWED_DIFFERENT_VENUE"
    ]


def test_last_year_s_control_house_will_not_do():
    """ROL3."""
    asked = replace(ask(sub("1", "C1")), new_control_house="CH-25")
    assert rollover.plan(asked) == [Fault(Code.CONTROL_HOUSE_SAME_AS_PREVIOUS)]


def test_every_unknown_status_is_told_once_in_the_order_of_subscriptions():
    assert faults(
        sub("1", status="Zzz"),
        sub("2", status="Renwed", series="Q"),
        sub("3", status="Zzz"),
    ) == ["UNKNOWN_STATUS:Zzz", "UNKNOWN_STATUS:Renwed", "SERIES_UNMAPPED:Q"]


def test_a_series_is_mapped_once_or_dropped_and_ignored_subscriptions_use_none():
    """ROL5."""
    grid = (Match("N", ("A",), ("A",)), Match("M", ("B",)))
    assert faults(sub("1"), grid=grid, dropped=frozenset("B")) == [
        "SERIES_MAPPED_TWICE:A",
        "SERIES_MAPPED_TWICE:B",
    ]
    gone = rollover.plan(ask(sub("1", series="Q", status="Cancelled")))
    assert gone.ignored == {"1": "Cancelled"}


def test_a_fault_reads_as_its_code_and_what_it_is_about():
    assert (
        str(Fault(Code.CONTROL_HOUSE_SAME_AS_PREVIOUS)) == "CONTROL_HOUSE_SAME_AS_PREVIOUS"
    )
    assert str(Fault(Code.SERIES_UNMAPPED, "B")) == "SERIES_UNMAPPED:B"


def test_a_dropped_series_shows_its_head_count_and_its_subscribers():
    """ROL5."""
    subs = (sub("1"), sub("2", series="Q"), sub("3", series="Q", status="Not Started"))
    assert rollover.head_counts(subs) == {"A": 1, "Q": 1}
    plan = rollover.plan(ask(*subs, dropped=frozenset("Q")))
    assert plan.unseated == {"1": Code.NO_FAVOURITE_SEATS, "2": Code.SERIES_DROPPED}


def test_what_was_planned_is_applied_unless_anything_changed():
    """ROL9."""
    asked = ask(sub("1", "C1"), sub("2", "C2"))
    plan = rollover.plan(asked)
    assert rollover.proceed(plan, asked) is plan
    in_other_order = replace(asked, subscriptions=asked.subscriptions[::-1])
    assert rollover.proceed(plan, in_other_order) is plan
    changed = [
        replace(asked, new_control_house="CH-27"),
        replace(asked, old_control_house="CH-24"),
        replace(asked, same_venue=False),
        replace(asked, option=Option.SEAT_CODE),
        replace(asked, grid=(Match("N", ("A",)),)),
        replace(asked, dropped=frozenset("Q")),
        replace(asked, include_primary=True),
        replace(asked, new_chart=NEW),
        replace(asked, new_chart=replace(NEW, best_first=())),
        replace(asked, old_chart=replace(NEW, types={"P1": SeatType.ACCESSIBLE})),
        *(
            replace(asked, subscriptions=(other, asked.subscriptions[1]))
            for other in (
                sub("1", "C3"),
                sub("1", "C1", status="Not Started"),
                sub("1", "C1", series="B"),
                sub("1", "C1", since=SENIOR),
                sub("1", "C1", desired=2),
                sub("1", "C1", primary=("C3",)),
                sub("9", "C1"),
            )
        ),
    ]
    digests = {now.digest() for now in changed}
    assert len(digests) == len(changed)
    assert all(rollover.proceed(plan, now) is Code.PLAN_STALE for now in changed)


def test_every_step_has_its_journal_key_in_order():
    """ROL10."""
    plan = rollover.plan(ask(sub("2", "C2"), sub("1", "C1"), sub("3", "C1")))
    assert list(plan.keys("R")) == [("R", "1"), ("R", "2")]


def test_what_cannot_be_is_an_error():
    with pytest.raises(Repeated):
        ask(sub("1"), sub("1"))
    with pytest.raises(Repeated):
        ask(grid=(Match("N"), Match("N")))
    with pytest.raises(Repeated):
        sub("1", "C1", "C1")
    with pytest.raises(Repeated):
        sub("1", primary=("C1", "C1"))
    with pytest.raises(OutOfRange):
        sub("1", desired=-1)
    for charts in ({}, {"old_chart": OLD}, {"new_chart": NEW}):
        asked = ask(sub("1"), same_venue=False, option=Option.SEAT_CODE, **charts)
        with pytest.raises(Missing, match="rollover by seat_code"):
            rollover.plan(asked)


@st.composite
def charts(draw, letter):
    rows = []
    for number in range(draw(st.integers(1, 3))):
        seats = tuple(f"{letter}{number}-{n}" for n in range(draw(st.integers(1, 6))))
        aisles = frozenset(draw(st.sets(st.sampled_from(seats), max_size=2)))
        rows.append(Row(str(number), seats, breaks_after=aisles))
    codes = [seat for row in rows for seat in row.seats]
    ranked = draw(st.permutations(codes))
    wheels = draw(st.sets(st.sampled_from(codes), max_size=3))
    types = {seat: draw(st.sampled_from(SeatType)) for seat in sorted(wheels)}
    return Chart(tuple(rows), best_first=tuple(ranked), types=types)


@st.composite
def rollovers(draw):
    old = draw(charts("s"))
    option = draw(st.sampled_from(Option))
    same = option is Option.SAME_PHYSICAL_SEAT
    subscriptions = tuple(
        Subscription(
            str(number),
            draw(st.sampled_from(["Renewed", "Change Requested", "Not Started"])),
            draw(st.sampled_from("ABCDQ")),
            tuple(draw(st.lists(st.sampled_from(old.seats), max_size=4, unique=True))),
            draw(st.integers(0, 3)),
            draw(st.sampled_from([SENIOR, JUNIOR])),
        )
        for number in range(draw(st.integers(0, 12)))
    )
    return Rollover(
        "CH-25",
        "CH-26",
        same_venue=same,
        option=option,
        grid=(Match("N", ("A", "B"), ("C",)), Match("M", ("D",))),
        subscriptions=subscriptions,
        dropped=frozenset("Q"),
        old_chart=old,
        new_chart=old if same else draw(charts("s")),
    )


@settings(max_examples=100)
@given(rollovers(), st.randoms(use_true_random=False))
def test_any_plan_seats_nobody_twice_loses_nobody_and_depends_on_its_inputs_alone(
    asked, dice
):
    plan = rollover.plan(asked)
    assert isinstance(plan, Plan)
    given_out = [
        (seated.series, seat) for seated in plan.assigned.values() for seat in seated.seats
    ]
    assert len(given_out) == len(set(given_out))
    ids = [*plan.assigned, *plan.unseated, *plan.ignored]
    assert sorted(ids) == sorted(sub.id for sub in asked.subscriptions)
    shuffled = list(asked.subscriptions)
    dice.shuffle(shuffled)
    assert rollover.plan(replace(asked, subscriptions=tuple(shuffled))) == plan


@settings(max_examples=100)
@given(rollovers())
def test_who_gets_seats_gets_as_many_and_priority_1_loses_to_nobody_below(asked):
    plan = rollover.plan(asked)
    by_id = {sub.id: sub for sub in asked.subscriptions}
    for id, seated in plan.assigned.items():
        assert len(seated.seats) == len(by_id[id].seats)
        assert seated.seats == asked.new_chart.in_order(seated.seats)
    for id, reason in plan.unseated.items():
        if by_id[id].series in "ABD":
            assert reason is not Code.TAKEN_BY_EARLIER_PRIORITY_2
    for id, left in plan.remainders.items():
        assert id in plan.unseated
        next_series = "M" if by_id[id].series == "D" else "N"
        taken = {
            s for g in plan.assigned.values() if g.series == next_series for s in g.seats
        }
        assert left
        assert not taken & set(left)


@settings(max_examples=100)
@given(rollovers())
def test_the_algorithm_agrees_with_trying_every_window(asked):
    if asked.option is Option.SAME_PHYSICAL_SEAT:
        return
    asked = replace(asked, option=Option.BEST_SEAT_ALGORITHM)
    old, new = asked.old_chart, asked.new_chart
    expected = {}
    for match in asked.grid:
        free = set(new.seats)
        for priority in (match.priority_1, match.priority_2):
            line = [
                sub
                for sub in asked.subscriptions
                if sub.series in priority and sub.status != "Not Started" and sub.seats
            ]
            rank = {seat: old.ranks[place] for seat, place in old.places.items()}
            line.sort(key=lambda s: (min(map(rank.get, s.seats)), s.since, s.id))
            for sub in line:
                wheels = sum(old.type_of(seat) is SeatType.ACCESSIBLE for seat in sub.seats)
                window = best_by_hand(new, free, len(sub.seats), wheels)
                if window:
                    expected[sub.id] = window
                    free -= set(window)
    assert seats_of(rollover.plan(asked)) == expected


def best_by_hand(chart, free, count, wheels):
    windows = []
    for block in chart.blocks:
        for start in range(block.start, block.stop - count + 1):
            seats = chart.seats[start : start + count]
            kinds = [chart.type_of(seat) for seat in seats]
            standard = all(kind is SeatType.STANDARD for kind in kinds)
            if not set(seats) <= free or (not wheels and not standard):
                continue
            if wheels and kinds.count(SeatType.ACCESSIBLE) != wheels:
                continue
            ranks = chart.ranks[start : start + count]
            windows.append((sum(ranks), max(ranks), start, seats))
    return min(windows)[-1] if windows else None
