"""Names for things: UUIDv7 made where the thing happens, and codes people can read out.

Ids are saved before use, and never used for ordering or as secrets.
"""

import re
import uuid
from collections.abc import Callable, Iterator

# Letters and digits that nobody misreads: no 0 O, no 1 I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CHECK_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
ORDER_NUMBER_LENGTH = 8
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Chance = Callable[[int], bytes]


def uuid7(now_ms: int, chance: bytes) -> str:
    """Give a UUIDv7 (RFC 9562 §5.7) as lower-case text.

    now_ms: Unix time in ms, 0 … 2**48 − 1. chance: at least 10 random bytes.
    Raises ValueError when either is out of range.
    """
    if not 0 <= now_ms < 1 << 48:
        raise ValueError(f"now_ms {now_ms} does not fit into 48 bits")
    if len(chance) < 10:
        raise ValueError("a UUIDv7 needs 10 bytes of chance")
    value = now_ms << 80 | int.from_bytes(chance[:10], "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return str(uuid.UUID(int=value))


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual lower-case form with hyphens."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def check_character(text: str) -> str:
    """Give the check character of ISO 7064 MOD 37-2 for digits and capital letters.

    Raises ValueError when the text holds anything else. Source: ORD12.
    """
    carried = 0
    for character in text:
        value = _CHECK_ALPHABET.find(character)
        if value < 0 or character == "*":
            raise ValueError(f"{character!r} cannot stand in a code")
        carried = (carried + value) * 2 % 37
    return _CHECK_ALPHABET[(1 - carried) % 37]


def order_number(chance: Chance) -> str:
    """Draw an order number: 7 characters and their check character. Source: ORD12.

    chance gives that many random bytes. Draws whose check character people could
    misread are dropped.
    """
    numbers = (body + check_character(body) for body in _codes(7, chance))
    return next(number for number in numbers if number[-1] in ALPHABET)


def has_typing_mistake(number: str) -> bool:
    """Whether an order number, as typed, cannot be right. Source: ORD12, COL1."""
    clean = clean_code(number)
    if len(clean) != ORDER_NUMBER_LENGTH or any(c not in ALPHABET for c in clean):
        return True
    return check_character(clean[:-1]) != clean[-1]


def clean_code(typed: str) -> str:
    """Give a typed code its stored form: capitals, without blanks and hyphens."""
    return "".join(c for c in typed.upper() if c not in " -\t\u00a0–—")


def shown(number: str) -> str:
    """Give an order number as people read it: K7Q4-MX23."""
    return f"{number[:4]}-{number[4:]}"


def short_code(chance: Chance) -> str:
    """Draw a code of six characters: pickup codes and payment references."""
    return next(_codes(6, chance))


def _codes(length: int, chance: Chance) -> Iterator[str]:
    # The alphabet has 32 characters, so five bits of each byte choose without bias.
    while True:
        yield "".join(ALPHABET[byte & 31] for byte in chance(length))
