"""How many bytes each command takes, also for those that we do not draw."""

from itertools import islice

# No picture is longer than this; a command that says so is nonsense.
LONGEST = 4 * 1024 * 1024

# Bytes after the two that name the command.
_ESC = {
    " ": 1, "!": 1, "$": 2, "%": 1, "-": 1, "2": 0, "3": 1, "<": 0, "=": 1, "?": 1, "@": 0,
    "A": 1, "E": 1, "G": 1, "J": 1, "K": 1, "L": 0, "M": 1, "R": 1, "S": 0, "T": 1, "U": 1,
    "V": 1, "W": 8, "\\": 2, "a": 1, "c": 2, "d": 1, "e": 1, "i": 0, "m": 0, "p": 3, "r": 1,
    "t": 1, "u": 1, "v": 0, "{": 1, "\x0c": 0,
}  # fmt: skip
_GS = {
    "!": 1, "$": 2, "/": 1, ":": 0, "B": 1, "C": 2, "E": 1, "H": 1, "I": 1, "L": 2, "P": 2,
    "R": 1, "T": 1, "W": 2, "\\": 2, "^": 3, "a": 1, "b": 1, "c": 0, "f": 1, "h": 1, "j": 1,
    "r": 1, "w": 1,
}  # fmt: skip
_FS = {
    "!": 1, "&": 0, "-": 1, ".": 0, "?": 2, "C": 1, "S": 2, "W": 1, "p": 2, "2": 74,
}  # fmt: skip


def command(buffer: bytearray) -> int | None:
    """Return the length of the command in front, or None when more must come."""
    if not buffer:
        return None
    match buffer[0]:
        case 0x1B:  # ESC
            length = _esc(buffer)
        case 0x1D:  # GS
            length = _gs(buffer)
        case 0x1C:  # FS
            length = _fs(buffer)
        case 0x10:  # DLE
            length = _dle(buffer)
        case _:
            length = 1
    if length is None:
        return None
    if length > LONGEST:
        return 8
    return length if len(buffer) >= length else None


def _esc(buffer: bytearray) -> int | None:
    if len(buffer) < 2:
        return None
    match chr(buffer[1]):
        case "*":
            if len(buffer) < 5:
                return None
            columns = int.from_bytes(buffer[3:5], "little")
            return 5 + columns * (3 if buffer[2] in (32, 33) else 1)
        case "D":
            return _through_nul(buffer, 2)
        case "(":
            return _counted(buffer)
        case name:
            return 2 + _ESC.get(name, 0)


def _gs(buffer: bytearray) -> int | None:
    if len(buffer) < 2:
        return None
    match chr(buffer[1]):
        case "(":
            return _counted(buffer)
        case "8":
            if len(buffer) < 7:
                return None
            return 7 + int.from_bytes(buffer[3:7], "little")
        case "v":
            if len(buffer) < 8:
                return None
            wide, high = buffer[4:6], buffer[6:8]
            return 8 + int.from_bytes(wide, "little") * int.from_bytes(high, "little")
        case "V":
            return None if len(buffer) < 3 else 3 if buffer[2] in (0, 1, 48, 49) else 4
        case "k":
            if len(buffer) < 4:
                return None
            return 4 + buffer[3] if buffer[2] >= 65 else _through_nul(buffer, 3)
        case "*":
            return None if len(buffer) < 4 else 4 + buffer[2] * buffer[3] * 8
        case name:
            return 2 + _GS.get(name, 0)


def _fs(buffer: bytearray) -> int | None:
    if len(buffer) < 2:
        return None
    return _counted(buffer) if buffer[1] == ord("(") else 2 + _FS.get(chr(buffer[1]), 0)


def _dle(buffer: bytearray) -> int | None:
    if len(buffer) < 3:
        return None
    match buffer[1]:
        case 0x04:
            return 4 if buffer[2] in (7, 8, 18) else 3
        case 0x05:
            return 3
        case 0x14:
            return {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}.get(buffer[2], 3)
        case _:
            return 1


def _counted(buffer: bytearray) -> int | None:
    """Length of `GS ( X pL pH …` and its relatives."""
    if len(buffer) < 5:
        return None
    return 5 + int.from_bytes(buffer[3:5], "little")


def _through_nul(buffer: bytearray, start: int) -> int | None:
    for place, byte in enumerate(islice(buffer, start, None), start):
        if byte == 0:
            return place + 1
    return None
