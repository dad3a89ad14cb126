"""What the pages of a door show.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kiosk.shown.named import SeatShown

Mode = Literal["entry", "exit"]


class Class(StrEnum):
    """The verdict grammar of lobby.md §4."""

    GO = "go"
    NOTE = "note"
    ASK = "ask"
    NO = "no"
    CANT_CHECK = "cant_check"


@dataclass(frozen=True)
class Shown:
    """One verdict as the usher sees it. answer: a word of checkin.md §4.

    id grows with every scan shown. inside, of: people of this ticket inside, and in all.
    go_to: doors, with words how to get there. undo_until_ms: inline undo, or None.
    ask: ids of questions still open. overrode: what a supervisor has lifted. left_house:
    somebody went out and was counted, whatever became of the ticket. staff: whose staff
    code it was, by id, and their name.
    """

    id: int
    scan: str
    answer: str
    shape: Class
    admit: bool
    mode: Mode
    at_ms: int
    link: Literal["ledger", "alone"]
    ticket: str = ""
    seat_name: str = ""
    seat: SeatShown | None = None
    count: int = 1
    inside: int | None = None
    of: int | None = None
    left: int | None = None
    since_ms: int | None = None
    since_door: str = ""
    due: int = 0
    currency: str = ""
    title: str = ""
    starts_ms: int | None = None
    zone: str = "UTC"
    opens_ms: int | None = None
    hold_until_ms: int | None = None
    valid_from_ms: int | None = None
    valid_until_ms: int | None = None
    go_to: tuple[str, ...] = ()
    go_to_words: str = ""
    notes: tuple[str, ...] = ()
    why: tuple[Mapping[str, object], ...] = ()
    candidates: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    may_admit: bool = False
    repeat: bool = False
    undo_until_ms: int | None = None
    ask: tuple[str, ...] = ()
    overrode: tuple[str, ...] = ()
    left_house: bool = False
    staff: str = ""
    staff_name: str = ""


@dataclass(frozen=True)
class Hit:
    """A ticket that an usher found. inside, of: people; name: for supervisors."""

    ticket: str
    order: str
    seat_name: str
    section: str
    name: str
    status: str
    inside: int
    of: int
    due: int
    currency: str
    notes: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where they sit, with the section once, whether or not the seat's name has it."""
        named = self.section in self.seat_name
        return self.seat_name if named else f"{self.section} {self.seat_name}"


@dataclass(frozen=True)
class Past:
    """One line of the last scans. mine: it may be undone here."""

    scan: str
    at_ms: int
    zone: str
    kind: Literal["entry", "exit", "refused"]
    shape: Class
    shown: Shown
    undone: bool
    mine: bool


@dataclass(frozen=True)
class Asked:
    """A question at the door. kind: as in boxoffice.entry_questions; options: id, words."""

    id: str
    words: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Counters:
    """The door's header. at_least: not every door was heard, so the house counts more.

    leap_ms: how far the clock has leapt ahead while this door stayed with its evening.
    """

    door: str
    performance: str
    title: str
    starts_ms: int | None
    zone: str
    inside: int
    expected: int
    this_door: int
    last_minute: int
    at_least: bool
    clock: Literal["trusted", "plausible", "untrusted"]
    opened: bool = False
    leap_ms: int = 0


@dataclass(frozen=True)
class LinkShown:
    """The line in words' facts: up, since when, what waits to be sent."""

    up: bool
    since_ms: int
    unsent: int
    strict: bool = False
    home_sections: tuple[str, ...] = ()
    oldest_unsent_ms: int | None = None
