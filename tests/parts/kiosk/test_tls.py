"""TLS to the ledger, with real certificates over a real socket. Source: sync.md §2.2."""

import datetime
import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk import pairing
from kiosk.clock import Clock
from kiosk.config import Config, Invite
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.store.store import Store
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Time

DAY = datetime.timedelta(days=1)


@dataclass
class Proxy:
    """What stands before a ledger: TLS on a port, and which paths were asked through it."""

    ledger: LedgerDouble
    folder: Path
    key: ec.EllipticCurvePrivateKey
    asked: list[str] = field(default_factory=list)

    @property
    def pin(self) -> bytes:
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(public).digest()

    def open(self, *, port: int = 0, until: datetime.timedelta = DAY) -> None:
        """Listen, with a certificate around the ledger's time that nobody vouches for."""
        now = datetime.datetime.fromtimestamp(self.ledger.now_ms() / 1000, datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "boxoffice")])
        certificate = (
            x509.CertificateBuilder(name, name, self.key.public_key(), 7)
            .not_valid_before(now - DAY * 30)
            .not_valid_after(now + until)
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / "proxy.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.asked.append(self.path.partition("?")[0])
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = httpx.Request(
                    self.command,
                    f"http://ledger{self.path}",
                    headers=dict(self.headers),
                    content=body,
                )
                answer = proxy.ledger.handle_request(asked)
                raw = answer.read()
                self.send_response(answer.status_code)
                for key, value in answer.headers.items():
                    if key.lower() != "content-length":
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def proxy(ledger: LedgerDouble, tmp_path: Path) -> Iterator[Proxy]:
    proxy = Proxy(ledger, tmp_path, ec.generate_private_key(ec.SECP256R1()))
    proxy.open()
    yield proxy
    proxy.close()


@pytest.fixture
def stranger(
    proxy: Proxy, ledger: LedgerDouble, tmp_path: Path, empty_store: Path, time: Time
) -> Iterator[Device]:
    """A kiosk that was invited and is not paired yet. Its clock says 1970."""
    folder = tmp_path / "kiosk"
    folder.mkdir()
    (folder / "store.sqlite").write_bytes(empty_store.read_bytes())
    clock = Clock(
        wall_ms=lambda: 0,
        boot_ms=time.boot_ms,
        boot="boot-1",
        has_battery=False,
        synchronised=lambda: False,
    )
    config = Config(folder, "127.0.0.1", 0, proxy.url)
    device = Device(config, clock=clock, store=Store(folder))
    ledger.invite("token", role="kiosk", name="Kiosk 1")
    yield device
    if device.connected:
        device.line.close()
    device.store.close()


def invite(proxy: Proxy, pin: bytes | None) -> Invite:
    ledger = proxy.ledger
    return Invite(proxy.url, "token", ledger.id, ledger.public_key, pin)


def test_a_key_that_staff_showed_is_believed_though_nobody_vouches_for_it(
    stranger: Device, proxy: Proxy
):
    pairing.pair(stranger, invite(proxy, proxy.pin))

    assert stranger.line.get("/api/events?acked=0", timeout_s=60)["state"] == "active"
    assert proxy.asked == ["/api/pair", "/api/time", "/api/events"]


def test_the_pin_outlives_a_restart(stranger: Device, proxy: Proxy):
    pairing.pair(stranger, invite(proxy, proxy.pin))

    with closing(pairing.line_of(stranger)) as line:
        assert line.get("/api/events?acked=0", timeout_s=60)
    assert stranger.me.spki == proxy.pin


def test_another_key_is_told_nothing(stranger: Device, proxy: Proxy):
    pairing.pair(stranger, invite(proxy, proxy.pin))
    proxy.asked.clear()
    port = int(proxy.url.rpartition(":")[2])
    proxy.close()
    proxy.key = ec.generate_private_key(ec.SECP256R1())  # Somebody in between.
    proxy.open(port=port)

    with pytest.raises(LineDown):
        pairing.line_of(stranger).get("/api/events?acked=0", timeout_s=60)
    assert proxy.asked == []


def test_without_a_pin_somebody_must_vouch_for_the_ledger(stranger: Device, proxy: Proxy):
    with pytest.raises(LineDown):
        pairing.pair(stranger, invite(proxy, None))
    assert proxy.asked == []


def test_a_certificate_that_is_over_by_the_ledgers_time_still_tells_the_time(
    stranger: Device, proxy: Proxy
):
    pairing.pair(stranger, invite(proxy, proxy.pin))
    port = int(proxy.url.rpartition(":")[2])
    proxy.close()
    proxy.open(port=port, until=-DAY)
    proxy.asked.clear()

    with pytest.raises(LineDown):
        pairing.line_of(stranger).get("/api/events?acked=0", timeout_s=60)
    assert proxy.asked == ["/api/time"]
