"""TLS to the ledger: the key that was pinned at pairing, or a chain and a name.

Certificates' dates are judged by the ledger's time, because a device without a clock
battery boots in 1970; before that is known nothing but the time is asked.
Source: sync.md §2.2.
"""

import hashlib
import hmac
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from boxoffice import log

PIN_BYTES: Final = 32
# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name.
_NO_CHECK_TIME: Final = 0x200000


class NotTheLedger(ssl.SSLCertVerificationError):
    """Whoever answers shows a certificate that is not to be believed."""


def verifies(
    url: str, pin: bytes | None, ledger_ms: Callable[[], int | None]
) -> ssl.SSLContext | None:
    """Give what an address is verified by. pin: SHA-256 of the ledger's public key.

    ledger_ms: the ledger's time; None while it is not known, and then no date is judged.
    """
    if not url.startswith("https:"):
        # Loading all certificates of the world takes a while, and loopback needs none.
        return None
    if pin is None:
        context = httpx.create_ssl_context(trust_env=False)
        context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    else:
        # No authority vouches for this key: staff showed it to the device.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

    class Checked(ssl.SSLSocket):
        """A connection that is looked at before a byte of ours leaves."""

        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            _check(self.getpeercert(binary_form=True), pin, ledger_ms())

    context.sslsocket_class = Checked
    return context


def pin_of(text: Any) -> bytes | None:
    """Read the pin of an invitation; None: it has none. Raises ValueError."""
    if text is None:
        return None
    pin = log.decoded(str(text))
    if len(pin) != PIN_BYTES:
        raise ValueError(f"a pin of {len(pin)} bytes")
    return pin


def _check(shown: bytes | None, pin: bytes | None, ledger_ms: int | None) -> None:
    if shown is None:
        raise NotTheLedger("no certificate was shown")
    certificate = x509.load_der_x509_certificate(shown)
    public = certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    if pin is not None and not hmac.compare_digest(hashlib.sha256(public).digest(), pin):
        raise NotTheLedger("this is not the key that was shown at pairing")
    if ledger_ms is None:
        return
    now = datetime.fromtimestamp(ledger_ms / 1000, UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotTheLedger("the certificate is not valid at the ledger's time")
