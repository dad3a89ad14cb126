"""A door's own rule: what it says, and which reason a guest hears."""

import json
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.entry_rule_syntax import VARIABLES
from boxoffice.entry_rules import Circumstances, Mistake, check, evaluate
from tests.rules.doors import COPENHAGEN, SEVEN, local

ENTRIES = {"<": [{"var": "entries"}, 2]}
WITHIN_AN_HOUR = {"<=": [{"var": "minutes_since_first_entry"}, 60]}


def circumstances(**more):
    known = {
        "starts": local("19:30"),
        "ends": local("22:00"),
        "doors": local("18:45"),
        "door": "Left",
        "price_type": "adult",
    }
    return Circumstances(COPENHAGEN, more.pop("now", SEVEN), **{**known, **more})


def compare(op, left, right, *more):
    return {op: [{"var": left} if isinstance(left, str) else left, right, *more]}


def why(rule, **more):
    found = evaluate(rule, circumstances(**more))
    return [(reason.what, reason.op) for reason in found.why]


# --- check -------------------------------------------------------------------------------

STARTS = {"time": ["starts"]}


def nested(levels, core=ENTRIES):
    rule = core
    for _ in range(levels - 1):
        rule = {"and": [rule]}
    return rule


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        (None, None),
        (ENTRIES, None),
        ({"and": [None, ENTRIES]}, None),
        ({"or": [nested(19)]}, None),
        (nested(20), None),
        (nested(21), Mistake.TOO_LARGE),
        (nested(21, core="nonsense"), Mistake.TOO_LARGE),
        (nested(10_000), Mistake.TOO_LARGE),
        ({"or": [ENTRIES] * 200}, None),
        ({"or": [ENTRIES] * 201}, Mistake.TOO_LARGE),
        ({"or": [ENTRIES] * 200 + ["nonsense"]}, Mistake.TOO_LARGE),
        ({"or": ["nonsense"] + [ENTRIES] * 200}, Mistake.BAD_SHAPE),
        ({"or": [ENTRIES] * 200 + [None]}, None),
        ({"and": [{"or": [ENTRIES] * 150}, {"or": [ENTRIES] * 51}]}, Mistake.TOO_LARGE),
        ("entries < 2", Mistake.BAD_SHAPE),
        (True, Mistake.BAD_SHAPE),
        ([], Mistake.BAD_SHAPE),
        ({}, Mistake.BAD_SHAPE),
        ({"<": 2}, Mistake.BAD_SHAPE),
        ({"and": ENTRIES}, Mistake.BAD_SHAPE),
        ({"or": []}, Mistake.BAD_SHAPE),
        ({"<": []}, Mistake.BAD_SHAPE),
        ({"frobnicate": []}, Mistake.UNKNOWN_OPERATOR),
        ({"frobnicate": 1}, Mistake.BAD_SHAPE),
        ({"<": [{"var": "entries"}]}, Mistake.BAD_SHAPE),
        (compare("<", "entries", 2, 3), Mistake.BAD_SHAPE),
        (compare("before", "now", STARTS, 5, 6), Mistake.BAD_SHAPE),
        (compare("<", {"entries_since": []}, 2), Mistake.BAD_SHAPE),
        (compare("<", {"entries_since": STARTS}, 2), Mistake.BAD_SHAPE),
        (compare("<", {"entries_since": [STARTS], "var": "now"}, 2), "UNKNOWN_VARIABLE"),
        (compare("<", {"hours_since": [STARTS]}, 2), Mistake.UNKNOWN_VARIABLE),
        (compare("<", "entries_since", 2), Mistake.UNKNOWN_VARIABLE),
        (compare("<", {"var": ["entries"]}, 2), Mistake.UNKNOWN_VARIABLE),
        (compare("<", 2, 2), Mistake.UNKNOWN_VARIABLE),
        (compare("<", None, None), Mistake.UNKNOWN_VARIABLE),
        (compare("before", "now", "19:00"), Mistake.BAD_TIME),
        (compare("before", "now", {"time": "starts"}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["starts"], "at": 1}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["at"]}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["at", 7]}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["at", "2026-02-30T19:00"]}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["daily", "24:00"]}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": []}), Mistake.BAD_TIME),
        (compare("before", "now", {"time": ["at", "bad"]}, -1), Mistake.BAD_TIME),
        (compare("<", {"entries_since": [3]}, "bad"), Mistake.BAD_TIME),
        (compare("<", {"entries_since": [STARTS]}, "bad"), Mistake.BAD_VALUE),
        (compare("in", {"entries_since": [STARTS]}, [1]), Mistake.BAD_VALUE),
        (compare("==", "now", STARTS), Mistake.BAD_VALUE),
        (compare("<", "now", 3), Mistake.BAD_VALUE),
        (compare("before", "entries", STARTS), Mistake.BAD_VALUE),
        (compare("after", "door", "Left"), Mistake.BAD_VALUE),
        (compare("before", "now", STARTS, 0), None),
        (compare("before", "now", STARTS, None), Mistake.BAD_VALUE),
        (compare("before", "now", STARTS, 1.5), Mistake.BAD_VALUE),
        (compare("==", "entries", True), Mistake.BAD_VALUE),
        (compare("==", "entries", None), Mistake.BAD_VALUE),
        (compare("==", "entries", 2.0), None),
        (compare("==", "entries", float("inf")), Mistake.BAD_VALUE),
        (compare("==", "entries", -(10**30)), None),
        (compare("==", "weekday", 7), None),
        (compare("==", "weekday", 0), Mistake.BAD_VALUE),
        (compare("==", "weekday", 8), Mistake.BAD_VALUE),
        (compare("in", "weekday", [1, 7]), None),
        (compare("in", "weekday", []), None),
        (compare("in", "weekday", [1, "7"]), Mistake.BAD_VALUE),
        (compare("in", "weekday", 7), Mistake.BAD_VALUE),
        (compare("before", "weekday", 7), Mistake.BAD_VALUE),
        (compare("in", "door", ["Left", 3]), Mistake.BAD_VALUE),
        (compare("in", "door", "Left"), Mistake.BAD_VALUE),
        (compare("<=", "price_level", "A"), Mistake.BAD_VALUE),
        (compare("==", "presence", ["inside"]), Mistake.BAD_VALUE),
        (compare("!=", "presence", "inside"), None),
        (compare("in", "presence", ["inside"]), Mistake.BAD_VALUE),
        # Left to right, depth first: the first mistake is named.
        ({"and": [{"or": [compare("==", "door", 1)]}, {"xor": []}]}, Mistake.BAD_VALUE),
        ({"and": [ENTRIES, {"xor": []}, compare("==", "door", 1)]}, "UNKNOWN_OPERATOR"),
    ],
)
def test_a_rule_is_checked_when_it_is_saved(rule, mistake):
    assert check(rule) == mistake


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(["and", "or", "==", "in", "var", "x"]), parts)
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_rule_is_judged_without_trouble(rule):
    found = evaluate(rule, circumstances())
    if check(rule) is not None:
        assert not found.result
        assert [reason.as_data(UTC) for reason in found.why] == [
            {"what": "rule", "op": "broken"}
        ]
        assert not found.waived


# --- evaluate ----------------------------------------------------------------------------

times = st.sampled_from(
    [["starts"], ["ends"], ["doors"], ["daily", "20:00"], ["at", "2026-03-06T20:00"]]
).map(lambda time: {"time": time})
numbers = st.integers(-2, 200)
comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
conditions = (
    st.builds(
        compare,
        comparisons,
        st.sampled_from([*VARIABLES[:5]])
        | times.map(lambda time: {"days_since": [time]})
        | times.map(lambda time: {"entries_before": [time]}),
        numbers,
    )
    | st.builds(compare, comparisons, st.just("weekday"), st.integers(1, 7))
    | st.builds(
        compare,
        st.sampled_from(["==", "!="]),
        st.sampled_from(["door", "price_type", "price_level"]),
        st.sampled_from(["Left", "adult"]),
    )
    | st.builds(compare, st.just("=="), st.just("presence"), st.just("outside"))
    | st.builds(
        compare,
        st.sampled_from(["before", "after"]),
        st.just("now"),
        times,
        st.integers(0, 99),
    )
)
good_rules = st.recursive(
    conditions,
    lambda parts: st.builds(
        lambda word, rules: {word: rules},
        st.sampled_from(["and", "or"]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=8,
)
moments = st.integers(-3000, 3000).map(lambda minutes: SEVEN + timedelta(minutes=minutes))
any_circumstances = st.builds(
    Circumstances,
    st.just(COPENHAGEN),
    moments,
    starts=st.none() | moments,
    ends=st.none() | moments,
    doors=st.none() | moments,
    entries=st.lists(moments, max_size=4).map(tuple),
    inside=st.booleans(),
    door=st.none() | st.just("Left"),
    price_type=st.none() | st.just("adult"),
    price_level=st.none() | st.just("A"),
    clock_trusted=st.booleans(),
)


@given(good_rules, any_circumstances)
def test_a_good_rule_explains_itself_exactly_when_it_is_not_met(rule, known):
    assert check(rule) is None
    found = evaluate(rule, known)
    assert bool(found.why) is not found.result
    assert found == evaluate(json.loads(json.dumps(rule)), known)
    data = [reason.as_data(COPENHAGEN) for reason in found.why]
    assert json.loads(json.dumps(data)) == data


@given(good_rules, any_circumstances)
def test_every_reason_named_is_a_condition_that_fails_by_itself(rule, known):
    """Nobody is told to put something right that was never in the way."""
    found = evaluate(rule, known)
    failing = [
        reason
        for condition in conditions_of(rule)
        for reason in evaluate(condition, known).why
    ]
    assert all(reason in failing for reason in found.why)


def conditions_of(rule):
    ((word, parts),) = rule.items()
    if word in ("and", "or"):
        return [condition for part in parts for condition in conditions_of(part)]
    return [rule]


@given(good_rules, any_circumstances)
def test_an_untrusted_clock_lets_in_whoever_a_trusted_one_would(rule, known):
    trusted = Circumstances(**{**vars(known), "clock_trusted": True})
    untrusted = Circumstances(**{**vars(known), "clock_trusted": False})
    if evaluate(rule, trusted).result:
        assert evaluate(rule, untrusted) == evaluate(rule, trusted)


def test_a_rule_whose_only_part_is_null_holds():
    assert evaluate({"or": [None, ENTRIES]}, circumstances()).result
    assert evaluate({"and": [None]}, circumstances()).result


def test_the_easiest_reason_is_named():
    """From presence to a ticket nobody can change; within a kind the nearest limit."""
    ladder = [
        compare("==", "presence", "outside"),
        compare(">=", "minutes_since_last_entry", 90),
        compare("<", "entries", 1),
        compare("after", "now", {"time": ["daily", "20:00"]}),
        compare("==", "weekday", 6),
        compare("==", "door", "Right"),
        compare("==", "price_type", "vip"),
        compare("<", "minutes_since_last_entry", 0),
    ]
    named = ["presence", "minutes_since_last_entry", "entries", "now", "weekday", "door"]
    named += ["price_type", "minutes_since_last_entry"]
    entered = {"entries": (local("18:50"),), "inside": True}
    for start, name in enumerate(named):
        for rule in ({"or": ladder[start:]}, {"or": ladder[start:][::-1]}):
            assert [what for what, _ in why(rule, **entered)] == [name]


def test_a_time_that_is_not_known_is_the_farthest_away():
    unknown = compare("after", "now", {"time": ["ends"]})
    known = compare("after", "now", {"time": ["daily", "23:59"]})
    found = evaluate({"or": [unknown, known]}, circumstances(starts=None, ends=None))
    assert found.why[0].limit is not None


def test_a_count_since_a_time_that_is_not_known_is_not_met_whatever_it_says():
    for op in ("<", ">=", "==", "!="):
        rule = compare(op, {"entries_since": [STARTS]}, 0)
        (reason,) = evaluate(rule, circumstances(starts=None)).why
        assert reason.as_data(COPENHAGEN) == {
            "what": "entries_since",
            "op": op,
            "limit": 0,
            "is": None,
            "time": None,
        }


def test_an_unknown_count_is_farther_away_than_any_known_one():
    unknown = compare("<", {"entries_since": [STARTS]}, 1)
    known = compare("<", "entries", -(10**400))
    assert why({"or": [unknown, known]}, starts=None) == [("entries", "<")]


@pytest.mark.parametrize(
    ("op", "limit", "never"),
    [
        ("<", 0, True),
        ("<", 1, False),
        (">=", 0, True),
        (">=", 1, False),
        ("<=", -1, True),
        ("<=", 0, False),
        (">", -1, True),
        (">", 0, False),
        ("==", -1, True),
        ("==", 0, False),
    ],
)
def test_having_entered_at_all_is_the_hardest_to_change(op, limit, never):
    entered = op not in (">", ">=")
    entries = (SEVEN - timedelta(minutes=9),) if entered else ()
    waiting = compare(op, "minutes_since_last_entry", limit)
    rule = {"or": [waiting, compare("==", "price_type", "vip")]}
    assert not evaluate(waiting, circumstances(entries=entries)).result
    assert why(rule, entries=entries)[0][0] == (
        "price_type" if never else "minutes_since_last_entry"
    )


def test_an_and_counts_as_hard_as_its_hardest_part():
    both = {"and": [compare("<", "entries", 1), compare("==", "door", "Right")]}
    weekday = compare("==", "weekday", 6)
    assert why({"or": [both, weekday]}, entries=(SEVEN,)) == [("weekday", "==")]


def test_first_and_last_entry_go_by_their_times_and_not_by_the_list():
    entries = (local("18:50"), local("18:10"), local("18:30"))
    first = compare("==", "minutes_since_first_entry", 50)
    last = compare("==", "minutes_since_last_entry", 10)
    assert evaluate({"and": [first, last]}, circumstances(entries=entries)).result


def test_minutes_are_whole_and_rounded_down():
    entries = (SEVEN - timedelta(minutes=9, seconds=59, microseconds=999_999),)
    rule = compare("==", "minutes_since_last_entry", 9)
    assert evaluate(rule, circumstances(entries=entries)).result


def test_a_tolerance_beyond_the_calendar_is_no_trouble():
    after = compare("after", "now", STARTS, 10**15)
    before = compare("before", "now", STARTS, 10**15)
    assert evaluate({"and": [after, before]}, circumstances()).result


def test_an_entry_that_another_clock_dates_ahead_of_ours_is_no_minutes_ago():
    rule = compare("==", "minutes_since_last_entry", 0)
    entries = (SEVEN + timedelta(minutes=5),)
    assert evaluate(rule, circumstances(entries=entries)).result


def test_since_includes_the_moment_itself_and_before_does_not():
    at = {"time": ["at", "2026-03-06T18:50"]}
    since = compare("==", {"entries_since": [at]}, 1)
    before = compare("==", {"entries_before": [at]}, 0)
    entries = (local("18:50"),)
    assert evaluate({"and": [since, before]}, circumstances(entries=entries)).result


def test_of_equally_hard_alternatives_the_one_with_fewer_parts_is_named():
    door = compare("==", "door", "Right")
    both = {"and": [door, compare("<", "entries", 1)]}
    assert why({"or": [both, door]}, entries=(SEVEN,)) == [("door", "==")]
    first = {"or": [compare("==", "door", "Right"), compare("==", "door", "Bar")]}
    assert evaluate(first, circumstances()).why[0].limit == "Right"
