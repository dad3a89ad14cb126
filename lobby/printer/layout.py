"""Where each piece stands on the paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from lobby.printer.pieces import (
    Bitmap,
    Code,
    Feed,
    Line,
    Look,
    Picture,
    Piece,
    Unknown,
    Words,
)

MARGIN_TOP, MARGIN_BOTTOM = 40, 32
# Nobody looks at more paper than two metres; a runaway job shall not fill the memory.
TALLEST = 16_000

_PAPER_WIDTH = {576: 640, 384: 464}
_STRANGE = Look(small=True, inverted=True)

Ink = Words | Bitmap | Code


@dataclass(frozen=True)
class Placed:
    """Something black, its top edge at y, counted from the top of the paper."""

    ink: Ink
    y: int


@dataclass(frozen=True)
class Page:
    """A slip laid out: sizes in dots, left the blank margin beside the print."""

    width: int
    height: int
    left: int
    placed: tuple[Placed, ...]


def lay_out(pieces: Sequence[Piece], *, width_dots: int) -> Page:
    """Return the places of all that is black on a slip."""
    paper = _PAPER_WIDTH.get(width_dots, width_dots + 64)
    placed: list[Placed] = []
    y = MARGIN_TOP
    for piece in pieces:
        if y > TALLEST:
            break
        match piece:
            case Line():
                bottom = y + piece.height
                placed += [Placed(part, bottom - _height(part)) for part in piece.parts]
                y += piece.advance
            case Picture(bitmap=bitmap):
                placed.append(Placed(bitmap, y))
                y += _height(bitmap)
            case Code():
                placed.append(Placed(piece, y))
                y += piece.size
            case Feed(dots=dots):
                y += dots
            case Unknown():
                for text in _broken(piece.text, width_dots // _STRANGE.cell[0]):
                    placed.append(Placed(Words(0, text, _STRANGE, _STRANGE.cell[0]), y))
                    y += _STRANGE.cell[1] + 3
            case _:
                pass
    return Page(
        paper, min(y, TALLEST) + MARGIN_BOTTOM, (paper - width_dots) // 2, tuple(placed)
    )


def _height(part: Words | Bitmap) -> int:
    return part.height if isinstance(part, Words) else part.height * part.scale_y


def _broken(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]
