"""A ticket printer and its paper: the outside history of what came out of the slot.

It takes the very bytes of a job. Out of paper, it keeps the job and prints it the moment
paper is back, unless its buffer was cleared; mute, it prints and does not say so.
"""

import re
from dataclasses import dataclass
from random import Random

from boxoffice import failpoints
from kiosk.printing import profile
from kiosk.printing.transport import Ending
from kiosk.shown.printing import Status
from tests.promises.simulation.clock import Time

_CODE = re.compile(rb"FOH:[0-9A-Z $%*+\-./:]+")


@dataclass
class Slip:
    """What came out: the text of its QR code. whole: not torn off before the code."""

    code: str
    whole: bool = True


class Printer:
    """Implements `kiosk.printing.transport.Printer`."""

    def __init__(self, time: Time, chance: Random) -> None:
        self._time, self._chance = time, chance
        self.profile = profile.load("80")
        self.off = self.mute = False
        self.paper = 1_000
        self.slips: list[Slip] = []
        self._kept: list[bytes] = []

    def status(self) -> Status:
        self._time.sleep(20)
        if self.off:
            return Status.UNKNOWN
        return Status.READY if self.paper > 0 else Status.OUT

    def waits(self) -> bool | None:
        return None

    def clear(self) -> bool:
        self._time.sleep(20)
        if self.off:
            return False
        self._kept.clear()
        return not self.mute

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        if self.off:
            self._time.sleep(1_000)
            return Ending.REFUSED, "ConnectionRefusedError"
        self._kept.append(job)
        self._time.after(400, self.moves)
        failpoints.reached("print: bytes sent")
        self._time.sleep(600)
        if self.mute or self.off or job in self._kept:
            self._time.sleep(5_000)
            return Ending.DOUBTFUL, "no proof"
        return Ending.PROVEN, name.hex()

    def refill(self) -> None:
        """A new roll; what was still in the buffer comes out now."""
        self.paper = 1_000
        self._time.after(300, self.moves)

    def moves(self) -> None:
        """Print what is in the buffer, as long as there is paper."""
        if self.off:
            return
        while self._kept and self.paper > 0:
            job = self._kept.pop(0)
            self.paper -= 1
            # The roll may end in the middle of a ticket: its head comes out, not its tail.
            whole = self.paper > 0 or self._chance.random() < 0.5
            for code in _CODE.findall(job):
                self.slips.append(Slip(code.decode("ascii"), whole))
            if not whole:
                self._kept.insert(0, job)
                return
