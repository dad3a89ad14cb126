"""The key that devices pin. Source: sync.md §2.1."""

import datetime
import hashlib
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from boxoffice import log
from ledger import __main__ as commands
from ledger import config


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def certificate(key, tmp_path):
    name = x509.Name([])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "boxoffice.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.slow
def test_an_invitation_carries_the_pin_of_the_proxys_key(
    key, certificate, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("FOH_LEDGER_DIR", str(tmp_path / "ledger"))
    monkeypatch.setenv("FOH_TLS_CERTIFICATE", str(certificate))
    assert commands.main(["migrate"]) == 0

    assert commands.main(["invite", "--name", "Kiosk 1", "--role", "kiosk"]) == 0

    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["spki"] == log.encoded(hashlib.sha256(public).digest())


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), ("no PEM", "is no certificate in PEM")]
)
def test_what_is_no_certificate_stops_the_start_with_a_sentence(tmp_path, content, words):
    file = tmp_path / "boxoffice.pem"
    if content is not None:
        file.write_text(content)
    environment = {"FOH_LEDGER_DIR": str(tmp_path), "FOH_TLS_CERTIFICATE": str(file)}

    with pytest.raises(config.Incomplete, match=words):
        config.read(environment)
