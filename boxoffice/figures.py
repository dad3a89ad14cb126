"""How many are expected, came, and are inside: the figures of a space."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from boxoffice.door_facts import Facts, Ticket
from boxoffice.moments import last_daily, moment
from boxoffice.movements import Allowance, Movement, Trail


@dataclass(frozen=True)
class Tally:
    """People: expected, entered at least once, inside now."""

    expected: int = 0
    entered: int = 0
    inside: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.expected + other.expected,
            self.entered + other.entered,
            self.inside + other.inside,
        )

    @property
    def to_come(self) -> int:
        """People who have not come yet."""
        return self.expected - self.entered


@dataclass(frozen=True)
class Figures:
    """The figures of one space, all in people.

    total: of tickets that this door is for. by_price_type: the same; None for tickets
    without one. unlisted: admitted on tickets that are not listed, nobody expected.
    by_door: people of all live admissions; None for a movement without a door.
    """

    total: Tally
    by_price_type: dict[str | None, Tally]
    unlisted: Tally
    by_door: dict[str | None, int]


def count(facts: Facts, at: datetime) -> Figures:
    """Count the people of the door's space at a moment. Raises NaiveTime.

    Source: checkin.md 11, vectors/README-admission.md, count.
    """
    now, clears = moment(at, "count.at"), facts.door.clears_at
    cleared = None if clears is None else last_daily(clears, now, facts.zone)
    by_ticket: dict[str, list[Movement]] = defaultdict(list)
    for movement in facts.movements:
        if movement.space == facts.door.space:
            by_ticket[movement.ticket].append(movement)

    def trail(ticket: str, allowance: Allowance) -> Trail:
        return Trail(tuple(by_ticket.get(ticket, ())), allowance, cleared)

    by_price_type: dict[str | None, Tally] = defaultdict(Tally)
    for ticket in filter(lambda ticket: _counts(ticket, facts), facts.tickets):
        own = trail(ticket.id, ticket.allowance)
        by_price_type[ticket.price_type] += Tally(
            ticket.admits, min(own.entered, ticket.admits), own.inside
        )
    unlisted = Tally()
    for id_ in by_ticket.keys() - {ticket.id for ticket in facts.tickets}:
        own = trail(id_, Allowance())
        unlisted += Tally(0, min(own.entered, 1), own.inside)
    return Figures(
        total=sum(by_price_type.values(), Tally()),
        by_price_type=dict(by_price_type),
        unlisted=unlisted,
        by_door=_by_door(trail(id_, Allowance()) for id_ in by_ticket),
    )


def _counts(ticket: Ticket, facts: Facts) -> bool:
    """Whether this door waits for the people on it."""
    door = facts.door
    return (
        ticket.status == "active"
        and door.serves(ticket.performance)
        and door.takes(ticket.price_type)
    )


def _by_door(trails: Iterable[Trail]) -> dict[str | None, int]:
    people: Counter[str | None] = Counter()
    for trail in trails:
        for admission in trail.admissions:
            people[admission.door] += admission.count
    return dict(people)
