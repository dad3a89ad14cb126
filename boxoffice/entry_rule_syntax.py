"""A door's rule as it is saved: JSON in the shape of JsonLogic, checked before use.

A rule is null, {"and": [rule, …]}, {"or": [rule, …]} or a condition such as
{"<": [{"var": "entries_today"}, 2]}.
"""

from dataclasses import dataclass
from datetime import UTC, time
from enum import StrEnum
from typing import Literal

from boxoffice.moments import parse as parse_moment
from boxoffice.moments import time_of_day

DEEPEST, MOST_CONDITIONS = 20, 200

MINUTES = ("minutes_since_last_entry", "minutes_since_first_entry")
COUNTS = ("entries", "entries_today", "days_entered")
FUNCTIONS = ("entries_since", "entries_before", "days_since", "days_before")
WORDS = ("price_type", "price_level", "door")
VARIABLES = (*COUNTS, *MINUTES, *WORDS, "weekday", "presence", "now")

_EQUAL = ("==", "!=")
_COMPARISONS = (*_EQUAL, "<", "<=", ">", ">=")
_CLOCK = ("before", "after")
_ARGUMENTS = dict.fromkeys((*_COMPARISONS, "in"), (2,)) | dict.fromkeys(_CLOCK, (2, 3))

Limit = int | str | list[int] | list[str]


class Mistake(StrEnum):
    """What is wrong with a rule. Source: vectors/README-admission.md, check."""

    TOO_LARGE = "TOO_LARGE"
    BAD_SHAPE = "BAD_SHAPE"
    UNKNOWN_OPERATOR = "UNKNOWN_OPERATOR"
    UNKNOWN_VARIABLE = "UNKNOWN_VARIABLE"
    BAD_TIME = "BAD_TIME"
    BAD_VALUE = "BAD_VALUE"


@dataclass(frozen=True)
class Time:
    """A time in a rule; text: the moment for `at`; clock: the time of day for `daily`."""

    source: Literal["at", "daily", "starts", "ends", "doors"]
    text: str = ""
    clock: time = time.min


@dataclass(frozen=True)
class Condition:
    """One comparison. limit: the right side, None where that is a time."""

    what: str
    op: str
    limit: Limit | None = None
    time: Time | None = None
    tolerance_minutes: int = 0


@dataclass(frozen=True)
class Every:
    """All parts must hold; without parts it always does."""

    parts: tuple["Rule", ...] = ()


@dataclass(frozen=True)
class Some:
    """One part must hold."""

    parts: tuple["Rule", ...]


Rule = Condition | Every | Some

_JOINS: dict[object, type[Every] | type[Some]] = {"and": Every, "or": Some}


class _Wrong(Exception):
    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake


def check(rule: object) -> Mistake | None:
    """Say the first mistake in a rule, left to right, depth first; None when it is good."""
    parsed = parse(rule)
    return parsed if isinstance(parsed, Mistake) else None


def parse(rule: object) -> Rule | Mistake:
    """Read a rule from JSON values, or say the first mistake. Never raises."""
    try:
        return _Parser().rule(rule, level=1)
    except _Wrong as wrong:
        return wrong.mistake


class _Parser:
    """Counts conditions while it reads."""

    def __init__(self) -> None:
        self.conditions = 0

    def rule(self, rule: object, *, level: int) -> Rule:
        join = _JOINS.get(_only_key(rule))
        self.conditions += join is None and rule is not None
        if level > DEEPEST or self.conditions > MOST_CONDITIONS:
            raise _Wrong(Mistake.TOO_LARGE)
        if rule is None:
            return Every()
        word, parts = _entry(rule)
        if join is None:
            return _condition(word, parts)
        if not parts:
            raise _Wrong(Mistake.BAD_SHAPE)
        return join(tuple(self.rule(part, level=level + 1) for part in parts))


def _only_key(value: object) -> object:
    return next(iter(value)) if isinstance(value, dict) and len(value) == 1 else None


def _entry(value: object) -> tuple[str, list[object]]:
    """Take an object with exactly one key and a list."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, content),) = value.items()
        if isinstance(key, str) and isinstance(content, list):
            return key, content
    raise _Wrong(Mistake.BAD_SHAPE)


def _condition(op: str, arguments: list[object]) -> Condition:
    if op not in _ARGUMENTS:
        raise _Wrong(Mistake.UNKNOWN_OPERATOR)
    if len(arguments) not in _ARGUMENTS[op]:
        raise _Wrong(Mistake.BAD_SHAPE)
    left, right, *more = arguments
    function = _only_key(left)
    if function in FUNCTIONS:
        what, argument = _function(left)
        at = _time(argument)
        return Condition(what, op, _limit(what, op, right), at)
    what = _variable(left)
    if what == "now" and op in _CLOCK:
        at = _time(right)
        tolerance = _tolerance(more[0] if more else 0)
        return Condition(what, op, time=at, tolerance_minutes=tolerance)
    return Condition(what, op, _limit(what, op, right))


def _variable(left: object) -> str:
    if _only_key(left) == "var" and isinstance(left, dict):
        name = left["var"]
        if isinstance(name, str) and name in VARIABLES:
            return name
    raise _Wrong(Mistake.UNKNOWN_VARIABLE)


def _function(left: object) -> tuple[str, object]:
    """Take the name of a function and its only argument."""
    name, times = _entry(left)
    if len(times) != 1:
        raise _Wrong(Mistake.BAD_SHAPE)
    return name, times[0]


def _time(value: object) -> Time:
    """Take one of the five forms, such as {"time": ["daily", "19:00"]}."""
    match value["time"] if isinstance(value, dict) and _only_key(value) == "time" else None:
        case ["starts" | "ends" | "doors" as source]:
            return Time(source)
        case ["at", str(given)] if parse_moment(given, UTC) is not None:
            return Time("at", given)
        case ["daily", str(given)] if (clock := time_of_day(given)) is not None:
            return Time("daily", clock=clock)
    raise _Wrong(Mistake.BAD_TIME)


def _tolerance(value: object) -> int:
    minutes = _whole(value)
    if minutes is None or minutes < 0:
        raise _Wrong(Mistake.BAD_VALUE)
    return minutes


def _limit(what: str, op: str, value: object) -> Limit:
    """Take the right side, if it and the operator fit the left one."""
    limit: Limit | None = None
    if what in WORDS:
        limit = _words(op, value)
    elif what == "presence":
        limit = _word(op, value) if value in ("inside", "outside") else None
    elif what == "weekday":
        limit = _weekdays(op, value)
    elif what != "now" and op in _COMPARISONS:
        limit = _whole(value)
    if limit is None:
        raise _Wrong(Mistake.BAD_VALUE)
    return limit


def _word(op: str, value: object) -> str | None:
    return value if op in _EQUAL and isinstance(value, str) else None


def _words(op: str, value: object) -> Limit | None:
    if op == "in" and isinstance(value, list):
        words = [word for word in value if isinstance(word, str)]
        return words if len(words) == len(value) else None
    return _word(op, value)


def _weekdays(op: str, value: object) -> Limit | None:
    if op == "in" and isinstance(value, list):
        days = [day for day in map(_weekday, value) if day is not None]
        return days if len(days) == len(value) else None
    return _weekday(value) if op in _COMPARISONS else None


def _weekday(value: object) -> int | None:
    day = _whole(value)
    return day if day is not None and 1 <= day <= 7 else None


def _whole(value: object) -> int | None:
    """Take a whole number; true and false are none, and 2.0 is 2."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None
