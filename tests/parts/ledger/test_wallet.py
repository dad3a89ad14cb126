"""Passes for a phone's wallet: what Apple's page asks for, checked by another program."""

import hashlib
import io
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ledger import config
from ledger.app import create_app
from ledger.tables.orders import TicketRow
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_window import rows

pytestmark = [
    pytest.mark.pages,
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


def certificate(subject, key, issuer=None, by=None):
    named = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(issuer.subject if issuer else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
        .sign(by or key, hashes.SHA256())
    )


@pytest.fixture
def pem(tmp_path):
    """The house's key and certificate, and the one above them, in one file."""
    above, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = certificate([(NameOID.COMMON_NAME, "Intermediate")], above)
    named = [
        (NameOID.USER_ID, "pass.org.example.ticket"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "TEAM123456"),
    ]
    mine = certificate(named, own, top, above)
    file = tmp_path / "wallet.pem"
    key = own.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    parts = [c.public_bytes(serialization.Encoding.PEM) for c in (top, mine)]
    file.write_bytes(key + b"".join(parts))
    (tmp_path / "top.pem").write_bytes(parts[0])
    return file


@pytest.fixture
def bought(ledger, theatre, pem):
    """Gives a patron who bought so many seats of row D, on the confirmed page."""

    def buy(*seats, wallet=pem):
        settings = replace(ledger.config, wallet_file=wallet)
        ada = Shopper(create_app(replace(ledger, config=settings)))
        ada.choose_seats(theatre.tonight, *seats)
        ada.says_who()
        ada.pays()
        return ada

    return buy


def files(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_pass_holds_the_code_and_is_signed(bought, ledger, pem, tmp_path):
    ada = bought("D1")
    link = ada.page.soup.find("a", string="Into Apple Wallet")
    answer = ada._client.get(link["href"])
    assert answer.mimetype == "application/vnd.apple.pkpass"
    found = files(answer.data)

    said = json.loads(found["pass.json"])
    (ticket,) = rows(ledger, TicketRow)
    assert said["barcodes"][0]["message"] == ticket.payload
    assert said["passTypeIdentifier"] == "pass.org.example.ticket"
    assert said["teamIdentifier"] == "TEAM123456"
    assert said["relevantDate"].endswith("+01:00")
    manifest = json.loads(found["manifest.json"])
    assert set(manifest) == set(found) - {"manifest.json", "signature"}
    for name, sum_ in manifest.items():
        assert hashlib.sha1(found[name], usedforsecurity=False).hexdigest() == sum_
    for name in ("manifest.json", "signature"):
        (tmp_path / name).write_bytes(found[name])
    subprocess.run(
        ["openssl", "smime", "-verify", "-inform", "DER", "-in", tmp_path / "signature",
         "-content", tmp_path / "manifest.json", "-CAfile", tmp_path / "top.pem",
         "-purpose", "any", "-out", tmp_path / "out"],
        check=True, capture_output=True,
    )  # fmt: skip


def test_several_passes_travel_together(bought):
    ada = bought("D1", "D2")
    link = ada.page.soup.find("a", string="Into Apple Wallet")
    answer = ada._client.get(link["href"])

    assert answer.mimetype == "application/vnd.apple.pkpasses"
    packed = files(answer.data)
    assert list(packed) == ["ticket-1.pkpass", "ticket-2.pkpass"]
    assert all("signature" in files(one) for one in packed.values())


def test_without_certificates_no_pass_is_offered(bought):
    ada = bought("D1", wallet=None)

    assert "Apple Wallet" not in ada.page.words
    address = ada.page.url.replace("/order", "/tickets.pkpass")
    assert ada._client.get(address).status_code == 404


def test_a_file_that_cannot_sign_stops_the_start_with_a_reason(ledger, tmp_path, pem):
    bad = tmp_path / "bad.pem"
    bad.write_bytes(pem.read_bytes().split(b"-----BEGIN CERTIFICATE")[0])
    for file in (bad, tmp_path / "nowhere.pem"):
        with pytest.raises(config.Incomplete, match="FOH_WALLET_FILE"):
            config.read({"FOH_LEDGER_DIR": str(tmp_path), "FOH_WALLET_FILE": str(file)})
