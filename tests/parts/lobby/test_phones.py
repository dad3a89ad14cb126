"""Phones of the network in front of a door: TLS outside, the door's own port inside."""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from lobby import phones, programs
from lobby.loop import Loop
from lobby.programs import Ports
from tests.parts.lobby.host import free_base


class Door(BaseHTTPRequestHandler):
    """A door that says by which name it was called."""

    def do_GET(self):
        body = self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def ports():
    return Ports(free_base(), "127.0.0.1")


@pytest.fixture
def port(ports, tmp_path):
    """The port for phones; behind it a door."""
    door = ThreadingHTTPServer(("127.0.0.1", ports.phones_door), Door)
    threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
    loop = Loop()
    loop.start()
    port = phones.PhonesPort(
        loop,
        tmp_path / "phones.pem",
        name="127.0.0.1",
        port=ports.phones,
        door=ports.phones_door,
    )
    port.start()
    yield port
    port.stop()
    loop.stop()
    door.shutdown()
    door.server_close()


@pytest.fixture
def served(port, ports, tmp_path):
    """The address for phones and whom they are to trust."""
    return f"https://127.0.0.1:{ports.phones}", tmp_path / "phones.pem"


def test_a_phone_reaches_the_door_over_tls_by_the_name_in_its_code(served, ports):
    address, pem = served
    trusted = ssl.create_default_context(cafile=str(pem))

    answer = httpx.get(f"{address}/door/phone", verify=trusted)

    asked_for = programs.device(ports, Path("house"), programs.PHONES_DOOR).environment
    assert answer.text == asked_for["FOH_PHONES_NAMES"].split(",")[0]
    assert asked_for["FOH_PHONES_PORT"] == str(ports.phones_door)


def test_nobody_else_reads_the_key_and_phones_accept_how_long_it_is_good(served):
    _, pem = served

    assert pem.stat().st_mode & 0o777 == 0o600
    made = x509.load_pem_x509_certificate(pem.read_bytes())
    assert made.not_valid_after_utc - made.not_valid_before_utc <= phones.GOOD_FOR


def test_a_port_that_closes_hangs_up_on_phones(served, port, ports):
    _, pem = served
    trusted = ssl.create_default_context(cafile=str(pem))
    with (
        socket.create_connection(("127.0.0.1", ports.phones), timeout=60) as plain,
        trusted.wrap_socket(plain, server_hostname="127.0.0.1") as line,
    ):
        port.stop()

        assert line.recv(1) == b""


def test_without_being_asked_no_door_serves_phones():
    door = programs.device(Ports(8400), Path("house"), programs.PHONES_DOOR)

    assert not {name for name in door.environment if "PHONES_" in name}
