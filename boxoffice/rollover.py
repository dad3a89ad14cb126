"""Season rollover: favourite seats of last year become favourite seats of the next.

Checked first, with all errors at once; then planned, every seat of every subscriber, with a
reason for everybody who gets none. What is applied is exactly the plan that staff have
seen.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from boxoffice.bad_input import among, once
from boxoffice.charts import Chart
from boxoffice.refusals import Code
from boxoffice.seasons import Fate, fate, mismatched
from boxoffice.series import Match, Option, Seated, Seating, Subscription, seat


@dataclass(frozen=True)
class Rollover:
    """Everything that a rollover depends on.

    same_venue: old and new control house use one seating chart. dropped: old series that do
    not go on. include_primary: whoever has seats marked primary rolls with these instead.
    Raises UnknownWord, and Repeated for two subscriptions or next series of one name.
    Source: ROL3–ROL8.
    """

    old_control_house: str
    new_control_house: str
    same_venue: bool
    option: Option
    grid: tuple[Match, ...]
    subscriptions: tuple[Subscription, ...]
    dropped: frozenset[str] = frozenset()
    old_chart: Chart | None = None
    new_chart: Chart | None = None
    include_primary: bool = False

    def __post_init__(self) -> None:
        among(Option, self.option, "way to match seats")
        once((sub.id for sub in self.subscriptions), "subscriptions")
        once((match.next for match in self.grid), "next series")

    def digest(self) -> str:
        """Name everything that the plan depends on; subscriptions in any order."""
        facts = [
            [self.old_control_house, self.new_control_house, self.same_venue, self.option],
            [[match.next, match.priority_1, match.priority_2] for match in self.grid],
            [sorted(self.dropped), self.include_primary],
            [_chart_facts(self.old_chart), _chart_facts(self.new_chart)],
            sorted(
                [
                    sub.id,
                    sub.status,
                    sub.series,
                    sub.desired,
                    str(sub.since),
                    sub.seats,
                    *sub.primary,
                ]
                for sub in self.subscriptions
            ),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _chart_facts(chart: Chart | None) -> object:
    if chart is None:
        return None
    rows = [
        [row.name, row.seats, row.section, sorted(row.breaks_after)] for row in chart.rows
    ]
    return [rows, chart.best_first, sorted(chart.types.items())]


def head_counts(subscriptions: Iterable[Subscription]) -> dict[str, int]:
    """Count who would roll, by old series, for the grid to show. Source: ROL5."""
    rolling = (sub.series for sub in subscriptions if fate(sub.status) is Fate.ROLLS)
    return dict(Counter(rolling))


@dataclass(frozen=True)
class Fault:
    """Why nothing can be done: a code, and the status or series that it is about."""

    code: Code
    about: str | None = None

    def __str__(self) -> str:
        return self.code if self.about is None else f"{self.code}:{self.about}"


def check(rollover: Rollover) -> list[Fault]:
    """List everything that forbids a rollover, at once.

    Control house, option, statuses in the order of subscriptions, series that nobody has
    mapped, series mapped twice. Source: ROL1, ROL3–ROL5, 4.5.
    """
    faults = []
    if rollover.new_control_house == rollover.old_control_house:
        faults.append(Fault(Code.CONTROL_HOUSE_SAME_AS_PREVIOUS))
    same_seat = rollover.option is Option.SAME_PHYSICAL_SEAT
    if rollover.same_venue and not same_seat:
        faults.append(Fault(Code.OPTION_NOT_ALLOWED_SAME_VENUE))
    if same_seat and not rollover.same_venue:
        faults.append(Fault(Code.OPTION_NOT_ALLOWED_DIFFERENT_VENUE))
    fates = {sub.status: fate(sub.status) for sub in rollover.subscriptions}
    unknown = [status for status, found in fates.items() if found is Code.UNKNOWN_STATUS]
    faults += [Fault(Code.UNKNOWN_STATUS, status) for status in unknown]
    mapped = Counter(
        series for match in rollover.grid for series in match.priority_1 + match.priority_2
    )
    # A series that is mapped and dropped at once is spoken for twice, too.
    mapped.update(rollover.dropped & mapped.keys())
    in_use = {
        sub.series
        for sub in rollover.subscriptions
        if fates[sub.status] is not Fate.IGNORED
    }
    unmapped = sorted(in_use - mapped.keys() - rollover.dropped)
    faults += [Fault(Code.SERIES_UNMAPPED, series) for series in unmapped]
    twice = sorted(series for series, times in mapped.items() if times > 1)
    return faults + [Fault(Code.SERIES_MAPPED_TWICE, series) for series in twice]


@dataclass(frozen=True)
class Plan:
    """What becomes of every subscription: each is in exactly one of the first three.

    assigned; unseated, with the reason; ignored, with the status. flags: MANUAL_RESEAT.
    warnings: SEAT_COUNT_MISMATCH. remainders: wished seats of the unseated that stay free.
    digest: of the inputs. Source: ROL9, ROL12.
    """

    digest: str
    assigned: Mapping[str, Seated]
    unseated: Mapping[str, Code]
    ignored: Mapping[str, str]
    flags: Mapping[str, Code]
    warnings: Mapping[str, Code]
    remainders: Mapping[str, tuple[str, ...]]

    def keys(self, rollover: str) -> Iterator[tuple[str, str]]:
        """Give the journal key of each step, in order; done ones are skipped.

        Source: ROL10.
        """
        return ((rollover, subscription) for subscription in self.assigned)


def plan(rollover: Rollover) -> Plan | list[Fault]:
    """Plan a rollover, or say everything that forbids it.

    Raises Missing when a chart that the option needs is not given. Source: ROL1–ROL9, 4.5.
    """
    if faults := check(rollover):
        return faults
    rolling = [sub for sub in rollover.subscriptions if fate(sub.status) is Fate.ROLLS]
    if rollover.include_primary:
        rolling = [replace(sub, seats=sub.primary or sub.seats) for sub in rolling]
    subscribers: dict[str, list[Subscription]] = {}
    for sub in rolling:
        subscribers.setdefault(sub.series, []).append(sub)
    whole = Seating()
    whole.unseated.update(
        (sub.id, Code.SERIES_DROPPED) for sub in rolling if sub.series in rollover.dropped
    )
    for match in rollover.grid:
        seated = seat(
            match, subscribers, rollover.option, rollover.old_chart, rollover.new_chart
        )
        whole.assigned |= seated.assigned
        whole.unseated |= seated.unseated
        whole.flags |= seated.flags
        whole.remainders |= seated.remainders
    return Plan(
        digest=rollover.digest(),
        assigned=whole.assigned,
        unseated=whole.unseated,
        ignored={
            sub.id: sub.status
            for sub in rollover.subscriptions
            if fate(sub.status) is Fate.IGNORED
        },
        flags=whole.flags,
        warnings={
            sub.id: Code.SEAT_COUNT_MISMATCH
            for sub in rolling
            if mismatched(sub.seats, sub.desired)
        },
        remainders=whole.remainders,
    )


def proceed(planned: Plan, rollover: Rollover) -> Plan | Code:
    """Give the plan to apply, or PLAN_STALE if anything has changed. Source: ROL9."""
    return planned if planned.digest == rollover.digest() else Code.PLAN_STALE
