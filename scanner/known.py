"""The codes that were read lately, and where: what is read again needs no haste."""

from collections.abc import Iterable

from scanner.found import Found
from scanner.regions import Region

# Frames for which a code counts as known after it was last read.
KNOWN = 15
# Frames without a code that was there, after which it has gone if nothing moves.
GONE = 3


class Known:
    """Codes by their text, forgotten some frames after they were last read."""

    def __init__(self) -> None:
        self._frame = 0
        self._last: dict[str, tuple[int, Region]] = {}

    def turn(self, frame: int) -> None:
        """Forget what was not read for long, as of this frame."""
        self._frame = frame
        self._last = {
            text: (last, region)
            for text, (last, region) in self._last.items()
            if frame - last <= KNOWN
        }

    def keep(self, found: Iterable[Found]) -> None:
        """Take in what this frame showed."""
        for code in found:
            self._last[code.text] = self._frame, code.region

    def __len__(self) -> int:
        return len(self._last)

    def __contains__(self, text: str) -> bool:
        return text in self._last

    @property
    def regions(self) -> list[Region]:
        """Where they were last read."""
        return [region for _, region in self._last.values()]

    @property
    def here(self) -> bool:
        """Whether one of them is still there, as far as one can tell.

        A ticket that was taken away leaves the next guest a scanner that is not busy.
        """
        return any(self._frame - last <= GONE for last, _ in self._last.values())
