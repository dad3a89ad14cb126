"""The staff menu of a kiosk: by PIN; out of service, reprints, shift end, self-test."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kiosk import night, rehearsal, sync, will_call
from kiosk.device import Device
from kiosk.printing import jobs, profile, spool
from kiosk.printing.transport import Wired
from kiosk.shown.collecting import Collecting, Found
from tests.pages import Guest
from tests.parts.kiosk import guests
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_pins import ANNA, ANNAS_CARD
from tests.parts.kiosk.theatre import Time, hear, paid_order
from tests.parts.kiosk.web.conftest import let_in


def actions(ledger: LedgerDouble, kiosk: Device) -> list[str]:
    sync.upload(kiosk)
    told = ledger.events(kiosk.me.device, "staff.action")
    return [event["action"] for event in told]


@pytest.mark.parametrize(
    "path",
    [
        "service",
        "owed",
        "reprints",
        "printer",
        "self-test",
        "screen",
        "about",
        "shift",
        "link",
        "seats",
        "camera",
        "sound",
        "terminal",
    ],
)
def test_nobody_comes_in_without_a_pin(staffed: Flask, path: str) -> None:
    assert Guest(staffed).open(f"/staff/{path}").heading == "Who are you?"


def test_five_wrong_pins_lock_the_menu(staffed: Flask) -> None:
    guest = Guest(staffed)
    for _ in range(4):
        let_in(guest, "Anna Berg", "000000")
    assert guest.page.alert == "That PIN is not right. Tries left: 1."
    let_in(guest, "Anna Berg", "000000")
    let_in(guest, "Anna Berg", "240613")
    assert guest.page.alert == "Too many wrong PINs. Locked here for 1 min."


def follows(guest: Guest) -> None:
    """Go where the page's scripts would: to what the camera saw."""
    guest.open(guest.fetch("/scans/last").get_json()["url"])


def test_a_staff_code_and_the_pin_let_in(
    staffed: Flask, show: Callable[[str], str]
) -> None:
    guest = Guest(staffed)
    guest.open("/")
    assert show(ANNAS_CARD) == "staff"
    follows(guest)
    assert guest.page.heading == "Please type your PIN"
    assert "Anna Berg" in guest.page.words
    guest.type("PIN", "240613")
    assert "Anna Berg" in guest.press("Go on").words
    assert guest.open("/staff/shift").heading == "Shift end"


def test_a_staff_code_alone_opens_nothing(
    staffed: Flask, show: Callable[[str], str]
) -> None:
    guest = Guest(staffed)
    guest.open("/")
    show(ANNAS_CARD)
    follows(guest)
    assert guest.open("/staff/service").heading == "Please type your PIN"
    guest.press("Somebody else")
    assert guest.page.heading == "Who are you?"


def test_behind_a_staff_code_wrong_pins_lock_as_ever(
    staffed: Flask, show: Callable[[str], str]
) -> None:
    guest = Guest(staffed)
    guest.open("/")
    show(ANNAS_CARD)
    follows(guest)
    for _ in range(5):
        guest.type("PIN", "000000")
        guest.press("Go on")
    guest.type("PIN", "240613")
    assert guest.press("Go on").alert == "Too many wrong PINs. Locked here for 1 min."


def test_a_staff_code_that_was_taken_back_is_refused(
    staffed: Flask, show: Callable[[str], str], ledger: LedgerDouble, kiosk: Device
) -> None:
    body = {"name": "Anna Berg", "roles": ["manager"], "pin": "x"}
    ledger.put("venue:v1", "staff", ANNA, body)
    hear(kiosk)
    guest = Guest(staffed)
    guest.open("/")
    assert show(ANNAS_CARD) == "staff.code"
    follows(guest)
    assert "opens nothing here" in guest.page.words
    assert guest.press("Go on").path == "/"
    assert guest.open("/staff").heading == "Who are you?"


def test_staff_come_to_a_kiosk_that_takes_a_break(
    anna: Guest, staffed: Flask, show: Callable[[str], str]
) -> None:
    anna.open("/staff/service")
    anna.press("Out of service: repair")
    guest = Guest(staffed)
    page = guest.open("/")
    assert page.soup.select_one("[data-scans]")
    assert show("FOHC:ANYBODY") == "busy"
    assert show(ANNAS_CARD) == "staff"


def test_an_usher_may_clean_but_not_end_a_shift(tom: Guest) -> None:
    assert tom.open("/staff/shift").heading == "Please ask the box office to do this."
    assert tom.open("/staff/clean").heading == "Clean the screen now"


def test_the_way_back_to_the_guests_forgets_who_stood_here(anna: Guest) -> None:
    anna.open("/staff")
    anna.press("Back to the guests")
    assert anna.page.path == "/"
    assert anna.open("/staff").heading == "Who are you?"


def test_out_of_service_says_why_and_begins_nothing(
    anna: Guest, staffed: Flask, ledger: LedgerDouble, kiosk: Device
) -> None:
    anna.open("/staff/service")
    anna.press("Out of service: repair")
    ada = Guest(staffed)
    page = ada.open("/")
    assert page.heading.startswith("This kiosk is taking a break.")
    assert "It is being repaired." in page.words
    assert "FH-S1 · Kiosk 1" in page.words
    assert ada.press("Dansk").heading.startswith("Denne automat holder pause.")
    ada.press("English")
    assert ada.open("/performances").path == "/"
    assert ada.open("/collect").path == "/"
    anna.open("/staff/service")
    anna.press("Back into service")
    assert "Collect tickets" in " ".join(ada.open("/").names)
    assert actions(ledger, kiosk) == ["out of service", "in service"]


def test_a_guest_in_the_middle_is_served_to_the_end(
    anna: Guest, staffed: Flask, kiosk: Device
) -> None:
    spool.turn(kiosk)
    ada = Guest(staffed)
    ada.open("/")
    ada.press("Buy for tonight: Hamlet")
    ada.press("Find seats")
    anna.open("/staff/service")
    anna.press("Out of service: closed")
    ada.press("Take these")
    assert "Pay" in " ".join(ada.page.names)


def test_a_bank_card_measures_the_millimetre(anna: Guest, staffed: Flask) -> None:
    anna.open("/staff/screen")
    anna.press("Much larger")
    usual = {"S": 5.19, "L": 5.88, "P": 4.03}
    sheet = staffed.test_client().get("/screen.css").text
    assert sheet.count(f"--mm: {usual['S'] * 1.06:.3f}".rstrip("0")) == 3
    anna.press("Much smaller")
    assert staffed.test_client().get("/screen.css").text.count("--mm: 5.19px") == 3


def test_a_reprint_is_the_next_issue_and_needs_a_reason(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    guests.buy(kiosk)
    anna.open("/staff/reprints")
    anna.press("Print again")
    assert anna.page.heading == "Why print it again?"
    anna.press("Torn or unreadable")
    assert "Issue 2 is printing. The older paper is void." in anna.page.words
    guests.print_all(kiosk)
    sync.upload(kiosk)
    [told] = ledger.events(kiosk.me.device, "ticket.reprinted")
    assert (told["issue"], told["why"], told["staff"]) == (2, "torn", ANNA)
    printed = ledger.events(kiosk.me.device, "ticket.printed")
    assert [event["issue"] for event in printed] == [1, 1, 2]


def test_a_reprint_pressed_twice_is_one(anna: Guest, kiosk: Device) -> None:
    guests.buy(kiosk)
    anna.open("/staff/reprints")
    anna.press("Print again")
    before = anna.page
    anna.press("Lost")
    guests.print_all(kiosk)
    token = before.soup.select_one("[name=csrf_token]")
    assert token is not None
    form = {"csrf_token": token["value"], "why": "lost", "issue": "1"}
    again = anna.post(before.path, form)
    assert "It was printed again a moment ago." in again.words


def test_a_ticket_of_the_ledger_is_printed_again_with_its_signature(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    spool.turn(kiosk)
    paid_order(ledger)
    found = will_call.find_code(kiosk, "FOHC:OKAFOR")
    assert isinstance(found, Found)
    taken = will_call.collect(kiosk, found.ref, [found.tickets[0].ticket])
    assert isinstance(taken, Collecting)
    guests.print_all(kiosk)
    anna.open("/staff/reprints")
    anna.press("Print again")
    ledger.up = False
    anna.press("Stuck in the printer")
    assert "The line to the box office is down" in anna.page.words
    ledger.up = True
    anna.press("Back")
    anna.press("Print again")
    anna.press("Stuck in the printer")
    assert "Issue 2 is printing." in anna.page.words
    guests.print_all(kiosk)
    sync.upload(kiosk)
    [told] = ledger.events(kiosk.me.device, "ticket.reprinted")
    assert told["issue"] == 2


def test_shift_end_counts_the_log_and_begins_anew(
    anna: Guest, kiosk: Device, paper: Paper, ledger: LedgerDouble
) -> None:
    guests.buy(kiosk, adult=1, child=1)
    anna.open("/staff/shift")
    assert "Card" in anna.page.words
    assert "1 × Adult" in anna.open("/staff/shift?first=1").words
    anna.press("End the shift and print it")
    guests.print_all(kiosk)
    slip = " ".join(paper.slips[-1])
    assert "Shift end" in slip
    assert "39.50" in slip.replace(",", ".")
    assert "Signed by PIN: Anna Berg" in slip
    assert "shift end" in actions(ledger, kiosk)
    anna.open("/staff/shift")
    assert "1 × Adult" not in anna.page.words


def test_at_night_the_shift_ends_and_the_kiosk_looks_at_itself_once(
    anna: Guest, kiosk: Device, paper: Paper, card: Card, ledger: LedgerDouble, time: Time
) -> None:
    guests.buy(kiosk, adult=1)
    assert not night.turn(kiosk)  # It was set up today.
    time.pass_ms(5 * 3_600_000)  # From seven in the evening.
    card.gone = True
    assert not night.turn(kiosk)
    time.pass_ms(6 * 3_600_000)
    assert night.turn(kiosk)
    assert not night.turn(kiosk)
    guests.print_all(kiosk)
    slip = " ".join(paper.slips[-1])
    assert "Shift end" in slip
    assert "Ended by itself at night; not signed." in slip
    assert "T1" in kiosk.faults
    assert actions(ledger, kiosk)[-2:] == ["shift end", "self-test"]
    let_in(anna, "Anna Berg", "240613")
    words = anna.open("/staff/self-test").words
    assert "By itself at night" in words
    assert "not well: " in words
    time.pass_ms(24 * 3_600_000)
    card.gone = False
    assert night.turn(kiosk)
    assert "T1" not in kiosk.faults
    assert len([one for one in actions(ledger, kiosk) if one == "shift end"]) == 1


def test_the_self_test_reads_its_own_codes_back(anna: Guest, kiosk: Device) -> None:
    spool.turn(kiosk)
    anna.open("/staff/self-test")
    anna.press("Print a test page")
    guests.print_all(kiosk)
    running = kiosk.rehearsal
    assert running is not None
    assert "Read back: 0 of 3" in anna.page.words
    assert rehearsal.saw(kiosk, f"FOHT:{running.name}:6")
    assert rehearsal.saw(kiosk, "FOHT:older:4")
    assert not rehearsal.saw(kiosk, "FOHC:OKAFOR")
    assert "Read back: 1 of 3" in anna.reload().words
    for dots in (4, 8):
        rehearsal.saw(kiosk, f"FOHT:{running.name}:{dots}")
    assert "All 3 codes were read back." in anna.reload().words


def test_the_support_bundle_holds_no_personal_data(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    order = guests.buy(kiosk)
    anna.open("/staff/about")
    anna.press("Write a support bundle")
    [file] = (kiosk.config.folder / "support").glob("*.zip")
    with zipfile.ZipFile(file) as bundle:
        text = "".join(bundle.read(name).decode() for name in bundle.namelist())
        told: dict[str, Any] = json.loads(bundle.read("device.json"))
    assert told["name"] == "Kiosk 1"
    for secret in (order, "Anna", "Tom", "Okafor", kiosk.me.ledger_key.hex()):
        assert secret not in text


def test_an_owed_ticket_is_printed_once_paper_is_back(
    anna: Guest, kiosk: Device, paper: Paper
) -> None:
    spool.turn(kiosk)
    order = guests.choose(kiosk)
    guests.pay(kiosk, order)
    guests.talk(kiosk)
    paper.fault(out=True)
    spool.turn(kiosk)
    anna.open("/staff/owed")
    assert anna.page.words.count("not printed") == 2
    paper.fault(out=False)
    anna.press("Print them now")
    guests.print_all(kiosk)
    assert len(paper.codes) == 2
    assert "No ticket is owed here." in anna.open("/staff/owed").words


def test_staff_are_told_to_switch_off_a_printer_whose_memory_nothing_else_empties(
    tom: Guest, kiosk: Device, paper: Paper
) -> None:
    keeps = replace(profile.load("80"), clears=False)
    kiosk.printer = Wired(f"tcp://127.0.0.1:{paper.port.number}", keeps)
    kiosk.printer_buffer_doubtful = True
    spool.turn(kiosk)
    words = "Switch the printer off and on: only that empties its memory."
    assert words in tom.open("/staff/printer").words
    paper.fault(off=True)
    spool.turn(kiosk)
    paper.fault(off=False)
    spool.turn(kiosk)
    assert words not in tom.reload().words


def test_staff_say_whether_an_uncertain_ticket_is_whole(
    anna: Guest, kiosk: Device, paper: Paper, ledger: LedgerDouble
) -> None:
    spool.turn(kiosk)
    order = guests.choose(kiosk, adult=1)
    guests.pay(kiosk, order)
    guests.talk(kiosk)
    kiosk.store.write(_in_doubt, kiosk)
    anna.open("/staff/owed")
    assert "Is the ticket for A 1 whole?" in anna.page.words
    anna.press("Whole: hand it over")
    assert "No ticket is owed here." in anna.page.words
    sync.upload(kiosk)
    [told] = ledger.events(kiosk.me.device, "ticket.delivered")
    assert told["way"] == "hand"


def _in_doubt(session: Session, kiosk: Device) -> None:
    job = jobs.waiting(session)
    assert job is not None
    assert jobs.begin(session, job.id)
    jobs.doubt(session, kiosk.clock, kiosk.new_id, job.id, "no proof")
