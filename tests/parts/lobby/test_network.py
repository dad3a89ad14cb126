"""Cables that are cut, mended and slowed, with real bytes in them."""

import socket
import threading
import time

import pytest

from lobby import network
from lobby.loop import Loop
from lobby.network import INTERNET, LAN, Cable, Condition, Network


class Echo:
    """A server that says back what it hears."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                while heard := connection.recv(4096):
                    connection.sendall(heard)
            except OSError:
                pass

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def lan():
    loop, echo, said = Loop(), Echo(), []
    loop.start()
    cables = [
        Cable("kiosk-ledger", 0, echo.address, (LAN, INTERNET)),
        Cable("kiosk-printer", 0, echo.address),
    ]
    wires = Network(cables, loop, lambda who, sentence: said.append(sentence))
    wires.said = said
    wires.start()
    yield wires
    wires.stop()
    loop.stop()
    echo.close()


def dial(wires, name):
    return socket.create_connection(("127.0.0.1", wires.port(name)), timeout=60)


def gets_through(wires, name):
    try:
        with dial(wires, name) as line:
            line.sendall(b"ping")
            return line.recv(4) == b"ping"
    except OSError:
        return False


def test_a_cable_carries_both_ways(lan):
    with dial(lan, "kiosk-ledger") as line:
        line.sendall(b"x" * 200_000)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while more := line.recv(65536):
            heard += more
    assert heard == b"x" * 200_000


def test_a_cut_drops_who_is_talking_and_refuses_who_comes(lan):
    with dial(lan, "kiosk-ledger") as line:
        line.sendall(b"ping")
        assert line.recv(4) == b"ping"
        lan.set("kiosk-ledger", Condition(up=False))
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    assert not gets_through(lan, "kiosk-ledger")
    assert gets_through(lan, "kiosk-printer")
    lan.set("kiosk-ledger", Condition())
    assert gets_through(lan, "kiosk-ledger")
    assert lan.said == ["The cable kiosk-ledger is cut", "The cable kiosk-ledger is up"]


def test_the_internet_takes_only_the_ledger_away(lan):
    lan.set(INTERNET, Condition(up=False))
    assert not lan.works("kiosk-ledger")
    assert not gets_through(lan, "kiosk-ledger")
    assert gets_through(lan, "kiosk-printer")


def test_the_lan_takes_everything_away_and_a_cut_cable_stays_cut(lan):
    lan.set("kiosk-printer", Condition(up=False))
    lan.set(LAN, Condition(up=False))
    assert not gets_through(lan, "kiosk-ledger")
    lan.set(LAN, Condition())
    assert gets_through(lan, "kiosk-ledger")
    assert not gets_through(lan, "kiosk-printer")


def test_in_a_black_hole_bytes_wait_and_arrive_when_it_closes(lan):
    lan.set("kiosk-ledger", Condition(up=False, refuse=False))
    with dial(lan, "kiosk-ledger") as line:
        line.sendall(b"ping")
        line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            line.recv(4)
        lan.set("kiosk-ledger", Condition())
        line.settimeout(60)
        assert line.recv(4) == b"ping"


def test_delay_is_one_way(lan):
    lan.set("kiosk-printer", Condition(delay_ms=60))
    with dial(lan, "kiosk-printer") as line:
        began = time.monotonic()
        line.sendall(b"ping")
        assert line.recv(4) == b"ping"
        assert time.monotonic() - began >= 0.12


def test_a_lost_packet_costs_a_second_and_arrives(lan):
    with dial(lan, "kiosk-printer") as line:
        line.sendall(b"ping")
        assert line.recv(4) == b"ping"
        lan.set("kiosk-printer", Condition(loss=0.5))
        began = time.monotonic()
        line.sendall(b"pong")
        assert line.recv(4) == b"pong"
        assert time.monotonic() - began >= 1.0


def test_a_dead_target_hangs_up(lan):
    dead = socket.create_server(("127.0.0.1", 0))
    address = dead.getsockname()
    dead.close()
    loop = Loop()
    loop.start()
    wires = Network([Cable("x", 0, address)], loop, lambda who, sentence: None)
    wires.start()
    assert not gets_through(wires, "x")
    wires.stop()
    loop.stop()


@pytest.mark.parametrize("wrong", [{"loss": 2}, {"delay_ms": -1}, {"colour": "red"}])
def test_an_impossible_condition_is_refused(wrong):
    with pytest.raises(network.BadCondition):
        network.read(Condition(), wrong)
