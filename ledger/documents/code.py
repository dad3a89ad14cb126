"""The QR code of a ticket, as a picture for letters, PDFs and pages.

Which squares are dark takes most of the time, and is worked out once: the page, the letter
and the PDF of an order draw the same codes.
"""

import base64
import io
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

QUIET_MODULES = 4
# 5 cm of paper hold some 50 modules: 300 dots an inch.
_DOTS_ON_PAPER = 12
# About 3 kB each: the orders of a busy quarter of an hour.
_MOST_KEPT = 512


@dataclass(frozen=True)
class Drawn:
    """A code for `components/qr.html`. size: modules a side, quiet zone included."""

    size: int
    path: str


def png(text: str, *, dots_a_module: int = 8) -> bytes:
    """Draw a QR code as PNG: level M, quiet zone of four modules, black on white."""
    from PIL import Image

    rows = _rows(text)
    size = len(rows)
    shades = b"".join(rows).translate(bytes([255, 0]) + bytes(254))
    small = Image.frombytes("L", (size, size), shades)
    large = small.resize((size * dots_a_module,) * 2, Image.Resampling.NEAREST)
    drawn = io.BytesIO()
    large.convert("1").save(drawn, "PNG")
    return drawn.getvalue()


def png_address(text: str) -> str:
    """Draw a QR code and give it as a data: address for a document.

    Not as SVG: what makes PDFs takes ten times as long over a path of a thousand corners.
    """
    drawn = png(text, dots_a_module=_DOTS_ON_PAPER)
    return "data:image/png;base64," + base64.b64encode(drawn).decode()


def drawn(text: str) -> Drawn:
    """Draw a QR code as one path of upright strips a module wide, for a page."""
    rows = _rows(text)
    parts = []
    for x, column in enumerate(zip(*rows, strict=True)):
        y = 0
        for dark, strip in groupby(column):
            length = len(list(strip))
            if dark:
                parts.append(f"M{x} {y}h1v{length}h-1z")
            y += length
    return Drawn(len(rows), "".join(parts))


@lru_cache(maxsize=_MOST_KEPT)
def _rows(text: str) -> tuple[bytes, ...]:
    """Give the code row by row, a byte a module, 1 being dark; quiet zone included."""
    # Both take megabytes that a ledger without letters and pages never needs.
    import qrcode
    import qrcode.constants

    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_MODULES
    )
    code.add_data(text)
    code.make(fit=True)
    return tuple(bytes(map(bool, row)) for row in code.get_matrix())
