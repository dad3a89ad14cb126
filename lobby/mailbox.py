"""The patron's mailbox: takes letters in by SMTP and keeps them for reading."""

import asyncio
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from lobby.letters import Letter, read
from lobby.loop import Loop
from lobby.timeline import Clock, Note, utc_now

KEPT = 300
LARGEST = 20 * 1024 * 1024


class Mailbox:
    """All letters, newest last. Safe to use from any thread."""

    def __init__(
        self, note: Note, *, folder: Path | None = None, clock: Clock = utc_now
    ) -> None:
        """folder: where letters are kept as .eml; those already in it are read again."""
        self._note = note
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._letters: deque[Letter] = deque(maxlen=KEPT)
        self._last = 0
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            for file in sorted(folder.glob("*.eml"))[-KEPT:]:
                self._last = int(file.stem)
                came = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                self._keep(file.read_bytes(), came, number=self._last, to="")

    def receive(self, raw: bytes, *, to: str = "") -> Letter:
        """Take one letter in."""
        with self._lock:
            self._last += 1
            if self._folder:
                (self._folder / f"{self._last:06d}.eml").write_bytes(raw)
            letter = self._keep(raw, self._clock(), number=self._last, to=to)
        self._note("mailbox", f"A letter to {letter.to}: {letter.subject}")
        return letter

    def letters(self) -> list[Letter]:
        """Return all letters, newest first."""
        with self._lock:
            return list(reversed(self._letters))

    def find(self, number: int) -> Letter | None:
        return next((letter for letter in self.letters() if letter.number == number), None)

    def _keep(self, raw: bytes, came: datetime, *, number: int, to: str) -> Letter:
        letter = read(raw, number=number, received_at=came, to=to)
        self._letters.append(letter)
        return letter


class Port:
    """The mailbox's SMTP port."""

    def __init__(
        self, mailbox: Mailbox, loop: Loop, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._mailbox = mailbox
        self._loop = loop
        self._host = host
        self.number = port
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._server = self._loop.run(self._open())
        self.number = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server:
            self._loop.run(self._close(self._server))

    async def _open(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                _Handler(self._mailbox),
                hostname="lobby",
                data_size_limit=LARGEST,
                enable_SMTPUTF8=True,
                loop=asyncio.get_running_loop(),
            ),
            self._host,
            self.number,
        )

    async def _close(self, server: asyncio.Server) -> None:
        server.close()


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self._mailbox.receive(content, to=", ".join(envelope.rcpt_tos))
        return "250 The letter is in the box"
