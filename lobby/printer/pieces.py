"""What the bytes for a printer mean: lines, pictures, codes, cuts and questions.

Sizes and places are in dots, eight to the millimetre, from the left edge of the print.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Look:
    """How characters look. wide and tall multiply the size of the font, 1 to 8."""

    small: bool = False
    bold: bool = False
    underline: int = 0
    inverted: bool = False
    wide: int = 1
    tall: int = 1

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of one character, in dots."""
        width, height = (9, 17) if self.small else (12, 24)
        return width * self.wide, height * self.tall


@dataclass(frozen=True)
class Words:
    """Characters of one look, from x on, each advancing by step dots."""

    x: int
    text: str
    look: Look
    step: int

    @property
    def height(self) -> int:
        return self.look.cell[1]


@dataclass(frozen=True)
class Bitmap:
    """Black dots: rows of whole bytes, the leftmost dot in the highest bit."""

    x: int
    width: int
    height: int
    rows: bytes
    scale_x: int = 1
    scale_y: int = 1


@dataclass(frozen=True)
class Line:
    """One printed line; the paper then moves on by advance dots."""

    parts: tuple[Words | Bitmap, ...]
    height: int
    advance: int

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, Words))


@dataclass(frozen=True)
class Picture:
    """A raster picture on lines of its own."""

    bitmap: Bitmap


@dataclass(frozen=True)
class Code:
    """A QR code that the printer draws by itself, its left edge at x."""

    x: int
    content: bytes
    modules: tuple[tuple[bool, ...], ...]
    module_dots: int

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    @property
    def size(self) -> int:
        """Width and height, in dots."""
        return len(self.modules) * self.module_dots


@dataclass(frozen=True)
class Feed:
    """Blank paper, in dots."""

    dots: int


@dataclass(frozen=True)
class Cut:
    """The end of a slip."""

    partial: bool


@dataclass(frozen=True)
class Kick:
    """A pulse for the cash drawer."""

    pin: int


class Question(StrEnum):
    PROCESS = "process"
    PAPER = "paper"
    DRAWER = "drawer"
    NAME = "name"


@dataclass(frozen=True)
class Ask:
    """Something to be answered once all that came before it is printed."""

    question: Question
    token: bytes = b""


@dataclass(frozen=True)
class Watch:
    """The host wants to be told of changes: the bits of GS a."""

    bits: int


@dataclass(frozen=True)
class Unknown:
    """Bytes that this printer does not understand, kept where everybody sees them."""

    data: bytes
    why: str = "unknown command"

    @property
    def text(self) -> str:
        shown = self.data[:12].hex(" ")
        more = f" and {len(self.data) - 12} more bytes" if len(self.data) > 12 else ""
        return f"[{self.why}: {shown}{more}]"


Piece = Line | Picture | Code | Feed | Cut | Kick | Ask | Watch | Unknown
