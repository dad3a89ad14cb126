"""Entries that sum to zero.

Double entry, append-only: an amount above 0 is a debit, below 0 a credit. An entry is never
changed; a correction is a new entry that names the old one. Patrons owe what they are
charged until they pay it, so the balance of `patrons` in an order is what is due, or, below
zero, what is on account.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.bad_input import BadInput, Missing, NegativeMoney, OutOfRange, Repeated
from boxoffice.money import Money


class Account(StrEnum):
    """Where money stands, besides one account per kind of tender."""

    PATRONS = "patrons"
    THEATRE = "theatre"
    HANDLING = "handling"
    GIFT_CARDS = "gift_cards"
    BANK = "bank"
    OVER_SHORT = "over_short"


def tender(kind: str) -> str:
    """Name the account of a kind of tender, such as tender:card. Raises OutOfRange."""
    if not kind or not all(c.isascii() and (c.isalnum() or c == "_") for c in kind):
        raise OutOfRange(repr(kind), "kind of tender", "is not a plain word")
    return f"tender:{kind}"


class Unbalanced(BadInput):
    """An entry does not sum to zero."""


@dataclass(frozen=True)
class Line:
    """One account and what is added to it."""

    account: str
    amount: Money


@dataclass(frozen=True)
class Entry:
    """One thing that happened to money.

    id: made where it happened. corrects: the id of the entry that this one corrects. Raises
    Unbalanced unless the lines sum to zero, MixedCurrencies, OutOfRange without lines.
    Source: design.md §4, P10.
    """

    id: str
    lines: tuple[Line, ...]
    why: str
    corrects: str | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise OutOfRange("no lines", f"entry {self.id}", "says nothing")
        rest = self.lines[0].amount
        for line in self.lines[1:]:
            rest = rest + line.amount
        if rest.amount:
            raise Unbalanced(rest, f"entry {self.id}", "is left over")
        if self.corrects == self.id:
            raise OutOfRange(self.id, f"entry {self.id}", "cannot correct itself")


def charge(*, charged: Money, net: Money) -> tuple[Line, ...]:
    """Say what an order costs: the patron owes the charge, theatre and handling share it.

    Negative amounts take a charge back, as a refund does. Source: FEE2.
    """
    lines = (
        Line(Account.PATRONS, charged),
        Line(Account.THEATRE, -net),
        Line(Account.HANDLING, net - charged),
    )
    return tuple(line for line in lines if line.amount.amount) or lines[:1]


def stored_value(amount: Money) -> tuple[Line, ...]:
    """Say that a patron bought value to spend later: it is owed to whoever holds it.

    No revenue of the theatre, which only what it pays for is. Below 0 takes it back.
    """
    return (Line(Account.PATRONS, amount), Line(Account.GIFT_CARDS, -amount))


def payment(kind: str, amount: Money) -> tuple[Line, ...]:
    """Say that a patron paid. Raises NegativeMoney below 0."""
    _forward(amount)
    return (Line(tender(kind), amount), Line(Account.PATRONS, -amount))


def payout(kind: str, amount: Money) -> tuple[Line, ...]:
    """Say that a patron got money back. Raises NegativeMoney below 0."""
    _forward(amount)
    return (Line(Account.PATRONS, amount), Line(tender(kind), -amount))


def settlement(amount: Money) -> tuple[Line, ...]:
    """Say that the theatre was paid its statement. Raises NegativeMoney below 0."""
    _forward(amount)
    return (Line(Account.THEATRE, amount), Line(Account.BANK, -amount))


def difference(kind: str, *, counted: Money, expected: Money) -> tuple[Line, ...]:
    """Book what a count found more, or less, than expected. Source: P13."""
    found = counted - expected
    return (Line(tender(kind), found), Line(Account.OVER_SHORT, -found))


def reversal(entry: Entry, *, id: str, why: str) -> Entry:
    """Take an entry back by a new one that names it."""
    lines = tuple(Line(line.account, -line.amount) for line in entry.lines)
    return Entry(id, lines, why, corrects=entry.id)


def balances(entries: Iterable[Entry], currency: str) -> dict[str, Money]:
    """Add up each account. Raises MixedCurrencies for an entry in another currency."""
    sums: dict[str, Money] = {}
    for entry in entries:
        for line in entry.lines:
            so_far = sums.get(line.account, Money(0, currency))
            sums[line.account] = so_far + line.amount
    return sums


def check(entries: Sequence[Entry]) -> None:
    """Make sure that a whole book is what it says.

    Raises Repeated for an id that stands twice or an entry that is corrected twice, Missing
    for a correction of an entry that does not stand before it.
    """
    seen: set[str] = set()
    corrected: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise Repeated(entry.id, "journal", "stands there twice")
        seen.add(entry.id)
        if entry.corrects is None:
            continue
        if entry.corrects not in seen:
            raise Missing(entry.corrects, f"entry {entry.id}", "is corrected but not there")
        if entry.corrects in corrected:
            raise Repeated(entry.corrects, f"entry {entry.id}", "was corrected before")
        corrected.add(entry.corrects)


def _forward(amount: Money) -> None:
    if amount.amount < 0:
        raise NegativeMoney(amount, "amount", "runs backwards: book the opposite instead")
