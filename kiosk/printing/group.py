"""Several printers as one: the first that can print does; the others wait for its trouble.

What was queued or failed moves by itself, because it is printed by whichever printer is
ready; a job that may have come out of one printer is never sent to another (lobby.md §3).
"""

from collections.abc import Sequence

from kiosk.printing import status
from kiosk.printing.profile import Profile
from kiosk.printing.transport import Ending, Printer
from kiosk.shown.printing import Status


class Group:
    """Printers in the order in which they are used."""

    def __init__(self, printers: Sequence[Printer]) -> None:
        assert printers
        self._printers = tuple(printers)
        self._now = self._printers[0]
        # Old bytes may wait in these until they were cleared.
        self._doubtful = [printer for printer in printers if printer.profile.clears]

    @property
    def profile(self) -> Profile:
        """The paper of the printer that prints now."""
        return self._now.profile

    def status(self) -> Status:
        """Ask in turn; where none can print, say what is wrong with the first."""
        first = Status.UNKNOWN
        for printer in self._printers:
            found = printer.status()
            if found is Status.UNKNOWN and not printer.profile.clears:
                # Staff are switching it off and on: its memory will be empty.
                self._trust(printer)
            if found in status.CAN_PRINT and self._cleared(printer):
                self._now = printer
                return found
            if printer is self._printers[0]:
                first = found if found not in status.CAN_PRINT else Status.UNKNOWN
        self._now = self._printers[0]
        return first

    def waits(self) -> bool | None:
        """Ask the one that prints now whether paper waits in its slot."""
        return self._now.waits()

    def clear(self) -> bool:
        """Empty the buffer of the one that prints now."""
        return self._cleared(self._now)

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        """Print one job on the one that prints now."""
        ending, why = self._now.send(job, name)
        if ending is Ending.DOUBTFUL:
            self._doubtful.append(self._now)
        return ending, why

    def _cleared(self, printer: Printer) -> bool:
        if printer in self._doubtful and printer.profile.clears and printer.clear():
            self._trust(printer)
        return printer not in self._doubtful

    def _trust(self, printer: Printer) -> None:
        self._doubtful = [other for other in self._doubtful if other is not printer]
