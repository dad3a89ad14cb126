"""Slips of paper: one per cut, numbered, waiting in the tray until somebody takes them."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lobby.printer.pieces import Code, Line, Piece, Unknown

KEPT = 1000


class State(StrEnum):
    PRINTING = "printing"
    CUT = "cut"
    TORN = "torn"
    TAKEN = "taken"


@dataclass
class Slip:
    """One piece of paper."""

    number: int
    printer: str
    width_dots: int
    began_at: datetime
    pieces: list[Piece] = field(default_factory=list)
    state: State = State.PRINTING
    torn: bool = False
    ended_at: datetime | None = None

    @property
    def lines(self) -> list[str]:
        """Everything readable, from top to bottom; strange commands show themselves."""
        return [piece.text for piece in self.pieces if isinstance(piece, Line | Unknown)]

    @property
    def codes(self) -> list[str]:
        """The texts of the QR codes that the printer drew by itself."""
        return [piece.text for piece in self.pieces if isinstance(piece, Code)]

    @property
    def unknown(self) -> list[str]:
        return [piece.text for piece in self.pieces if isinstance(piece, Unknown)]


class NoSuchSlip(LookupError):
    """There is no slip with that number, or it was thrown away long ago."""


class Tray:
    """All slips of all printers in this lobby, newest last. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slips: dict[int, Slip] = {}
        self._last = 0

    def begin(self, printer: str, *, width_dots: int, now: datetime) -> Slip:
        """Start a slip under the next number."""
        with self._lock:
            self._last += 1
            slip = self._slips[self._last] = Slip(self._last, printer, width_dots, now)
            for number in list(self._slips)[:-KEPT]:
                del self._slips[number]
            return slip

    def end(self, slip: Slip, *, torn: bool, now: datetime) -> None:
        """Cut the slip, or tear it off half printed."""
        slip.state = State.TORN if torn else State.CUT
        slip.torn = torn
        slip.ended_at = now

    def take(self, number: int) -> Slip:
        """Take the slip out of the tray; a slip that is still printing stays."""
        slip = self.find(number)
        if slip.state is not State.PRINTING:
            slip.state = State.TAKEN
        return slip

    def find(self, number: int) -> Slip:
        """Return one slip. Raises NoSuchSlip."""
        with self._lock:
            if number not in self._slips:
                raise NoSuchSlip(number)
            return self._slips[number]

    def waits(self, printer: str) -> bool:
        """Whether paper of this printer hangs in its slot, cut and not taken."""
        return any(
            slip.printer == printer and slip.state is State.CUT for slip in self.slips()
        )

    def slips(self) -> list[Slip]:
        """Return all slips, newest last."""
        with self._lock:
            return list(self._slips.values())
