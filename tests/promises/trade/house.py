"""Three kiosks and two doors against one ledger, every line of them through a forwarder.

The programs are those of the product; terminals, printers and cables are the lobby's.
"""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from lobby.loop import Loop
from lobby.network import Cable, Condition, Network
from lobby.printer.machine import Printer
from lobby.printer.port import Port as PrinterPort
from lobby.printer.slips import Tray
from lobby.programs import HOST, address, clock_file, demo_environment
from lobby.supervisor import Program, Supervisor
from lobby.terminal.charges import Book
from lobby.terminal.machine import Terminal
from lobby.terminal.port import Port as TerminalPort
from tests.warm import Warm

CHECKOUT: Final = Path(__file__).parents[3]
KIOSKS: Final = ("kiosk-1", "kiosk-2", "kiosk-3")
DOORS: Final = ("door-a", "door-b")
READY_S: Final = 240.0


@dataclass
class Foyer:
    """A kiosk's own hardware, which outlives the kiosk."""

    terminal: Terminal
    tray: Tray
    printer: Printer
    ports: tuple[TerminalPort, PrinterPort]


class House:
    """All programs of a busy evening, and the weather between them."""

    def __init__(
        self,
        folder: Path,
        base: int,
        kiosks: Sequence[str] = KIOSKS,
        doors: Sequence[str] = DOORS,
        *,
        supervisor: type[Supervisor] = Supervisor,
        checkout: Path = CHECKOUT,
    ) -> None:
        """folder: where everything is kept; a house that is there already goes on.

        checkout: whose programs they are.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.base, self._checkout = folder, base, checkout
        self.devices = {name: base + 10 + n for n, name in enumerate((*kiosks, *doors))}
        self.foyers = {name: _foyer(folder, name) for name in kiosks}
        loop = Loop()
        loop.start()
        self._loop = loop
        self.network = Network(
            [
                Cable(name, base + 50 + n, (HOST, base + 1))
                for n, name in enumerate(self.devices)
            ],
            loop,
            lambda *_: None,
        )
        self.network.start()
        self.pass_to(0)
        if not (folder / "ledger" / "demo.json").exists():
            self._furnish(kiosks)
        self.opened_ms = time.time_ns() // 1_000_000
        self.supervisor = supervisor(
            [self._ledger(), *map(self._device, self.devices)],
            checkout=checkout,
            folder=folder / "log",
        )

    def open(self) -> None:
        """Start everything and wait until all devices are ready."""
        for name in self.supervisor.names:
            self.supervisor.start(name)
        self.wait_until_ready()

    def close(self) -> None:
        self.supervisor.stop_all()
        self.network.stop()
        for foyer in self.foyers.values():
            for port in foyer.ports:
                port.stop()
            foyer.printer.stop()
        self._loop.stop()

    def pass_to(self, ms: int) -> None:
        """Let all clocks be that far ahead."""
        for name in ("ledger", *self.devices):
            self.set_clock(name, ms)

    def set_clock(self, name: str, ms: int) -> None:
        """Let one program's clock be that far ahead, from its next reading on."""
        clock = clock_file(self.folder, name)
        draft = clock.with_name(f"{clock.name}.new")
        draft.write_text(str(ms))
        draft.replace(clock)

    def mend(self) -> None:
        """Put every cable and every plug back."""
        for name in self.devices:
            self.network.set(name, Condition())
        for name in self.supervisor.names:
            self.supervisor.start(name)

    def wait_until_ready(self) -> None:
        """Wait for all devices to have paired, recovered and read the house."""
        until = time.monotonic() + READY_S
        waiting = set(self.devices)
        while waiting:
            for name in list(waiting):
                with suppress(httpx.HTTPError, ValueError):
                    if self.get(name, "/health").get("ready"):
                        waiting.discard(name)
            if time.monotonic() > until:
                last = {name: self.supervisor.last_words(name) for name in waiting}
                raise TimeoutError(f"not ready: {last}")
            time.sleep(0.1)

    def address(self, name: str) -> str:
        """Where a device has its pages, or the ledger."""
        return address(self.base + 1 if name == "ledger" else self.devices[name])

    def sold_online(self) -> int:
        """Count the tickets of orders that the shop sold, in the ledger's own tables."""
        book = sqlite3.connect(
            f"file:{self.folder / 'ledger' / 'ledger.sqlite'}?mode=ro", uri=True
        )
        with closing(book):
            (count,) = book.execute(
                'SELECT count(*) FROM ticket JOIN "order" ON "order".id = ticket."order"'
                " WHERE \"order\".seller = 'online' AND ticket.made_ms >= ?",
                (self.opened_ms,),
            ).fetchone()
        return int(count)

    def get(self, name: str, path: str) -> dict[str, Any]:
        """Ask a device, or the ledger. Raises httpx.HTTPError."""
        answer = httpx.get(f"{self.address(name)}{path}", timeout=30, trust_env=False)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def secret(self, name: str) -> str:
        """What a scanner shows to this device."""
        return (self.folder / name / "scanner.secret").read_text()

    def codes(self) -> list[str]:
        """All QR codes that came out anywhere."""
        return [
            code
            for foyer in self.foyers.values()
            for slip in foyer.tray.slips()
            for code in slip.codes
        ]

    # --- the programs -----------------------------------------------------------------

    def _ledger_settings(self) -> dict[str, str]:
        return {
            **demo_environment(self.folder, "ledger"),
            "FOH_LEDGER_DIR": str(self.folder / "ledger"),
            "FOH_LEDGER_HOST": HOST,
            "FOH_LEDGER_PORT": str(self.base + 1),
            "FOH_LEDGER_PUBLIC_URL": address(self.base + 1),
        }

    def _furnish(self, kiosks: Sequence[str]) -> None:
        """Fill the demo house, and invite the kiosks that it does not know."""
        invites = self.folder / "ledger" / "invites"
        commands = [["migrate"], ["demo"]]
        for n, name in enumerate(kiosks[1:], start=2):
            out = str(invites / f"{name}.json")
            more = ["--name", f"Kiosk {n}", "--role", "kiosk", "--out", out]
            commands.append(["invite", *more])
        for command in commands:
            self.command(self._checkout, *command)

    def command(self, checkout: Path, *words: str) -> None:
        """Give one of the ledger's commands. Raises subprocess.CalledProcessError."""
        subprocess.run(
            [sys.executable, "-m", "ledger", *words],
            cwd=checkout,
            env={**os.environ, **self._ledger_settings()},
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _ledger(self) -> Program:
        return Program("ledger", "ledger", ("serve",), self._ledger_settings())

    def _device(self, name: str) -> Program:
        settings = {
            **demo_environment(self.folder, name),
            "FOH_KIOSK_DIR": str(self.folder / name),
            "FOH_KIOSK_HOST": HOST,
            "FOH_KIOSK_PORT": str(self.devices[name]),
            "FOH_LEDGER_URL": address(self.network.port(name)),
            "FOH_INVITE_FILE": str(self.folder / "ledger" / "invites" / f"{name}.json"),
        }
        if name in self.foyers:
            terminal, printer = self.foyers[name].ports
            settings |= {
                "FOH_PRINTER": f"tcp://{HOST}:{printer.number}",
                "FOH_TERMINAL": f"pretend:{address(terminal.number)}",
            }
        else:
            settings["FOH_DOOR"] = name.replace("-", " ").title()
        return Program(name, "kiosk", ("serve",), settings)


@contextmanager
def house(folder: Path, base: int) -> Iterator[House]:
    """Open a house on ports of its own, and close it again."""
    # Plugs are pulled all day: a start that reads its modules again trades for nothing.
    made = House(folder, base, supervisor=Warm)
    try:
        made.open()
        yield made
    finally:
        made.close()
        Warm.cool()


def _foyer(folder: Path, name: str) -> Foyer:
    tray = Tray()
    printer = Printer(name, tray, lambda *_: None)
    terminal = Terminal(Book(folder / f"terminal-{name}"), lambda *_: None)
    ports = (TerminalPort(terminal), PrinterPort(printer))
    printer.start()
    for port in ports:
        port.start()
    return Foyer(terminal, tray, printer, ports)


def apart(work: list[tuple[str, Any]]) -> list[threading.Thread]:
    """Start each piece of work on a thread of its own."""
    threads = [
        threading.Thread(target=act, name=name, daemon=True, args=(name,))
        for name, act in work
    ]
    for thread in threads:
        thread.start()
    return threads
