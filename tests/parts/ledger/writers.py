"""Processes that write to one book as fast as they can, until they are killed.

Each write takes seats or lets them go, and tells a change of its own; once it is durable,
its name is added to a file. Source: P20, DIS3, sync.md §3.5.
"""

import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger import feed, seating
from ledger.clock import Means
from ledger.seating import Held
from ledger.store import Store

STREAM = "perf:race"
ROWS, PLACES = "ABCDEF", range(1, 11)


def write(database: str, evening: str, now_ms: int, told: Path, threads: int) -> None:
    """Be one process of a ledger, for ever."""
    store = Store(database)
    with told.open("ab", buffering=0) as note:
        others = [
            threading.Thread(target=_buy, args=(store, evening, now_ms, note))
            for _ in range(threads - 1)
        ]
        for other in others:
            other.start()
        _buy(store, evening, now_ms, note)


def _buy(store: Store, evening: str, now_ms: int, note: Any) -> None:
    chance = random.Random(os.urandom(8))
    held: list[str] = []
    while True:
        name = Means(now_ms).new_id()
        gone = held.pop(0) if len(held) > 2 else None
        row, place = chance.choice(ROWS), chance.choice(PLACES)
        seats = [f"{row}{place}", f"{row}{place + 1}"][: 1 if place == 10 else 2]
        got = store.write(_turn, Means(now_ms), evening, name, seats, gone)
        note.write(f"{name}\n".encode())
        if got:
            held.append(got)


def _turn(
    session: Any, means: Means, evening: str, name: str, seats: list[str], gone: str | None
) -> str | None:
    if gone is not None:
        seating.release(session, means, gone, seller="shop")
    got = seating.hold(
        session, means, performance=evening, order=name, seller="shop", wanted=seats
    )
    feed.publish(session, STREAM, "seat", name, {}, now_ms=means.now_ms)
    return got.hold if isinstance(got, Held) else None


class Writers:
    """Several such processes, of which some are killed and started again."""

    def __init__(self, count: int, *about: Any) -> None:
        """about: as in `write`."""
        self._about = about
        self._processes = [self._started() for _ in range(count)]
        self.killed = 0

    def kill_one(self) -> None:
        """Pull the plug of one, and start another."""
        number = random.randrange(len(self._processes))
        self._end(self._processes[number])
        self._processes[number] = self._started()
        self.killed += 1

    def end(self) -> None:
        """Pull all plugs."""
        for process in self._processes:
            self._end(process)

    def _started(self) -> Any:
        forks = multiprocessing.get_context("forkserver")
        forks.set_forkserver_preload([__name__])
        process = forks.Process(target=write, args=self._about, daemon=True)
        process.start()
        return process

    def _end(self, process: Any) -> None:
        os.kill(process.pid, signal.SIGKILL)
        process.join()


@contextmanager
def writers(count: int, *about: Any) -> Iterator[Writers]:
    """Let so many write, and end them all."""
    found = Writers(count, *about)
    try:
        yield found
    finally:
        found.end()
