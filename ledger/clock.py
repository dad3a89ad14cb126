"""What time it is, and what else a use case needs from outside: ids and chance.

Holds run on this clock, and requests are judged by it. In the desk-top lobby it is moved by
a file that holds an offset.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from boxoffice import ids
from ledger.keys import Keys

Clock = Callable[[], int]
USUAL_MONTHS = 12


@dataclass(frozen=True)
class CardTerms:
    """How money goes back to cards here.

    gives_back: whose terminals' charges go back by themselves, told to the bank by the
    worker. months: by brand, how long a card takes its money back; blank: any other (R15).
    """

    gives_back: frozenset[str] = frozenset()
    months: Mapping[str, int] = field(default_factory=lambda: {"": USUAL_MONTHS})

    def of(self, brand: str) -> str:
        """Give the name under which the months of a brand stand."""
        return brand if brand in self.months else ""


@dataclass(frozen=True)
class Means:
    """The moment of one use case, in ms UTC, its chance, and the ledger's keys.

    chance(n) gives n random bytes. keys: only use cases that sign need them. cards: what
    the operator says of refunds to cards.
    """

    now_ms: int
    chance: ids.Chance = os.urandom
    keys: Keys | None = None
    cards: CardTerms = field(default_factory=CardTerms)

    @property
    def signing(self) -> Keys:
        """The keys, for use cases that sign."""
        assert self.keys, "this use case signs, and was given no keys"
        return self.keys

    def new_id(self) -> str:
        """Make a UUIDv7 of this moment."""
        return ids.uuid7(self.now_ms, self.chance(10))


def system_ms() -> int:
    """The machine's time in ms UTC."""
    return time.time_ns() // 1_000_000


def moved_by(file: Path | None, clock: Clock = system_ms) -> Clock:
    """Give a clock that adds the offset, in ms, that a file holds.

    No file, or one that holds no number: no offset. The demo alone sets one.
    """
    if file is None:
        return clock

    def moved() -> int:
        try:
            return clock() + int(file.read_text().strip() or "0")
        except (OSError, ValueError):
            return clock()

    return moved
