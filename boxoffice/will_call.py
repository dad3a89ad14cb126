"""What is enough to find an order, and what is enough to collect it.

Patrons learn what they can do next, never anything about other patrons: a wrong number and
a wrong name get the same answer, and guessing is slowed down.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.bad_input import Missing, OutOfRange, among, once, positive
from boxoffice.refusals import Code

_PLAIN = str.maketrans(
    {"ø": "o", "æ": "a", "œ": "oe", "ß": "s", "ł": "l", "đ": "d", "ð": "d", "þ": "t"}
)
_SPELT = str.maketrans(
    {"ø": "oe", "æ": "ae", "œ": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
    | {"ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)


def foldings(name: str) -> frozenset[str]:
    """Give the plain spellings of a name: two, one or none. Source: 4.10."""
    lower = unicodedata.normalize("NFC", name).lower()
    folded = (_fold(lower.translate(table)) for table in (_PLAIN, _SPELT))
    return frozenset(spelling for spelling in folded if spelling)


def same_name(typed: str, stored: str) -> bool:
    """Whether two names share a folding. No prefixes, nothing fuzzy. Source: COL1, 4.10."""
    return not foldings(typed).isdisjoint(foldings(stored))


def _fold(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character)[0] in "LN"
    )


class Answer(StrEnum):
    """What a look-up says."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    LOCKED = "LOCKED"


@dataclass(frozen=True)
class Throttle:
    """How many misses, and when, of one place where people type.

    max_failures misses within window_s lock typing until lock_s after the last of them.
    misses_s: seconds on any one clock that does not go back. Source: COL2.
    """

    max_failures: int = 5
    window_s: int = 300
    lock_s: int = 60
    misses_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("max_failures", 1), ("window_s", 0), ("lock_s", 0)):
            if getattr(self, name) < least:
                raise OutOfRange(getattr(self, name), name, f"is less than {least}")

    def locked(self, now_s: float) -> bool:
        """Whether nobody may look anything up now. Ask before looking."""
        counted = self._counted(now_s)
        return len(counted) >= self.max_failures and now_s < counted[-1] + self.lock_s

    def attempt(self, now_s: float, *, found: bool) -> "tuple[Answer, Throttle]":
        """Give the answer to a look-up, and the throttle afterwards.

        found: would the look-up find something? A locked attempt leaves no trace, a hit
        forgets all misses, a miss is remembered.
        """
        if self.locked(now_s):
            return Answer.LOCKED, self
        misses = () if found else (*self._counted(now_s), now_s)
        after = Throttle(self.max_failures, self.window_s, self.lock_s, misses)
        return (Answer.FOUND if found else Answer.NOT_FOUND), after

    def _counted(self, now_s: float) -> tuple[float, ...]:
        return tuple(miss for miss in self.misses_s if now_s - miss < self.window_s)


class Policy(StrEnum):
    """Whether an unpaid seat holds back the whole order or only itself."""

    SELECTED_PAID = "selected_paid"
    WHOLE_ORDER_PAID = "whole_order_paid"


@dataclass(frozen=True)
class Ticket:
    """A ticket as collection sees it: amounts in minor units of one currency.

    Raises FractionalMoney and NegativeMoney.
    """

    id: str
    price: int
    paid: int
    printed: bool = False

    def __post_init__(self) -> None:
        positive(self.price, f"price of {self.id}")
        positive(self.paid, f"payment on {self.id}")

    @property
    def owes(self) -> int:
        """What is still to pay for it."""
        return max(0, self.price - self.paid)


@dataclass(frozen=True)
class Collected:
    """What prints now, in the order of the order's lines, and what waits."""

    prints: tuple[str, ...]
    remaining: tuple[str, ...]


@dataclass(frozen=True)
class NotCollected:
    """Why nothing prints; due in minor units, with AMOUNT_DUE only."""

    code: Code
    due: int | None = None


def collect(
    tickets: Sequence[Ticket],
    select: Collection[str],
    *,
    policy: Policy = Policy.SELECTED_PAID,
    photo_id: bool = False,
) -> Collected | NotCollected:
    """Say which of an order's tickets print now, or why none does. The first hit wins.

    tickets: all of the order, in line order. select: ids. photo_id: the order asks to see
    one. Raises Repeated when an id stands twice, Missing when one is not of this order,
    UnknownWord. Source: COL3.
    """
    among(Policy, policy, "policy of collection")
    once((ticket.id for ticket in tickets), "tickets of the order")
    for stranger in sorted(set(select) - {ticket.id for ticket in tickets}):
        raise Missing(stranger, "selected tickets", "is not of this order")
    chosen = [ticket for ticket in tickets if ticket.id in set(select)]
    if any(ticket.printed for ticket in chosen):
        return NotCollected(Code.ALREADY_PRINTED)
    if photo_id:
        return NotCollected(Code.SEE_STAFF_PHOTO_ID)
    asked = tickets if policy is Policy.WHOLE_ORDER_PAID else chosen
    if due := sum(ticket.owes for ticket in asked):
        return NotCollected(Code.AMOUNT_DUE, due)
    left = (t.id for t in tickets if t not in chosen and not t.printed)
    return Collected(tuple(t.id for t in chosen), tuple(left))
