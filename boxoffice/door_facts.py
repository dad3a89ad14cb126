"""What a door knows when a ticket is shown: facts from the ledger, the feed or both.

Online and offline differ in these facts and never in the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from typing import Literal, get_args

from boxoffice.bad_input import OutOfRange, one_of, positive
from boxoffice.entry_questions import Question
from boxoffice.moments import moment, moment_or_none
from boxoffice.movements import Allowance, Movement, Reentry

Status = Literal["active", "exchanged", "refunded", "cancelled", "unconfirmed"]


@dataclass(frozen=True)
class Performance:
    """When it is, and whether it takes place.

    home_door: where tickets without doors of their own belong. Raises NaiveTime.
    """

    starts: datetime
    ends: datetime | None = None
    doors_open: datetime | None = None
    cancelled: bool = False
    home_door: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", moment(self.starts, "performance.starts"))
        _moments(self, "performance", "ends", "doors_open")


@dataclass(frozen=True)
class Door:
    """Where it leads, whom it serves and how it is set.

    performances: ids, None for any. opens, closes: entry window of its own; without
    `opens`, the performance's doors-open time. late_hold: latecomers wait, until
    hold_until or until lifted. price_types: None for all. unpaid: whether the usher may
    accept a debt. strict: only a ticket's home door admits. takes_all: sends nobody to
    another door. addons: a code also stands for the add-ons of its tickets. clears_at:
    local time when everybody counts as out. rule: as saved, see entry_rules.
    Raises UnknownWord, NaiveTime. Source: checkin.md 2.
    """

    name: str
    space: str = "auditorium"
    performances: tuple[str, ...] | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    late_hold: bool = False
    hold_until: datetime | None = None
    price_types: frozenset[str] | None = None
    reentry: Reentry = "after_exit"
    unpaid: Literal["refuse", "ask"] = "refuse"
    strict: bool = False
    takes_all: bool = False
    addons: bool = False
    clears_at: time | None = None
    rule: object = None

    def __post_init__(self) -> None:
        one_of(get_args(Reentry), self.reentry, f"re-entry of door {self.name}")
        one_of(("refuse", "ask"), self.unpaid, f"unpaid tickets at door {self.name}")
        _moments(self, "door", "opens", "closes", "hold_until")

    def serves(self, performance: str | None) -> bool:
        """Whether a ticket for this performance belongs here; a pass (None) always does."""
        return (
            performance is None
            or self.performances is None
            or performance in self.performances
        )

    def takes(self, price_type: str | None) -> bool:
        """Whether this price type is let in here."""
        return self.price_types is None or price_type in self.price_types


@dataclass(frozen=True)
class Note:
    """Something to tell the usher. Raises UnknownWord."""

    about: Literal["order", "price_level", "price_type"]
    text: str
    attention: bool = False

    def __post_init__(self) -> None:
        one_of(("order", "price_level", "price_type"), self.about, "source of a note")


@dataclass(frozen=True)
class Ticket:
    """What is known of a ticket.

    performance: id, None for a pass that fits any. price, paid: minor units. valid_from,
    valid_until: window for entries. doors: those that serve its seat, home door first;
    empty: any. admits: people. entries: of a pass, how many in all. parent: the ticket
    that it is an add-on of. Raises UnknownWord, NaiveTime, FractionalMoney, NegativeMoney,
    and OutOfRange for a ticket that admits fewer than nobody. Source: checkin.md 3.
    """

    id: str
    performance: str | None = None
    status: Status = "active"
    issue: int = 1
    price: int = 0
    paid: int = 0
    pays_later: bool = False
    blocked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    price_type: str | None = None
    price_level: str | None = None
    doors: tuple[str, ...] = ()
    admits: int = 1
    entries: int | None = None
    parent: str | None = None
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        one_of(get_args(Status), self.status, f"status of ticket {self.id}")
        positive(self.price, f"price of ticket {self.id}")
        positive(self.paid, f"payment on ticket {self.id}")
        if self.admits < 0:
            raise OutOfRange(self.admits, f"people on ticket {self.id}", "is negative")
        _moments(self, "ticket", "valid_from", "valid_until")

    @property
    def due(self) -> int:
        """Minor units still to be paid; below 0 if too much was."""
        return self.price - self.paid

    @property
    def allowance(self) -> Allowance:
        """How many people it lets in."""
        return Allowance(self.admits, self.entries)


@dataclass(frozen=True)
class Facts:
    """What is known here for one scan.

    zone: of the venue. performances: by id. tickets: those that the code stands for and
    their add-ons. movements: of these tickets, in the order in which they were heard of,
    and the one with the scan's id, whatever ticket it is of.
    """

    zone: tzinfo
    door: Door
    performances: Mapping[str, Performance] = field(default_factory=dict)
    tickets: Sequence[Ticket] = ()
    movements: Sequence[Movement] = ()

    def ticket(self, id_: str | None) -> Ticket | None:
        """The listed ticket with this id."""
        return next((ticket for ticket in self.tickets if ticket.id == id_), None)

    def movement(self, id_: str | None) -> Movement | None:
        """The movement with this id."""
        return next((each for each in self.movements if each.id == id_), None)

    def performance(self, id_: str | None) -> Performance | None:
        """The performance with this id, if its times are known here."""
        return None if id_ is None else self.performances.get(id_)


def _moments(facts: object, of: str, *names: str) -> None:
    for name in names:
        at = moment_or_none(getattr(facts, name), f"{of}.{name}")
        object.__setattr__(facts, name, at)
