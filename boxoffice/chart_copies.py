"""The default chart of a venue and the charts of its performances.

A new performance copies the default chart as it is at that moment. Later edits of the one
never touch the other. Source: INV7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from boxoffice.bad_input import Missing, Repeated
from boxoffice.seating import State

States = Mapping[str, State]


@dataclass(frozen=True)
class Copies:
    """How each seat starts out, in the default chart and in every performance's."""

    default: States
    performances: Mapping[str, States] = field(default_factory=dict)


def create(copies: Copies, performance: str) -> Copies:
    """Give a performance its own copy. Raises Repeated."""
    if performance in copies.performances:
        raise Repeated(performance, "performances", "has a chart already")
    copy = dict(copies.default)
    return replace(copies, performances={**copies.performances, performance: copy})


def set_default(copies: Copies, seat: str, state: State) -> Copies:
    """Change a seat of the default chart, for performances to come. Raises Missing."""
    return replace(copies, default=_with(copies.default, seat, state, "the default chart"))


def set_performance(copies: Copies, performance: str, seat: str, state: State) -> Copies:
    """Change a seat of one performance. Raises Missing."""
    if performance not in copies.performances:
        raise Missing(performance, "performances", "has no chart")
    own = _with(copies.performances[performance], seat, state, f"chart of {performance}")
    return replace(copies, performances={**copies.performances, performance: own})


def _with(states: States, seat: str, state: State, where: str) -> States:
    if seat not in states:
        raise Missing(seat, where, "is no seat of it")
    return {**states, seat: state}
