"""The decoders we stand on, made to answer alike, and held to what they can prove.

No false text may ever leave the scanner: a wrong one would be a stranger's ticket. Only QR
codes, with their large error correction, count at once. Aztec, DataMatrix, PDF417 and Code
128 must be seen in two frames (see decode.py), as small ones have little to prove them by.
Micro QR, whose check lets noise pass, is not read at all.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import zxingcpp
from cv2.typing import MatLike

log = logging.getLogger("scanner.readers")

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
Read = Callable[[MatLike], list["Reading"]]

QR = zxingcpp.BarcodeFormat.QRCodeModel2
AZTEC = zxingcpp.BarcodeFormat.AztecCode
DATAMATRIX = zxingcpp.BarcodeFormat.DataMatrix
PDF417 = zxingcpp.BarcodeFormat.PDF417
CODE128 = zxingcpp.BarcodeFormat.Code128
LOCAL = zxingcpp.Binarizer.LocalAverage
GLOBAL = zxingcpp.Binarizer.GlobalHistogram
PLAIN = zxingcpp.TextMode.Plain


@dataclass(frozen=True)
class Reading:
    """What a decoder says: a text, its corners in pixels of the picture it was given.

    sure: one reading is enough.
    """

    text: str
    corners: Corners
    sure: bool = True


def local(picture: MatLike) -> list[Reading]:
    """Read QR codes with zxing, threshold by the neighbourhood: uneven light."""
    return _zxing(picture, QR, LOCAL)


def whole(picture: MatLike) -> list[Reading]:
    """Read QR codes with zxing, one threshold for the whole picture: motion and blur."""
    return _zxing(picture, QR, GLOBAL)


def thorough(picture: MatLike) -> list[Reading]:
    """Read QR codes with zxing, also light on dark, and large ones reduced."""
    return _zxing(picture, QR, LOCAL, try_invert=True, try_downscale=True)


def other(symbology: zxingcpp.BarcodeFormat) -> Read:
    """Read another symbology with zxing, at any angle that it can be read at."""

    def read(picture: MatLike) -> list[Reading]:
        rotate = symbology in (PDF417, CODE128, DATAMATRIX)
        return _zxing(picture, symbology, LOCAL, try_rotate=rotate)

    return read


def _zxing(
    picture: MatLike,
    symbology: zxingcpp.BarcodeFormat,
    binarizer: zxingcpp.Binarizer,
    *,
    try_rotate: bool = False,
    try_invert: bool = False,
    try_downscale: bool = False,
) -> list[Reading]:
    codes = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormats(symbology),
        binarizer=binarizer,
        text_mode=PLAIN,
        try_rotate=try_rotate,
        try_invert=try_invert,
        try_downscale=try_downscale,
    )
    return [
        Reading(code.text, _corners(code.position), sure=symbology == QR)
        for code in codes
        if code.valid and code.text
    ]


def _corners(place: zxingcpp.Position) -> Corners:
    return (
        (place.top_left.x, place.top_left.y),
        (place.top_right.x, place.top_right.y),
        (place.bottom_right.x, place.bottom_right.y),
        (place.bottom_left.x, place.bottom_left.y),
    )


def _find_zbar() -> Read | None:
    """Make a reader of zbar; None on a machine without libzbar, said once."""
    try:
        from pyzbar import pyzbar
    except (ImportError, OSError):
        log.warning("libzbar is not installed: reading with zxing alone")
        return None
    symbols = [pyzbar.ZBarSymbol.QRCODE]

    def read(picture: MatLike) -> list[Reading]:
        readings = []
        for code in pyzbar.decode(np.ascontiguousarray(picture), symbols=symbols):
            text = _certain(code.data)
            if text and len(code.polygon) == 4:
                a, b, c, d = ((float(p.x), float(p.y)) for p in code.polygon)
                readings.append(Reading(text, (a, b, c, d)))
        return readings

    return read


def _certain(data: bytes) -> str:
    """The text, if zbar cannot have guessed a character set; else nothing.

    zbar turns bytes into UTF-8 by a guess at their character set, and where it guesses
    wrong it says something else than the code does: only plain ASCII is beyond doubt.
    """
    return data.decode("ascii") if data.isascii() else ""


zbar = _find_zbar()
