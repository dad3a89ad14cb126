"""Long sums are done beside everything else, by a thread that is served last."""

import os
import sys
import threading

import pytest

from boxoffice import copies
from ledger import sealing, spare_time
from ledger.spare_time import SpareTime
from tests.parts.ledger.test_copies import MOLLER, by_code, opened


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority here")
def test_only_the_thread_that_does_it_is_served_last():
    spare = SpareTime()
    before = priority()

    assert spare.do(priority) == spare_time.LAST
    assert priority() == before
    assert spare.do(threading.get_native_id) == spare.do(threading.get_native_id)


def test_what_the_work_raises_comes_out_and_the_next_is_done():
    spare = SpareTime()

    with pytest.raises(ZeroDivisionError):
        spare.do(lambda: 1 // 0)

    assert spare.do(lambda: 7) == 7


@pytest.mark.slow
def test_orders_are_sealed_one_at_a_time_and_each_stretch_in_spare_time(
    ledger, store, theatre, monkeypatch
):
    first = theatre.sell("A2", patron=MOLLER)
    second = theatre.sell("A3", patron=MOLLER)
    where: list[str] = []

    def stretch(way: str, pepper: bytes, honest=copies.stretch) -> bytes:
        where.append(threading.current_thread().name)
        return honest(way, pepper)

    beside = sealing.Sealing(ledger)
    with monkeypatch.context() as watched:
        watched.setattr(copies, "stretch", stretch)
        more = beside.step()
        sealed = [
            opened(store, by_code(sold.pickup_code)) is not None for sold in (first, second)
        ]

    assert more
    assert sorted(sealed) == [False, True]
    while beside.step():
        pass
    assert opened(store, by_code(first.pickup_code))
    assert opened(store, by_code(second.pickup_code))
    assert {name for name in where if name != "MainThread"} == {"spare time"}
