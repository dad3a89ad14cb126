"""QR codes that the printer draws by itself: GS ( k, symbol type 49."""

import qrcode
from qrcode.constants import (
    ERROR_CORRECT_H,
    ERROR_CORRECT_L,
    ERROR_CORRECT_M,
    ERROR_CORRECT_Q,
)
from qrcode.exceptions import DataOverflowError

from lobby.printer.pieces import Code, Unknown

_LEVELS = {
    48: ERROR_CORRECT_L,
    49: ERROR_CORRECT_M,
    50: ERROR_CORRECT_Q,
    51: ERROR_CORRECT_H,
}
QR = 49


class Symbol:
    """What functions 165, 167, 169 and 180 have set, until 181 prints it."""

    def __init__(self) -> None:
        self._module_dots = 3
        self._level = ERROR_CORRECT_L
        self._content: bytes | None = None

    def obey(self, command: bytes) -> Code | Unknown | None:
        """Return the code to print; None when the command only sets something."""
        body = command[5:]
        if len(body) < 3 or body[0] != QR:
            return Unknown(command)
        value = body[2]
        # The functions' names are a hundred more than their bytes.
        match body[1]:
            case 65 if value in (49, 50):
                # Model 1 is long forgotten; both print as model 2.
                return None
            case 67 if 1 <= value <= 16:
                self._module_dots = value
            case 69 if value in _LEVELS:
                self._level = _LEVELS[value]
            case 80 if len(body) > 3:
                self._content = body[3:]
            case 81:
                return self._drawn(command)
            case _:
                return Unknown(command)
        return None

    def _drawn(self, command: bytes) -> Code | Unknown:
        if self._content is None:
            return Unknown(command, "no code stored")
        drawing = qrcode.QRCode(error_correction=self._level, border=0)
        drawing.add_data(self._content)
        try:
            drawing.make(fit=True)
        except (DataOverflowError, ValueError):
            return Unknown(command, "code too long")
        modules = tuple(tuple(bool(dark) for dark in row) for row in drawing.modules)
        return Code(0, self._content, modules, self._module_dots)
