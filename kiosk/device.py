"""This device: its settings, its clock, its store, its line, its hardware.

One object that `kiosk.app` puts together once and that every use case gets as its first
argument. Pages reach it as `current_app.extensions["foh"]`.
"""

import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from boxoffice import ids, will_call
from kiosk import identity
from kiosk.batches import Batches
from kiosk.board import Board
from kiosk.clock import Clock
from kiosk.config import Config
from kiosk.glimpse import Glimpse
from kiosk.identity import Identity, Key
from kiosk.introduction import Introduction
from kiosk.line import Line
from kiosk.payments.port import Terminal
from kiosk.printing.transport import Printer
from kiosk.shown.printing import Status
from kiosk.sight import Sight
from kiosk.store import statements
from kiosk.store.store import Store

if TYPE_CHECKING:
    from kiosk.rehearsal import Rehearsal


class NotPaired(Exception):
    """This device does not belong to a house yet."""


class Device:
    """What a use case may need.

    chance: gives that many random bytes. terminal, printer: None where there is none.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock,
        store: Store,
        chance: Callable[[int], bytes] = os.urandom,
        terminal: Terminal | None = None,
        printer: Printer | None = None,
    ) -> None:
        self.config = config
        self.clock = clock
        self.store = store
        self.chance = chance
        self.terminal = terminal
        self.printer = printer
        self.key: Key = identity.key(config.key_file, chance(32))
        self.stopping = threading.Event()
        # Set once everything that was under way before the start is settled.
        self.ready = threading.Event()
        self.started_boot_ms = clock.boot_ms()
        # When seats of a performance were last allotted to us or sold here, by boot time:
        # a tank that has just been filled is not idle yet.
        self.used_boot_ms: dict[str, int] = {}
        # Whether the terminal answered when it was last asked; taken to until it does not.
        self.terminal_answers = True
        # When each attempt began to leave us in doubt, by boot time.
        self._doubts: dict[str, int] = {}
        # Misses of those who type order numbers here.
        self.typing = will_call.Throttle()
        self.board = Board(first_id=clock.wall_ms())
        self.sight = Sight()
        self.glimpse = Glimpse()
        # What it was told of a house while it belongs to none.
        self.introduction = Introduction()
        # Codes by which a phone may join, from our own screen: until when, by boot ms.
        self.joins: dict[str, int] = {}
        # Whose the tickets are, by ticket: in memory alone. Source: sync.md §9.
        self.names: Mapping[str, str] = {}
        # Codes of the troubles that were told and have not gone.
        self.faults: set[str] = set()
        # What the spool's thread last heard from the printer; nothing before it asked.
        self.paper_status = Status.UNKNOWN
        # Whether paper waits in its slot, None: nobody can tell; since when by boot ms.
        self.paper_waits: bool | None = None
        self.slot_boot_ms = 0
        # Old bytes may wait in the printer until its buffer was cleared.
        self.printer_buffer_doubtful = True
        self.printer_was_gone = False
        # The newest event that may have reached the ledger, acknowledged or not.
        self.offered_seq = 0
        self.batches = Batches()
        # Calls for staff that the ledger has told of: when they go, staff have ended them.
        self.calls_heard: set[str] = set()
        # Sounds that a page has asked for and not fetched yet, in memory alone.
        self.sounds: dict[str, bytes] = {}
        # Until when staff try the lamp, by boot ms.
        self.lamp_until_ms = 0
        # The self-test that staff have started here, if any.
        self.rehearsal: Rehearsal | None = None
        # Pixels in a millimetre as staff have measured them; None until read.
        self.measured_mm: float | None = None
        self._line: Line | None = None
        with store.read() as session:
            self._me = identity.load(session)

    @property
    def paired(self) -> bool:
        """Whether this device belongs to a house."""
        return self._me is not None

    @property
    def me(self) -> Identity:
        """Who this device is. Raises NotPaired."""
        if self._me is None:
            raise NotPaired
        return self._me

    @property
    def line(self) -> Line:
        """The line to the ledger. Raises NotPaired."""
        if self._line is None:
            raise NotPaired
        return self._line

    def connect(self, line: Line) -> None:
        """Use this line from now on."""
        self._line = line

    @property
    def connected(self) -> bool:
        """Whether there is a line at all."""
        return self._line is not None

    def become(self, me: Identity) -> None:
        """Be this device from now on: it has just been paired."""
        self._me = me

    def new_id(self) -> str:
        """Make an id, to be saved before it is used."""
        return ids.uuid7(max(self.clock.wall_ms(), 0), self.chance(10))

    def doubt(self, intent: str, *, clear: bool = False) -> int:
        """Note that the terminal leaves us in doubt (or no longer); give since how many ms.

        Silence counts from when it began, in this run of the program.
        """
        if clear:
            self._doubts.pop(intent, None)
            return 0
        return self.clock.boot_ms() - self._doubts.setdefault(intent, self.clock.boot_ms())

    def doubt_ms(self, intent: str) -> int:
        """Say how long an attempt has left us in doubt; 0 when it does not."""
        since = self._doubts.get(intent)
        return 0 if since is None else self.clock.boot_ms() - since

    @property
    def may_sell(self) -> bool:
        """Whether this device may sell at all.

        Not while it is revoked, rolled back or copied, nor on a disk that is nearly full.
        """
        if self._line is not None and self._line.revoked:
            return False
        with self.store.read() as session:
            drains_only, revoked = statements.first(
                session, "SELECT drains_only, revoked FROM state"
            )
            if drains_only or revoked:
                return False
        return not self.store.nearly_full()

    @property
    def up(self) -> bool:
        """Whether the ledger answered the last time it was asked."""
        return self._line is not None and self._line.link.up
