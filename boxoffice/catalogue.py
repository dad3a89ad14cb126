"""Production, performance, venue, and when selling starts and stops.

Source: INV12.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from boxoffice.bad_input import ImpossibleDate, Missing, among
from boxoffice.moments import moment, moment_or_none
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from boxoffice.seating import public_sale


class Kind(StrEnum):
    RESERVED = "reserved"
    GENERAL_ADMISSION = "general_admission"


@dataclass(frozen=True)
class Venue:
    """A place from the theatre's list. zone: its IANA time zone, "Europe/Copenhagen"."""

    id: str
    name: str
    zone: str

    def __post_init__(self) -> None:
        _named(self.name, f"name of venue {self.id}")


@dataclass(frozen=True)
class Production:
    """A production is a name; it may mix venues and kinds. Source: R20, INV12."""

    id: str
    name: str

    def __post_init__(self) -> None:
        _named(self.name, f"name of production {self.id}")


@dataclass(frozen=True)
class Performance:
    """One performance of a production at a venue. All times are aware.

    public: the switch for public sale; off, only the box office sells.
    public_from: None, at once. public_until: None, until it starts.
    late_seating_ends: after it kiosks give back what they own; None, when it starts.
    Raises UnknownWord, NaiveTime, ImpossibleDate.
    """

    id: str
    production: str
    venue: str
    kind: Kind
    starts: datetime
    ends: datetime
    doors_open: datetime
    public: bool = False
    public_from: datetime | None = None
    public_until: datetime | None = None
    late_seating_ends: datetime | None = None
    cancelled: bool = False

    def __post_init__(self) -> None:
        among(Kind, self.kind, f"kind of {self.id}")
        starts = moment(self.starts, f"start of {self.id}")
        ends = moment(self.ends, f"end of {self.id}")
        doors_open = moment(self.doors_open, f"doors of {self.id}")
        opens = moment_or_none(self.public_from, f"first sale of {self.id}")
        closes = moment_or_none(self.public_until, f"last sale of {self.id}")
        cut_off = moment_or_none(self.late_seating_ends, f"late seating of {self.id}")
        _in_turn(doors_open, starts, f"doors of {self.id}", "its start")
        _in_turn(opens, closes or starts, f"first sale of {self.id}", "its last sale")
        _in_turn(closes, ends, f"last sale of {self.id}", "its end")
        _in_turn(starts, cut_off, f"start of {self.id}", "the end of late seating")
        _in_turn(cut_off, ends, f"late seating of {self.id}", "its end")
        if not starts < ends:
            raise ImpossibleDate(self.ends, f"end of {self.id}", "is not after its start")

    @property
    def sell_by(self) -> datetime:
        """When the public, and with it every kiosk, stops selling."""
        return self.public_until or self.starts

    @property
    def give_back_by(self) -> datetime:
        """The late-seating cut-off, when kiosks return every seat. Source: sync.md §4."""
        return self.late_seating_ends or self.starts


def refuse_sale(performance: Performance, seller: Seller, *, now: datetime) -> Code | None:
    """Say why a seller may not sell this performance at this moment; None if it may.

    The public sells from the first sale until the last; the box office until the end.
    now: aware, the ledger's time. Raises NaiveTime. Source: INV12, EMG4.
    """
    at = moment(now, "the ledger's time")
    if performance.cancelled:
        return Code.PERFORMANCE_CANCELLED
    if not public_sale(seller):
        return None if at < performance.ends else Code.SELLING_CLOSED
    if not performance.public or (performance.public_from and at < performance.public_from):
        return Code.NOT_ON_SALE
    return None if at < performance.sell_by else Code.SELLING_CLOSED


def _named(name: str, where: str) -> None:
    if not name.strip():
        raise Missing(repr(name), where, "is no name")


def _in_turn(
    first: datetime | None, second: datetime | None, where: str, than: str
) -> None:
    if first and second and first > second:
        raise ImpossibleDate(first, where, f"is after {than}")
