"""Ushers' phones of this network as doors: TLS in front of a door, as a house's proxy does.

Phones need TLS for their camera. The certificate is the lobby's own, so a phone asks once
whether it may go on.
"""

import asyncio
import ipaddress
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from lobby.loop import Loop
from lobby.programs import HOST

CHUNK_BYTES = 64 * 1024
# Phones refuse certificates that are good for much longer.
GOOD_FOR = timedelta(days=397)


def own_name() -> str:
    """The address of this machine on its network; loopback's without one. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return HOST
        return str(probe.getsockname()[0])


def certificate(file: Path, name: str) -> Path:
    """Make a key and a certificate for that address in one PEM file, for its owner."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Front of House lobby")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now - timedelta(days=1) + GOOD_FOR)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(0o600)
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


class PhonesPort:
    """Where phones call: TLS on the network, forwarded to a door on this machine."""

    def __init__(self, loop: Loop, pem: Path, *, name: str, port: int, door: int) -> None:
        """name: this machine's address; door: the port where the door serves phones."""
        self._loop, self._pem, self._name = loop, pem, name
        self._port, self._door = port, door
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Raises OSError when the port is taken."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(self._pem, self._name))
        self._loop.run(self._listen(context))

    def stop(self) -> None:
        """Close the port and cut off who still calls; returns when both are done."""
        self._loop.run(self._close())

    async def _close(self) -> None:
        # On the loop's own thread: a server that is closed from another one may be at
        # the same time counting a line that ends by itself.
        if self._server is not None:
            self._server.close()
        calls = tuple(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _listen(self, context: ssl.SSLContext) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(context, reader, writer)

        self._server = await asyncio.start_server(serve, self._name, self._port)

    async def _serve(
        self,
        context: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        far: asyncio.StreamWriter | None = None
        try:
            # Here and not before: a call is known, and can be cut off, from its first byte.
            await writer.start_tls(context)
            far_reader, far = await asyncio.open_connection(HOST, self._door)
            await asyncio.gather(_pump(reader, far), _pump(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            # The phone went, or the door's plug is out.
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    end.transport.abort()


async def _pump(near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
    while chunk := await near.read(CHUNK_BYTES):
        far.write(chunk)
        await far.drain()
    with suppress(OSError, RuntimeError):
        # TLS has no half-closed end: the other side is closed with it.
        if far.can_write_eof():
            far.write_eof()
        elif not far.is_closing():  # A second close would make abort do nothing.
            far.close()
