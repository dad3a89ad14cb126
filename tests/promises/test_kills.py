"""P6, P3: the plug is pulled at system calls of a purchase and of its upload.

A few places here; `scripts/test kills` tries every one.
"""

from pathlib import Path

import pytest

from tests.promises.kills import tracing
from tests.promises.kills.__main__ import TRIES, spread
from tests.promises.kills.evening import Evening
from tests.promises.kills.notebook import NEVER, PLAYED, Notebook
from tests.promises.kills.tracing import Place

PORT_BASE = 8620


@pytest.mark.slow
@pytest.mark.skipif(
    tracing.missing() is not None, reason=f"nothing is killed here: {tracing.missing()}"
)
def test_no_kill_splits_a_purchase_or_loses_an_event(tmp_path: Path):
    evening = Evening(tmp_path, PORT_BASE)
    try:
        # What is written down for good: before and after charge, sale and print.
        synced = [p for p in evening.record("kiosk") if p.call == "fdatasync"]
        assert len(synced) > 3
        kiosk = [evening.kill("kiosk", place) for place in spread(synced, 3)]
        booked = [p for p in evening.record("ledger") if p.call == "fdatasync"]
        # Which thread takes a request is chance, so this one may have nothing to write.
        ledger = any(evening.kill("ledger", booked[0]) for _ in range(TRIES))
    finally:
        evening.close()
        evening.end()

    assert any(kiosk)
    assert ledger


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path):
    places = [Place("write", 0, nth, "store.sqlite-wal") for nth in range(1, 5)]
    notes = Notebook("kiosk kill", tmp_path / "notes")
    notes.begin(places)
    notes.end(places[0], PLAYED)
    notes.end(places[1], NEVER)
    notes.end(places[2], "a ticket came out twice")

    again = Notebook("kiosk kill", tmp_path / "notes")

    assert again.left() == [places[3]]
    assert (again.count(PLAYED), again.count(NEVER)) == (1, 1)
    assert again.broken == [
        "kiosk kill, write 3 of thread 0 (store.sqlite-wal): a ticket came out twice"
    ]


def test_places_are_spread_from_first_to_last():
    places = [Place("write", 0, nth) for nth in range(1, 101)]

    assert [place.nth for place in spread(places, 4)] == [13, 38, 63, 88]
    assert spread(places[:2], 4) == places[:2]


def test_the_middle_of_a_run_of_writes_says_nothing_new():
    wal = [Place("pwrite64", 1, nth, "store.sqlite-wal") for nth in range(1, 6)]
    sync = Place("fdatasync", 1, 1, "store.sqlite-wal")
    said = Place("write", 1, 1, "log")

    assert tracing.distinct([*wal[:4], said, sync, wal[4]]) == [
        wal[0],
        wal[3],
        sync,
        wal[4],
    ]
