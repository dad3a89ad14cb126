"""What a door's rule says of one guest, and why not.

An "and" is explained by all its parts that fail; an "or" by the part that is easiest to
put right, so that a regular guest at half past five hears "before 17:00" and not "buy a
VIP ticket". The explanation is data, worded in the reader's language elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from boxoffice import entry_rule_values as values
from boxoffice.entry_rule_syntax import (
    COUNTS,
    FUNCTIONS,
    MINUTES,
    Condition,
    Every,
    Mistake,
    Rule,
    check,
    parse,
)
from boxoffice.entry_rule_values import Circumstances
from boxoffice.moments import shift
from boxoffice.reasons import Reason

__all__ = ["Circumstances", "Finding", "Mistake", "check", "evaluate"]

BROKEN = Reason("rule", "broken")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "in": lambda value, listed: value in listed,
}
# Without a trusted clock nobody can say whether these hold.
_OF_THE_CLOCK = frozenset({"now", "weekday", "entries_today", *MINUTES})
# Up to these limits only somebody who never entered (-1 minutes) is on the other side.
_NEVER_ENTERED_UP_TO = {"<": 0, ">=": 0, "<=": -1, ">": -1, "==": -1, "!=": -1}

# How hard a condition is to put right; within one kind by distance.
_PRESENCE, _WAITING, _COUNTING, _HOUR, _WEEKDAY, _DOOR, _TICKET, _NEVER = range(1, 9)
_HARDNESS = {
    "presence": _PRESENCE,
    **dict.fromkeys(MINUTES, _WAITING),
    **dict.fromkeys((*COUNTS, *FUNCTIONS), _COUNTING),
    "now": _HOUR,
    "weekday": _WEEKDAY,
    "door": _DOOR,
    "price_type": _TICKET,
    "price_level": _TICKET,
}


@dataclass(frozen=True)
class Finding:
    """Whether a rule is met, and if not, what is in the way.

    waived: it is met only because no clock can be trusted.
    """

    result: bool
    why: tuple[Reason, ...] = ()
    waived: bool = False


@dataclass(frozen=True)
class _Judged:
    """One part of a rule, judged; cost: (hardness, distance) of putting it right."""

    why: tuple[Reason, ...] = ()
    cost: tuple[int, float] = (0, 0)

    @property
    def holds(self) -> bool:
        return not self.why


def evaluate(rule: object, circumstances: Circumstances) -> Finding:
    """Judge a rule as it was saved, never raising; one that cannot be read refuses.

    Source: checkin.md 8, vectors/README-admission.md, evaluate.
    """
    parsed = parse(rule)
    if isinstance(parsed, Mistake):
        return Finding(False, (BROKEN,))
    judged = _judge(parsed, circumstances, waive=False)
    if judged.holds or circumstances.clock_trusted:
        return Finding(judged.holds, judged.why)
    # An untrusted clock refuses nobody: what needs one counts as met.
    again = _judge(parsed, circumstances, waive=True)
    return Finding(again.holds, again.why, waived=again.holds)


def _judge(rule: Rule, circumstances: Circumstances, *, waive: bool) -> _Judged:
    if isinstance(rule, Condition):
        waived = waive and _needs_clock(rule)
        return _Judged() if waived else _condition(rule, circumstances)
    parts = [_judge(part, circumstances, waive=waive) for part in rule.parts]
    failed = [part for part in parts if not part.holds]
    if isinstance(rule, Every):
        return _Judged(
            tuple(reason for part in failed for reason in part.why),
            max((part.cost for part in failed), default=(0, 0)),
        )
    if len(failed) < len(parts):
        return _Judged()
    return min(failed, key=lambda part: (part.cost, len(part.why)))


def _needs_clock(condition: Condition) -> bool:
    if condition.what in FUNCTIONS:
        return condition.time is not None and condition.time.source == "daily"
    return condition.what in _OF_THE_CLOCK


def _condition(condition: Condition, circumstances: Circumstances) -> _Judged:
    at = values.time(condition.time, circumstances) if condition.time else None
    if condition.what == "now":
        return _hour(condition, at, circumstances)
    timed = condition.what in FUNCTIONS
    actual = values.value(condition.what, at, circumstances)
    # A condition on a time that is not known is false, whatever it says.
    known = at is not None or not timed
    if known and _COMPARE[condition.op](actual, condition.limit):
        return _Judged()
    reason = Reason(condition.what, condition.op, condition.limit, actual, at, timed)
    return _Judged((reason,), _cost(condition, actual))


def _cost(condition: Condition, actual: int | str | None) -> tuple[int, float]:
    hardness = _HARDNESS[condition.what]
    if hardness not in (_WAITING, _COUNTING):
        return hardness, 0
    limit = condition.limit
    if not isinstance(limit, int) or not isinstance(actual, int):
        return hardness, inf
    if hardness == _WAITING and limit <= _NEVER_ENTERED_UP_TO[condition.op]:
        return _NEVER, 0
    return hardness, abs(limit - actual)


def _hour(
    condition: Condition, at: datetime | None, circumstances: Circumstances
) -> _Judged:
    now = circumstances.now
    limit = None
    if at is not None:
        minutes = condition.tolerance_minutes
        limit = shift(at, minutes if condition.op == "before" else -minutes)
        if (now < limit) == (condition.op == "before"):
            return _Judged()
    distance = inf if limit is None else abs(limit - now).total_seconds()
    reason = Reason("now", condition.op, limit=limit, actual=now)
    return _Judged((reason,), (_HOUR, distance))
