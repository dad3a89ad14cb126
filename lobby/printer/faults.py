"""What can be wrong with the printer, and when it goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from lobby.printer.pieces import Ask, Code, Cut, Line, Picture, Piece


@dataclass(frozen=True)
class Faults:
    """Everything that is wrong now. All false: a printer in good health."""

    near_end: bool = False
    out: bool = False
    cover: bool = False
    jam: bool = False
    cutter: bool = False
    hot: bool = False
    offline: bool = False
    slow: bool = False
    garbage: bool = False
    silent: bool = False
    off: bool = False

    @property
    def halted(self) -> bool:
        """Nothing prints; what arrives waits in the buffer."""
        return self.out or self.cover or self.failed or self.offline or self.off

    @property
    def failed(self) -> bool:
        """An error, in the words of the hardware."""
        return self.jam or self.cutter or self.hot

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self) if getattr(self, field.name))


GOOD = Faults()
NAMES = tuple(field.name for field in fields(Faults))

# Said in the timeline when the fault comes, and when it goes.
WORDS = {
    "near_end": ("The paper is nearly at its end", "There is plenty of paper"),
    "out": ("The paper has run out", "There is paper again"),
    "cover": ("The cover is open", "The cover is closed"),
    "jam": ("The paper is jammed", "The jam is cleared"),
    "cutter": ("The cutter is stuck", "The cutter is free"),
    "hot": ("The print head is too hot", "The print head has cooled down"),
    "offline": ("The printer is offline", "The printer is online"),
    "slow": ("The printer is slow", "The printer is as quick as ever"),
    "garbage": ("The printer answers nonsense", "The printer makes sense again"),
    "silent": ("The printer answers nothing", "The printer answers again"),
    "off": ("The printer has no power", "The printer has power"),
}


@dataclass(frozen=True)
class Ambush:
    """Faults that wait for the middle of a job.

    slips_left: how many slips are still cut first.
    bytes_left: how many bytes are still printed after that. None: it strikes once the host
    has had its answer for the last slip, or else as the next slip begins.
    """

    change: Mapping[str, bool]
    slips_left: int = 0
    bytes_left: int | None = None

    def after(self, piece: Piece, taken: int) -> "Ambush":
        """Return what is left of it once the printer has taken a piece from some bytes."""
        if self.slips_left:
            return replace(self, slips_left=self.slips_left - isinstance(piece, Cut))
        if self.bytes_left:
            return replace(self, bytes_left=max(self.bytes_left - taken, 0))
        return self

    def strikes(self, piece: Piece) -> bool:
        """Say whether it strikes now that this piece has been dealt with."""
        if self.slips_left:
            return False
        if self.bytes_left is not None:
            return self.bytes_left == 0
        return isinstance(piece, Ask | Line | Picture | Code)


def changed(faults: Faults, change: Mapping[str, bool]) -> Faults:
    """Return the faults with some switched on or off. Raises KeyError on a strange name."""
    for name in change:
        if name not in NAMES:
            raise KeyError(name)
    return replace(faults, **change)
