"""The key that devices pin: of the certificate that the proxy in front of us shows.

A device that was paired with the pin believes this key and no authority; a certificate
that is renewed must keep its key. Source: sync.md §2.1, §2.2.
"""

import hashlib
from pathlib import Path

from boxoffice import log


class BadCertificate(Exception):
    """The file is no certificate; the text says which."""


def pin(file: Path | None) -> str | None:
    """Give SHA-256 of the certificate's public key as invitations carry it.

    None without a certificate: devices then ask for a chain and a name. Raises
    BadCertificate.
    """
    if file is None:
        return None
    # Most houses show no certificate of their own: seven megabytes that nobody needs.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except OSError as why:
        raise BadCertificate(f"{file} cannot be read: {why.strerror}.") from None
    except ValueError:
        raise BadCertificate(f"{file} is no certificate in PEM.") from None
    public = certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return log.encoded(hashlib.sha256(public).digest())
