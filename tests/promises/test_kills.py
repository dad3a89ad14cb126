"""Which system calls `scripts/test kills` pulls the plug at. Source: P6, P3."""

from tests.promises.kills import tracing
from tests.promises.kills.__main__ import spread
from tests.promises.kills.tracing import Place


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
