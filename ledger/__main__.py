"""Commands of the ledger. `python -m ledger --help` lists them."""

import argparse
import importlib
import importlib.util
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from ledger import (
    backup,
    book,
    clock,
    config,
    devices,
    engines,
    history,
    keys,
    recovery,
    store,
    tls,
)
from ledger.clock import Means
from ledger.running import Running

log = structlog.get_logger()
THREADS = 16
# Devices keep theirs open; below what a process may usually open, 1,024 files.
CONNECTIONS = 900


class Stopped(Exception):
    """A command cannot go on; the text says why in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
    )
    # Requests wait for a thread now and then; saying so each time makes them wait more.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    asked = _parser().parse_args(arguments)
    try:
        settings = config.read(os.environ)
        settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        command: Callable[[config.Config, argparse.Namespace], int] = asked.command
        return command(settings, asked)
    except (
        Stopped,
        config.Incomplete,
        engines.InUse,
        history.NotMigrated,
        keys.NoKey,
        backup.NotACopy,
        ArgumentError,
    ) as why:
        print(why, file=sys.stderr)
    except OperationalError as why:
        print(f"The database cannot be used: {_first_line(why)}.", file=sys.stderr)
    except DatabaseError as why:
        print(
            f"The database is not what it should be: {_first_line(why)}.", file=sys.stderr
        )
    except OSError as why:
        name = f" ({why.filename})" if why.filename else ""
        print(f"The ledger cannot go on: {why.strerror}{name}.", file=sys.stderr)
    return 1


def migrate(settings: config.Config, _: argparse.Namespace) -> int:
    """Make the tables, or bring them up to this version."""
    lock = None if not settings.on_sqlite else engines.lock(_lock_file(settings))
    try:
        history.upgrade(settings.database)
    finally:
        if lock:
            lock.close()
    opened = store.Store(settings.database, lock=_lock_file(settings))
    try:
        opened.write(book.begin, Means(_clock(settings)()))
    finally:
        opened.close()
    return 0


def demo(settings: config.Config, _: argparse.Namespace) -> int:
    """Fill an empty book with a small theatre to play with."""
    with _Open(settings) as ledger:
        house = importlib.import_module("ledger.demo")
        house.fill(
            ledger.store,
            settings.directory,
            ledger.means(),
            public_url=settings.public_url,
        )
    return 0


def import_chart(settings: config.Config, asked: argparse.Namespace) -> int:
    """Import a seating plan as a new hall."""
    from ledger import catalogue, halls, plans

    try:
        plan = plans.read(Path(asked.file).read_bytes())
    except plans.BadPlan as why:
        raise Stopped(f"{asked.file}: {why}") from None
    name = asked.name or plan.name
    with _Open(settings) as ledger:
        hall = halls.of(plan.chart, plan.names)
        ledger.store.write(catalogue.add_hall, ledger.means(), name=name, plan=hall)
    print(f"{name}: {len(plan.chart.seats)} seats in {len(plan.chart.rows)} rows.")
    return 0


def invite(settings: config.Config, asked: argparse.Namespace) -> int:
    """Invite a device, and write down what it needs to pair."""
    with _Open(settings) as ledger:
        invitation = ledger.store.write(
            devices.invite,
            ledger.means(),
            name=asked.name,
            role=asked.role,
            place=asked.place or "",
            url=asked.url or settings.public_url,
            spki=tls.pin(settings.tls_certificate),
        )
    text = json.dumps(invitation) + "\n"
    if asked.out is None:
        print(text, end="")
        return 0
    descriptor = os.open(asked.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    return 0


def back_up(settings: config.Config, asked: argparse.Namespace) -> int:
    """Copy the book while it is in use."""
    source = _sqlite_only(settings)
    if not source.exists():
        raise Stopped(f"There is no book at {source}.")
    target = Path(asked.file) if asked.file else _next_copy(settings)
    backup.copy(source, target)
    print(f"Copied to {target}. Keep the keys in {settings.directory} with it.")
    return 0


def restore(settings: config.Config, asked: argparse.Namespace) -> int:
    """Put a copy in the place of the book; devices then tell what it has forgotten.

    On PostgreSQL, put the copy back with its own tools first, and name no file.
    """
    if asked.file:
        database = _sqlite_only(settings)
        held = engines.lock(_lock_file(settings))
        try:
            backup.put_back(Path(asked.file), database)
        finally:
            held.close()
    elif settings.on_sqlite:
        raise Stopped("Name the copy to put back: python -m ledger restore FILE.")
    history.upgrade(settings.database)
    opened = store.Store(settings.database, lock=_lock_file(settings))
    try:
        means = Means(_clock(settings)())
        timeline = opened.write(recovery.begin, means, why="restored from a backup")
        with opened.read() as session:
            waiting = recovery.missing(session)
    finally:
        opened.close()
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
    opened = store.Store(address, only_read=True)
    try:
        with opened.read() as session:
            history.check(session.connection())
            faults = backup.faults(session)
    finally:
        opened.close()
    for fault in faults:
        print(fault)
    if not faults:
        print("The book is as it should be.")
    return 1 if faults else 0


def strike_off(settings: config.Config, asked: argparse.Namespace) -> int:
    """Go on without a device after a restore."""
    from sqlalchemy import select

    from ledger.tables.devices import DeviceRow

    with _Open(settings) as ledger:
        with ledger.store.read() as session:
            device = session.scalar(
                select(DeviceRow.id).where(DeviceRow.name == asked.name)
            )
        if device is None:
            raise Stopped(f"There is no device called {asked.name}.")
        ledger.store.write(
            recovery.strike_off,
            ledger.means(),
            device,
            staff=asked.staff,
            reason=asked.reason,
        )
    return 0


def serve(settings: config.Config, asked: argparse.Namespace) -> int:
    """Serve devices and pages until told to stop; on SQLite the worker, too."""
    import waitress  # type: ignore[import-untyped] # It has no stubs.

    from ledger import app, worker
    from ledger.hooks import messenger

    if asked.demo:
        migrate(settings, asked)
        demo(settings, asked)
    with _Open(settings) as ledger:
        listening = _listen(settings)
        waiting = worker.Worker(
            ledger,
            post=worker.postman(ledger),
            pay=worker.cashier(ledger),
            cards=worker.cards(ledger),
            copy=worker.copyist(ledger),
        )
        server = waitress.create_server(
            app.create_app(ledger),
            sockets=[listening],
            threads=THREADS,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            ident="Front of House",
            channel_timeout=60,
            max_request_body_size=app.MOST_BYTES,
        )
        telling = messenger.Messenger(ledger)
        threads = [
            threading.Thread(target=waiting.run, name="worker", daemon=True),
            threading.Thread(target=telling.run, name="messenger", daemon=True),
        ]
        for thread in threads:
            thread.start()

        def stop(_number: int, _frame: object) -> None:
            ledger.waiting.close()
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        host, port = listening.getsockname()[:2]
        log.info("serving", host=host, port=port, database=_kind(settings))
        try:
            server.run()
        except SystemExit:
            pass
        finally:
            waiting.stop()
            telling.stop()
            server.close()
            for thread in threads:
                thread.join(timeout=2)
        log.info("stopped")
    return 0


class _Open:
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
        self._store = store.Store(settings.database, lock=_lock_file(settings))
        try:
            with self._store.read() as session:
                history.check(session.connection())
            now = _clock(settings)
            held = book.open_keys(self._store, settings.directory, now)
        except BaseException:
            self._store.close()
            raise
        return Running(settings, self._store, now, held)

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _listen(settings: config.Config) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as why:
        listening.close()
        raise Stopped(
            f"Port {settings.port} on {settings.host} cannot be used: {why.strerror}."
            " Set FOH_LEDGER_PORT to another one."
        ) from None
    listening.listen(1024)
    return listening


def _clock(settings: config.Config) -> clock.Clock:
    return clock.moved_by(settings.demo_clock)


def _lock_file(settings: config.Config) -> Path:
    return settings.directory / "ledger.lock"


def _sqlite_only(settings: config.Config) -> Path:
    file = settings.database_file
    if file is None:
        raise Stopped(
            "This book is on PostgreSQL: use pg_dump and pg_restore, and after that"
            " `python -m ledger restore` without a file."
        )
    return file


def _next_copy(settings: config.Config) -> Path:
    now = datetime.fromtimestamp(_clock(settings)() / 1000, UTC)
    folder = settings.directory / "backups"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"ledger-{now:%Y%m%d-%H%M%S}.sqlite"


def _kind(settings: config.Config) -> str:
    return "sqlite" if settings.on_sqlite else "postgresql"


def _first_line(why: DatabaseError) -> str:
    return str(why.orig).strip().splitlines()[0].rstrip(".") if why.orig else "no reason"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ledger", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        made.set_defaults(command=command)
        return made

    add("migrate", migrate)
    add("demo", demo)
    add("serve", serve).add_argument(
        "--demo", action="store_true", help="migrate and fill an empty book before"
    )
    chart = add("import-chart", import_chart)
    chart.add_argument("file", help="a seating plan in pretix's JSON format")
    chart.add_argument("--name", help="of the hall; usually the plan's")
    device = add("invite", invite)
    device.add_argument("--name", required=True, help="of the device, such as Kiosk 1")
    device.add_argument("--role", required=True, choices=("kiosk", "door"))
    device.add_argument("--place", help="where it stands; usually its name")
    device.add_argument("--url", help="where it reaches this ledger")
    device.add_argument("--out", help="a file to write to; usually the terminal")
    copy = add("backup", back_up)
    copy.add_argument(
        "file", nargs="?", help="where the copy goes; usually beside the book"
    )
    back = add("restore", restore)
    back.add_argument("file", nargs="?", help="a copy made by backup")
    add("verify", verify).add_argument("file", nargs="?", help="a copy, not the book")
    off = add("strike-off", strike_off)
    off.add_argument("--name", required=True, help="of the device")
    off.add_argument("--staff", required=True, help="who decides")
    off.add_argument("--reason", required=True, help="why")
    return parser


if __name__ == "__main__":
    sys.exit(main())
