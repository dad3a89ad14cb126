"""P8: nothing that somebody outside has seen is lost when the power goes.

Every disk that a power cut could leave, torn pages and all, by `scripts/test tears`; here
some.
"""

from pathlib import Path
from random import Random

import pytest

from kiosk import identity
from kiosk.clock import Clock
from kiosk.store.store import Store
from tests.promises.kills import tracing
from tests.promises.tears import oracle, tape
from tests.promises.tears.__main__ import judge
from tests.promises.tears.disk import Disk
from tests.promises.tears.evening import Heard, listen
from tests.promises.tears.tape import Cut, Left, Synced, Written

PORT_BASE = 8560
NAME = rb"9<\x2f\x77\x2f\x73\x74\x6f\x72\x65\x2e\x73\x71\x6c\x69\x74\x65>"
HEARD = (
    rb"""
7 pwrite64(NAME, "\x61\x62", 2, 512) = 2
7 fdatasync(NAME <unfinished ...>
8 sendto(6<\x73\x6f\x63\x6b\x65\x74\x3a\x5b\x31\x5d>, "\x68\x69", 2, 0, NULL, 0) = 2
8 write(2<\x2f\x77\x2f\x6c\x6f\x67>, "\x68\x69", 2) = 2
7 <... fdatasync resumed>)  = 0
7 ftruncate(NAME, 512) = 0
7 fdatasync(NAME) = -1 EIO (Input/output error)
"""
).replace(b"NAME", NAME)
FILE = "store.sqlite"


@pytest.mark.slow
@pytest.mark.skipif(
    tracing.missing() is not None, reason=f"nothing is heard here: {tracing.missing()}"
)
def test_whatever_a_power_cut_leaves_holds_all_that_somebody_has_seen(tmp_path: Path):
    for heard in listen(tmp_path / "house", PORT_BASE, guests=1):
        judged = judge(heard, seed=1, tries=1, every=12)

        assert judged.broken == []
        assert judged.left["torn"] > 2
        kinds = {promise.query for promise in heard.promises}
        assert len(kinds) == (4 if heard.program == "kiosk-1" else 2), heard.promises


def test_a_promise_that_left_before_it_was_synced_is_found_out(tmp_path: Path):
    """The store is that of a kiosk which says what it has written before it is durable."""
    store = Store(tmp_path)
    me = {"device": "d1", "name": "Kiosk 1", "incarnation": 1, "role": "kiosk", "key_id": 2}
    house = {"ledger_id": "l1", "ledger_key": "AAAA", "venue": "v1", "streams": []}
    store.write(identity.take, Clock(), me | house)
    store.close()
    early = oracle.Promise(0, "a word", "SELECT 1 FROM log WHERE event_id = ?", ("e1",))
    base = {FILE: (tmp_path / FILE).read_bytes()}

    judged = judge(Heard("kiosk", FILE, base, [Left(b"e1")], [early]), seed=1, tries=1)

    assert judged.broken == ["at the end, nothing kept: without a word"]


def test_a_write_counts_from_its_begin_and_a_sync_from_its_end():
    assert list(tape.read(HEARD, FILE)) == [
        Written(FILE, 512, b"ab"),
        Left(b"hi"),
        Synced(FILE),
        Cut(FILE, 512),
    ]


def test_only_what_was_synced_is_sure_and_sectors_are_whole():
    disk = Disk({FILE: b"." * 1024})
    disk.take(Written(FILE, 0, b"a" * 1024))
    disk.take(Synced(FILE))
    disk.take(Written(FILE, 0, b"b" * 1024))

    left = [
        (how, files[FILE])
        for seed in range(20)
        for how, files in disk.after_cuts(Random(seed), 1)
    ]

    kept = {data for how, data in left if how == "nothing"}
    torn = {(data[:512], data[512:]) for how, data in left if how == "torn"}
    assert kept == {b"a" * 1024}
    assert torn == {(x * 512, y * 512) for x in (b"a", b"b") for y in (b"a", b"b")}
