"""Base45: bytes as the characters that a QR code packs tightest (RFC 9285).

Reading is strict: every byte string has exactly one text, and no other text is read.
"""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


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
    data = bytearray()
    for at in range(0, len(text), 3):
        group = text[at : at + 3]
        if len(group) == 1:
            raise NotBase45(f"one character is left over at {at}")
        value = 0
        for character in reversed(group):
            if character not in _VALUES:
                raise NotBase45(f"a character from {at} on is not of the alphabet")
            value = value * 45 + _VALUES[character]
        size = len(group) - 1
        if value >= 256**size:
            raise NotBase45(f"the group at {at} is too large for {size} byte(s)")
        data += value.to_bytes(size, "big")
    return bytes(data)
