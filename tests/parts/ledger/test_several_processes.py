"""Many write to one book at the same time, and some are killed while they do."""

import time
from pathlib import Path

import pytest

from boxoffice import wire
from ledger import distance_terms, distances
from ledger import news as reading
from ledger.distance_terms import Terms
from ledger.store import Store
from tests.parts.ledger.test_feed import BEGINNING
from tests.parts.ledger.writers import STREAM, writers

CHANGES, KILLS = 400, 12
LONGEST_S = 300.0


@pytest.fixture
def evening(ledger, theatre) -> str:
    """Tonight, with one seat empty between two orders."""
    how = {"on": True, "everywhere": False, "by": "vera"}
    terms = Terms(side=1)
    ledger.store.write(distance_terms.keep, ledger.means(), theatre.tonight, terms, **how)
    return theatre.tonight


class Reader:
    """Reads the feed while it is written, and looks whether orders sit apart."""

    def __init__(self, store: Store, evening: str) -> None:
        self._store, self._evening = store, evening
        self._cursor = BEGINNING
        self.seen: list[str] = []
        self.digest = 0
        self.most_orders = 0

    def look(self) -> bool:
        """Read on; say whether there was anything."""
        with self._store.read() as session:
            told = reading.after(session, STREAM, self._cursor, timeline=7)
            apart = distances.spacing(session, self._evening)
            assert apart is not None
            orders = distances.orders(session, self._evening)
            assert distances.too_near(session, self._evening, apart) == ()
        self.most_orders = max(self.most_orders, len(orders))
        assert not wire.has_hole(told.rows, after=self._cursor.pos)
        for row in told.rows:
            part = wire.document_digest(row.entity, row.id, row.ver, row.body)
            self.digest = wire.digest_after(self.digest, old=None, new=part)
        assert told.position.digest == self.digest
        self.seen += [row.id for row in told.rows]
        self._cursor = told.position
        return bool(told.rows)


@pytest.mark.slow
def test_writers_that_are_killed_lose_nothing_and_orders_sit_apart(
    ledger, database, evening, tmp_path: Path
):
    # Source: P20, DIS3. On SQLite one process writes, for many at once.
    processes, threads = (1, 16) if ledger.store.on_sqlite else (16, 1)
    kills = 3 if ledger.store.on_sqlite else KILLS
    now_ms, told = ledger.clock(), tmp_path / "told"
    ledger.store.close()  # Its own writer leaves the file to the others.
    store = Store(database, only_read=True)
    reader = Reader(store, evening)
    until = time.monotonic() + LONGEST_S
    with writers(processes, database, evening, now_ms, told, threads) as busy:
        before = 0
        while len(reader.seen) < CHANGES or busy.killed < kills:
            assert time.monotonic() < until, (len(reader.seen), busy.killed)
            reader.look()
            if busy.killed < kills and len(reader.seen) > before + CHANGES // (kills + 1):
                busy.kill_one()
                before = len(reader.seen)
            time.sleep(0.01)
    while reader.look():
        pass
    store.close()

    assert len(reader.seen) == len(set(reader.seen))
    answered = told.read_text().split()
    assert len(answered) > CHANGES / 2
    assert set(answered) <= set(reader.seen)
    # Those that were killed had committed at most one more each.
    assert len(reader.seen) - len(answered) <= (busy.killed + processes) * threads
    assert reader.most_orders > 3
