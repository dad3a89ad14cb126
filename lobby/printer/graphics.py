"""Pictures that the host draws: ESC *, GS v 0 and GS ( L."""

from lobby.printer.pieces import Bitmap, Unknown

_DOTS_HIGH = {0: 8, 1: 8, 32: 24, 33: 24}


def columns(command: bytes, *, x: int) -> Bitmap | None:
    """Return the picture of ESC *, given column by column; None for an unknown mode."""
    mode, count = command[2], int.from_bytes(command[3:5], "little")
    if mode not in _DOTS_HIGH:
        return None
    high = _DOTS_HIGH[mode]
    data, tall = command[5:], high // 8
    stride = (count + 7) // 8
    rows = bytearray(stride * high)
    for column in range(count):
        for row in range(high):
            if data[column * tall + row // 8] & (0x80 >> row % 8):
                rows[row * stride + column // 8] |= 0x80 >> column % 8
    return Bitmap(
        x,
        count,
        high,
        bytes(rows),
        scale_x=1 if mode in (1, 33) else 2,
        scale_y=1 if high == 24 else 3,
    )


def raster(command: bytes) -> Bitmap | None:
    """Return the picture of GS v 0, given row by row; None when its data is missing."""
    mode = command[3] % 48
    stride = int.from_bytes(command[4:6], "little")
    height = int.from_bytes(command[6:8], "little")
    if not stride or len(command) != 8 + stride * height:
        return None
    return Bitmap(
        0,
        stride * 8,
        height,
        command[8:],
        scale_x=2 if mode & 1 else 1,
        scale_y=2 if mode & 2 else 1,
    )


class Drawing:
    """GS ( L: a picture is stored first (function 112), then printed (2 or 50)."""

    def __init__(self) -> None:
        self._stored: Bitmap | None = None

    def obey(self, command: bytes) -> Bitmap | Unknown | None:
        """Return the picture to print; None when there is nothing to print yet."""
        body = command[7:] if command[1:2] == b"8" else command[5:]
        match body[1:2]:
            case b"\x70" if body[2:3] == b"0" and len(body) >= 10:
                width = int.from_bytes(body[6:8], "little")
                height = int.from_bytes(body[8:10], "little")
                rows = body[10:]
                if len(rows) != (width + 7) // 8 * height:
                    return Unknown(command, "picture of the wrong size")
                self._stored = Bitmap(
                    0, width, height, rows, max(body[3], 1), max(body[4], 1)
                )
                return None
            case b"\x02" | b"2":
                printed, self._stored = self._stored, None
                return printed
            case _:
                return Unknown(command)
