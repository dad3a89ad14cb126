"""All pretend hardware of one lobby, started and stopped together."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from lobby import invariants, subjects
from lobby.app import create_app
from lobby.books import Books
from lobby.camera import Camera
from lobby.config import Config
from lobby.invariants import Lamp
from lobby.letters import Letter
from lobby.loop import Loop
from lobby.mailbox import Mailbox
from lobby.mailbox import Port as MailPort
from lobby.network import INTERNET, LAN, Cable, Condition, Network
from lobby.optics import View, photograph
from lobby.phones import PhonesPort
from lobby.printer.machine import Printer
from lobby.printer.port import Port as PrinterPort
from lobby.printer.slips import Tray
from lobby.programs import DEVICES, HOST, SPARE, Ports, address, clock_file
from lobby.scenarios.night import OFFICE
from lobby.scenarios.screen import Screen
from lobby.terminal.charges import Book
from lobby.terminal.machine import Terminal
from lobby.terminal.port import Port as TerminalPort
from lobby.timeline import Timeline
from lobby.webserver import WebServer


class Plugs(Protocol):
    """Whoever can pull the plug of the real processes."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def pull(self, name: str) -> None: ...

    def start(self, name: str) -> None: ...

    def alive(self, name: str) -> bool: ...


class Part(Protocol):
    """Something that runs for as long as the lobby is open."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Hardware:
    """The pretend lobby around the real programs."""

    def __init__(
        self, ports: Ports, folder: Path, plugs: Plugs, config: Config | None = None
    ) -> None:
        """folder: where books and letters are kept. Nothing listens before start."""
        config = config or Config()
        self.ports = ports
        self._plan = config.plan
        self.plugs = plugs
        self.demo_facts: Mapping[str, Any] = {}
        self.folder = folder
        self._hands: dict[str, Screen] = {}
        self.timeline = Timeline()
        note = self.timeline.note
        self.tray = Tray()
        self.printer = Printer(
            "printer",
            self.tray,
            note,
            width_dots=config.width_dots,
            mm_per_s=config.mm_per_s,
        )
        # Its paper lands in the same tray.
        spare = Printer(
            "spare printer",
            self.tray,
            note,
            width_dots=config.width_dots,
            mm_per_s=config.mm_per_s,
        )
        self.terminal = Terminal(Book(folder / "terminal"), note, plan=config.plan)
        self.mailbox = Mailbox(note, folder=folder / "mailbox")
        self.cameras = {name: Camera(name, note) for name in DEVICES}
        self.books = Books(
            address(ports.ledger),
            {name: address(ports.device(name)) for name in {**DEVICES, **SPARE}},
        )
        loop = Loop()
        self.network = Network(_cables(ports), loop, note)
        # In the order in which they start; they stop the other way round.
        self._parts: tuple[Part, ...] = (
            loop,
            self.printer,
            PrinterPort(self.printer, host=HOST, port=ports.printer),
            spare,
            PrinterPort(spare, host=HOST, port=ports.spare_printer),
            TerminalPort(self.terminal, host=HOST, port=ports.terminal),
            MailPort(self.mailbox, loop, host=HOST, port=ports.mail),
            self.network,
            WebServer(create_app(self), host=HOST, port=ports.lobby),
        )
        if ports.phones_at:
            self._parts += (
                PhonesPort(
                    loop,
                    folder / "phones.pem",
                    name=ports.phones_at,
                    port=ports.phones,
                    door=ports.phones_door,
                ),
            )
        self._running: list[Part] = []

    def start(self) -> None:
        """Raises OSError when a port is taken; then nothing of it runs."""
        try:
            for part in self._parts:
                part.start()
                self._running.append(part)
        except OSError:
            self.stop()
            raise
        self.timeline.note("lobby", "The lobby is open")

    def warm_up(self) -> None:
        """Take a first picture: it takes long, and nobody shall wait for it at a door."""
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()

    def stop(self) -> None:
        while self._running:
            self._running.pop().stop()
        self.books.stop()
        for screen in self._hands.values():
            screen.close()

    def lamps(self, *, fresh: bool) -> list[Lamp]:
        """Return the lamps; fresh asks everybody first, else they may be a second old."""
        reading = self.books.now() if fresh else self.books.lately()
        return invariants.lamps(
            kiosk=reading.kiosk,
            ledger=reading.ledger,
            charges=self.terminal.charges(),
            unsent=reading.unsent,
        )

    def as_at_first(self) -> list[str]:
        """Put right what anybody broke by hand, for a story to begin; name the plugs."""
        self.printer.heal()
        for name in self.network.conditions():
            self.network.set(name, Condition())
        self.terminal.set_plan(self._plan)
        for camera in self.cameras.values():
            camera.clear()
        if self.clock_offset_ms:
            self.set_clock(0)
        out = [n for n in self.plugs.names if n not in SPARE and not self.plugs.alive(n)]
        for name in out:
            self.plugs.start(name)
            self.timeline.note(name, "The plug is in again")
        return out

    def hand(self, name: str) -> Screen:
        """Whoever stands at a screen that the page does not show; they stay there."""
        if name not in self._hands:
            port = self.ports.ledger if name == OFFICE else self.ports.device(name)
            self._hands[name] = Screen(address(port))
        return self._hands[name]

    def letter(self, number: int) -> Letter | None:
        return self.mailbox.find(number)

    @property
    def zone(self) -> ZoneInfo | None:
        """Where the theatre stands, so that all clocks on the page agree; or None."""
        name = self.demo_facts.get("zone")
        return ZoneInfo(name) if isinstance(name, str) else None

    @property
    def clock_offset_ms(self) -> int:
        """How far the demo's clocks are ahead."""
        try:
            return int(clock_file(self.folder, "ledger").read_text() or 0)
        except (OSError, ValueError):
            return 0

    def set_clock(self, offset_ms: int, of: Sequence[str] = ()) -> None:
        """Let clocks jump: those of the named processes, or all of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in of or ("ledger", *DEVICES, *SPARE):
            file = clock_file(self.folder, name)
            draft = file.with_suffix(".new")
            draft.write_text(str(offset_ms))
            draft.replace(file)
        whose = f"The clocks of {', '.join(of)}" if of else "All clocks"
        self.timeline.note("clock", f"{whose} are now {_span(offset_ms)}")


def _warm_up() -> None:
    photograph(subjects.code("warm"), View())


def _span(offset_ms: int) -> str:
    if not offset_ms:
        return "right"
    minutes = abs(offset_ms) // 60_000
    days, rest = divmod(minutes, 24 * 60)
    amount = " ".join(
        f"{value} {unit}"
        for value, unit in ((days, "d"), (rest // 60, "h"), (rest % 60, "min"))
        if value
    )
    return f"{amount or 'less than a minute'} {'ahead' if offset_ms > 0 else 'behind'}"


def _cables(ports: Ports) -> list[Cable]:
    to_ledger = [
        Cable(f"{name}-ledger", ports.line(name), (HOST, ports.ledger), (LAN, INTERNET))
        for name in {**DEVICES, **SPARE}
    ]
    return [
        *to_ledger,
        Cable("kiosk-terminal", ports.line_to_terminal, (HOST, ports.terminal)),
        Cable("kiosk-printer", ports.line_to_printer, (HOST, ports.printer)),
    ]
