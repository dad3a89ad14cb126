"""What cannot be true: bad input, by name, with what it was and where it stood.

A refusal is an answer to people. Bad input is a form, a file or a caller that says
something no theatre can mean, such as half a cent or a negative price. Nothing is guessed.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import TypeVar

_Word = TypeVar("_Word", bound=StrEnum)


class BadInput(ValueError):
    """Something cannot be true.

    what: the offending value, as text. where: the field or the id it belongs to.
    """

    def __init__(self, what: object, where: str, why: str) -> None:
        self.what = str(what)
        self.where = where
        self.why = why
        super().__init__(f"{where}: {self.what} {why}")


class NegativeMoney(BadInput):
    """An amount is below zero where none can be owed."""


class FractionalMoney(BadInput):
    """An amount is no whole number of minor units."""


class UnknownWord(BadInput):
    """A status, kind or option that nobody has defined."""


class OutOfRange(BadInput):
    """A number lies outside what it can mean."""


class Repeated(BadInput):
    """An id stands twice where each stands once."""


class Missing(BadInput):
    """Something that is referred to does not exist."""


class ImpossibleDate(BadInput):
    """A date or time that is not in the calendar, or lies on the wrong side of another."""


def whole(amount: object, where: str) -> int:
    """Give back an amount in minor units; raise FractionalMoney unless it is an int."""
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise FractionalMoney(amount, where, "is no whole number of minor units")
    return amount


def positive(amount: object, where: str) -> int:
    """Give back an amount of at least 0 minor units; raise Fractional- or NegativeMoney."""
    checked = whole(amount, where)
    if checked < 0:
        raise NegativeMoney(amount, where, "is negative")
    return checked


def once(ids: Iterable[str], where: str) -> None:
    """Raise Repeated at the first id that comes a second time."""
    seen = set()
    for name in ids:
        if name in seen:
            raise Repeated(name, where, "stands there twice")
        seen.add(name)


def word(words: type[_Word], text: str, where: str) -> _Word:
    """Read one of a closed set of words; raise UnknownWord with those that are known."""
    try:
        return words(text)
    except ValueError:
        known = ", ".join(words)
        raise UnknownWord(repr(text), where, f"is none of {known}") from None


def among(words: type[_Word], value: object, where: str) -> _Word:
    """Give back a member of a closed set of words; raise UnknownWord for anything else.

    Plain text is something else, even if it reads the same: a rule would miss it.
    """
    if not isinstance(value, words):
        raise UnknownWord(repr(value), where, f"is no {words.__name__}: {', '.join(words)}")
    return value


def one_of(words: Collection[str], value: object, where: str) -> None:
    """Raise UnknownWord unless the value is one of these words."""
    if value not in words:
        raise UnknownWord(repr(value), where, f"is none of {', '.join(words)}")


def day(text: str, where: str) -> date:
    """Read a date written YYYY-MM-DD; raise ImpossibleDate."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
            raise ValueError(text)
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise ImpossibleDate(repr(text), where, "is no date YYYY-MM-DD") from None
