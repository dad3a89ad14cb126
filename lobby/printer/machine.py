"""The printer itself: a buffer, a mechanism that empties it onto paper, and its troubles.

What arrives while it cannot print stays in the buffer and prints later, unless the host
clears it: exactly the ghosts that a real printer keeps. ESC @ resets modes and the
unprinted line; it does not empty the buffer, as in hardware.
"""

import threading
import time
from collections.abc import Callable, Mapping

from lobby.printer import faults, realtime, status
from lobby.printer.faults import Ambush
from lobby.printer.parser import Parser
from lobby.printer.pieces import (
    Ask,
    Code,
    Cut,
    Feed,
    Kick,
    Line,
    Picture,
    Piece,
    Question,
    Unknown,
    Watch,
)
from lobby.printer.realtime import Command, Kind
from lobby.printer.slips import Slip, Tray
from lobby.timeline import Clock, Note, utc_now

BUFFER_BYTES = 64 * 1024
DOTS_PER_MM = 8
SLOW_PAUSE_S = 0.5

Answer = Callable[[bytes], None]


class Printer:
    """One printer, safe to use from any thread; the mechanism has a thread of its own."""

    def __init__(
        self,
        name: str,
        tray: Tray,
        note: Note,
        *,
        width_dots: int = 576,
        mm_per_s: float = 0,
        clock: Clock = utc_now,
    ) -> None:
        """width_dots: 576 for 80 mm paper, 384 for 58 mm. mm_per_s: 0 prints at once."""
        self.name = name
        self.width_dots = width_dots
        self.faults = faults.GOOD
        self.ambush: Ambush | None = None
        self._tray = tray
        self._note = note
        self._mm_per_s = mm_per_s
        self._clock = clock
        self._changed = threading.Condition()
        self._buffer = bytearray()
        self._parser = Parser(width_dots)
        self._answer: Answer | None = None
        self._watchers: dict[int, Answer] = {}
        self._slip: Slip | None = None
        self._idle = True
        self._hungry = False
        self._running = False
        self._thread: threading.Thread | None = None
        self.on_power: Callable[[bool], None] = lambda on: None

    # From outside: bytes

    def start(self) -> None:
        self._running = True
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._running = False
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def receive(self, data: bytes, answer: Answer) -> None:
        """Put bytes into the buffer; wait while it is full, as a printer does.

        answer: sends bytes back to whoever sent these.
        """
        rest = memoryview(data)
        while rest:
            with self._changed:
                self._changed.wait_for(self._has_room)
                if not self._running or self.faults.off:
                    return
                room = (
                    BUFFER_BYTES - len(self._buffer) if not self._hungry else BUFFER_BYTES
                )
                self._buffer += rest[:room]
                self._answer = answer
                self._idle = self._hungry = False
                rest = rest[room:]
                self._changed.notify_all()

    def _has_room(self) -> bool:
        # A picture may be larger than the buffer: real printers print it as it comes.
        full = len(self._buffer) >= BUFFER_BYTES and not self._hungry
        return not full or not self._running

    def obey(self, command: Command, answer: Answer) -> None:
        """Carry out a real-time command, whatever state the printer is in."""
        if command.kind is Kind.STATUS and command.number == realtime.ALL:
            waits = self._tray.waits(self.name)
            self._say(answer, status.everything(self.faults, in_slot=waits))
        elif command.kind is Kind.STATUS:
            self._say(answer, status.realtime(command.number, self.faults))
        elif command.kind is Kind.CLEAR:
            self.clear()
            self._note(self.name, "The buffer was cleared")
            self._say(answer, status.CLEARED)
        elif command.kind is Kind.RECOVER_AND_CLEAR and self.faults.failed:
            self.clear()
            self._note(self.name, "The buffer was cleared")

    def clear(self) -> None:
        """Empty the buffer and the unprinted line."""
        with self._changed:
            self._buffer.clear()
            self._parser.clear()
            self._changed.notify_all()

    def leave(self, answer: Answer) -> None:
        """A connection has closed. What it sent stays in the buffer."""
        with self._changed:
            self._watchers.pop(id(answer), None)
            if self._answer is answer:
                self._answer = None

    # From outside: hands

    def set_faults(self, change: Mapping[str, bool]) -> None:
        """Switch faults on or off. Raises KeyError for one that does not exist."""
        with self._changed:
            before, self.faults = self.faults, faults.changed(self.faults, change)
            if before == self.faults:
                return
            if before.off != self.faults.off:
                self._buffer.clear()
                self._parser.reset()
                self._watchers.clear()
                self._answer = None
            # Staff pull the half-printed slip away when they put the printer right.
            if before.halted and not self.faults.halted:
                self._tear()
                self._idle = not self._buffer
            self._changed.notify_all()
        for name, words in faults.WORDS.items():
            now = getattr(self.faults, name)
            if getattr(before, name) != now:
                self._note(self.name, words[0] if now else words[1])
        if before.off != self.faults.off:
            self.on_power(not self.faults.off)
        self._report_change()

    def lie_in_wait(self, ambush: Ambush) -> None:
        """Let faults strike in the middle of a job."""
        with self._changed:
            self.ambush = ambush

    def heal(self) -> None:
        """Put everything right."""
        self.ambush = None
        self.set_faults(dict.fromkeys(faults.NAMES, False))

    def refill(self) -> None:
        """Put a new roll in and close the cover."""
        self.set_faults({"near_end": False, "out": False, "cover": False})

    @property
    def waiting_bytes(self) -> int:
        """How much the buffer holds: tomorrow's ghosts."""
        with self._changed:
            return len(self._buffer)

    def settle(self, timeout_s: float) -> bool:
        """Wait until all that can be printed is printed; say whether that came true."""
        with self._changed:
            return self._changed.wait_for(lambda: self._idle, timeout_s)

    # Inside

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._running:
                    return
                piece = None if self.faults.halted else self._next_piece()
                if piece is None:
                    self._idle = True
                    self._hungry = not self.faults.halted
                    self._changed.notify_all()
                    self._changed.wait(1)
                    continue
                self._put_on_paper(piece)
            self._take_time(piece)
            if isinstance(piece, Ask):
                self._reply(piece)
            self._spring(piece)

    def _next_piece(self) -> Piece | None:
        before = len(self._buffer)
        piece = self._parser.take(self._buffer)
        taken = before - len(self._buffer)
        if taken:
            self._changed.notify_all()
        if piece is not None and self.ambush:
            self.ambush = self.ambush.after(piece, taken)
        return piece

    def _put_on_paper(self, piece: Piece) -> None:
        match piece:
            case Line() | Picture() | Code() | Feed() | Unknown():
                self._paper().pieces.append(piece)
            case Cut():
                if self._slip:
                    self._slip.pieces.append(piece)
                    self._tray.end(self._slip, torn=False, now=self._clock())
                    self._note(self.name, f"Slip {self._slip.number} is printed")
                    self._slip = None
            case Kick(pin=pin):
                self._note(self.name, f"The cash drawer on pin {pin} opened")
            case Watch(bits=bits) if self._answer:
                if bits:
                    self._watchers[id(self._answer)] = self._answer
                    self._say(self._answer, status.automatic(self.faults))
                else:
                    self._watchers.pop(id(self._answer), None)

    def _paper(self) -> Slip:
        if self._slip is None:
            self._slip = self._tray.begin(
                self.name, width_dots=self.width_dots, now=self._clock()
            )
        return self._slip

    def _tear(self) -> None:
        if self._slip:
            self._tray.end(self._slip, torn=True, now=self._clock())
            self._note(self.name, f"Slip {self._slip.number} was torn off half printed")
            self._slip = None

    def _take_time(self, piece: Piece) -> None:
        if self._mm_per_s:
            time.sleep(_dots(piece) / DOTS_PER_MM / self._mm_per_s)
        if self.faults.slow and isinstance(piece, Line | Picture | Code):
            time.sleep(SLOW_PAUSE_S)

    def _reply(self, ask: Ask) -> None:
        answer = self._answer
        if answer is None:
            return
        match ask.question:
            case Question.PROCESS:
                self._say(answer, status.PROCESS_DONE + ask.token + b"\x00")
            case Question.PAPER:
                self._say(answer, status.paper(self.faults))
            case Question.DRAWER:
                self._say(answer, status.drawer())
            case Question.NAME:
                self._say(answer, status.name(ask.token))

    def _spring(self, piece: Piece) -> None:
        with self._changed:
            ambush = self.ambush
            if not ambush or not ambush.strikes(piece):
                return
            self.ambush = None
        self.set_faults(ambush.change)

    def _report_change(self) -> None:
        with self._changed:
            watchers = list(self._watchers.values())
        for answer in watchers:
            self._say(answer, status.automatic(self.faults))

    def _say(self, answer: Answer, data: bytes) -> None:
        if self.faults.silent or self.faults.off:
            return
        answer(status.nonsense(len(data)) if self.faults.garbage else data)


def _dots(piece: Piece) -> int:
    match piece:
        case Line(advance=dots) | Feed(dots=dots):
            return dots
        case Picture(bitmap=bitmap):
            return bitmap.height * bitmap.scale_y
        case Code() as code:
            return code.size
        case _:
            return 0
