"""A group's leader: asked how many came, a slip by row before the tickets, once each."""

from typing import Any

import pytest

from kiosk import will_call
from kiosk.device import Device
from kiosk.printing import spool
from kiosk.shown.collecting import Found
from tests.parts.kiosk.guests import print_all
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, ORDER, hear, list_ticket, paid_order

SEATS = ("B-4", "A-6", "A-5", "A-7", "A-4")


def group_order(ledger: LedgerDouble, **change: Any) -> dict[str, Any]:
    """An order of five, its seats in the order in which somebody clicked them."""
    answer = paid_order(ledger, **({"group": "Class 6B"} | change))
    like = answer["tickets"][0]
    answer["tickets"] = [
        {**like, "ticket": id, "seat": seat, "payload": list_ticket(ledger, id, seat)}
        for n, seat in enumerate(SEATS, 1)
        for id in [f"0199a2b4-6c1e-7a3f-8d52-4be1c09f778{n}"]
    ]
    for seat in SEATS:
        ledger.set_seat(HAMLET, seat, state="sold")
    return answer


@pytest.fixture
def kiosk(kiosk: Device, ledger: LedgerDouble) -> Device:
    group_order(ledger)
    hear(kiosk)
    spool.turn(kiosk)
    return kiosk


def found(kiosk: Device) -> Found:
    answer = will_call.find_code(kiosk, "FOHC:OKAFOR")
    assert isinstance(answer, Found), answer
    return answer


def test_a_groups_code_asks_first_and_names_its_seats_row_by_row(kiosk: Device):
    order = found(kiosk)

    assert (order.group, order.at_once) == ("Class 6B", False)
    seats = [f"{t.seat.row} {t.seat.seat}" for t in order.tickets if t.seat]
    assert seats == ["A 4", "A 5", "A 6", "A 7", "B 4"]


@pytest.mark.slow
def test_the_slip_comes_first_and_says_which_rows_are_here(kiosk: Device, paper: Paper):
    order = found(kiosk)
    will_call.collect(kiosk, order.ref, [t.ticket for t in order.tickets[:4]])
    print_all(kiosk)

    slip, *tickets = paper.slips
    assert len(tickets) == len(paper.codes) == 4
    words = " ".join(" ".join(slip).split())
    assert words.startswith("Class 6B Hamlet")
    assert f"Order {ORDER[:4]}-{ORDER[4:]}" in words
    assert "4 of 5 tickets Stalls, row A (4) 4–7" in words
    assert "Still to be collected: 1 Stalls, row B (1): 4" in words
    assert "It is no ticket." in words


def test_the_last_page_says_whose_tickets_remain(kiosk: Device):
    order = found(kiosk)
    will_call.collect(kiosk, order.ref, [t.ticket for t in order.tickets[:3]])

    done = will_call.done(kiosk, order.ref)

    assert done is not None
    assert [f"{seat.row} {seat.seat}" for seat in done.waiting] == ["A 7", "B 4"]


def test_one_late_friend_needs_no_slip(kiosk: Device, paper: Paper):
    order = found(kiosk)
    will_call.collect(kiosk, order.ref, [order.tickets[-1].ticket])
    print_all(kiosk)

    assert len(paper.slips) == len(paper.codes) == 1


def test_a_slip_that_failed_is_no_tickets_trouble(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    """Whoever fetches what failed gets their tickets; the slip was an extra."""
    order = found(kiosk)
    will_call.collect(kiosk, order.ref, [t.ticket for t in order.tickets])
    paper.fault(out=True)
    print_all(kiosk, turns=2)

    assert spool.progress(kiosk, ORDER).of == 5
