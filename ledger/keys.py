"""The ledger's own keys: who it is, and what signs its tickets.

Private keys are files of mode 0600 in the ledger's folder and nowhere else; public ones are
rows. A new ticket key is made every month, and older ones go on being read.
Source: sync.md §9, checkin.md §9.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from boxoffice import envelopes, log, tickets

SIGNS_FOR_MS = 31 * 86_400_000
_SEED_BYTES = 32


class NoKey(Exception):
    """A private key is not where it should be; the text says what to do."""


@dataclass(frozen=True)
class Keys:
    """The identity that signs answers, and the key that signs tickets.

    key_id: of the ticket key, as in codes.
    """

    identity: Ed25519PrivateKey
    key_id: int
    ticket: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The ledger's public key, which devices learn when they are paired."""
        return self.identity.public_key().public_bytes_raw()

    @property
    def public_text(self) -> str:
        """The same as it travels."""
        return log.encoded(self.public)

    @property
    def contacts(self) -> X25519PrivateKey:
        """What opens envelopes from devices; made from the ledger's own key."""
        return envelopes.own_key(self.identity.private_bytes_raw())

    def code(
        self,
        *,
        performance: int,
        ticket: str,
        seat: int | None,
        issue: int = 1,
        people: int = 1,
        check: bool = False,
    ) -> str:
        """Give the signed text of a ticket that the ledger sells or reissues.

        performance, seat: their numbers. Source: checkin.md §9.
        """
        said = tickets.Code(
            key_id=self.key_id,
            performance=performance,
            ticket=ticket,
            seat=None if people > 1 else seat,
            people=people,
            issue=issue,
            check=check,
        )
        return tickets.write(said, self.ticket.sign)


def identity_file(folder: Path) -> Path:
    """Where the ledger's own key is kept."""
    return folder / "ledger.key"


def ticket_file(folder: Path, key_id: int) -> Path:
    """Where a ticket key is kept."""
    return folder / "keys" / f"{key_id}.key"


def make(file: Path) -> Ed25519PrivateKey:
    """Make a key and keep it, durably, before anybody hears of it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    beside = file.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as held:
        held.write(log.encoded(key.private_bytes_raw()) + "\n")
        held.flush()
        os.fsync(held.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def load(file: Path) -> Ed25519PrivateKey:
    """Read a key. Raises NoKey."""
    try:
        seed = log.decoded(file.read_text().strip())
    except OSError as trouble:
        raise NoKey(f"The key {file} cannot be read: {trouble.strerror}.") from None
    except ValueError:
        seed = b""
    if len(seed) != _SEED_BYTES:
        raise NoKey(f"The key {file} is damaged: put back the copy from the backup.")
    return Ed25519PrivateKey.from_private_bytes(seed)
