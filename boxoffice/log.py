"""The device log: what happened, in order, each event chained to the one before.

A device appends; the ledger checks. Both use these functions, so that neither can see
a chain that the other would not. Source: sync.md §2.4.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TRUSTED, PLAUSIBLE, UNTRUSTED = "trusted", "plausible", "untrusted"


@dataclass(frozen=True)
class Event:
    """One entry of a device log.

    seq: from 1, without gaps. body: JSON text, hashed, sent and stored as the same
    bytes. boot_ms: time since boot; wall_ms: the device's clock, evidence only; both
    in ms. prev and hash: 32 bytes.
    """

    seq: int
    event_id: str
    type: str
    ver: int
    body: str
    boot_id: str
    boot_ms: int
    wall_ms: int
    trust: str
    prev: bytes
    hash: bytes


def digest(data: bytes) -> bytes:
    """H of the protocol: BLAKE2b with 256 bits."""
    return hashlib.blake2b(data, digest_size=32).digest()


def genesis(device: str, incarnation: int) -> bytes:
    """Give the hash that the first event of an incarnation follows."""
    return digest(b"foh-genesis" + _text(device) + _number(incarnation))


def event(
    prev: bytes,
    *,
    seq: int,
    event_id: str,
    type: str,
    ver: int,
    body: str,
    boot_id: str,
    boot_ms: int,
    wall_ms: int,
    trust: str,
) -> Event:
    """Make the event that follows `prev`, with its hash."""
    hashed = digest(
        prev
        + _number(seq)
        + _text(event_id)
        + _text(type)
        + _number(ver)
        + _text(boot_id)
        + _number(boot_ms)
        + _number(wall_ms)
        + _text(trust)
        + _text(body)
    )
    return Event(
        seq, event_id, type, ver, body, boot_id, boot_ms, wall_ms, trust, prev, hashed
    )


def holds(entry: Event) -> bool:
    """Whether the event's hash is that of its contents."""
    again = event(
        entry.prev,
        seq=entry.seq,
        event_id=entry.event_id,
        type=entry.type,
        ver=entry.ver,
        body=entry.body,
        boot_id=entry.boot_id,
        boot_ms=entry.boot_ms,
        wall_ms=entry.wall_ms,
        trust=entry.trust,
    )
    return again.hash == entry.hash


def first_break(
    events: Iterable[Event], *, after_seq: int, after_hash: bytes
) -> int | None:
    """Give the seq of the first event that does not follow the one before, if any."""
    for entry in events:
        if entry.seq != after_seq + 1 or entry.prev != after_hash or not holds(entry):
            return entry.seq
        after_seq, after_hash = entry.seq, entry.hash
    return None


def head_text(device: str, incarnation: int, seq: int, hash: bytes) -> bytes:
    """Give what the device signs to vouch for its log up to seq."""
    return b"foh-head" + _text(device) + _number(incarnation) + _number(seq) + hash


def head_holds(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the signature over the head text is that of the device's key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def encoded(data: bytes) -> str:
    """Give bytes as base64url without padding, as they travel."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Read base64url without padding. Raises ValueError when it is anything else."""
    if not isinstance(text, str) or not text.isascii() or set(text) & set("+/="):
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(4, "big") + raw
