"""Pieces to an SVG picture of paper, one unit to a dot: sharp at every size."""

import io
from base64 import b64encode
from collections.abc import Sequence
from xml.sax.saxutils import escape

from PIL import Image

from lobby.printer.layout import Page, lay_out
from lobby.printer.paper import BASELINE, FONT_SHARE, INK, PAPER, dark, dots, teeth
from lobby.printer.pieces import Bitmap, Code, Piece, Words


def draw(pieces: Sequence[Piece], *, width_dots: int, torn: bool = False) -> str:
    """Return the slip as an SVG document, one unit to a dot."""
    page = lay_out(pieces, width_dots=width_dots)
    body = "".join(_shape(page, placed.ink, placed.y) for placed in page.placed)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {page.width} {page.height}" '
        f'width="{page.width}" height="{page.height}">'
        f'<path d="{_outline(page, torn)}" fill="{_hex(PAPER)}"/>'
        f'<g fill="{_hex(INK)}" font-family="DejaVu Sans Mono, monospace">{body}</g></svg>'
    )


def _outline(page: Page, torn: bool) -> str:
    bottom = [(page.width, page.height), (0, page.height)]
    if torn:
        bottom = [
            (min(x, page.width), y) for x, y in reversed(teeth((page.width, page.height)))
        ]
    points = " ".join(f"L{x} {y}" for x, y in bottom)
    return f"M0 0H{page.width}{points}Z"


def _shape(page: Page, ink: Words | Bitmap | Code, y: int) -> str:
    x = page.left + ink.x
    match ink:
        case Words():
            return _text(ink, x, y)
        case Code(module_dots=size):
            path = "".join(
                f"M{x + dx} {y + dy}h{size}v{size}h-{size}z" for dx, dy in dark(ink)
            )
            return f'<path d="{path}" shape-rendering="crispEdges"/>'
        case Bitmap():
            return _embedded(ink, x, y)


def _text(words: Words, x: int, y: int) -> str:
    look = words.look
    height = look.cell[1]
    length = words.step * len(words.text)
    base = height // look.tall
    back, line = "", ""
    if look.inverted:
        back = f'<rect x="{x}" y="{y}" width="{length}" height="{height}"/>'
    if look.underline:
        top = y + height - look.underline
        line = f'<rect x="{x}" y="{top}" width="{length}" height="{look.underline}"/>'
    colour = f' fill="{_hex(PAPER)}"' if look.inverted else ""
    weight = ' font-weight="bold"' if look.bold else ""
    return (
        f'{back}<text transform="translate({x} {y}) scale({look.wide} {look.tall})" '
        f'y="{base * BASELINE:g}" font-size="{base * FONT_SHARE:g}"{weight}{colour} '
        f'textLength="{length / look.wide:g}" lengthAdjust="spacingAndGlyphs" '
        f'xml:space="preserve">{escape(_printable(words.text))}</text>{line}'
    )


def _printable(text: str) -> str:
    """Leave out what XML forbids; such characters print nothing anyway."""
    return "".join(c if c.isprintable() else " " for c in text)


def _embedded(bitmap: Bitmap, x: int, y: int) -> str:
    black = dots(bitmap)
    ink = Image.new("RGBA", black.size, (*INK, 255))
    ink.putalpha(black)
    out = io.BytesIO()
    ink.save(out, "PNG")
    data = b64encode(out.getvalue()).decode()
    return (
        f'<image x="{x}" y="{y}" width="{black.width}" height="{black.height}" '
        f'href="data:image/png;base64,{data}"/>'
    )


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()
