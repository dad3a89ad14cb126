"""Help from end to end: called at a kiosk, answered at a door, seen, and ended."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import calls, staff
from kiosk.app import create_app
from kiosk.device import Device
from kiosk.lamp import Lamp
from kiosk.shown.paying import Outcome
from kiosk.shown.reviewing import Stage
from lobby.printer.faults import Ambush
from tests.pages import Guest
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Time, hear
from tests.parts.kiosk.web.pretend_house import PretendHouse
from tests.parts.kiosk.web.test_paying import pays

Work = Callable[..., None]


@pytest.fixture
def tom(door: Device) -> Guest:
    """Tom works the door."""
    hear(door)
    door.ready.set()
    return Guest(create_app(door))


def test_a_guest_calls_and_somebody_at_the_door_comes(
    ada: Guest, kiosk: Device, door: Device, tom: Guest
) -> None:
    ada.open("/help")
    ada.press("Call staff")
    assert ada.page.heading == "Calling…"

    hear(door)
    assert "Kiosk 1 calls" in tom.open("/door").words
    tom.press("I'm coming")
    hear(door)
    assert "Door A is coming" in tom.open("/door").words
    hear(kiosk)
    assert ada.reload().heading == "Door A is coming, about 2 minutes."

    tom.press("Helped")
    hear(kiosk)
    assert ada.reload().heading == "Can we help?"
    assert staff.called(kiosk) is None


def test_the_lamp_is_lit_until_the_guest_was_helped(
    ada: Guest, kiosk: Device, tmp_path: Path
) -> None:
    file, lamp = tmp_path / "lamp", Lamp()
    kiosk.config = replace(kiosk.config, lamp=file)
    lamp(kiosk)
    assert file.read_text() == "0\n"
    ada.open("/help")
    ada.press("Call staff")
    lamp(kiosk)
    assert file.read_text() == "1\n"
    staff.helped(kiosk)
    lamp(kiosk)
    assert file.read_text() == "0\n"


def test_a_call_without_a_line_is_said_and_made_when_the_line_is_back(
    ada: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    ledger.up = False
    ada.open("/help")
    ada.press("Call staff")
    assert "We can't reach staff from here." in ada.page.heading

    ledger.up = True
    staff.call_again(kiosk)
    assert ada.reload().heading == "Calling…"
    assert len(ledger.calls) == 1


def test_calling_twice_is_one_call(ada: Guest, ledger: LedgerDouble) -> None:
    for _ in range(2):
        ada.post("/help/call", {"csrf_token": _token(ada)})

    assert len(ledger.calls) == 1


def _token(guest: Guest) -> str:
    page = guest.open("/help")
    return str(page.soup.select_one("[name=csrf_token]")["value"])


def test_whoever_needs_nobody_any_more_says_so_and_staff_hear_of_it(
    ada: Guest, kiosk: Device, door: Device, ledger: LedgerDouble
) -> None:
    ada.open("/help")
    ada.press("Call staff")
    hear(door)
    assert [one.place for one in calls.waiting(door)] == ["Kiosk 1"]

    ledger.up = False
    ada.press("I don't need help any more")
    assert staff.called(kiosk) is None
    ledger.up = True
    staff.call_again(kiosk)
    hear(door)
    assert calls.waiting(door) == []


def test_an_answer_that_cannot_be_heard_is_said_at_the_door(
    ada: Guest, door: Device, tom: Guest, ledger: LedgerDouble
) -> None:
    ada.open("/help")
    ada.press("Call staff")
    hear(door)
    tom.open("/door")
    ledger.up = False

    assert "could not be told" in tom.press("I'm coming").heading


def test_tickets_that_do_not_print_bring_somebody_unasked(
    ada: Guest, kiosk: Device, card: Card, paper: Paper, work: Work, ledger: LedgerDouble
) -> None:
    ada.open("/")
    ada.press("Buy for tonight")
    ada.press("Find seats")
    ada.press("Take these")
    ada.press("Pay")
    paper.printer.ambush = Ambush({"out": True}, slips_left=1)
    work()
    assert len(paper.codes) == 1
    staff.call_again(kiosk)

    assert [call["page"] for call in ledger.calls] == ["tickets owed"]


def test_a_payment_that_is_decided_takes_the_help_page_over(
    house: PretendHouse, guest: Guest
) -> None:
    pays(house, guest, Outcome.UNKNOWN)
    guest.press("Call staff")
    assert guest.page.heading == "Calling…"
    assert guest.page.soup.body["data-refresh-s"] == "2"

    house.outcome, house.stage = Outcome.APPROVED, Stage.SOLD
    house.pay = replace(house.pay, late=True)
    guest.reload()

    assert guest.page.heading == "Printing 2 of 2"
    assert "Your payment went through after all." in guest.page.words
    assert guest.open("/help").heading == "Calling…"
    assert guest.press("Back").heading == "Printing 2 of 2"


def test_help_leads_back_to_where_it_was_asked(house: PretendHouse, guest: Guest) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Help")
    assert guest.press("Back").path == "/p/p-1/seats"


def test_once_the_printer_is_well_again_what_failed_prints_here(
    ada: Guest, kiosk: Device, card: Card, paper: Paper, work: Work, time: Time
) -> None:
    ada.open("/")
    ada.press("Buy for tonight")
    ada.press("Find seats")
    ada.press("Take these")
    ada.press("Pay")
    paper.printer.ambush = Ambush({"out": True}, slips_left=1)
    work()
    ada.reload()
    assert "Print here" not in ada.page.names
    # Nobody is taken to stand there any more; what is left waits for a touch.
    time.pass_ms(120_000)
    paper.fault(out=False)
    work()
    ada.reload()

    ada.press("Print here")
    work()

    assert ada.reload().heading == "Enjoy the show"
    assert len(paper.codes) == 2
