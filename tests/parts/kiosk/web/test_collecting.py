"""Mrs Okafor collects her tickets: by number and name, by a code, once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boxoffice import ids
from kiosk.app import write_scanner_secret
from kiosk.device import Device
from kiosk.shown.collecting import FoundTicket
from kiosk.shown.named import Refusal
from tests.pages import Guest
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_groups import group_order
from tests.parts.kiosk.theatre import ORDER, paid_order
from tests.parts.kiosk.web.pretend_house import PretendHouse

Work = Callable[[], None]
CODE = "FOHC:OKAFOR"
NUMBER, NOBODYS = (start + ids.check_character(start) for start in ("K7Q4MX2", "K7Q4MX5"))


@pytest.fixture
def order(ledger: LedgerDouble) -> dict[str, Any]:
    answer = paid_order(ledger, order=NUMBER)
    ledger.orders[NUMBER] = ledger.orders.pop(ORDER)
    ledger.codes[CODE] = NUMBER
    return answer


@pytest.fixture
def scanner(pages: Flask, kiosk: Device) -> Callable[..., Any]:
    """Posts what it read, as the scanner's process does."""
    write_scanner_secret(kiosk.config)
    client: FlaskClient = pages.test_client()
    secret = kiosk.config.scanner_secret_file.read_text()

    def post(text: Any, scan: str = "scan-1", **headers: str) -> Any:
        return client.post(
            "/scans",
            json={"scan": scan, "text": text, "source": "camera", "seen_ms": 0},
            headers={"X-Scanner-Secret": secret, **headers},
        )

    return post


def asks(guest: Guest, number: str, name: str) -> None:
    guest.open("/")
    guest.press("Collect tickets")
    guest.type("Order number", number)
    guest.type("Last name", name)
    guest.press("Find")


def test_order_number_and_last_name_print_the_tickets(
    ada: Guest, order: dict[str, Any], paper: Paper, work: Work
) -> None:
    asks(ada, NUMBER, "Okafor")
    assert ada.page.heading == "Hamlet"
    ada.press("Print these tickets")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    assert len(paper.codes) == 2


def test_the_unticked_ticket_waits_for_the_late_friend(
    ada: Guest, order: dict[str, Any], paper: Paper, work: Work
) -> None:
    asks(ada, NUMBER, "Okafor")
    ada.tick("A 6", on=False)
    ada.press("Print these tickets")
    work()
    assert len(paper.codes) == 1


def test_a_second_collection_is_refused_kindly(
    ada: Guest, order: dict[str, Any], work: Work
) -> None:
    asks(ada, NUMBER, "Okafor")
    ada.press("Print these tickets")
    work()
    asks(ada, NUMBER, "Okafor")
    ada.press("Print these tickets")
    assert "These tickets were collected at" in ada.page.heading
    assert "Call staff" in ada.page.names


def test_wrong_number_and_wrong_name_get_the_same_words(
    ada: Guest, order: dict[str, Any]
) -> None:
    asks(ada, NUMBER, "Lindqvist")
    first = ada.page.alert
    asks(ada, NOBODYS, "Okafor")
    assert ada.page.alert == first
    assert first == "We can't find that. Check the order number, or ask the box office."
    assert "Check the last name, too." in ada.page.words
    assert len(ada.page.soup.select("[aria-invalid]")) == 2


def test_a_slip_of_the_finger_is_caught_before_anybody_is_asked(
    ada: Guest, order: dict[str, Any], ledger: LedgerDouble
) -> None:
    ledger.up = False
    asks(ada, NUMBER[:-1] + ("2" if NUMBER[-1] != "2" else "3"), "Okafor")
    assert ada.page.alert == "That number has a typing mistake. Please look again."


def test_a_code_shown_to_the_camera_prints_without_a_touch(
    ada: Guest, order: dict[str, Any], scanner: Callable[..., Any], paper: Paper, work: Work
) -> None:
    ada.open("/")
    answer = scanner(CODE)
    assert answer.json == {"answer": "collecting"}
    news = ada._client.get("/scans/last?after=0").json
    assert news["kind"] == "collecting"
    ada.open(news["url"])
    assert ada.page.heading == "Printing 1 of 2"
    work()
    assert ada.reload().heading == "Enjoy the show"
    assert len(paper.codes) == 2


def test_the_same_scan_again_prints_nothing_more(
    ada: Guest, order: dict[str, Any], scanner: Callable[..., Any], paper: Paper, work: Work
) -> None:
    ada.open("/")
    assert scanner(CODE).json == scanner(CODE).json
    work()
    assert len(paper.codes) == 2


def test_a_foreign_code_is_refused_in_words(
    ada: Guest, scanner: Callable[..., Any]
) -> None:
    ada.open("/")
    scanner("https://example.org/menu")
    ada.open(ada._client.get("/scans/last?after=0").json["url"])
    assert ada.page.heading == (
        "That code is not one of ours. Please use your order number."
    )


def test_a_code_in_view_while_somebody_pays_starts_nothing(
    ada: Guest, order: dict[str, Any], scanner: Callable[..., Any], work: Work
) -> None:
    ada.open("/")
    ada.press("Buy for tonight: Hamlet")
    ada.press("Find seats")
    ada.press("Take these")
    ada.press("Pay")
    assert scanner(CODE).json == {"answer": "busy"}


@pytest.mark.parametrize("text", [None, 7, "", ["FOH:"], {}])
def test_a_scan_that_is_none_is_refused(
    ada: Guest, scanner: Callable[..., Any], text: Any
) -> None:
    assert scanner(text).status_code == 400


@pytest.mark.parametrize(
    "text", ["FOH:\x00\x01", "A" * 4000, "\u202efoh", "FOHC:" + "Z" * 600]
)
def test_garbage_is_answered_and_loses_nothing(
    ada: Guest, order: dict[str, Any], scanner: Callable[..., Any], work: Work, text: str
) -> None:
    ada.open("/")
    assert scanner(text, "garbage").status_code == 200
    assert scanner(CODE, "good").json == {"answer": "collecting"}


def test_a_scan_without_the_secret_is_not_heard(scanner: Callable[..., Any]) -> None:
    assert scanner(CODE, **{"X-Scanner-Secret": "guessed"}).status_code == 401


def test_a_scan_longer_than_any_code_is_not_read(scanner: Callable[..., Any]) -> None:
    assert scanner("A" * (70 << 10)).status_code == 413


def test_a_long_order_is_turned_page_by_page_and_keeps_what_is_left_out(
    house: PretendHouse, guest: Guest
) -> None:
    every = [f"t-{n}" for n in range(1, 15)]
    house.found = replace(
        house.found,
        tickets=tuple(
            FoundTicket(id, f"Circle B {n}", "Adult", 0, False, True)
            for n, id in enumerate(every, 1)
        ),
    )
    guest.open("/collect/r-1")
    guest.tick("Circle B 2", on=False)

    guest.press("Further in the list")

    boxes = guest.page.soup.select("input[name=ticket]")
    assert [box["value"] for box in boxes if not box.has_attr("checked")] == ["t-2"]
    on_small = guest.page.soup.select("label.on-s input")
    assert [box["value"] for box in on_small] == ["t-3", "t-4"]
    guest.press("Print these tickets")
    assert house.collected == [id for id in every if id != "t-2"]


def test_a_member_without_a_card_collects_by_number_and_password(
    ada: Guest, order: dict[str, Any], ledger: LedgerDouble, paper: Paper, work: Work
) -> None:
    ledger.codes["M17/secret"] = NUMBER
    ada.open("/collect")
    ada.press("Member")
    ada.type("Member number", "M17")
    ada.type("Password", "wrong")
    ada.press("Find")
    assert ada.page.alert.startswith("We can't find tickets for that membership.")
    assert 'value="M' in ada.page.html
    ada.type("Member number", "M17")
    ada.type("Password", "secret")
    ada.press("Find")
    assert ada.page.heading == "Hamlet"
    ada.press("Print these tickets")
    work()
    assert len(paper.codes) == 2


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("in_doubt", "Please do not pay again. We can't see yet whether this was paid."),
        ("taken", "This was paid, but its tickets are not made yet."),
        ("not_taken", "That payment did not go through. Nothing was charged."),
        ("returned", "That payment was given back to your card."),
        ("", "The line to the box office is down, so we can't look that up right now."),
    ],
)
def test_the_slip_of_another_kiosk_says_where_its_payment_stands(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, state: str, said: str
) -> None:
    ledger.standing["PT5QNJ"] = {"state": state, "reference": "PT5QNJ"}
    ledger.up = bool(state)
    ada.open("/collect")
    ada.type("Order number", "pt5-qnj")
    ada.press("Find")
    assert said in ada.page.heading
    assert "Call staff" in ada.page.names
    assert ("Reference PT5QNJ." in ada.page.words) == bool(state)


def test_passwords_are_throttled_and_need_a_line(
    ada: Guest, order: dict[str, Any], ledger: LedgerDouble
) -> None:
    def tries() -> str:
        ada.open("/collect/member")
        ada.type("Member number", "M17")
        ada.type("Password", "wrong")
        return ada.press("Find").words

    ledger.up = False
    assert "The line to the box office is down" in tries()
    ledger.up = True
    for _ in range(5):
        tries()
    assert "Too many tries. Please wait 60 seconds" in tries()


@pytest.fixture
def group(ledger: LedgerDouble) -> dict[str, Any]:
    answer = group_order(ledger, order=NUMBER)
    ledger.orders[NUMBER] = ledger.orders.pop(ORDER)
    ledger.codes[CODE] = NUMBER
    return answer


def test_a_groups_leader_says_how_many_have_come(
    ada: Guest, group: dict[str, Any], paper: Paper, work: Work
) -> None:
    asks(ada, NUMBER, "Okafor")
    assert ada.page.heading == "Welcome, Class 6B"
    assert "These print now Stalls, row A, seats 4–7; row B, seat 4" in ada.page.words
    assert "Ten fewer" not in ada.page.names
    ada.press("One fewer")
    ada.press("One fewer")
    assert "These wait here Stalls, row A, seat 7; row B, seat 4" in ada.page.words
    ada.press("Print 3 tickets")
    work()
    ada.reload()
    assert len(paper.codes) == 3
    assert "Still to be collected A 7 and B 4 Seats" in ada.page.words

    for ticket in group["tickets"]:  # As the ledger hears it.
        if ticket["seat"] in {"A-4", "A-5", "A-6"}:
            ticket["print_state"] = "printed"
    asks(ada, NUMBER, "Okafor")
    assert "Collected Stalls, row A, seats 4, 5 and 6" in ada.page.words
    ada.press("Print 2 tickets")
    work()
    assert len(paper.codes) == 5


def test_a_group_may_choose_its_seats_one_by_one(
    ada: Guest, group: dict[str, Any], paper: Paper, work: Work
) -> None:
    asks(ada, NUMBER, "Okafor")
    ada.press("Choose seats")
    ada.tick("A 5", on=False)
    ada.press("Print these tickets")
    work()
    assert len(paper.codes) == 4


def test_a_groups_code_is_asked_before_it_prints(
    ada: Guest, group: dict[str, Any], scanner: Callable[..., Any], paper: Paper
) -> None:
    ada.open("/")
    assert scanner(CODE).json == {"answer": "found"}
    ada.open(ada._client.get("/scans/last?after=0").json["url"])
    assert ada.page.heading == "Welcome, Class 6B"
    assert paper.codes == []


@pytest.mark.parametrize(
    ("count", "by", "prints"),
    [("5", "-10", 1), ("1", "10", 5), ("x", "-1", 4), ("-7", "", 1)],
)
def test_a_group_is_never_fewer_than_one_nor_more_than_it_is(
    ada: Guest, group: dict[str, Any], work: Work, count: str, by: str, prints: int
) -> None:
    work()
    asks(ada, NUMBER, "Okafor")
    ada.page.soup.find("input", attrs={"name": "count"})["value"] = count
    if not by:
        ada.press("Print 5 tickets")
        assert ada.page.heading == f"Printing 1 of {prints}"
        return
    ada.page.soup.find("button", attrs={"name": "by", "value": "-1"})["value"] = by
    ada.press("One fewer")
    assert f"Print {prints} ticket" in " ".join(ada.page.names)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "Please type the order number."),
        ("K7Q4MX23", "Please type the last name, too."),
    ],
)
def test_what_is_missing_is_asked_for_without_a_look_up(
    house: PretendHouse, guest: Guest, number: str, words: str
) -> None:
    house.refuse["find"] = Refusal("collect.locked")
    guest.open("/collect")
    guest.type("Order number", number)
    guest.press("Find")

    assert guest.page.alert == words
    assert number in guest.page.html
