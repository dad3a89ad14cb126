"""Codes on the cards of staff: shown to a kiosk's camera they say who stands there.

A code opens nothing by itself: the PIN is asked for as ever. The ledger draws it and keeps
its hash; devices compare by the same hash. Source: lobby.md §5.
"""

from typing import Final

from boxoffice import ids, log

PREFIX: Final = "FOHS:"
_CHARACTERS: Final = 16


def draw(chance: ids.Chance) -> str:
    """Draw the text of a staff QR: 80 random bits. chance gives that many random bytes."""
    return PREFIX + "".join(ids.ALPHABET[byte & 31] for byte in chance(_CHARACTERS))


def is_one(text: str) -> bool:
    """Whether what a camera read says that it is a staff code, of whatever house."""
    return text.strip().startswith(PREFIX)


def hash_of(text: str) -> str:
    """Give what is kept of a code and told to devices."""
    return log.encoded(log.digest(text.strip().encode()))
