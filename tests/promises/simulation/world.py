"""One seeded evening: machines, wires, hardware, and the faults that befall them."""

import atexit
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from flask import Flask

from boxoffice import failpoints
from ledger import book, history, orders
from ledger.app import create_app
from ledger.clock import Means
from ledger.config import Config
from ledger.running import Running
from ledger.store import Store
from tests.promises.simulation import house, seams
from tests.promises.simulation.book import FILE, Ledger
from tests.promises.simulation.clock import Time
from tests.promises.simulation.graves import Grave
from tests.promises.simulation.house import START_MS, Evening
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.machine import Machine
from tests.promises.simulation.printer import Printer
from tests.promises.simulation.seams import Where
from tests.promises.simulation.terminal import Manners, Terminal
from tests.promises.simulation.wire import Weather, Wire

KIOSKS = ("Kiosk 1", "Kiosk 2", "Kiosk 3")
DOORS = ("Door A", "Door B")
SETTLING_MS = 90_000
BLANK = "blank.sqlite"  # A device's tables with nothing in them.


@dataclass(frozen=True)
class Green:
    """A lamp that turned green: somebody went in, or out."""

    ticket: str
    door: str
    mode: str
    repeat: bool
    code: str


@dataclass(frozen=True)
class Doubt:
    """A ticket that a door did not believe: what it said, and by whom it was asked."""

    ticket: str
    answer: str
    door: str
    link: str


@dataclass
class World:
    """Everything in one evening, and what was seen of it from outside."""

    seed: int
    time: Time
    chance: Random
    evening: Evening
    strict: bool
    ledger: Ledger
    devices: dict[str, Kiosk]
    where: Where
    folder: Path
    open_ms: int = 0
    violations: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    web: list[orders.Sold] = field(default_factory=list)
    wiped: list[orders.Sold] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    greens: list[Green] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    absent: list[str] = field(default_factory=list)
    gift_cards: dict[str, int] = field(default_factory=dict)
    doubted: list[Doubt] = field(default_factory=list)
    blank: Path = Path()
    joining: set[str] = field(default_factory=set)
    graves: list[Grave] = field(default_factory=list)

    @property
    def kiosks(self) -> list[Kiosk]:
        return [self.devices[name] for name in KIOSKS if name in self.devices]

    @property
    def doors(self) -> list[Kiosk]:
        return [self.devices[name] for name in DOORS if name in self.devices]

    @property
    def machines(self) -> list[Machine]:
        return [self.ledger, *self.devices.values()]

    def codes(self) -> list[str]:
        """What people hold in their hands: on paper, on phones, from the web."""
        paper = [
            slip.code
            for kiosk in self.kiosks
            if kiosk.printer
            for slip in kiosk.printer.slips
            if slip.whole
        ]
        web = [ticket.payload for sold in self.web for ticket in sold.tickets]
        return list(dict.fromkeys([*paper, *self.phones, *web]))

    def tell(self, who: str, what: str) -> None:
        """Write a line of the trace: seconds since the doors opened, who, what."""
        at_s = (self.time.now_ms - self.open_ms) / 1000
        self.trace.append(f"{at_s:9.3f}  {who:<10} {what}")

    def violated(self, what: str) -> None:
        """A promise was broken, or production code did what no code should."""
        self.violations.append(what)
        self.tell("ORACLE", what)

    def spawn(self, script: Callable[[], None], after_ms: int = 0) -> None:
        """Begin a script of people or faults; what it stumbles over is a violation."""

        def run() -> None:
            try:
                script()
            except Exception:
                self.violated(traceback.format_exc())

        self.time.spawn(run, after_ms)

    def random(self, name: str) -> Random:
        """Chance of its own for everything with a name, so that changes stay local."""
        return Random(f"{self.seed}/{name}")


@contextmanager
def opened(seed: int, *, strict: bool) -> Iterator[World]:
    """Open the house for one seed: copies of machines that were paired before."""
    folder = Path(tempfile.mkdtemp(prefix="evening-", dir=_root()))
    template = _template(strict)
    time, where = Time(template.now_ms), Where()
    world: World | None = None

    def stumbled(loop: str, why: str) -> None:
        assert world is not None
        machine = where.here()
        world.violated(f"{machine.name if machine else '?'}: loop {loop}: {why}")

    with seams.simulated(time, where, Random(f"{seed}/seams"), stumbled):
        world = _copied(seed, time, where, folder, template)
        failpoints.watch(lambda place: _reached(world, place))
        try:
            yield world
        finally:
            time.drop()
            for machine in world.machines:
                if machine.up:
                    machine.closed()
            shutil.rmtree(folder, ignore_errors=True)


def _reached(world: World, place: str) -> None:
    machine: Machine | None = world.ledger
    if not place.startswith("intake"):
        machine = world.where.here()
    if machine is not None:
        machine.reached(place)


@dataclass(frozen=True)
class Template:
    """Machines that are paired, have heard everything, and are switched off."""

    folder: Path
    evening: Evening
    now_ms: int
    strict: bool


def _copied(seed: int, time: Time, where: Where, folder: Path, template: Template) -> World:
    for home in template.folder.iterdir():
        if home.is_file():
            continue
        newest = max(home.iterdir(), key=lambda path: int(path.name))
        shutil.copytree(newest, folder / home.name / "1")
    world = _furnished(seed, time, where, folder, template.evening, template.strict)
    world.blank = template.folder / BLANK
    return world


def _furnished(
    seed: int, time: Time, where: Where, folder: Path, evening: Evening, strict: bool
) -> World:
    chance = Random(f"{seed}/world")
    ledger = Ledger(folder / "ledger", time, Random(f"{seed}/ledger"), _app())
    devices = {}
    for name in KIOSKS + DOORS:
        own = Random(f"{seed}/{name}")
        kiosk = name in KIOSKS
        devices[name] = Kiosk(
            name,
            "kiosk" if kiosk else "door",
            folder / name,
            time,
            own,
            Wire(time, Random(f"{seed}/{name}/wire"), ledger, Weather()),
            terminal=Terminal(
                f"T{name[-1]}", time, Random(f"{seed}/{name}/card"), Manners()
            )
            if kiosk
            else None,
            printer=Printer(time, Random(f"{seed}/{name}/paper")) if kiosk else None,
        )
    where.machines = list(devices.values())
    return World(
        seed, time, chance, evening, strict, ledger, devices, where, folder, time.now_ms
    )


@cache
def _root() -> Path:
    """A folder in memory, if there is one: a lost evening is no loss."""
    memory = Path("/dev/shm")
    root = tempfile.mkdtemp(prefix="foh-", dir=memory if memory.is_dir() else None)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(root)


@cache
def _template(strict: bool) -> Template:
    folder = _root() / f"template-{strict}"
    time, where = Time(START_MS), Where()
    troubles: list[str] = []
    with seams.simulated(
        time, where, Random("template"), lambda loop, why: troubles.append(f"{loop}: {why}")
    ):
        for name in ("ledger", *KIOSKS, *DOORS):
            (folder / name / "1").mkdir(parents=True)
        _migrated(folder)
        world = _furnished(0, time, where, folder, Evening("", "", ""), strict)
        world.ledger.start()
        world.evening = house.open_house(world.ledger.running, strict=strict)
        for device in world.devices.values():
            time.spawn(lambda device=device: device.pair(world.ledger))
        time.run(START_MS + SETTLING_MS)
        for machine in world.machines:
            machine.cut("the template is made")
        time.run(START_MS + SETTLING_MS + 1)
        time.drop()
    assert not troubles, troubles[0]
    return Template(folder, world.evening, START_MS + SETTLING_MS, strict)


def _migrated(folder: Path) -> None:
    """Make the tables, once for all seeds."""
    from kiosk.store import engine, migrate

    database = f"sqlite:///{folder / 'ledger' / '1' / FILE}"
    history.upgrade(database)
    store = Store(database)
    store.write(book.begin, Means(START_MS, Random("book").randbytes))
    store.close()
    first = folder / KIOSKS[0] / "1" / "store.sqlite"
    writing = engine.writing(first)
    _TO_HEAD(writing)
    writing.dispose()
    shutil.copy(first, folder / BLANK)
    for name in (*KIOSKS[1:], *DOORS):
        shutil.copy(first, folder / name / "1")
    assert migrate.to_head is not _TO_HEAD


def _to_head() -> Callable[..., None]:
    from kiosk.store import migrate

    return migrate.to_head


_TO_HEAD = _to_head()


@cache
def _app() -> Flask:
    """The ledger's web app; each evening puts its own book into it."""
    folder = Path(tempfile.mkdtemp(prefix="app-", dir=_root()))
    settings = Config(directory=folder, database="sqlite://", port=0, demo=True)
    nobody: Running = Running(settings, None, lambda: 0, None)  # type: ignore[arg-type]
    return create_app(nobody)
