"""Pieces to a picture of paper, one pixel to a dot."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from lobby.printer.layout import lay_out
from lobby.printer.pieces import Bitmap, Code, Look, Piece, Words

PAPER, INK = (250, 246, 236), (38, 33, 34)
_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_BLACK, _WHITE = 255, 0
# At this share of its height, a DejaVu letter is as wide as the printer's.
FONT_SHARE = 20 / 24
BASELINE = 19 / 24
_TOOTH = 10


def png(pieces: Sequence[Piece], *, width_dots: int, torn: bool = False) -> bytes:
    """Return a PNG of the slip; a torn one has a ragged, transparent lower edge."""
    picture = image(pieces, width_dots=width_dots, torn=torn)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=4)
    return out.getvalue()


def image(pieces: Sequence[Piece], *, width_dots: int, torn: bool = False) -> Image.Image:
    """Return the slip as an RGBA picture."""
    page = lay_out(pieces, width_dots=width_dots)
    mask = Image.new("L", (page.width, page.height), _WHITE)
    for placed in page.placed:
        left = page.left + placed.ink.x
        match placed.ink:
            case Words() as words:
                _write(mask, words, left, placed.y)
            case Bitmap() as bitmap:
                mask.paste(_BLACK, (left, placed.y), dots(bitmap))
            case Code() as code:
                _draw_code(mask, code, left, placed.y)
    paper = Image.new("RGBA", mask.size, (*PAPER, 255))
    paper.paste((*INK, 255), mask=mask)
    if torn:
        paper.putalpha(_ragged(mask.size))
    return paper


def _write(mask: Image.Image, words: Words, left: int, top: int) -> None:
    height = words.look.cell[1]
    draw = ImageDraw.Draw(mask)
    if words.look.inverted:
        draw.rectangle(
            (left, top, left + words.step * len(words.text) - 1, top + height - 1), _BLACK
        )
    for place, character in enumerate(words.text):
        x = left + place * words.step
        if character.strip():
            colour = _WHITE if words.look.inverted else _BLACK
            mask.paste(colour, (x, top), _glyph(character, words.look))
    if words.look.underline:
        bottom = top + height - 1
        draw.rectangle(
            (
                left,
                bottom - words.look.underline + 1,
                left + words.step * len(words.text) - 1,
                bottom,
            ),
            _BLACK,
        )


@lru_cache(maxsize=4096)
def _glyph(character: str, look: Look) -> Image.Image:
    width, height = look.cell
    base = height // look.tall
    scale = max(look.wide, look.tall)
    font = _font(round(base * scale * FONT_SHARE), bold=look.bold)
    cell = Image.new("L", (round(width / look.wide * scale), base * scale), 0)
    ImageDraw.Draw(cell).text(
        (cell.width / 2, round(base * scale * BASELINE)),
        character,
        fill=255,
        font=font,
        anchor="ms",
    )
    return cell if cell.size == (width, height) else cell.resize((width, height))


@lru_cache(maxsize=32)
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    path = _FONTS / ("DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf")
    if path.exists():
        return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)


def dots(bitmap: Bitmap) -> Image.Image:
    """Return the black dots of a bitmap as a mask, at the size they are printed."""
    size = (bitmap.width, bitmap.height)
    picture = Image.frombytes("1", size, bitmap.rows).convert("L")
    if (bitmap.scale_x, bitmap.scale_y) == (1, 1):
        return picture
    scaled = (bitmap.width * bitmap.scale_x, bitmap.height * bitmap.scale_y)
    return picture.resize(scaled, Image.Resampling.NEAREST)


def _draw_code(mask: Image.Image, code: Code, left: int, top: int) -> None:
    draw = ImageDraw.Draw(mask)
    for x, y in dark(code):
        draw.rectangle(
            (
                left + x,
                top + y,
                left + x + code.module_dots - 1,
                top + y + code.module_dots - 1,
            ),
            _BLACK,
        )


def dark(code: Code) -> list[tuple[int, int]]:
    """Return the corners of the dark modules, in dots from the corner of the code."""
    return [
        (column * code.module_dots, row * code.module_dots)
        for row, modules in enumerate(code.modules)
        for column, is_dark in enumerate(modules)
        if is_dark
    ]


def _ragged(size: tuple[int, int]) -> Image.Image:
    alpha = Image.new("L", size, 255)
    ImageDraw.Draw(alpha).polygon([(0, size[1]), *teeth(size), (size[0], size[1])], 0)
    return alpha


def teeth(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the points of a torn edge, from left to right."""
    width, height = size
    steps = range(0, width + _TOOTH, _TOOTH)
    # The same tear every time, yet not too regular.
    return [(x, height - 2 - (x * 7 // _TOOTH) % 5 * 3) for x in steps]
