"""Who was there: the list of all tickets, and who sat near whom.

Tracing is for an illness or an accident. Whoever asks is logged, and the list can be
purged; both happen in the ledger.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from boxoffice.bad_input import ImpossibleDate, Missing, OutOfRange, among
from boxoffice.moments import moment, moment_or_none
from boxoffice.orders import TicketStatus

Metres = float | int


@dataclass(frozen=True)
class Attendee:
    """A ticket on the attendee list, refunded ones too. All times are aware.

    Raises UnknownWord, NaiveTime. Source: ATT1.
    """

    ticket: str
    status: TicketStatus
    seat: str
    buyer: str
    phone: str
    admitted_at: tuple[datetime, ...] = ()
    refunded_at: datetime | None = None

    def __post_init__(self) -> None:
        among(TicketStatus, self.status, f"status of {self.ticket}")
        for at in self.admitted_at:
            moment(at, f"admission of {self.ticket}")
        moment_or_none(self.refunded_at, f"refund of {self.ticket}")


def listed(tickets: Iterable[Attendee]) -> list[Attendee]:
    """Give the attendee list: every ticket, by seat, then ticket. Source: ATT1."""
    return sorted(tickets, key=lambda ticket: (ticket.seat, ticket.ticket))


@dataclass(frozen=True)
class Stay:
    """Where somebody sat, in metres, and when; times are aware.

    came_at: None, never. left_at: None, stayed to the end.
    Raises NaiveTime, ImpossibleDate for someone who left before coming, or left without
    coming, and OutOfRange for a place that is no number.
    """

    ticket: str
    xy: tuple[Metres, Metres]
    came_at: datetime | None = None
    left_at: datetime | None = None

    def __post_init__(self) -> None:
        moment_or_none(self.came_at, f"coming of {self.ticket}")
        moment_or_none(self.left_at, f"leaving of {self.ticket}")
        if self.left_at and (self.came_at is None or self.left_at < self.came_at):
            raise ImpossibleDate(
                self.left_at, f"leaving of {self.ticket}", f"does not follow {self.came_at}"
            )
        if not all(math.isfinite(metres) for metres in self.xy):
            raise OutOfRange(self.xy, f"place of {self.ticket}", "is nowhere")

    def met(self, other: "Stay") -> bool:
        """Whether both were there at one moment; [came, left) is half open."""
        if self.came_at is None or other.came_at is None:
            return False
        began = max(self.came_at, other.came_at)
        ended = min(filter(None, (self.left_at, other.left_at)), default=None)
        return ended is None or began < ended


@dataclass(frozen=True)
class Contact:
    """A ticket, and how far away it sat: metres to two decimals."""

    ticket: str
    distance: Decimal


def contacts(index: str, radius: Metres, people: Sequence[Stay]) -> list[Contact]:
    """List who sat near a person and was there at the same time, nearest first.

    index: the person's ticket. radius: metres; exactly on it counts. people: the person
    too; whoever went out and came back has several stays, and is listed once.
    Raises Missing when the person is not among the people, and OutOfRange for a radius
    below 0. Source: ATT2.
    """
    if not radius >= 0:
        raise OutOfRange(radius, "radius", "is less than 0 m")
    own = [stay for stay in people if stay.ticket == index]
    if not own:
        raise Missing(index, "people", "is not among them")
    nearest: dict[str, Decimal] = {}
    for other in people:
        if other.ticket == index:
            continue
        squares = [_square(stay, other) for stay in own if stay.met(other)]
        # Decimals are compared as they were measured: 2.0 m is on a radius of 2.0 m.
        for square in squares:
            if square <= _exact(radius) ** 2:
                so_far = nearest.get(other.ticket, square)
                nearest[other.ticket] = min(square, so_far)
    found = [
        Contact(ticket, square.sqrt().quantize(Decimal("0.01"), ROUND_HALF_UP))
        for ticket, square in nearest.items()
    ]
    return sorted(found, key=lambda contact: (contact.distance, contact.ticket))


def _square(one: Stay, other: Stay) -> Decimal:
    dx, dy = (_exact(a) - _exact(b) for a, b in zip(one.xy, other.xy, strict=True))
    return dx * dx + dy * dy


def _exact(metres: Metres) -> Decimal:
    return Decimal(repr(metres))
