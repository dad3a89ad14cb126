"""A door to which nobody listens: nothing is claimed, and a queue waits for one disk."""

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kiosk import door as doors
from kiosk import log
from kiosk.device import Device
from kiosk.line import Line
from kiosk.store.tables.door import ClaimRow
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_door import written
from tests.parts.kiosk.theatre import codes, hear, list_ticket

SEATS = [*codes("A"), *codes("B")]


@pytest.fixture
def alone(door: Device, ledger: LedgerDouble) -> tuple[Device, list[str]]:
    """A door that has heard of sixteen tickets, and then of a port where nobody is."""
    shown = [
        list_ticket(ledger, f"0199a2b4-6c1e-7a3f-8d52-4be1c09f{n:04}", seat)
        for n, seat in enumerate(SEATS)
    ]
    hear(door)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    door.connect(
        Line(
            f"http://127.0.0.1:{port}",
            clock=door.clock,
            key=door.key,
            identity=door.me,
            new_id=door.new_id,
        )
    )
    return door, shown


def together(device: Device, shown: list[str]) -> list[str]:
    """Show each of these codes to a scanner of its own, all at the same moment."""
    gate = threading.Barrier(len(shown))

    def scan(code: str) -> str:
        gate.wait()
        return doors.scan(device, device.new_id(), code).answer

    with ThreadPoolExecutor(len(shown)) as threads:
        return list(threads.map(scan, shown))


def test_a_good_ticket_goes_in_with_one_commit_and_no_claim(alone):
    device, shown = alone
    seen = device.store.commits

    verdict = doors.scan(device, device.new_id(), shown[0])

    assert (verdict.answer, verdict.link) == ("ADMIT", "alone")
    assert device.store.commits == seen + 1
    assert written(device) == ["admission"]


@pytest.mark.slow
def test_one_ticket_at_many_scanners_of_one_door_goes_in_once(alone):
    device, shown = alone

    for code in shown[:8]:
        answers = Counter(together(device, [code] * 8))
        assert answers == {"ADMIT": 1, "ALREADY_ADMITTED": 7}

    assert written(device).count("admission") == 8


def test_a_guest_at_many_scanners_goes_out_once(alone):
    device, shown = alone
    doors.scan(device, device.new_id(), shown[0])
    doors.set_mode(device, "exit")

    assert Counter(together(device, [shown[0]] * 8)) == {"EXIT_OK": 1, "NOT_INSIDE": 7}


def test_a_queue_is_written_together_and_its_log_holds(alone):
    device, shown = alone

    answers = together(device, shown)

    assert set(answers) == {"ADMIT"}
    assert written(device) == ["admission"] * len(shown)
    with device.store.read() as session:
        log.check(session)


def test_a_claim_under_way_is_not_overtaken(alone):
    device, shown = alone
    ticket = "0199a2b4-6c1e-7a3f-8d52-4be1c09f0000"
    claim = device.new_id()
    device.store.write(
        lambda s: s.add(ClaimRow(ticket=ticket, space="auditorium", claim=claim))
    )

    verdict = doors.scan(device, device.new_id(), shown[0])

    assert (verdict.answer, verdict.link) == ("ADMIT", "alone")
    with device.store.read() as session:
        assert [event.event_id for event in log.after(session, 0)][1:] == [claim]
        assert session.scalars(select(ClaimRow)).all() == []


def test_once_somebody_listens_again_the_ledger_is_asked(
    alone, rooms, ledger: LedgerDouble
):
    device, shown = alone
    doors.scan(device, device.new_id(), shown[0])
    device.connect(rooms.line(device))

    verdict = doors.scan(device, device.new_id(), shown[1])

    assert verdict.link == "ledger"
