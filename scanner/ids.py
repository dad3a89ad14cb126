"""UUIDv7 (RFC 9562 §5.7) from a given time and given chance."""

import uuid


def uuid7(at_ms: int, chance: bytes) -> str:
    """Make an id from milliseconds UTC and ten random bytes."""
    assert len(chance) == 10
    number = (at_ms & (1 << 48) - 1) << 80 | int.from_bytes(chance, "big")
    number = number & ~(0xF << 76) | 0x7 << 76  # version
    number = number & ~(0x3 << 62) | 0x2 << 62  # variant
    return str(uuid.UUID(int=number))
