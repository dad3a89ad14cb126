"""Read a seat as people type it: "H 14", "h14", "Stalls, row H, seat 14".

Clerks and ushers search for seats with the same words, so both read them here.
"""

import re
from collections.abc import Iterator
from typing import Final

from boxoffice import will_call

# Said before a name and no part of it, in the languages of the house.
_SAID: Final = frozenset(("row", "seat", "række", "sæde", "plads"))
_WORD: Final = re.compile(r"[^\W_]+")


def plain(words: str) -> str:
    """Give what is left of a seat's words: small letters and figures, "stallsh14"."""
    named = (word for word in _WORD.findall(words) if word.casefold() not in _SAID)
    return min(will_call.foldings(" ".join(named)), key=len, default="")


def calls(section: str, row: str, seat: str) -> Iterator[str]:
    """Give every plain way to call a seat; its own number alone only where no row is."""
    parts = [part for part in (section, row, seat) if part]
    for first in range(max(1, len(parts) - 1)):
        yield plain(" ".join(parts[first:]))
    if not row:
        yield plain(seat)
