"""A door that was away: changes it missed, and how soon its copy is the ledger's again.

Source: P21, 10,000 changes, equal digests within 30 s of the link; once after an evening,
once after fifteen days, when the rows it would read on from are forgotten.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import time

from sqlalchemy import func, select, update

from boxoffice.pricing import Seller
from ledger import clock, devices, feed, orders
from ledger.store import Store
from ledger.tables.feed import FeedRow, StreamHeadRow
from scripts.benches import _ledger
from scripts.benches._device import Kiosk
from scripts.benches._ledger import Book, Servers, say
from scripts.benches._machine import CLIENTS, SERVERS, free_port

DOOR = "Door A"
DAY_MS = 86_400_000
SEATS_A_ROW = 50
TICKETS_AN_ORDER = 10
MOST_WAIT_S = 120
# A stream of which nothing was ever told.
NOTHING = (0, "0" * 32)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench outage", description=__doc__)
    parser.add_argument("--engine", choices=_ledger.ENGINES, action="append")
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--days", type=int, action="append", help="how long it was away")
    asked = parser.parse_args(argv)
    sound = True
    for engine in asked.engine or _ledger.ENGINES:
        for days in asked.days or (0, 15):
            sound &= _outage(engine, asked.changes, days)
    return 0 if sound else 1


def _outage(engine: str, changes: int, days: int) -> bool:
    with _ledger.opened(engine) as made:
        # Each ticket is two changes at least: the seat's and its own.
        rows = changes // SEATS_A_ROW
        evening = made.add_evening("Hamlet", _ledger.reserved(rows, SEATS_A_ROW))
        invitation = made.store.write(
            devices.invite, made.means, name=DOOR, role="door", url="http://127.0.0.1:1"
        )
        servers = Servers(made)
        folder = made.folder / "door"
        folder.mkdir()
        (folder / "invite.json").write_text(json.dumps(invitation))
        door = Kiosk.started(folder, free_port(), servers.ports[0], FOH_DOOR=DOOR)
        try:
            door.wait()
            _until_equal(made, door)
            servers.close()
            missed, forgotten = _meanwhile(made, evening, changes, days)
            began, cpu_s = time.perf_counter(), door.cpu_s()
            servers.start()
            streams = _until_equal(made, door)
            seconds, cpu_s = time.perf_counter() - began, door.cpu_s() - cpu_s
        finally:
            door.kill()
            with contextlib.suppress(Exception):
                servers.close()
    say(
        bench="outage",
        engine=engine,
        days=days,
        changes=missed,
        forgotten=forgotten,
        streams=streams,
        # The ledger's own start is part of it, and so is how long the door rests by then.
        seconds_to_equal=round(seconds, 2),
        door_cpu_s=round(cpu_s, 2),
        goal_s=30,
    )
    return streams > 0


def _meanwhile(made: Book, evening: str, changes: int, days: int) -> tuple[int, int]:
    """Change that much; give how many changes, and how many of them are forgotten."""
    os.sched_setaffinity(0, {SERVERS, CLIENTS})
    store = Store(made.database)
    try:
        with store.read() as session:
            before = session.scalar(select(func.count()).select_from(FeedRow)) or 0
        missed, place = 0, 0
        while missed < changes:
            row, first = divmod(place, SEATS_A_ROW)
            seats = range(first + 1, first + 1 + TICKETS_AN_ORDER)
            place += TICKETS_AN_ORDER
            sold = store.write(
                orders.sell,
                made.means,
                performance=evening,
                seats=[(f"R{row}-{seat}", "adult") for seat in seats],
                seller=Seller.WINDOW,
                tender="cash",
            )
            assert isinstance(sold, orders.Sold), sold
            with store.read() as session:
                now = session.scalar(select(func.count()).select_from(FeedRow)) or 0
            missed = now - before
        if not days:
            return missed, 0
        # The days pass for the rows; the show stays tonight's, so that all is still told.
        store.write(
            lambda session: session.execute(
                update(FeedRow).values(at_ms=FeedRow.at_ms - days * DAY_MS)
            )
        )
        gone = store.write(lambda session: feed.prune(session, now_ms=clock.system_ms()))
        return missed, gone
    finally:
        store.close()


def _until_equal(made: Book, door: Kiosk) -> int:
    """Wait until the door's copy of each stream is the ledger's; give how many."""
    until = time.monotonic() + MOST_WAIT_S
    store = Store(made.database, only_read=True)
    try:
        while True:
            with store.read() as session:
                theirs = {
                    head.stream: (head.pos, head.digest)
                    for head in session.scalars(select(StreamHeadRow))
                }
            ours = _copies(door)
            followed = {stream: theirs.get(stream, NOTHING) for stream in ours}
            if any(name.startswith("perf:") for name in ours) and ours == followed:
                return len(ours)
            if time.monotonic() > until:
                raise SystemExit(f"after {MOST_WAIT_S} s {ours} is not {followed}")
            time.sleep(0.2)
    finally:
        store.close()


def _copies(door: Kiosk) -> dict[str, tuple[int, str]]:
    with contextlib.closing(
        sqlite3.connect(f"file:{door.store}?mode=ro", uri=True)
    ) as opened:
        rows = opened.execute("SELECT stream, pos, digest FROM cursor").fetchall()
    return {stream: (pos, digest) for stream, pos, digest in rows}
