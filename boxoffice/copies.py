"""Will-call orders that a kiosk keeps for when the line is down, and cannot read.

A copy opens only for whoever shows a way in: the code of the order, or its number with the
last name. Both where it is found and what opens it come from one slow stretch of that way,
so that a thief with the device pays for each guess. Source: sync.md §9, P28.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from boxoffice import ids, log
from boxoffice.will_call import foldings

NONCE_BYTES: Final = 12
PEPPER_BYTES: Final = 16
_KEY_BYTES: Final = 32
# About 0.15 s on a desk-top computer, and memory that a small ledger can spare.
_ROUNDS: Final = 6
_MEMORY_KIB: Final = 19_456


def by_code(code_hash: str) -> str:
    """Name the way in by a code. code_hash: what is kept of it, as in `pickup_hash`."""
    return f"code {code_hash}"


def by_name(number: str, last_name: str) -> tuple[str, ...]:
    """Name the ways in by number and name, one a plain spelling of it. Source: 4.10."""
    clean = ids.clean_code(number)
    return tuple(f"name {clean} {folded}" for folded in sorted(foldings(last_name)))


def stretch(way: str, pepper: bytes) -> bytes:
    """Make a way in slow to guess; takes about 0.15 s. pepper: 16 bytes of the house."""
    slow = Argon2id(
        salt=pepper,
        length=_KEY_BYTES,
        iterations=_ROUNDS,
        lanes=1,
        memory_cost=_MEMORY_KIB,
    )
    return slow.derive(way.encode())


def index(stretched: bytes, pepper: bytes) -> str:
    """Say under which id the copy is kept: it tells nothing about the way in."""
    return log.encoded(hmac.digest(pepper, b"foh-willcall" + stretched, hashlib.sha256))


def seal(stretched: bytes, nonce: bytes, record: Mapping[str, Any]) -> str:
    """Seal a record. nonce: 12 bytes that were never used under this way in."""
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return log.encoded(nonce + _cipher(stretched).encrypt(nonce, text.encode(), None))


def unseal(stretched: bytes, sealed: str) -> dict[str, Any] | None:
    """Open a record; None when this is not its way in, or it was damaged."""
    try:
        raw = log.decoded(sealed)
        nonce, rest = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
        record: dict[str, Any] = json.loads(_cipher(stretched).decrypt(nonce, rest, None))
    except (ValueError, InvalidTag):
        return None
    return record


def _cipher(stretched: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hmac.digest(stretched, b"foh-willcall-key", hashlib.sha256))
