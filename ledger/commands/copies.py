"""Copies of the book: make one, put one back, check one."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from ledger import backup, config, engines, history, recovery, store
from ledger.clock import Means
from ledger.commands import opened


def back_up(settings: config.Config, asked: argparse.Namespace) -> int:
    """Copy the book while it is in use."""
    source = opened.sqlite_only(settings)
    if not source.exists():
        raise opened.Stopped(f"There is no book at {source}.")
    target = Path(asked.file) if asked.file else _next_copy(settings)
    backup.copy(source, target)
    print(f"Copied to {target}. Keep the keys in {settings.directory} with it.")
    return 0


def restore(settings: config.Config, asked: argparse.Namespace) -> int:
    """Put a copy in the place of the book; devices then tell what it has forgotten.

    On PostgreSQL, put the copy back with its own tools first, and name no file.
    """
    if asked.file:
        database = opened.sqlite_only(settings)
        held = engines.lock(opened.lock_file(settings))
        try:
            backup.put_back(Path(asked.file), database)
        finally:
            held.close()
    elif settings.on_sqlite:
        raise opened.Stopped("Name the copy to put back: python -m ledger restore FILE.")
    history.upgrade(settings.database)
    kept = store.Store(settings.database, lock=opened.lock_file(settings))
    try:
        means = Means(opened.clock_of(settings)())
        timeline = kept.write(recovery.begin, means, why="restored from a backup")
        with kept.read() as session:
            waiting = recovery.missing(session)
    finally:
        kept.close()
    print(f"Restored; this is timeline {timeline}.")
    if waiting:
        print(f"Nothing is sold until these have told all they know: {', '.join(waiting)}.")
    return 0


def verify(settings: config.Config, asked: argparse.Namespace) -> int:
    """Check the book: journal, seats, feed."""
    if asked.file:
        backup.check_file(Path(asked.file))
        address = f"sqlite:///{Path(asked.file).resolve()}"
    else:
        address = settings.database
    kept = store.Store(address, only_read=True)
    try:
        with kept.read() as session:
            history.check(session.connection())
            faults = backup.faults(session)
    finally:
        kept.close()
    for fault in faults:
        print(fault)
    if not faults:
        print("The book is as it should be.")
    return 1 if faults else 0


def _next_copy(settings: config.Config) -> Path:
    now = datetime.fromtimestamp(opened.clock_of(settings)() / 1000, UTC)
    folder = settings.directory / "backups"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"ledger-{now:%Y%m%d-%H%M%S}.sqlite"
