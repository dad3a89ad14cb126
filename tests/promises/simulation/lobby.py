"""Devices in the lobby: production kiosks and doors on machines that lose their power."""

import shutil
from collections.abc import Callable
from math import ceil
from pathlib import Path
from random import Random
from typing import Any, Concatenate, ParamSpec, TypeVar

from boxoffice import log as chain
from kiosk import feed, pairing, recovery
from kiosk.clock import Clock
from kiosk.config import Config, Invite
from kiosk.device import Device
from kiosk.line import Line
from kiosk.loops import Loops
from kiosk.outcomes import LineDown
from kiosk.store.store import Store
from ledger import devices
from tests.carried import Carried
from tests.promises.simulation.book import Ledger
from tests.promises.simulation.clock import Bell, Time
from tests.promises.simulation.machine import Dark, Machine, keep_database
from tests.promises.simulation.printer import Printer
from tests.promises.simulation.terminal import Terminal
from tests.promises.simulation.wire import Wire

P = ParamSpec("P")
R = TypeVar("R")
FILE = "store.sqlite"
URL = "http://ledger.test"
_NOTICED_S, _NOTICES_AFTER_S = 0.5, 1.5


class Kiosk(Machine):
    """One device: kiosk or door.

    wall_off_ms: how wrong its wall clock is. battery: whether that clock has one.
    """

    def __init__(
        self,
        name: str,
        role: str,
        home: Path,
        time: Time,
        chance: Random,
        wire: Wire,
        *,
        terminal: Terminal | None = None,
        printer: Printer | None = None,
    ) -> None:
        super().__init__(name, home, time)
        self.role, self._chance, self.wire = role, chance, wire
        self.terminal, self.printer = terminal, printer
        self.wall_off_ms, self.battery = 0, False
        self._booted_ms = time.now_ms - 60_000
        self._boots = 1
        self.device: Device

    def start(self, *, rebooted: bool = True) -> None:
        """Start the program; rebooted: on a machine that had lost its power."""
        if rebooted:
            self._booted_ms, self._boots = self.time.now_ms - 10_000, self._boots + 1
        self.switched_on()
        self.device = self._open()
        self.do(Loops(self.device).start)

    def pair(self, ledger: Ledger) -> None:
        """Become part of the house, once."""
        self.switched_on()
        self.device = self._open()
        while not self.device.paired:
            try:
                self._introduce(ledger)
            except (Dark, LineDown):
                self.time.sleep(3_000)
        self._connect()
        self.do(Loops(self.device).start)

    def _introduce(self, ledger: Ledger) -> None:
        invited = ledger.write(
            devices.invite, name=self.name, role=self.role, place=self.name, url=URL
        )
        invite = Invite(URL, invited["token"], invited["ledger_id"], invited["ledger_key"])
        self.do(lambda: pairing.pair(self.device, invite, carrier=Carried(self.wire)))

    def lose_storage(self, blank: Path) -> Path:
        """Lose everything that was written here; give where it can still be looked at."""
        self.cut("its storage is lost")
        after = self._home / str(self.starts + 1)
        lost = self._home / f"lost-{self.starts}"
        shutil.move(after, lost)
        after.mkdir()
        shutil.copy(blank, after / FILE)
        self._boots += 1
        return lost

    def touch(
        self, use: Callable[Concatenate[Device, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Use this device as its pages do. Raises Dark."""
        return self.do(lambda: use(self.device, *args, **kwargs))

    @property
    def serves(self) -> bool:
        """Whether a guest would find its pages open."""
        if not self.up or not self.device.ready.is_set():
            return False
        with self.device.store.read() as session:
            return feed.heard_all(session, now_ms=self.device.clock.now_ms())

    def keep(self, before: Path, after: Path) -> None:
        shutil.copy(before / "device.key", after / "device.key")
        keep_database(before, after, FILE, synchronous=self._synchronous)

    def closed(self) -> None:
        self.device.store.close()

    def _open(self) -> Device:
        config = Config(self.folder, "127.0.0.1", 0, URL, door=self.name)
        store = Store(self.folder)
        booted_ms = self._booted_ms
        device = Device(
            config,
            clock=Clock(
                wall_ms=lambda: self.time.now_ms + self.wall_off_ms,
                boot_ms=lambda: self.time.now_ms - booted_ms,
                boot=f"{self.name} boot {self._boots}",
                has_battery=self.battery,
                synchronised=lambda: False,
            ),
            store=store,
            chance=self._chance.randbytes,
            terminal=self.terminal,
            printer=self.printer,
        )
        device.stopping = Bell(self.time)  # type: ignore[assignment]
        store.wait = lambda seen, s: self._wait(store, seen, s)  # type: ignore[method-assign]
        self._watch(store)
        recovery.recall_clock(device)
        self.device = device
        if device.paired:
            self._connect()
        return device

    def _connect(self) -> None:
        device = self.device
        device.connect(
            Line(
                URL,
                clock=device.clock,
                key=device.key,
                identity=device.me,
                new_id=device.new_id,
                carrier=Carried(self.wire),
            )
        )

    def _watch(self, store: Store) -> None:
        """Know of every commit, before and after; see how it is synced."""
        engine: Any = store._writing
        with engine.connect() as connection:
            self._synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        commit, changed = store._writer._commit, store._writer._changed

        def before(session: Any) -> None:
            session.flush()
            self.reached("commit: before")
            commit(session)

        def after() -> None:
            changed()
            self.reached("commit: after")

        store._writer._commit = before  # type: ignore[method-assign]
        store._writer._changed = after
        # What the writing thread does is done here and now: nobody waits for threads.
        store._writer.write = lambda case, *args, **kwargs: (  # type: ignore[method-assign]
            store._writer._run_case(lambda session: case(session, *args, **kwargs))
        )
        store._writer.write_together = store._writer.write  # type: ignore[method-assign]

    def _wait(self, store: Store, seen: int, timeout_s: float) -> int:
        """Let loops notice a commit a little later than threads do: fewer turns."""
        if timeout_s >= _NOTICED_S:
            timeout_s = _NOTICES_AFTER_S
        self.time.sleep(ceil(timeout_s * 1000))
        return store.commits


def is_genuine(payload: str) -> bool:
    """Whether this text could be one of our codes at all."""
    return payload.startswith("FOH:") and len(payload) > len("FOH:")


def digest(text: str) -> str:
    """A short name for something in a trace."""
    return chain.digest(text.encode()).hex()[:6]
