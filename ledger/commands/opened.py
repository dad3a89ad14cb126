"""The book as a command opens it, and what stops one that cannot go on."""

from pathlib import Path

from ledger import book, clock, config, history, store
from ledger.running import Running


class Stopped(Exception):
    """A command cannot go on; the text says why in one sentence."""


class Open:
    """The book, opened for writing, with its keys; closed at the end."""

    def __init__(self, settings: config.Config) -> None:
        self._settings = settings

    def __enter__(self) -> Running:
        settings = self._settings
        file = settings.database_file
        if file is not None and not file.exists():
            raise history.NotMigrated(
                f"There is no book at {file}: run `python -m ledger migrate` first."
            )
        self._store = store.Store(settings.database, lock=lock_file(settings))
        try:
            with self._store.read() as session:
                history.check(session.connection())
            now = clock_of(settings)
            held = book.open_keys(self._store, settings.directory, now)
        except BaseException:
            self._store.close()
            raise
        return Running(settings, self._store, now, held)

    def __exit__(self, *_: object) -> None:
        self._store.close()


def sqlite_only(settings: config.Config) -> Path:
    """Give the file of the book. Raises Stopped for one on PostgreSQL."""
    file = settings.database_file
    if file is None:
        raise Stopped(
            "This book is on PostgreSQL: use pg_dump and pg_restore, and after that"
            " `python -m ledger restore` without a file."
        )
    return file


def clock_of(settings: config.Config) -> clock.Clock:
    """Give the clock that commands go by."""
    return clock.moved_by(settings.demo_clock)


def lock_file(settings: config.Config) -> Path:
    """Give the file that only one writer of a book on SQLite may lock."""
    return settings.directory / "ledger.lock"
