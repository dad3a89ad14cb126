"""Tickets for the wallet of a phone: signed passes, where the house has its certificates.

A pass is a ZIP of pass.json, pictures, a manifest of their SHA-1 sums, and a detached PKCS7
signature of the manifest, made with the house's pass certificate and Apple's intermediate.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from ledger.documents.order import Order, Ticket
from ledger.documents.speech import speaker

PASS, PASSES = "application/vnd.apple.pkpass", "application/vnd.apple.pkpasses"
_INK, _PAPER, _LABEL = "rgb(255, 255, 255)", "rgb(107, 39, 64)", "rgb(227, 207, 215)"
_SIZES = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}
# Always the same ZIP of the same pass; its time says nothing.
_WRITTEN = (1980, 1, 1, 0, 0, 0)


class BadCertificates(ValueError):
    """The files cannot sign passes; the text says what is wrong."""


@dataclass(frozen=True)
class Signer:
    """The house's pass certificate with its key, and the intermediate above it."""

    certificate: x509.Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    above: x509.Certificate

    @property
    def pass_type(self) -> str:
        """What Apple calls this kind of pass: pass.org.example.ticket."""
        return _named(self.certificate, NameOID.USER_ID)

    @property
    def team(self) -> str:
        """The house's number at Apple."""
        return _named(self.certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)


def read_signer(file: Path) -> Signer:
    """Read one PEM file with key, pass certificate and intermediate, in any order.

    Raises BadCertificates.
    """
    try:
        text = file.read_bytes()
        found = x509.load_pem_x509_certificates(text)
        key = serialization.load_pem_private_key(text, None)
    except (OSError, ValueError, TypeError) as why:
        raise BadCertificates(f"{file} holds no key and certificates: {why}") from None
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise BadCertificates(f"{file}: the key must be RSA or elliptic.")
    own = [c for c in found if c.public_key() == key.public_key()]
    above = [c for c in found if own and c.subject == own[0].issuer]
    if not own or not above:
        raise BadCertificates(
            f"{file}: it needs the key, the certificate of that key, and the one above it."
        )
    signer = Signer(own[0], key, above[0])
    if not signer.pass_type or not signer.team:
        raise BadCertificates(f"{file}: this is no certificate for passes.")
    return signer


def one(order: Order, ticket: Ticket, signer: Signer, *, starts: str) -> bytes:
    """Make the pass of one ticket. starts: when it begins, ISO 8601 with its offset."""
    files = {name: _icon(size) for name, size in _SIZES.items()}
    said = _said(order, ticket, signer, starts)
    files["pass.json"] = json.dumps(said, ensure_ascii=False).encode()
    sums = {
        name: hashlib.sha1(body, usedforsecurity=False).hexdigest()
        for name, body in files.items()
    }
    manifest = json.dumps(sums).encode()
    files["manifest.json"] = manifest
    files["signature"] = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(manifest)
        .add_signer(signer.certificate, signer.key, hashes.SHA256())
        .add_certificate(signer.above)
        .sign(
            serialization.Encoding.DER,
            [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary],
        )
    )
    return _zip(files)


def all_(order: Order, signer: Signer, *, starts: Mapping[str, str]) -> tuple[bytes, str]:
    """Make the passes of an order's live tickets, and say what kind of file it is.

    starts: by ticket. Several passes travel as one file. Raises LookupError without any.
    """
    live = [t for t in order.tickets if t.status == "active" and t.code]
    made = {
        f"ticket-{number}.pkpass": one(order, ticket, signer, starts=starts[ticket.id])
        for number, ticket in enumerate(live, 1)
    }
    if not made:
        raise LookupError(f"order {order.id} has no live ticket")
    if len(made) == 1:
        return next(iter(made.values())), PASS
    return _zip(made), PASSES


def _said(order: Order, ticket: Ticket, signer: Signer, starts: str) -> dict[str, Any]:
    say = speaker(order.language)
    evening = ticket.evening
    code = {
        "format": "PKBarcodeFormatQR",
        "message": ticket.code,
        "messageEncoding": "iso-8859-1",
        "altText": ticket.short,
    }
    price = {"key": "price", "label": ticket.price_type, "value": ticket.price}
    when = f"{evening.date} {evening.time}"
    return {
        "formatVersion": 1,
        "passTypeIdentifier": signer.pass_type,
        "teamIdentifier": signer.team,
        "serialNumber": f"{ticket.id}/{ticket.issue}",
        "organizationName": order.house,
        "description": say("%(title)s: your tickets", title=evening.title),
        "logoText": order.house,
        "foregroundColor": _INK,
        "backgroundColor": _PAPER,
        "labelColor": _LABEL,
        "relevantDate": starts,
        "barcode": code,
        "barcodes": [code],
        "eventTicket": {
            "headerFields": [{"key": "time", "value": evening.time}],
            "primaryFields": [{"key": "title", "value": evening.title}],
            "secondaryFields": [{"key": "when", "value": when}],
            "auxiliaryFields": [
                {"key": "place", "label": ticket.door or "", "value": ticket.place},
                *([price] if ticket.price else []),
            ],
            "backFields": [
                {"key": "order", "label": order.house, "value": order.number},
                {"key": "rule", "label": "", "value": order.exchange_rule},
                {"key": "address", "label": "", "value": order.address},
            ],
        },
    }


def _icon(size: int) -> bytes:
    """Draw a small ticket: passes must have a picture."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (size, size), "#6b2740")
    edge, hole = size // 6, size // 10
    draw = ImageDraw.Draw(picture)
    draw.rectangle((edge, size // 3, size - edge, size - size // 3), fill="#ffffff")
    middle = size // 2
    for x in (edge, size - edge):
        draw.ellipse((x - hole, middle - hole, x + hole, middle + hole), fill="#6b2740")
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in files.items():
            file.writestr(zipfile.ZipInfo(name, _WRITTEN), body)
    return packed.getvalue()


def _named(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
