"""The ticket's QR text: write it, and read whatever a scanner sends.

Doors verify a ticket with no network and no database. Nothing in it is personal, and it
is a fact about one issue of one ticket, never a permission: what a door makes of it is
for `admission` to say.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from boxoffice import base45, pretix
from boxoffice.bad_input import one_of
from boxoffice.codes import BODY_BYTES, VERSION, BadTicketId, Code, pack, unpack
from boxoffice.pretix import ForeignCode, ForeignKey
from boxoffice.signatures import SIGNATURE_BYTES, genuine

__all__ = [
    "BadSignature",
    "BadTicketId",
    "Code",
    "ForeignCode",
    "ForeignKey",
    "ForeignRevoked",
    "ForeignValid",
    "Key",
    "Malformed",
    "Other",
    "Reading",
    "Revoked",
    "UnknownKey",
    "Valid",
    "read",
    "write",
]

PREFIX = "FOH:"
LONGEST_TEXT = 512

_CODE_BYTES = BODY_BYTES + SIGNATURE_BYTES
_SCANNER_PREFIX = re.compile(r"\\[0-9]{6}|\]Q[0-9]")


@dataclass(frozen=True)
class Key:
    """A key that signs tickets of this house.

    public: 32 raw bytes. last_seq: of a revoked key, the last position of its device's
    log that the ledger had received. Raises UnknownWord.
    """

    id: int
    kind: Literal["ledger", "device"]
    state: Literal["active", "retired", "revoked"]
    public: bytes
    last_seq: int | None = None

    def __post_init__(self) -> None:
        one_of(("ledger", "device"), self.kind, f"kind of key {self.id}")
        one_of(("active", "retired", "revoked"), self.state, f"state of key {self.id}")


@dataclass(frozen=True)
class Valid:
    """Ours, genuine, under a key that still counts."""

    code: Code
    signer: Literal["ledger", "device"]


@dataclass(frozen=True)
class Revoked:
    """Ours and genuine, under a revoked key.

    seq_known: the ledger had this sale before the key was revoked.
    """

    code: Code
    seq_known: bool


@dataclass(frozen=True)
class ForeignValid:
    """A genuine pretix code; key: the name of the key that signed it."""

    code: ForeignCode
    key: str


@dataclass(frozen=True)
class ForeignRevoked:
    """A genuine pretix code under a revoked key."""

    code: ForeignCode
    key: str


@dataclass(frozen=True)
class BadSignature:
    """Formed like a ticket, and the signature does not verify. key_id: None for pretix."""

    key_id: int | None


@dataclass(frozen=True)
class UnknownKey:
    """Formed like a ticket, under a key that is not held here. key_id: None for pretix."""

    key_id: int | None


@dataclass(frozen=True)
class Malformed:
    """Begins like one of ours and is not; why: what was wrong first."""

    why: Literal["base45", "length", "version", "field"]


@dataclass(frozen=True)
class Other:
    """Nothing signed: perhaps an order number or a member card.

    text: as read, without scanner prefixes; None over 512 characters.
    """

    text: str | None


Reading = (
    Valid
    | Revoked
    | ForeignValid
    | ForeignRevoked
    | BadSignature
    | UnknownKey
    | Malformed
    | Other
)


def read(
    text: str, keys: Mapping[int, Key], foreign_keys: Sequence[ForeignKey] = ()
) -> Reading:
    """Say what a scanned text is; whatever it holds, there is an answer.

    keys: by key id; foreign_keys: those of the door's performances, tried in turn.
    Source: checkin.md 9.
    """
    cleaned = _cleaned(text)
    if len(cleaned) > LONGEST_TEXT:
        return Other(None)
    if cleaned.startswith(PREFIX):
        return _ours(cleaned.removeprefix(PREFIX), keys)
    signed = pretix.parse(cleaned)
    if signed is None:
        return Other(cleaned)
    return _foreign(signed, foreign_keys)


def write(code: Code, sign: Callable[[bytes], bytes]) -> str:
    """Give the text of a code: 151 characters of the QR alphanumeric set.

    sign: gets the 35 bytes that are signed, gives the 64 bytes of an Ed25519 signature.
    Raises OutOfRange or BadTicketId for what no code can say.
    Source: checkin.md 9.
    """
    body = pack(code)
    return PREFIX + base45.encode(body + sign(_signed(body)))


def _cleaned(text: str) -> str:
    """Drop what scanners add. Never a blank: it is a base45 character."""
    prefix = _SCANNER_PREFIX.match(text)
    return text[prefix.end() if prefix else 0 :].rstrip("\r\n\t")


def _ours(text: str, keys: Mapping[int, Key]) -> Reading:
    try:
        data = base45.decode(text)
    except base45.NotBase45:
        return Malformed("base45")
    if not data:
        return Malformed("length")
    if data[0] != VERSION:
        return Malformed("version")
    if len(data) != _CODE_BYTES:
        return Malformed("length")
    body, signature = data[:BODY_BYTES], data[BODY_BYTES:]
    code = unpack(body)
    if code is None:
        return Malformed("field")
    key = keys.get(code.key_id)
    if key is None:
        return UnknownKey(code.key_id)
    if not genuine(key.public, signature, _signed(body)):
        return BadSignature(code.key_id)
    if key.state == "revoked":
        return Revoked(code, key.last_seq is not None and code.seq <= key.last_seq)
    return Valid(code, key.kind)


def _foreign(signed: pretix.Signed, foreign_keys: Sequence[ForeignKey]) -> Reading:
    if not foreign_keys:
        return UnknownKey(None)
    for key in foreign_keys:
        if genuine(key.public, signed.signature, signed.payload):
            if key.state == "revoked":
                return ForeignRevoked(signed.code, key.name)
            return ForeignValid(signed.code, key.name)
    return BadSignature(None)


def _signed(body: bytes) -> bytes:
    """The prefix is signed too, so that no other signed thing can pass as a ticket."""
    return PREFIX.encode() + body
