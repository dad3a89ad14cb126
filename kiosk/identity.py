"""This device's key and incarnation: who signs its requests, its log and its tickets.

The key is made once, kept in a file of mode 0600 and never copied. Pairing sends its public
half with a one-time token; a retry with the same token and key gets the same answer, so a
power cut in between costs nothing. Source: sync.md §2.1, §9.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from boxoffice import log
from kiosk.clock import Clock
from kiosk.store.tables.device import IdentityRow, LogStateRow

KEY_BYTES = 32


class BadKeyFile(Exception):
    """The key file is not what this program wrote."""


@dataclass(frozen=True)
class Identity:
    """Who this device is. ledger_key: 32 bytes; streams: those it was told to follow.

    spki: the key that the ledger's TLS must have, if it was pinned.
    """

    device: str
    name: str
    incarnation: int
    role: str
    key_id: int
    ledger_id: str
    ledger_key: bytes
    venue: str
    streams: tuple[str, ...]
    spki: bytes | None = None


class Key:
    """The private key of this device."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Give the signature, 64 bytes."""
        return self._private.sign(message)


def key(file: Path, chance: bytes) -> Key:
    """Read this device's key, or make it from 32 bytes of chance and keep it durably.

    Raises BadKeyFile.
    """
    try:
        seed = file.read_bytes()
    except FileNotFoundError:
        _keep(file, chance[:KEY_BYTES])
        seed = file.read_bytes()
    if len(seed) != KEY_BYTES:
        raise BadKeyFile(f"{file} is not a device key.")
    return Key(seed)


def load(session: Session) -> Identity | None:
    """Give who this device is, or None before it was paired."""
    row = session.get(IdentityRow, 1)
    if row is None:
        return None
    return Identity(
        row.device,
        row.name,
        row.incarnation,
        row.role,
        row.key_id,
        row.ledger_id,
        row.ledger_key,
        row.venue,
        tuple(row.streams),
        row.spki,
    )


def take(
    session: Session, clock: Clock, answer: dict[str, Any], spki: bytes | None = None
) -> Identity:
    """Become what the ledger's answer to pairing says, in the caller's transaction.

    spki: the pin of the invitation.
    Raises KeyError, TypeError and ValueError when the answer is not one.
    """
    ledger_key = log.decoded(answer["ledger_key"])
    row = IdentityRow(
        one=1,
        device=str(answer["device"]),
        name=str(answer["name"]),
        incarnation=int(answer["incarnation"]),
        role=str(answer["role"]),
        key_id=int(answer["key_id"]),
        ledger_id=str(answer["ledger_id"]),
        ledger_key=ledger_key,
        venue=_venue(answer),
        streams=[str(stream) for stream in answer["streams"]],
        spki=spki,
    )
    session.add(row)
    session.add(
        LogStateRow(one=1, acked_seq=0, acked_hash=log.genesis(row.device, row.incarnation))
    )
    session.flush()
    found = load(session)
    assert found is not None
    return found


def _venue(answer: dict[str, Any]) -> str:
    # Told as an id, or as a document that carries one.
    venue = answer["venue"]
    return str(venue["id"] if isinstance(venue, dict) else venue)


def _keep(file: Path, seed: bytes) -> None:
    made = file.with_suffix(".new")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(seed)
        out.flush()
        os.fsync(out.fileno())
    made.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # The name is durable too, before anybody hears of the key.
    finally:
        os.close(folder)
