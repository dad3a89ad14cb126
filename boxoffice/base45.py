"""Base45: bytes as the characters that a QR code packs tightest (RFC 9285).

Reading is strict: every byte string has exactly one text, and no other text is read.
"""

from struct import pack

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_CHARACTERS = frozenset(ALPHABET)
_TWO_BYTES, _BYTE = 65_535, 255


class NotBase45(ValueError):
    """The text is not base45; the message says where it stops being so."""


def encode(data: bytes) -> str:
    """Write two bytes as three characters, the lowest digit first; a last byte as two.

    Source: RFC 9285, 4.
    """
    characters: list[str] = []
    for at in range(0, len(data) - 1, 2):
        rest, first = divmod(data[at] * 256 + data[at + 1], 45)
        third, second = divmod(rest, 45)
        characters += ALPHABET[first], ALPHABET[second], ALPHABET[third]
    if len(data) % 2:
        second, first = divmod(data[-1], 45)
        characters += ALPHABET[first], ALPHABET[second]
    return "".join(characters)


def decode(text: str) -> bytes:
    """Read the bytes back.

    Raises NotBase45 on a strange character, a group that is too large for its bytes, or
    a lone character at the end.
    Source: RFC 9285, 4.
    """
    if not _CHARACTERS.issuperset(text):
        at = next(at for at, character in enumerate(text) if character not in _VALUES)
        raise NotBase45(f"the character at {at} is not of the alphabet")
    if len(text) % 3 == 1:
        raise NotBase45(f"one character is left over at {len(text) - 1}")
    digits = [_VALUES[character] for character in text]
    pairs = [
        first + 45 * second + 2025 * third
        for first, second, third in zip(
            digits[::3], digits[1::3], digits[2::3], strict=False
        )
    ]
    if pairs and max(pairs) > _TWO_BYTES:
        at = 3 * next(n for n, pair in enumerate(pairs) if pair > _TWO_BYTES)
        raise NotBase45(f"the group at {at} is too large for two bytes")
    data = pack(f">{len(pairs)}H", *pairs)
    if len(text) % 3 == 0:
        return data
    last = digits[-2] + 45 * digits[-1]
    if last > _BYTE:
        raise NotBase45(f"the group at {len(text) - 2} is too large for one byte")
    return data + bytes((last,))
