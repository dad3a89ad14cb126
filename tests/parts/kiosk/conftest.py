"""The house on a Friday at seven, a kiosk in its foyer, and the doors."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxoffice import failpoints
from kiosk.device import Device
from kiosk.printing import profile, transport
from kiosk.printing.transport import Wired
from kiosk.store import engine
from kiosk.store.store import Store
from lobby.printer.machine import Printer
from lobby.printer.port import Port
from lobby.printer.slips import Tray
from tests.parts.kiosk import statements, theatre
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Rooms, Time


@pytest.fixture(scope="session", autouse=True)
def known_statements() -> Iterator[None]:
    """Each store compiles what no store of this run has compiled before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_engine", statements.create_engine)
        yield


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ledger(time: Time) -> LedgerDouble:
    ledger = LedgerDouble(time.now_ms)
    theatre.furnish(ledger)
    return ledger


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store: migrating takes longer than most tests."""
    folder = tmp_path_factory.mktemp("empty")
    Store(folder).close()
    return folder / "store.sqlite"


@pytest.fixture
def rooms(
    tmp_path: Path, ledger: LedgerDouble, time: Time, empty_store: Path
) -> Iterator[Rooms]:
    rooms = Rooms(tmp_path, ledger, time, empty=empty_store)
    yield rooms
    rooms.close()


@pytest.fixture
def card() -> Card:
    return Card()


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    # It answers from a thread of this process, and other tests want the processor, too.
    monkeypatch.setattr(transport, "REPLY_S", 2.0)
    tray = Tray()
    printer = Printer("printer", tray, lambda *_: None)
    port = Port(printer)
    printer.start()
    port.start()
    address = f"tcp://127.0.0.1:{port.number}"
    yield Paper(printer, port, tray, Wired(address, profile.load("80"), proof_s=4))
    port.stop()
    printer.stop()


@pytest.fixture
def kiosk(rooms: Rooms, card: Card, paper: Paper) -> Device:
    return rooms.device(terminal=card, printer=paper.line)


@pytest.fixture
def door(rooms: Rooms) -> Device:
    return rooms.device("Door A", role="door")


@pytest.fixture
def plug() -> Iterator["Plug"]:
    plug = Plug()
    yield plug
    failpoints.watch(None)


class PulledPlug(BaseException):
    """The power is gone at this very place."""


class Plug:
    """Pulls the plug when the program reaches a place for the nth time."""

    def at(self, place: str, nth: int = 1) -> None:
        reached = itertools.count(1)

        def hook(name: str) -> None:
            if name == place and next(reached) == nth:
                raise PulledPlug(name)

        failpoints.watch(hook)

    def back(self) -> None:
        failpoints.watch(None)
