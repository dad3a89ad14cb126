"""What a device knows of a person, in an envelope that the ledger alone can open.

A device seals names, addresses and the last digits of a card at once, so that nothing
personal lies on it. Source: sync.md §9.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from boxoffice import log

KEY_BYTES: Final = 32
# Each envelope has a key of its own, so one nonce does for all.
_NONCE: Final = bytes(12)


def own_key(seed: bytes) -> X25519PrivateKey:
    """Give the key that opens envelopes, made from 32 secret bytes."""
    return X25519PrivateKey.from_private_bytes(
        hashlib.blake2b(seed, digest_size=KEY_BYTES, person=b"foh-envelope").digest()
    )


def seal(public: bytes, chance: bytes, about: str, text: str) -> str:
    """Seal a text for the owner of a public key.

    chance: 32 bytes that are used once. about: what it belongs to; it opens for that alone.
    Raises ValueError when public is no such key.
    """
    once = X25519PrivateKey.from_private_bytes(chance)
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    sealed = _cipher(shared, mine, public).encrypt(_NONCE, text.encode(), about.encode())
    return log.encoded(mine + sealed)


def unseal(key: X25519PrivateKey, about: str, sealed: str) -> str | None:
    """Open an envelope; None when it is none for this key, or about something else."""
    try:
        raw = log.decoded(sealed)
        shown, rest = raw[:KEY_BYTES], raw[KEY_BYTES:]
        shared = key.exchange(X25519PublicKey.from_public_bytes(shown))
        cipher = _cipher(shared, shown, key.public_key().public_bytes_raw())
        return cipher.decrypt(_NONCE, rest, about.encode()).decode()
    except (ValueError, InvalidTag):
        return None


def _cipher(shared: bytes, shown: bytes, public: bytes) -> ChaCha20Poly1305:
    made = hashlib.blake2b(shown + public, digest_size=32, key=shared)
    return ChaCha20Poly1305(made.digest())
