"""The QR code of a ticket, as a picture for letters, PDFs and pages."""

import base64
import io
from dataclasses import dataclass

import qrcode
import qrcode.constants
import qrcode.image.pil
import qrcode.image.svg

QUIET_MODULES = 4


def png(text: str, *, dots_a_module: int = 8) -> bytes:
    """Draw a QR code as PNG: level M, quiet zone of four modules, black on white."""
    drawn = io.BytesIO()
    picture = _code(text, dots_a_module).make_image(image_factory=qrcode.image.pil.PilImage)
    picture.save(drawn, "PNG")
    return drawn.getvalue()


def svg_address(text: str) -> str:
    """Draw a QR code as SVG and give it as a data: address for a document."""
    drawn = io.BytesIO()
    _code(text, 10).make_image(image_factory=qrcode.image.svg.SvgPathImage).save(drawn)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


@dataclass(frozen=True)
class Drawn:
    """A code for `components/qr.html`. size: modules a side, quiet zone included."""

    size: int
    path: str


def drawn(text: str) -> Drawn:
    """Draw a QR code as one path of unit squares, for a page."""
    rows = _code(text, 1).get_matrix()
    squares = (
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return Drawn(len(rows), "".join(squares))


def _code(text: str, dots_a_module: int) -> "qrcode.QRCode[qrcode.image.base.BaseImage]":
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        box_size=dots_a_module,
        border=QUIET_MODULES,
    )
    code.add_data(text)
    code.make(fit=True)
    return code
