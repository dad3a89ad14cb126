"""The ledger: its production app on a book of its own, which may be cut off or restored."""

import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from flask import Flask
from sqlalchemy import event

from ledger import backup, book, recovery, waiting
from ledger.clock import Means
from ledger.config import Config
from ledger.jobs import Job
from ledger.running import Running
from ledger.store import Store
from ledger.worker import Worker
from tests.promises.simulation.clock import Time
from tests.promises.simulation.machine import Dark, Machine, keep_database

FILE = "ledger.sqlite"
BACK_AFTER_MS = 4_000
_ROUND_MS = 10_000


@dataclass(frozen=True)
class Seeded(Running):
    """A running ledger whose ids and codes come from the seed."""

    chance: Random = field(default_factory=Random)

    def means(self) -> Means:
        return Means(self.clock(), self.chance.randbytes, self.keys)


class Ledger(Machine):
    """The ledger's machine. app: made once, because a web app takes long to make."""

    def __init__(self, home: Path, time: Time, chance: Random, app: Flask) -> None:
        super().__init__("ledger", home, time)
        self._chance, self._app = chance, app
        self._backup: Path | None = None
        self.running: Seeded
        self.commits = 0

    def start(self) -> None:
        """Open the book and serve; whoever cut the power meanwhile brings it back."""
        self.switched_on()
        with suppress(Dark):
            self.do(self._open)

    def _open(self) -> None:
        database = f"sqlite:///{self.folder / FILE}"
        store = Store(database)
        self._watch(store)
        settings = Config(directory=self.folder, database=database, port=0, demo=True)
        clock: Callable[[], int] = lambda: self.time.now_ms  # noqa: E731
        self.running = Seeded(
            settings,
            store,
            clock,
            book.open_keys(store, self.folder, clock),
            waiting.Waiting(pause=lambda s: self.time.sleep(round(s * 1000))),
            chance=self._chance,
        )
        self._app.extensions["foh"] = self.running
        worker = Worker(self.running)
        self.time.spawn(lambda: self._work(worker))

    def serve(
        self, request: bytes, target: str, method: str, headers: Any
    ) -> httpx.Response:
        """Answer one request, on this machine. Raises Dark."""
        return self.do(lambda: self._answer(request, target, method, headers))

    def write(self, case: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a use case as a page of the box office or the shop would. Raises Dark."""
        return self.do(
            lambda: self.running.store.write(case, self.running.means(), *args, **kwargs)
        )

    def copy_book(self) -> None:
        """Make a backup with the production command's own steps."""
        self._backup = self._home / "backup.sqlite"
        self.do(lambda: backup.copy(self.folder / FILE, self._home / "backup.sqlite"))

    @property
    def has_backup(self) -> bool:
        return self._backup is not None

    def put_back(self) -> None:
        """Start from the backup, as `python -m ledger restore` does. The power is off."""
        assert self._backup is not None
        folder = self._home / str(self.starts + 1)
        backup.put_back(self._backup, folder / FILE)
        store = Store(f"sqlite:///{folder / FILE}")
        means = Means(self.time.now_ms, self._chance.randbytes)
        store.write(recovery.begin, means, why="restored from a backup")
        store.close()

    def keep(self, before: Path, after: Path) -> None:
        shutil.copytree(before / "keys", after / "keys")
        for name in ("ledger.key", "session.key"):
            if (before / name).exists():
                shutil.copy(before / name, after / name)
        keep_database(before, after, FILE, synchronous=self._synchronous)

    def closed(self) -> None:
        self.running.store.close()

    def _watch(self, store: Store) -> None:
        engine: Any = store._writing
        with engine.connect() as connection:
            self._synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        event.listen(engine, "commit", lambda _connection: self.reached("commit: before"))

        def written(use_case: Any, *args: Any, **kwargs: Any) -> Any:
            """Do what the writing thread does, here and now: nobody waits for threads."""
            job = Job(lambda session: use_case(session, *args, **kwargs))
            store._writer.together([job])
            answer = job.result()
            self.commits += 1
            self.reached("commit: after")
            return answer

        store.write = written  # type: ignore[method-assign]

    def _work(self, worker: Worker) -> None:
        starts = self.starts
        while self.up and self.starts == starts:
            try:
                self.do(worker.step)
            except Dark:
                return
            self.time.sleep(_ROUND_MS)

    def _answer(
        self, body: bytes, target: str, method: str, headers: Any
    ) -> httpx.Response:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            "SERVER_NAME": "ledger.test",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers:
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        said: dict[str, Any] = {}

        def start_response(status: str, answered: Any, _trouble: Any = None) -> Any:
            said["status"], said["headers"] = int(status[:3]), answered

        parts = self._app(environ, start_response)
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return httpx.Response(said["status"], headers=said["headers"], content=content)
