"""QR codes as SVG: one path of square modules, so that they stay sharp at any size."""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_MODULES = 4


@dataclass(frozen=True)
class Drawn:
    """A code, ready for a template. size: modules along one side, quiet zone included."""

    size: int
    path: str


def drawn(text: str) -> Drawn:
    """Draw a text as a QR code at level M."""
    code: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    path = "".join(_runs(row, y) for y, row in enumerate(modules))
    return Drawn(size=len(modules), path=path)


def _runs(row: list[bool], y: int) -> str:
    said: list[str] = []
    x = 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            said.append(f"M{start} {y}h{x - start}v1H{start}z")
        x += 1
    return "".join(said)
