"""From ESC/POS bytes to pieces, one command at a time, as a printer reads its buffer.

What we do not draw stays visible as Unknown, with its length where that is known, so that
its data does not end up on paper as letters.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from lobby.printer import codepages, graphics, lengths, symbol
from lobby.printer.pieces import (
    Ask,
    Bitmap,
    Code,
    Cut,
    Feed,
    Kick,
    Line,
    Look,
    Picture,
    Piece,
    Question,
    Unknown,
    Watch,
    Words,
)

DEFAULT_SPACING = 30
ALIGNED_CENTRE, ALIGNED_RIGHT = 1, 2


class Parser:
    """Reads commands from the front of a buffer; keeps modes and the unprinted line."""

    def __init__(self, width_dots: int) -> None:
        self._paper_dots = width_dots
        self._ready: deque[Piece] = deque()
        self._commands: dict[bytes, Callable[[bytes], None]] = self._table()
        self.symbol = symbol.Symbol()
        self.drawing = graphics.Drawing()
        self.reset()

    def reset(self) -> None:
        """Forget the unprinted line and all modes, as ESC @ does."""
        self.clear()
        self._look = Look()
        self._page = 0
        self._country = 0
        self._align = 0
        self._spacing = DEFAULT_SPACING
        self._gap = 0
        self._left = 0
        self._width = self._paper_dots
        self._tabs: tuple[int, ...] = tuple(range(8 * 12, self._paper_dots, 8 * 12))
        self.symbol = symbol.Symbol()
        self.drawing = graphics.Drawing()

    def clear(self) -> None:
        """Forget the unprinted line; modes stay."""
        self._parts: list[Words | Bitmap] = []
        self._x = 0
        self._ready.clear()

    def take(self, buffer: bytearray) -> Piece | None:
        """Return the next piece and remove what it took from the front of the buffer.

        Returns None when the buffer holds no whole piece yet; what it holds of an
        unfinished line has then moved into the line, as in a printer.
        """
        while not self._ready:
            length = lengths.command(buffer)
            if length is None:
                return None
            command = bytes(buffer[:length])
            del buffer[:length]
            self._obey(command)
        return self._ready.popleft()

    def _obey(self, command: bytes) -> None:
        if command[0] >= 0x20:
            self._print(command[0])
            return
        for size in (3, 2, 1):
            do = self._commands.get(command[:size])
            if do is not None and size <= len(command):
                do(command)
                return
        self._say(Unknown(command))

    def _table(self) -> dict[bytes, Callable[[bytes], None]]:
        def nothing(_: bytes) -> None:
            """Real-time commands were obeyed on arrival; others change nothing on paper."""

        return {
            b"\x00": nothing,
            b"\x09": lambda c: self._tab(),
            b"\x0a": lambda c: self._end_line(),
            b"\x0d": nothing,
            b"\x10\x04": nothing,
            b"\x10\x05": nothing,
            b"\x10\x14": nothing,
            b"\x1b@": lambda c: self.reset(),
            b"\x1b!": self._set_mode,
            b"\x1bE": lambda c: self._set_look(bold=bool(c[2] & 1)),
            b"\x1bG": lambda c: self._set_look(bold=bool(c[2] & 1)),
            b"\x1b-": lambda c: self._set_look(underline=c[2] % 48 % 3),
            b"\x1bM": lambda c: self._set_look(small=c[2] in (1, 49)),
            b"\x1dB": lambda c: self._set_look(inverted=bool(c[2] & 1)),
            b"\x1d!": lambda c: self._set_look(
                wide=(c[2] >> 4 & 7) + 1, tall=(c[2] & 7) + 1
            ),
            b"\x1bt": self._set_page,
            b"\x1bR": self._set_country,
            b"\x1ba": self._set_align,
            b"\x1b2": lambda c: self._set_spacing(DEFAULT_SPACING),
            b"\x1b3": lambda c: self._set_spacing(c[2]),
            b"\x1b ": self._set_gap,
            b"\x1bd": lambda c: self._end_line(c[2] * self._spacing),
            b"\x1bJ": lambda c: self._end_line(c[2]),
            b"\x1b$": lambda c: self._go(_number(c[2:4])),
            b"\x1b\\": lambda c: self._go(self._x + _signed(c[2:4])),
            b"\x1bD": self._set_tabs,
            b"\x1bp": lambda c: self._say(Kick(5 if c[2] & 1 else 2)),
            b"\x1bi": lambda c: self._cut(Cut(partial=False), c),
            b"\x1bm": lambda c: self._cut(Cut(partial=True), c),
            b"\x1b*": self._columns,
            b"\x1dL": lambda c: self._set_left(_number(c[2:4]), c),
            b"\x1dW": lambda c: self._set_width(_number(c[2:4]), c),
            b"\x1dV": self._cut_paper,
            b"\x1da": lambda c: self._say(Watch(c[2])),
            b"\x1dr": self._ask_status,
            b"\x1dI": lambda c: self._say(Ask(Question.NAME, c[2:3])),
            b"\x1dv0": self._raster,
            b"\x1d(H": self._ask_process,
            b"\x1d(k": self._symbol,
            b"\x1d(L": self._graphics,
            b"\x1d8L": self._graphics,
        }

    # Text

    def _print(self, byte: int) -> None:
        text = codepages.character(byte, page=self._page, country=self._country)
        step = self._look.cell[0] + self._gap * self._look.wide
        if self._x + self._look.cell[0] > self._width:
            self._end_line()
        last = self._parts[-1] if self._parts else None
        if (
            isinstance(last, Words)
            and (last.look, last.step) == (self._look, step)
            and last.x + step * len(last.text) == self._x
        ):
            self._parts[-1] = replace(last, text=last.text + text)
        else:
            self._parts.append(Words(self._x, text, self._look, step))
        self._x += step

    def _end_line(self, advance: int | None = None) -> None:
        """Print the line and move on by advance dots, or by one line."""
        if not self._parts:
            self._say(Feed(self._spacing if advance is None else advance))
            self._x = 0
            return
        height = max(part.height for part in self._parts)
        moved = self._spacing if advance is None else advance
        shift = self._indent(self._x)
        parts = tuple(replace(part, x=part.x + shift) for part in self._parts)
        self._say(Line(parts, height, max(height, moved)))
        self._parts = []
        self._x = 0

    def _indent(self, used: int) -> int:
        spare = max(self._width - used, 0)
        share = {ALIGNED_CENTRE: spare // 2, ALIGNED_RIGHT: spare}.get(self._align, 0)
        return self._left + share

    def _tab(self) -> None:
        self._go(next((stop for stop in self._tabs if stop > self._x), self._x))

    def _go(self, x: int) -> None:
        if 0 <= x <= self._width:
            self._x = x

    # Modes

    def _set_look(self, **change: bool | int) -> None:
        self._look = replace(self._look, **change)  # type: ignore[arg-type]

    def _set_mode(self, command: bytes) -> None:
        bits = command[2]
        self._set_look(
            small=bool(bits & 0x01),
            bold=bool(bits & 0x08),
            tall=2 if bits & 0x10 else 1,
            wide=2 if bits & 0x20 else 1,
            underline=1 if bits & 0x80 else 0,
        )

    def _set_page(self, command: bytes) -> None:
        if command[2] in codepages.CODE_PAGES:
            self._page = command[2]
        else:
            self._say(Unknown(command, "no such code page"))

    def _set_country(self, command: bytes) -> None:
        if command[2] in codepages.COUNTRIES:
            self._country = command[2]
        else:
            self._say(Unknown(command, "no such country"))

    def _set_align(self, command: bytes) -> None:
        if self._at_line_start(command):
            self._align = command[2] % 48 % 3

    def _set_spacing(self, dots: int) -> None:
        self._spacing = dots

    def _set_gap(self, command: bytes) -> None:
        self._gap = command[2]

    def _set_tabs(self, command: bytes) -> None:
        self._tabs = tuple(column * self._look.cell[0] for column in command[2:-1])

    def _set_left(self, dots: int, command: bytes) -> None:
        if self._at_line_start(command):
            self._left = min(dots, self._paper_dots - 12)
            self._width = min(self._width, self._paper_dots - self._left)

    def _set_width(self, dots: int, command: bytes) -> None:
        if self._at_line_start(command):
            self._width = max(min(dots, self._paper_dots - self._left), 12)

    def _at_line_start(self, command: bytes) -> bool:
        """Say whether the line is empty; printers ignore some commands in a line."""
        if self._parts:
            self._say(Unknown(command, "ignored in the middle of a line"))
        return not self._parts

    # Pictures, codes, cuts, questions

    def _columns(self, command: bytes) -> None:
        bitmap = graphics.columns(command, x=self._x)
        if bitmap is None:
            self._say(Unknown(command))
            return
        self._parts.append(bitmap)
        self._x += bitmap.width * bitmap.scale_x

    def _raster(self, command: bytes) -> None:
        bitmap = graphics.raster(command)
        if bitmap is None:
            self._say(Unknown(command, "picture of the wrong size"))
        elif self._at_line_start(command):
            self._draw(bitmap)

    def _graphics(self, command: bytes) -> None:
        match self.drawing.obey(command):
            case Bitmap() as bitmap:
                self._draw(bitmap)
            case Unknown() as unknown:
                self._say(unknown)

    def _draw(self, bitmap: Bitmap) -> None:
        left = self._indent(bitmap.width * bitmap.scale_x)
        self._say(Picture(replace(bitmap, x=left)))

    def _symbol(self, command: bytes) -> None:
        match self.symbol.obey(command):
            case Code() as code:
                if self._at_line_start(command):
                    self._say(replace(code, x=self._indent(code.size)))
            case Unknown() as unknown:
                self._say(unknown)

    def _cut_paper(self, command: bytes) -> None:
        kind = command[2]
        cut = Cut(partial=kind in (1, 49, 66, 98, 104))
        if kind in (0, 1, 48, 49):
            self._cut(cut, command)
        elif kind in (65, 66, 97, 98, 103, 104):
            self._cut(cut, command, feed=command[3])
        else:
            self._say(Unknown(command))

    def _cut(self, cut: Cut, command: bytes, feed: int = 0) -> None:
        if self._at_line_start(command):
            if feed:
                self._say(Feed(feed))
            self._say(cut)

    def _ask_status(self, command: bytes) -> None:
        match command[2]:
            case 1 | 49:
                self._say(Ask(Question.PAPER))
            case 2 | 50:
                self._say(Ask(Question.DRAWER))
            case _:
                self._say(Unknown(command))

    def _ask_process(self, command: bytes) -> None:
        wanted, token = command[5:7], command[7:]
        if wanted == b"00" and len(token) == 4:
            self._say(Ask(Question.PROCESS, token))
        else:
            self._say(Unknown(command))

    def _say(self, piece: Piece) -> None:
        self._ready.append(piece)


def _number(two: bytes) -> int:
    return int.from_bytes(two, "little")


def _signed(two: bytes) -> int:
    return int.from_bytes(two, "little", signed=True)
