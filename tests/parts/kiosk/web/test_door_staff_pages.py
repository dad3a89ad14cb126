"""Ushers and supervisors at the door's pages: on its own screen, and on a phone."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kiosk import door as doors
from kiosk.app import create_app, write_scanner_secret
from kiosk.device import Device
from kiosk.web import codes
from tests.pages import Guest
from tests.parts.kiosk import theatre
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_pins import ANNA, ANNAS_CARD, TOM, employ
from tests.parts.kiosk.theatre import HAMLET, Time, hear, list_ticket

ONE, TWO = "0199a2b4-6c1e-7a3f-8d52-4be1c09f0001", "0199a2b4-6c1e-7a3f-8d52-4be1c09f0002"
LAN = "door.theatre.example"


@pytest.fixture
def screen(door: Device, ledger: LedgerDouble) -> Flask:
    employ(ledger)
    hear(door)
    write_scanner_secret(door.config)
    return create_app(door)


@pytest.fixture
def tom(screen: Flask) -> Guest:
    """Tom in front of the door's own screen."""
    return Guest(screen)


@pytest.fixture
def lan(screen: Flask, door: Device, monkeypatch: pytest.MonkeyPatch) -> Flask:
    config = replace(door.config, phones_port=8420, phones_names=(LAN,))
    monkeypatch.setattr(door, "config", config)
    app = create_app(door, phones=screen)
    app.config["SESSION_COOKIE_SECURE"] = False  # The test client speaks no TLS.
    return app


def signs(guest: Guest, who: str, pin: str) -> None:
    guest.choose("Name", {TOM: "Tom Ruiz", ANNA: "Anna Berg"}[who])
    guest.type("PIN", pin)


def token(guest: Guest) -> str:
    return str(guest.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]


def scan(door: Device, code: str) -> Any:
    hear(door)
    return doors.scan(door, door.new_id(), code)


def test_a_supervisor_lets_in_with_pin_and_reason(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    scan(door, list_ticket(ledger, ONE, "A-5", status="refunded"))
    tom.open("/door")
    tom.press("Let in anyway")
    signs(tom, ANNA, "000000")
    tom.press("Let in anyway")
    assert "That PIN is not right. Tries left: 4." in tom.page.words
    signs(tom, ANNA, "240613")
    tom.press("Let in anyway")
    assert "Enjoy the show." in tom.page.words


def test_an_usher_is_not_offered_as_supervisor(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    shown = scan(door, list_ticket(ledger, ONE, "A-5", status="refunded"))
    assert "Tom Ruiz" not in tom.open(f"/door/staff/force/{shown.id}").words
    claimed = {"who": TOM, "pin": "111222", "reason": "x", "csrf_token": token(tom)}
    answer = tom.post(f"/door/staff/force/{shown.id}", claimed)
    assert "Please choose a name that may do this." in answer.words


@pytest.mark.parametrize(("language", "words"), [("en", "FROM 19:10"), ("da", "FRA 19.10")])
def test_a_rules_reason_is_worded_in_the_readers_language(
    tom: Guest, door: Device, ledger: LedgerDouble, language: str, words: str
):
    rule = {"after": [{"var": "now"}, {"time": ["daily", "19:10"]}]}
    leads = theatre.door("Door A", ["Stalls"], rule=rule)
    told = theatre.evening(1204, "Hamlet", "reserved")
    told["spaces"] = [{"space": "auditorium", "doors": [leads]}]
    ledger.put("venue:v1", "performance", HAMLET, told)
    scan(door, list_ticket(ledger, ONE, "A-5"))
    tom.open("/door")
    tom.press({"en": "English", "da": "Dansk"}[language])
    assert words in tom.open("/door").words


def test_what_is_no_ticket_says_what_it_looks_like_and_nobody_may_force_it(
    tom: Guest, door: Device
):
    scan(door, "https://example.org/menu?table=12")
    words = tom.open("/door").words
    assert "A web address · 33 characters · https://example.…" in words
    assert "Let in anyway" not in tom.page.names
    assert "example" not in tom.open("/door/list").words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WIFI:T:WPA;S:Foyer;P:secret;;", "wifi"),
        ("5701234567899", "number"),
        ("FOH:V50$*04001", "damaged"),
        ("\x00\x1b[2J", "control"),
        ("x" * 3000, "text"),
        ("BEGIN:VCARD\nN:Ada", "card"),
    ],
)
def test_codes_are_told_apart_by_their_looks(text: str, kind: str):
    assert codes.kind(text) == kind


def test_questions_are_asked_and_wrong_answers_asked_again(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    asks = [
        {"id": "meal", "words": "Supper?", "kind": "yes_no", "required": True},
        {"id": "age", "words": "Age", "kind": "number", "required": True},
    ]
    scan(door, list_ticket(ledger, ONE, "A-5", questions=asks))
    tom.open("/door")
    tom.press("Ask")
    answer = tom.post(
        tom.page.path, {"q-meal": "yes", "q-age": "old", "csrf_token": token(tom)}
    )
    assert "Please answer what is still open." in answer.words
    answer = tom.post(
        tom.page.path, {"q-meal": "yes", "q-age": "12", "csrf_token": token(tom)}
    )
    assert "Enjoy the show." in answer.words


@pytest.mark.parametrize("times", [1, 2])
def test_a_party_of_which_fewer_came_is_put_right_by_one_touch(
    tom: Guest, door: Device, ledger: LedgerDouble, times: int
):
    """Also when its code wavered before the camera, and was told again under its id."""
    code = list_ticket(ledger, ONE, "A-5", admits=3)
    hear(door)
    came = door.new_id()
    for _ in range(times):
        doors.scan(door, came, code)
    tom.open("/door")
    assert "(3 of 3 in)" in tom.page.words
    tom.press("Only 2")
    assert "(2 of 3 in)" in tom.page.words


def test_of_a_class_the_usher_says_how_many_came_and_the_next_scan_lets_in_the_rest(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    code = list_ticket(ledger, ONE, "A-5", admits=6)
    scan(door, code)
    tom.open("/door")
    # Six heads take longer to count than a GO is seen.
    assert "data-stays-ms" not in tom.page.html
    assert "Next guest" in tom.page.names
    tom.press("Fewer came")
    tom.press("4")
    assert "(4 of 6 in)" in tom.page.words
    scan(door, code)
    assert "(6 of 6 in)" in tom.open("/door").words


def test_a_guest_without_a_code_is_found_and_checked_in(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    list_ticket(ledger, ONE, "A-5")
    hear(door)
    tom.open("/door/find?q=a5")
    tom.press("Check in")
    assert "Enjoy the show." in tom.page.words
    words = tom.open("/door/find?q=okafor").words
    assert "Names need a supervisor's PIN." in words
    assert "at least two letters" in tom.open("/door/find?q=a").words


def test_an_order_found_at_the_door_goes_in_at_one_touch_but_for_who_may_not(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    tickets = [f"{ONE[:-1]}{n}" for n in range(3, 9)]
    for ticket, seat in zip(tickets[:3], ("A-3", "A-4", "A-5"), strict=True):
        list_ticket(ledger, ticket, seat)
    list_ticket(ledger, tickets[3], "A-6", paid=0)
    list_ticket(ledger, tickets[4], "A-7", status="refunded")
    list_ticket(ledger, tickets[5], "A-8", order="2222222A")
    hear(door)
    tom.open(f"/door/find?q={theatre.ORDER}")
    assert tom.page.names.count("Check in") == 5
    form = tom.page.soup.select_one("form[action='/door/find/all']")
    again = MultiDict((f["name"], f["value"]) for f in form.select("[name]"))  # type: ignore[union-attr]
    tom.press("All 4")
    assert tom.page.heading == "3 of 4 let in"
    first, *rest = tom.page.soup.select(".door__row")
    assert "DUE" in first.get_text()
    assert "A 6" in first.get_text()
    assert all("Look" not in row.get_text() for row in rest)
    # A second press is the same scans again.
    tom.post("/door/find/all", again)
    assert tom.page.heading == "3 of 4 let in"
    assert doors.counters(door).inside == 3  # type: ignore[union-attr]
    tom.press("Next guest")
    assert tom.page.heading == "Ready for the next ticket"
    tom.open(f"/door/find?q={theatre.ORDER}")
    # One is left, who may come in later.
    assert not [name for name in tom.page.names if name.startswith("All")]


def test_names_are_shown_to_a_supervisor_for_five_minutes(
    tom: Guest, door: Device, ledger: LedgerDouble, time: Time
):
    list_ticket(ledger, ONE, "A-5")
    ledger.names = {ONE: "Søren Lindqvist"}
    hear(door)
    tom.open("/door/staff?to=/door/find")
    signs(tom, ANNA, "240613")
    tom.press("Go on")
    assert "Søren Lindqvist" in tom.open("/door/find?q=lind").words
    time.pass_ms(5 * 60_000)
    assert "Lindqvist" not in tom.open("/door/find?q=lind").words


def test_whoever_searches_by_name_is_asked_for_a_supervisor_and_comes_back(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    list_ticket(ledger, ONE, "A-5", status="refunded")
    ledger.names = {ONE: "Søren Lindqvist"}
    hear(door)
    tom.open("/door/find?q=lind")
    tom.press("Search by name")
    assert tom.page.heading == "Which supervisor are you?"
    assert "Tom Ruiz" not in tom.page.words
    signs(tom, ANNA, "240613")
    tom.press("Go on")
    assert "Søren Lindqvist" in tom.page.words
    assert "REFUNDED" in tom.page.words
    assert "Nobody found at this door." in tom.open("/door/find?q=nobody").words


def test_names_that_the_box_office_has_not_told_are_not_said_to_be_nobodys(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    list_ticket(ledger, ONE, "A-5")
    hear(door)
    ledger.up = False
    tom.open("/door/staff?role=supervisor&to=/door/find")
    signs(tom, ANNA, "240613")
    tom.press("Go on")
    words = tom.open("/door/find?q=lind").words
    assert "Names can't be found without the box office" in words
    assert "Nobody found" not in words


def test_a_supervisor_shows_a_staff_card_to_the_door_and_types_the_pin(
    tom: Guest, door: Device
):
    unsent = doors.link(door).unsent
    scan(door, ANNAS_CARD)
    tom.open("/door")
    assert tom.page.heading == "STAFF CARD"
    assert "Anna Berg" in tom.page.words
    tom.press("Type your PIN")
    assert tom.page.heading == "Please type your PIN"
    tom.type("PIN", "000000")
    tom.press("Go on")
    assert tom.page.alert == "That PIN is not right. Tries left: 4."
    tom.type("PIN", "240613")
    tom.press("Go on")
    assert tom.page.heading == "Anna Berg"
    assert "Search by name" in tom.page.names
    assert not [name for name in tom.page.names if name.startswith("Let in anyway")]
    tom.press("Doors and latecomers")
    assert "Hold latecomers" in tom.page.names
    assert tom.press("Back").heading == "Ready for the next ticket"
    # A staff card is no ticket: nothing is refused or counted.
    assert doors.link(door).unsent == unsent


def test_a_supervisor_who_is_called_to_a_stopped_guest_begins_with_them(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    scan(door, list_ticket(ledger, ONE, "A-5", blocked=True))
    shown = scan(door, ANNAS_CARD)
    tom.open(f"/door/staff?card={shown.id}")
    tom.type("PIN", "240613")
    tom.press("Go on")
    tom.press("Let in anyway: A 5 · STALLS")
    assert "CALL THE BOX OFFICE" in tom.page.words
    tom.open("/door/staff/start")
    tom.press("Anna Berg: log out")
    assert tom.open("/door/staff/start").heading == "Which supervisor are you?"


def test_a_staff_card_alone_opens_nothing_at_the_door(tom: Guest, door: Device):
    shown = scan(door, ANNAS_CARD)
    tom.open(f"/door/staff?card={shown.id}")
    assert tom.open("/door/staff/doors").heading == "Which supervisor are you?"
    tom.open(f"/door/staff?card={shown.id}")
    tom.press("Somebody else")
    assert tom.page.heading == "Who are you?"


def test_a_staff_card_of_nobody_is_refused_at_the_door(tom: Guest, door: Device):
    shown = scan(door, "FOHS:NOBODY")
    assert (shown.shape.value, shown.admit) == ("no", False)
    tom.open("/door")
    assert tom.page.heading == "NOT A STAFF CARD OF OURS"
    assert "Type your PIN" not in tom.page.names


def test_latecomers_are_held_and_let_in_by_a_supervisor(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    code = list_ticket(ledger, ONE, "A-5")
    tom.open("/door/staff?to=/door/staff/doors")
    signs(tom, ANNA, "240613")
    tom.press("Go on")
    tom.type("Until", "19:42")
    tom.press("Hold latecomers")
    assert "Latecomers wait until 19:42." in tom.page.words
    assert scan(door, code).answer == "LATE_HOLD"
    tom.press("Let latecomers in")
    assert scan(door, code).answer == "ADMIT"


def test_the_patron_reads_a_sentence_and_never_a_seat(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    scan(door, list_ticket(ledger, ONE, "A-5"))
    words = tom.open("/door/patron?seen=0").words
    assert "Enjoy the show." in words
    assert "A 5" not in words


def test_lists_and_totals_open_in_every_state(
    tom: Guest, door: Device, ledger: LedgerDouble
):
    for page in ("/door/list", "/door/tally", "/door/paper", "/door/paper?by=seat"):
        tom.open(page)
    scan(door, list_ticket(ledger, ONE, "A-5"))
    assert "1 in the house" in tom.open("/door/tally").words
    assert "Please shred" in tom.open("/door/paper").words
    tom.open("/door/list")
    tom.press("Undo")
    tom.press("Scanned by mistake")
    assert "UNDONE" in tom.page.words
    assert "undone" in tom.open("/door/list").words


# --- the LAN ---------------------------------------------------------------------------


def ask(lan: Flask, path: str, *, host: str = LAN, **more: Any) -> Any:
    return lan.test_client().get(path, headers={"Host": host}, **more)


def test_the_network_sees_nothing_but_the_door_and_that_only_with_a_pin(lan: Flask):
    assert ask(lan, "/door", host="evil.example").status_code == 421
    for path in ("/", "/performances", "/scans/last", "/crops/next", "/health", "/collect"):
        assert ask(lan, path).status_code == 404, path
    for path in ("/door", "/door/find", "/door/list", "/door/phone", "/door/paper"):
        answer = ask(lan, path)
        assert answer.status_code == 303, path
        assert answer.location == "/door/phone/stranger"


def test_a_change_needs_our_own_origin_and_token(lan: Flask):
    client = lan.test_client()
    for origin in ({}, {"Origin": "https://evil.example"}):
        answer = client.post("/door/phone/read", json={}, headers={"Host": LAN, **origin})
        assert answer.status_code == 403
    answer = client.post(
        "/door/phone/read", json={}, headers={"Host": LAN, "Origin": f"https://{LAN}"}
    )
    assert answer.status_code == 400  # No token.


@pytest.fixture
def phone(lan: Flask, tom: Guest, door: Device) -> Guest:
    """Tom's phone: joined by the code on the screen, with his PIN."""
    tom.open("/door/phone/invite")
    (token,) = door.joins
    found = Guest(lan, host=LAN)
    found.open(f"/door/phone/join/{token}")
    signs(found, TOM, "111222")
    found.press("Go on")
    assert found.page.path == "/door/phone"
    return found


def test_a_code_joins_one_phone_once(lan: Flask, tom: Guest, door: Device, time: Time):
    tom.open("/door/phone/invite")
    (token,) = door.joins
    assert ask(lan, f"/door/phone/join/{token}").status_code == 303
    assert "used or is too old" in ask(lan, f"/door/phone/join/{token}").text
    tom.open("/door/phone/invite")
    (token,) = door.joins
    time.pass_ms(11 * 60_000)
    assert "used or is too old" in ask(lan, f"/door/phone/join/{token}").text


def test_a_phone_gets_the_same_verdict_and_its_retry_the_same_answer(
    phone: Guest, door: Device, ledger: LedgerDouble
):
    code = list_ticket(ledger, ONE, "A-5")
    hear(door)
    id = door.new_id()
    first = phone.json("/door/phone/read", {"text": code, "scan": id})
    again = phone.json("/door/phone/read", {"text": code, "scan": id})
    assert (first["answer"], first["kind"], first["words"]) == ("ADMIT", "go", "A 5")
    assert (again["answer"], again["silent"]) == ("ADMIT", True)
    assert "Enjoy the show." in phone.open(first["url"]).words


def test_two_phones_at_one_door_each_see_their_own(
    phone: Guest, door: Device, ledger: LedgerDouble
):
    one, two = list_ticket(ledger, ONE, "A-5"), list_ticket(ledger, TWO, "A-6")
    hear(door)
    first = phone.json("/door/phone/read", {"text": one, "scan": door.new_id()})
    second = phone.json("/door/phone/read", {"text": two, "scan": door.new_id()})
    assert "A 5" in phone.open(first["url"]).words
    assert "A 6" in phone.open(second["url"]).words


def test_a_phone_whose_pin_ran_out_asks_again(phone: Guest, time: Time):
    time.pass_ms(8 * 3_600_000)
    assert phone.open("/door/phone").path == "/door/staff"
