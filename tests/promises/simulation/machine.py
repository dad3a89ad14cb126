"""A machine that may lose its power between any two instructions that matter.

What its database had synced is kept; whatever ran on it ends there and then. Failpoints and
commits are the places where the plug is pulled on purpose.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from greenlet import getcurrent, greenlet

from tests.promises.simulation.clock import Time

R = TypeVar("R")
FULL = 2  # PRAGMA synchronous: a commit has reached the storage.


class PowerCut(BaseException):
    """The machine is gone at this very instruction."""

    def __init__(self, machine: "Machine") -> None:
        super().__init__(machine.name)
        self.machine = machine


class Dark(Exception):
    """Whoever looked at this machine sees nothing any more."""


class Machine:
    """One process with a folder of its own."""

    def __init__(self, name: str, folder: Path, time: Time) -> None:
        self.name, self.time = name, time
        self.up = False
        self.starts = 0
        self._home = folder
        self._inside: list[greenlet] = []
        # Asked at each failpoint and commit; true pulls the plug there.
        self.unlucky: Callable[[Machine, str], bool] = lambda _machine, _place: False
        self.cuts: list[str] = []

    @property
    def folder(self) -> Path:
        """Where its files are since it was last switched on."""
        return self._home / str(self.starts)

    def do(self, what: Callable[[], R]) -> R:
        """Run something on this machine. Raises Dark when the power goes, or is gone."""
        if not self.up:
            raise Dark(self.name)
        me = getcurrent()
        outer = me not in self._inside
        if outer:
            self._inside.append(me)
        try:
            return what()
        except PowerCut as cut:
            if cut.machine is not self or not outer:
                raise
            raise Dark(self.name) from None
        finally:
            if outer and me in self._inside:
                self._inside.remove(me)

    def reached(self, place: str) -> None:
        """This place was reached: perhaps the power goes here."""
        if not self.up:
            raise PowerCut(self)  # A script that has not yet noticed.
        if self.unlucky(self, place):
            self.cut(place)
            raise PowerCut(self)

    def cut(self, place: str) -> None:
        """Take the power away; scripts that wait on this machine end before they wake."""
        if not self.up:
            return
        self.up = False
        self.cuts.append(place)
        after = self._home / str(self.starts + 1)
        after.mkdir(parents=True)
        self.keep(self.folder, after)
        self.time.at_once(self._buried)

    def keep(self, before: Path, after: Path) -> None:
        """Copy what had reached the storage."""
        raise NotImplementedError

    def closed(self) -> None:
        """Let go of what the dead process held open."""
        raise NotImplementedError

    def switched_on(self) -> None:
        """Count a start; its files are now those that the cut left."""
        assert not self.up
        self.starts += 1
        self.up = True

    def runs_here(self, script: greenlet) -> bool:
        """Whether a script is on this machine now."""
        return script in self._inside

    def _buried(self) -> None:
        for script in list(self._inside):
            if not script.dead:
                script.throw(PowerCut(self))
        self.closed()
        shutil.rmtree(self.folder, ignore_errors=True)


def keep_database(before: Path, after: Path, name: str, *, synchronous: int) -> None:
    """Copy a SQLite database as its storage has it after a power cut.

    With `synchronous=FULL` every commit was synced with its WAL; with anything less, what
    came after the last checkpoint was not.
    """
    shutil.copy(before / name, after / name)
    wal = before / f"{name}-wal"
    if synchronous == FULL and wal.exists():
        shutil.copy(wal, after / wal.name)
