"""One scan at a door, and what the usher adds to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from boxoffice.answers import Answer
from boxoffice.bad_input import OutOfRange, one_of
from boxoffice.moments import moment


@dataclass(frozen=True)
class Override:
    """A supervisor lets in anyway; void unless it says who and why."""

    by: str | None = None
    reason: str | None = None

    @property
    def stands(self) -> bool:
        """Whether both are more than blanks."""
        return bool((self.by or "").strip() and (self.reason or "").strip())


@dataclass(frozen=True)
class Scan:
    """One scan, and what the usher adds to it.

    id: made when the code was read, the same for a retry. ticket: the one the usher
    chose. count: people, None if not said. link: who answered: the ledger, the building
    without it, nobody. claimed_by: door that is admitting this ticket right now. accept:
    what the usher lets pass. asks: this screen can ask questions. simulate: answer only.
    Raises UnknownWord, NaiveTime, and OutOfRange for fewer than one person.
    """

    id: str
    at: datetime
    device: str
    mode: Literal["entry", "exit"] = "entry"
    ticket: str | None = None
    count: int | None = None
    link: Literal["ledger", "hub", "alone"] = "ledger"
    clock: Literal["trusted", "plausible", "untrusted"] = "trusted"
    claimed_by: str | None = None
    accept: frozenset[Answer] = frozenset()
    override: Override | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    asks: bool = True
    simulate: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", moment(self.at, "scan.at"))
        one_of(("entry", "exit"), self.mode, "scan.mode")
        one_of(("ledger", "hub", "alone"), self.link, "scan.link")
        one_of(("trusted", "plausible", "untrusted"), self.clock, "scan.clock")
        if self.count is not None and self.count < 1:
            raise OutOfRange(self.count, "scan.count", "is fewer than one person")

    @property
    def overridden(self) -> bool:
        """Whether a supervisor stands behind it."""
        return self.override is not None and self.override.stands


@dataclass(frozen=True)
class Undo:
    """Somebody takes a scan back; undoes: id of its movement. Raises NaiveTime."""

    undoes: str | None
    at: datetime
    device: str
    reason: str | None = None
    override: Override | None = None
    simulate: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", moment(self.at, "undo.at"))

    @property
    def overridden(self) -> bool:
        """Whether a supervisor stands behind it."""
        return self.override is not None and self.override.stands
