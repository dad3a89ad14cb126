"""What travels between a device and the ledger, and how a request is signed.

A device reports facts: the ticket is printed, the guest is inside. The ledger may find a
fact awkward, but it can no longer undo it: it records the fact, raises a discrepancy, and
never refuses. Source: sync.md §2. Unknown members are ignored in both directions.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boxoffice import log

PROTOCOL = 1
MOST_EVENTS = 500
MOST_BATCH_BYTES = 1 << 20
MOST_BODY_BYTES = 32 << 10
CLOCK_TOLERANCE_MS = 300_000


class Malformed(ValueError):
    """Something that travelled is not what the protocol says; the text names the place."""


@dataclass(frozen=True)
class Cursor:
    """How far the ledger has read in one device's log."""

    state: str
    incarnation: int
    seq: int
    hash: bytes
    timeline: int


@dataclass(frozen=True)
class Batch:
    """Part of a device's log on its way to the ledger, with the signed head.

    more: whether the device has written more than this; None: it did not say.
    """

    device: str
    incarnation: int
    events: tuple[log.Event, ...]
    head_seq: int
    head_hash: bytes
    head_signature: bytes
    oldest_kept: int | None = None
    more: bool | None = None


@dataclass(frozen=True)
class Row:
    """One change in a feed: the whole document as it is now, or its end (op `delete`)."""

    pos: int
    entity: str
    id: str
    ver: int
    op: str
    body: str
    min_client: int = 1


@dataclass(frozen=True)
class Position:
    """How far a device has read a stream: timeline.pos.digest."""

    timeline: int
    pos: int
    digest: int

    def __str__(self) -> str:
        return f"{self.timeline}.{self.pos}.{self.digest:032x}"


def request_text(
    method: str,
    target: str,
    body: bytes,
    *,
    ledger_id: str,
    device: str,
    incarnation: int,
    time_ms: int,
    request: str,
) -> bytes:
    """Give what a device signs for one request; target is path?query as sent."""
    lines = (
        "foh-1",
        method,
        target,
        log.digest(body).hex(),
        ledger_id,
        device,
        str(incarnation),
        str(time_ms),
        request,
    )
    return "\n".join(lines).encode()


def request_headers(
    sign: Callable[[bytes], bytes],
    method: str,
    target: str,
    body: bytes,
    *,
    ledger_id: str,
    device: str,
    incarnation: int,
    time_ms: int,
    request: str,
) -> dict[str, str]:
    """Give the headers of a signed request. sign: the device's key. Source: sync.md §2."""
    said = request_text(
        method,
        target,
        body,
        ledger_id=ledger_id,
        device=device,
        incarnation=incarnation,
        time_ms=time_ms,
        request=request,
    )
    return {
        "FoH-Protocol": str(PROTOCOL),
        "FoH-Device": f"{device};{incarnation}",
        "FoH-Time": str(time_ms),
        "FoH-Request": request,
        "FoH-Signature": log.encoded(sign(said)),
    }


def pairing_text(token: str, public_key: str, ledger_id: str) -> bytes:
    """Give what a device signs to prove that it holds the key it wants to pair."""
    return "\n".join(("foh-pair-1", token, public_key, ledger_id)).encode()


def check_number(ledger_key: str, public_key: str) -> str:
    """Give the eight digits that device and staff page show while a typed code waits.

    Made from both public keys, slowly on purpose: somebody between the two would have to
    find keys of their own that give the same number within the life of the code.
    Source: sync.md §2.1.
    """
    raw = hashlib.scrypt(
        f"{ledger_key}\n{public_key}".encode(),
        salt=b"foh-check-1",
        n=2**14,
        r=8,
        p=1,
        dklen=8,
    )
    digits = f"{int.from_bytes(raw) % 10**8:08}"
    return f"{digits[:4]} {digits[4:]}"


def time_text(ledger_id: str, nonce: str, now_ms: int) -> bytes:
    """Give what the ledger signs when it is asked for the time."""
    return "\n".join(("foh-time-1", ledger_id, nonce, str(now_ms))).encode()


# Made once: for a small document that costs as much as its text.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def compact(document: Mapping[str, Any]) -> str:
    """Give the JSON text that is hashed, sent and stored as the same bytes."""
    return _COMPACT.encode(document)


def position(text: str) -> Position:
    """Read a feed cursor. Raises Malformed."""
    parts = text.split(".")
    try:
        timeline, pos, digest = int(parts[0]), int(parts[1]), int(parts[2], 16)
    except (ValueError, IndexError):
        raise Malformed(f"cursor {text[:60]!r} is not timeline.pos.digest") from None
    if len(parts) != 3 or timeline < 0 or pos < 0 or not 0 <= digest < 1 << 128:
        raise Malformed(f"cursor {text[:60]!r} is not timeline.pos.digest")
    return Position(timeline, pos, digest)


def document_digest(entity: str, id: str, ver: int, body: str) -> int:
    """Give one live document's part in the digest of its stream."""
    hashed = log.digest("\x1f".join((entity, id, str(ver), body)).encode())
    return int.from_bytes(hashed[:16], "big")


def digest_after(digest: int, *, old: int | None, new: int | None) -> int:
    """Give a stream's digest once a document changed: the sum modulo 2**128."""
    return (digest - (old or 0) + (new or 0)) % (1 << 128)


def cursor(document: object) -> Cursor:
    """Read the ledger's answer to GET /api/events. Raises Malformed."""
    fields = _object(document, "cursor")
    return Cursor(
        state=_str(fields, "state", "cursor"),
        incarnation=_int(fields, "incarnation", "cursor"),
        seq=_int(fields, "seq", "cursor"),
        hash=_bytes(fields, "hash", "cursor", 32),
        timeline=_int(fields, "timeline", "cursor"),
    )


def cursor_document(value: Cursor) -> dict[str, Any]:
    """Give a cursor as it travels."""
    return {
        "state": value.state,
        "incarnation": value.incarnation,
        "seq": value.seq,
        "hash": log.encoded(value.hash),
        "timeline": value.timeline,
    }


def batch(document: object) -> Batch:
    """Read an upload. Raises Malformed; what the events say is not judged here."""
    fields = _object(document, "upload")
    entries = fields.get("events")
    if not isinstance(entries, list) or len(entries) > MOST_EVENTS:
        raise Malformed(f"upload.events must be a list of at most {MOST_EVENTS}")
    head = _object(fields.get("head"), "upload.head")
    oldest, more = fields.get("oldest_kept"), fields.get("more")
    if more is not None and not isinstance(more, bool):
        raise Malformed("upload.more must be true or false")
    return Batch(
        device=_str(fields, "device", "upload"),
        incarnation=_int(fields, "incarnation", "upload"),
        events=tuple(
            _event(entry, f"upload.events[{n}]") for n, entry in enumerate(entries)
        ),
        head_seq=_int(head, "seq", "upload.head"),
        head_hash=_bytes(head, "hash", "upload.head", 32),
        head_signature=_bytes(head, "signature", "upload.head", 64),
        oldest_kept=None if oldest is None else _int(fields, "oldest_kept", "upload"),
        more=more,
    )


def batch_document(value: Batch) -> dict[str, Any]:
    """Give an upload as it travels."""
    document: dict[str, Any] = {
        "device": value.device,
        "incarnation": value.incarnation,
        "events": [_event_document(entry) for entry in value.events],
        "head": {
            "seq": value.head_seq,
            "hash": log.encoded(value.head_hash),
            "signature": log.encoded(value.head_signature),
        },
    }
    if value.oldest_kept is not None:
        document["oldest_kept"] = value.oldest_kept
    if value.more is not None:
        document["more"] = value.more
    return document


def rows(entries: object, place: str = "rows") -> tuple[Row, ...]:
    """Read the rows of one stream of a feed answer. Raises Malformed."""
    if not isinstance(entries, list):
        raise Malformed(f"{place} must be a list")
    return tuple(_row(entry, f"{place}[{n}]") for n, entry in enumerate(entries))


def row_document(value: Row) -> dict[str, Any]:
    """Give a feed row as it travels."""
    return {
        "pos": value.pos,
        "entity": value.entity,
        "id": value.id,
        "ver": value.ver,
        "op": value.op,
        "min_client": value.min_client,
        "body": value.body,
    }


def has_hole(received: Sequence[Row], *, after: int) -> bool:
    """Whether a row is missing between `after` and the last row received."""
    return [row.pos for row in received] != list(
        range(after + 1, after + 1 + len(received))
    )


def _row(entry: object, place: str) -> Row:
    fields = _object(entry, place)
    op = _str(fields, "op", place)
    if op not in {"put", "delete"}:
        raise Malformed(f"{place}.op must be put or delete")
    return Row(
        pos=_int(fields, "pos", place),
        entity=_str(fields, "entity", place),
        id=_str(fields, "id", place),
        ver=_int(fields, "ver", place),
        op=op,
        body=_str(fields, "body", place),
        min_client=_int(fields, "min_client", place) if "min_client" in fields else 1,
    )


def _event(entry: object, place: str) -> log.Event:
    fields = _object(entry, place)
    body = _str(fields, "body", place)
    if len(body.encode()) > MOST_BODY_BYTES:
        raise Malformed(f"{place}.body is over {MOST_BODY_BYTES} bytes")
    return log.Event(
        seq=_int(fields, "seq", place),
        event_id=_str(fields, "event_id", place),
        type=_str(fields, "type", place),
        ver=_int(fields, "ver", place),
        body=body,
        boot_id=_str(fields, "boot_id", place),
        boot_ms=_int(fields, "boot_ms", place),
        wall_ms=_int(fields, "wall_ms", place),
        trust=_str(fields, "trust", place),
        prev=_bytes(fields, "prev", place, 32),
        hash=_bytes(fields, "hash", place, 32),
    )


def _event_document(entry: log.Event) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "event_id": entry.event_id,
        "type": entry.type,
        "ver": entry.ver,
        "body": entry.body,
        "boot_id": entry.boot_id,
        "boot_ms": entry.boot_ms,
        "wall_ms": entry.wall_ms,
        "trust": entry.trust,
        "prev": log.encoded(entry.prev),
        "hash": log.encoded(entry.hash),
    }


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{place} must be an object")
    return value


def _str(fields: Mapping[str, Any], name: str, place: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or "\x00" in value:
        raise Malformed(f"{place}.{name} must be text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Malformed(f"{place}.{name} is not valid Unicode") from None
    return value


def _int(fields: Mapping[str, Any], name: str, place: str) -> int:
    value = fields.get(name)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not -(1 << 63) <= value < 1 << 63
    ):
        raise Malformed(f"{place}.{name} must be a whole number")
    return value


def _bytes(fields: Mapping[str, Any], name: str, place: str, length: int) -> bytes:
    try:
        raw = log.decoded(_str(fields, name, place))
    except ValueError:
        raise Malformed(f"{place}.{name} must be base64url") from None
    if len(raw) != length:
        raise Malformed(f"{place}.{name} must be {length} bytes")
    return raw
