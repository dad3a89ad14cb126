"""Signed tickets of the other system, pretix: scheme pretix_sig1, read only."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal

from boxoffice.bad_input import one_of
from boxoffice.signatures import SIGNATURE_BYTES

_VERSION = 1
_HEAD_BYTES = 5
_VARINT, _EIGHT_BYTES, _TEXT, _FOUR_BYTES = 0, 1, 2, 5
_SEED, _ITEM, _VARIATION, _SUBEVENT, _VALID_FROM, _VALID_UNTIL = 1, 2, 3, 4, 5, 6
_LONGEST_VARINT = 10
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True)
class ForeignKey:
    """A key of another system: which event it signs for, and whether it still counts.

    public: 32 raw bytes. Raises UnknownWord.
    """

    name: str
    state: Literal["active", "retired", "revoked"]
    public: bytes

    def __post_init__(self) -> None:
        one_of(("active", "retired", "revoked"), self.state, f"state of key {self.name}")


@dataclass(frozen=True)
class ForeignCode:
    """What a ticket of the other system says of itself.

    Numbers are that system's own; a number that is absent or 0 is None.
    valid_from, valid_until: seconds since 1970.
    """

    seed: str | None = None
    item: int | None = None
    variation: int | None = None
    subevent: int | None = None
    valid_from: int | None = None
    valid_until: int | None = None


@dataclass(frozen=True)
class Signed:
    """A well-formed code with the bytes that its signature covers, not yet verified."""

    code: ForeignCode
    payload: bytes
    signature: bytes


class _NotSoFormed(Exception):
    """These bytes are not the message that they were taken for."""


def parse(text: str) -> Signed | None:
    """Take a code apart, or None when the text is formed in any other way.

    Source: checkin.md 9, pretix signed codes.
    """
    try:
        payload, signature = _halves(_bytes(text))
        return Signed(_message(payload), payload, signature)
    except _NotSoFormed:
        return None


def _bytes(text: str) -> bytes:
    backwards = text[::-1]
    if not _BASE64.fullmatch(backwards):
        raise _NotSoFormed
    try:
        data = base64.b64decode(backwards, validate=True)
    except binascii.Error:
        raise _NotSoFormed from None
    # Unused bits could be set without changing the bytes: one ticket has one text.
    if base64.b64encode(data).decode() != backwards:
        raise _NotSoFormed
    return data


def _halves(data: bytes) -> tuple[bytes, bytes]:
    if len(data) < _HEAD_BYTES or data[0] != _VERSION:
        raise _NotSoFormed
    payload_bytes = int.from_bytes(data[1:3], "big")
    signature_bytes = int.from_bytes(data[3:5], "big")
    body = data[_HEAD_BYTES:]
    if signature_bytes != SIGNATURE_BYTES or len(body) != payload_bytes + signature_bytes:
        raise _NotSoFormed
    return body[:payload_bytes], body[payload_bytes:]


def _message(payload: bytes) -> ForeignCode:
    """Read the Protocol Buffers message; of a field that comes twice the last counts."""
    seed: str | None = None
    numbers: dict[int, int] = {}
    rest = payload
    while rest:
        tag, rest = _varint(rest)
        field, kind = tag >> 3, tag & 7
        if field == _SEED and kind == _TEXT:
            raw, rest = _piece(rest)
            seed = _text(raw)
        elif _ITEM <= field <= _VALID_UNTIL and kind == _VARINT:
            value, rest = _varint(rest)
            numbers[field] = _signed(value)
        elif field > _VALID_UNTIL:
            rest = _skip(kind, rest)
        else:
            raise _NotSoFormed
    return ForeignCode(
        seed=seed,
        item=numbers.get(_ITEM) or None,
        variation=numbers.get(_VARIATION) or None,
        subevent=numbers.get(_SUBEVENT) or None,
        valid_from=numbers.get(_VALID_FROM) or None,
        valid_until=numbers.get(_VALID_UNTIL) or None,
    )


def _varint(data: bytes) -> tuple[int, bytes]:
    value = 0
    for at, byte in enumerate(data[:_LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            return value, data[at + 1 :]
    raise _NotSoFormed


def _signed(value: int) -> int:
    """Take a varint as the 64-bit number that pretix declares."""
    low = value % 2**64
    return low - 2**64 if low >= 2**63 else low


def _piece(data: bytes) -> tuple[bytes, bytes]:
    size, rest = _varint(data)
    return _cut(rest, size)


def _cut(data: bytes, size: int) -> tuple[bytes, bytes]:
    if len(data) < size:
        raise _NotSoFormed
    return data[:size], data[size:]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _NotSoFormed from None


def _skip(kind: int, data: bytes) -> bytes:
    """Step over a field of a later release."""
    if kind == _VARINT:
        return _varint(data)[1]
    if kind == _TEXT:
        return _piece(data)[1]
    if kind == _EIGHT_BYTES:
        return _cut(data, 8)[1]
    if kind == _FOUR_BYTES:
        return _cut(data, 4)[1]
    raise _NotSoFormed
