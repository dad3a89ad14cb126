"""What can be held before a camera: a slip of paper, a picture in a letter, a phone."""

import cv2
import numpy as np
import qrcode
import zxingcpp
from cv2.typing import MatLike
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from lobby.optics import Subject
from lobby.printer import paper
from lobby.printer.layout import lay_out
from lobby.printer.pieces import Code
from lobby.printer.slips import Slip

_MODULE_PX = 8
_BEZEL_PX = 26
# Without a code in it, this share of its width is what people hold to the lens.
_NO_CODE_SHARE = 0.6


class NotAPicture(ValueError):
    """These bytes are no picture that we can read."""


class TooLong(ValueError):
    """No code holds so much text."""


def paper_slip(slip: Slip) -> Subject:
    """A slip, its code to the lens."""
    pieces = list(slip.pieces)
    picture = paper.image(pieces, width_dots=slip.width_dots, torn=slip.torn)
    pixels = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGBA2BGRA)
    page = lay_out(pieces, width_dots=slip.width_dots)
    for placed in reversed(page.placed):
        if isinstance(placed.ink, Code):
            size = placed.ink.size
            return Subject(
                pixels, (page.left + placed.ink.x + size / 2, placed.y + size / 2, size)
            )
    return Subject(pixels, _found(pixels))


def picture(content: bytes) -> Subject:
    """A picture from a letter, on a phone. Raises NotAPicture."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise NotAPicture
    return phone(pixels)


def code(text: str) -> Subject:
    """A text as a code, on a phone. Raises TooLong."""
    drawing = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    drawing.add_data(text.encode())
    try:
        drawing.make(fit=True)
    except (DataOverflowError, ValueError) as trouble:
        raise TooLong(f"{len(text)} characters do not fit into a code.") from trouble
    dark = np.array(drawing.get_matrix(), bool)
    grey = np.where(dark, 20, 255).astype(np.uint8)
    large = cv2.resize(
        grey, None, fx=_MODULE_PX, fy=_MODULE_PX, interpolation=cv2.INTER_NEAREST
    )
    return phone(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR))


def phone(content: MatLike) -> Subject:
    """A phone whose screen shows the picture."""
    height, width = content.shape[:2]
    # A screen is at least so much taller than wide.
    screen = max(height, round(width * 1.5))
    body = Image.new("RGBA", (width + 2 * _BEZEL_PX, screen + 4 * _BEZEL_PX))
    pixels = np.zeros((body.height, body.width, 4), np.uint8)
    _rounded(
        pixels, (0, 0), (body.width - 1, body.height - 1), _BEZEL_PX * 2, (24, 20, 20, 255)
    )
    top = 2 * _BEZEL_PX
    pixels[top : top + screen, _BEZEL_PX : _BEZEL_PX + width] = 255
    start = top + (screen - height) // 2
    pixels[start : start + height, _BEZEL_PX : _BEZEL_PX + width, :3] = content
    return Subject(pixels, _found(pixels))


def _rounded(
    pixels: MatLike,
    corner: tuple[int, int],
    opposite: tuple[int, int],
    radius: int,
    colour: tuple[int, int, int, int],
) -> None:
    (left, top), (right, bottom) = corner, opposite
    cv2.rectangle(pixels, (left + radius, top), (right - radius, bottom), colour, -1)
    cv2.rectangle(pixels, (left, top + radius), (right, bottom - radius), colour, -1)
    for x in (left + radius, right - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(pixels, (x, y), radius, colour, -1)


def _found(pixels: MatLike) -> tuple[float, float, float]:
    """Find the code in a picture; without one, take the middle."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY)
    for barcode in zxingcpp.read_barcodes(grey):
        place = barcode.position
        corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        size = max(max(xs) - min(xs), max(ys) - min(ys), 1)
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, size
    height, width = pixels.shape[:2]
    return width / 2, height / 2, max(width * _NO_CODE_SHARE, 1)
