"""Codes that find an order: what its QR holds, of which only the hash is kept.

80 random bits, so that nobody guesses one. Codes of six characters, which people type, are
kept the same way; whoever types is throttled (COL2). Source: lobby.md §2.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from boxoffice import ids, log
from ledger import rows
from ledger.tables.orders import PickupRow

PREFIX = "FOHC:"
# A link in a letter: it shows an order, and collects nothing.
LINK = "FOHL:"
# A link in the letter to whom one ticket was passed on: it shows that ticket alone.
PASSED = "FOHT:"
# A link that asks for a bank account, once.
BANK = "FOHB:"
_OF_LINK = "link:"
_CHARACTERS = 16


def draw(chance: ids.Chance, prefix: str = PREFIX) -> str:
    """Draw the text of a pickup QR: 16 characters of five bits each."""
    return prefix + "".join(ids.ALPHABET[byte & 31] for byte in chance(_CHARACTERS))


def hash_of(code: str) -> str:
    """Give what is kept of a code. How it was typed does not matter; links keep apart."""
    clean = ids.clean_code(code)
    kept = log.encoded(log.digest(clean.encode()))
    return kept if not clean.startswith(ids.clean_code(LINK)) else _OF_LINK + kept


def collecting() -> ColumnElement[bool]:
    """The rows of codes that collect: all but links."""
    return ~PickupRow.hash.startswith(_OF_LINK)


def keep(session: Session, order: str, hashes: Iterable[str], *, now_ms: int) -> None:
    """Remember that these hashes lead to an order. One that leads elsewhere stays there."""
    for hash_ in hashes:
        rows.add_new(session, PickupRow, {"hash": hash_, "order": order, "made_ms": now_ms})


def find(session: Session, code: str) -> str | None:
    """Give the order that a code leads to."""
    return session.scalar(select(PickupRow.order).where(PickupRow.hash == hash_of(code)))
