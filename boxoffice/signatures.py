"""Is this signature genuine? Ed25519, read in the one strict way."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNATURE_BYTES = 64
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def genuine(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the holder of a key signed these bytes.

    public: 32 bytes; signature: 64 bytes, S below the group order, so that a signature
    has one form only. A key that is no key signs nothing.
    Source: RFC 8032, 5.1.7.
    """
    if len(signature) != SIGNATURE_BYTES:
        return False
    if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        return False
    try:
        _key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(1024)
def _key(public: bytes) -> Ed25519PublicKey:
    """Read a key once: devices sign with the same few all evening."""
    return Ed25519PublicKey.from_public_bytes(public)
