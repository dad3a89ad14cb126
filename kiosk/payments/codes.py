"""Codes that fetch an order's tickets at any kiosk: drawn here, hashed for the ledger."""

from typing import Final

from boxoffice import ids, log

PREFIX: Final = "FOHC:"
_CHARACTERS: Final = 16


def pickup(chance: ids.Chance) -> str:
    """Draw the text of a pickup QR: 80 random bits."""
    return PREFIX + "".join(ids.ALPHABET[byte & 31] for byte in chance(_CHARACTERS))


def hash_of(code: str) -> str:
    """Give what the ledger keeps of a code; how it was typed does not matter."""
    return log.encoded(log.digest(ids.clean_code(code).encode()))
