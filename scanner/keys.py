"""What a hand-held reader means by its keystrokes.

A reader pretends to be a keyboard: it presses the keys that would type the code on a
keyboard of the country it was set up for. Codes are those of the kernel's key events
(linux/input-event-codes.h).
"""

from collections.abc import Mapping

ENTER, TAB, KEYPAD_ENTER = 28, 15, 96
SHIFTS, CONTROLS, ALT, ALT_GR, CAPS_LOCK = {42, 54}, {29, 97}, 56, 100, 58
ENDS = {ENTER, TAB, KEYPAD_ENTER}
# Digits of the keypad, with which a reader set to "Alt mode" spells any character.
KEYPAD = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8"}
KEYPAD[73] = "9"
_OTHER_KEYPAD = {83: ".", 98: "/", 55: "*", 74: "-", 78: "+"}

Layout = dict[int, tuple[str, str, str]]


def _rows(plain: str, shifted: str, alt_gr: str) -> Layout:
    """Three pictures of one keyboard, row by row from the digits down to the letters."""
    keys: dict[int, tuple[str, str, str]] = {57: (" ", " ", " ")}
    starts = (2, 16, 30, 43, 86)
    for start, a, b, c in zip(
        starts, plain.split("\n"), shifted.split("\n"), alt_gr.split("\n"), strict=False
    ):
        for nth, three in enumerate(zip(a, b, c.ljust(len(a), "\0"), strict=True)):
            keys[start + nth] = three
    return keys


def _board(digits: str, upper: str, home: str, lower: str, grave: str) -> str:
    # Key 41 is left of the 1, 43 next to Enter, 86 left of Z on keyboards that have it.
    return "\n".join((digits, upper, home + grave, lower))


US = _rows(
    _board("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "\\zxcvbnm,./", "`"),
    _board("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"', "|ZXCVBNM<>?", "~"),
    "\n\n\n",
)
DANISH = _rows(
    _board("1234567890+\0", "qwertyuiopå\0", "asdfghjklæø", "'zxcvbnm,.-", "½"),
    _board('!"#¤%&/()=?\0', "QWERTYUIOPÅ^", "ASDFGHJKLÆØ", "*ZXCVBNM;:_", "§"),
    "\0@£$€\0{[]}\0|\n\0\0€\0\0\0\0\0\0\0\0~\n\0\n\0",
) | {86: ("<", ">", "\\")}
LAYOUTS: Mapping[str, Layout] = {"us": US, "dk": DANISH}


class Typist:
    """Turns key events into characters, for one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: set[int] = set()
        self._capitals = False
        self._spelt = ""

    def press(self, key: int, value: int) -> str:
        """Take in one event; return the character that it types, or nothing.

        value: 1 pressed, 0 released, 2 repeated by the kernel (which a reader never means).
        """
        if value == 0:
            self._held.discard(key)
            return self._finish_spelling() if key == ALT else ""
        if value != 1:
            return ""
        self._held.add(key)
        if key == CAPS_LOCK:
            self._capitals = not self._capitals
        if ALT in self._held and key in KEYPAD:
            self._spelt += KEYPAD[key]
            return ""
        typed = KEYPAD.get(key) or _OTHER_KEYPAD.get(key) or self._typed(key)
        if typed and CONTROLS & self._held:
            # Control and a letter is how readers send what lies below the blank.
            return chr(ord(typed[0].upper()) & 0x1F)
        return typed

    def forget(self) -> None:
        """The reader went away: no key of it is held any more."""
        self._held.clear()
        self._spelt = ""
        self._capitals = False

    def _typed(self, key: int) -> str:
        plain, shifted, alt_gr = self._layout.get(key, ("", "", ""))
        if ALT_GR in self._held:
            return alt_gr.strip("\0")
        shift = bool(SHIFTS & self._held)
        if self._capitals and plain.isalpha():
            shift = not shift
        return (shifted if shift else plain).strip("\0")

    def _finish_spelling(self) -> str:
        spelt, self._spelt = self._spelt, ""
        number = int(spelt[-4:] or "0")
        # Alt+0nnn means a character of Windows' code page, as every such reader does.
        return bytes([number]).decode("cp1252", "ignore") if 0 < number < 256 else ""
