"""Ada buys two seats at the kiosk's pages, without scripts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk import sync
from kiosk.device import Device
from kiosk.habits import Habits
from kiosk.outcomes import LineDown
from tests.pages import Guest
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, Time, hear

Work = Callable[[], None]


def chooses_two(guest: Guest) -> None:
    guest.open("/")
    guest.press("Buy for tonight: Hamlet")
    guest.press("Find seats")


def test_two_best_seats_are_bought_and_printed(
    ada: Guest, card: Card, paper: Paper, work: Work
) -> None:
    chooses_two(ada)
    assert "together" in ada.page.heading
    ada.press("Take these")
    assert "Stalls, row A, seats" in ada.page.words
    ada.press("Pay €51.50")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    assert len(card.charged) == 1
    assert len(paper.codes) == 2


def test_every_step_survives_a_reload(ada: Guest, work: Work) -> None:
    """`work` has looked at the printer; nobody works at the payment."""
    chooses_two(ada)
    for button, path in (("Take these", "/order"), ("Pay", "/order/pay")):
        before = ada.page.path
        assert ada.reload().path == before
        ada.press(button)
        assert ada.page.path == path


def test_a_second_press_on_pay_charges_once(ada: Guest, card: Card, work: Work) -> None:
    chooses_two(ada)
    page = ada.press("Take these")
    token = str(page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    ada.press("Pay")
    ada.post("/order/pay", {"csrf_token": token})
    work()
    ada.post("/order/pay", {"csrf_token": token})
    work()
    assert len(card.book) == 1


def test_a_seat_taken_meanwhile_is_answered_with_the_nearest(
    ada: Guest, ledger: LedgerDouble
) -> None:
    chooses_two(ada)
    for box in ada.page.soup.select("[name=seat]"):
        ledger.set_seat(HAMLET, str(box["value"]), state="sold")
    ada.press("Take these")
    assert ada.page.heading.startswith(
        "Those seats were just taken. The nearest for 2 are A "
    )
    assert ada.page.names.count("Take these") == 1
    ada.press("Take these")
    assert ada.page.path == "/order"


def test_general_admission_asks_for_a_number_only(
    ada: Guest, card: Card, paper: Paper, work: Work
) -> None:
    ada.open("/")
    ada.press("Buy for tonight: Improv")
    ada.press("One Child more")
    ada.press("Continue")
    assert "Unreserved seating" in ada.page.words
    ada.press("Pay")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    assert len(paper.codes) == 3


def test_the_map_seats_the_party_from_one_touch_and_moves_one_by_another(
    ada: Guest,
) -> None:
    chooses_two(ada)
    ada.press("Choose on the map")
    ada.press("Stalls")
    ada.press("Row B")
    ada.press("Seat 1, available")
    assert ada.page.heading.startswith("Stalls, row B, seats 1 and 2")
    ada.press("Seat 3, available")
    assert ada.page.heading == (
        "That would leave one empty seat alone. Please move one seat."
    )
    ada.press("Seat 4, available")
    assert ada.page.heading.startswith("Stalls, row B, seats 3 and 4")
    ada.press("Take these")
    assert "Stalls, row B, seats 3 and 4" in ada.page.words


def test_more_tickets_than_one_order_may_have_are_sent_to_the_box_office(
    ada: Guest,
) -> None:
    ada.open(f"/p/{HAMLET}/how-many")
    token = str(ada.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    ada.post(f"/p/{HAMLET}/how-many", {"csrf_token": token, "count-adult": "9"})
    assert ada.page.heading == "For more than 8, the box office is glad to help."


def test_one_ticket_more_than_there_can_be_is_answered_and_the_number_stays(
    ada: Guest, ledger: LedgerDouble
) -> None:
    ada.open(f"/p/{HAMLET}/how-many")
    for _ in range(6):
        ada.press("One Adult more")
    assert ada.page.heading == "How many tickets?"
    ada.press("One Child more")
    assert ada.page.heading == "For more than 8, the box office is glad to help."
    assert "Call staff" in ada.page.names
    ada.press("Change the number")
    assert "Adult from €19.75 8" in ada.page.words


def test_cut_off_a_kiosk_says_how_many_seats_it_has_itself(
    ada: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3"])
    hear(kiosk)
    ledger.up = False
    with pytest.raises(LineDown):
        sync.cursor(kiosk)
    ada.open(f"/p/{HAMLET}/how-many")
    for _ in range(2):
        ada.press("One Adult more")
    assert ada.page.heading == (
        "This kiosk can sell only 3 seats for this performance right now."
    )


def test_no_tickets_at_all_is_said_kindly(ada: Guest) -> None:
    ada.open(f"/p/{HAMLET}/how-many")
    ada.press("One Adult fewer")
    ada.press("One Adult fewer")
    ada.press("Find seats")
    assert ada.page.heading == "Please choose at least one ticket."


def test_starting_over_asks_once_and_gives_the_seats_back(
    ada: Guest, bea: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    chooses_two(ada)
    ada.press("Take these")
    ada.press("Start over")
    assert ada.page.heading == "Start over?"
    ada.press("Start over")
    assert ada.page.path == "/"
    assert not ledger.holds


def test_nothing_of_the_last_guest_is_left_on_the_first_page(
    ada: Guest, work: Work
) -> None:
    chooses_two(ada)
    ada.press("Take these")
    with ada._client.session_transaction() as kept:
        last = kept.get("guest")
    ada.open("/gone")
    assert ada.page.path == "/"
    with ada._client.session_transaction() as kept:
        assert set(kept) <= {"csrf_token", "language", "_permanent", "guest"}
        # A number drawn for whoever comes next; see `hearing`.
        assert kept["guest"] != last


def test_an_order_just_left_may_be_taken_up_again_for_a_while(
    ada: Guest, bea: Guest, time: Time
) -> None:
    chooses_two(ada)
    ada.press("Take these")
    ada.open("/gone")
    assert "Continue the order just left" in ada.page.names
    time.pass_ms(91_000)
    assert "Continue the order just left" not in ada.open("/").names
    chooses_two(bea)
    bea.press("Take these")
    bea.open("/gone")
    bea.press("Continue the order just left")
    assert bea.page.path == "/order"
    assert "Continue the order just left" not in ada.open("/").names


def test_tickets_that_did_not_print_are_told_of_for_a_while_without_a_name(
    ada: Guest, bea: Guest, paper: Paper, work: Work, time: Time
) -> None:
    chooses_two(ada)
    ada.press("Take these")
    ada.press("Pay €51.50")
    paper.fault(out=True)
    work()
    strip = "Some tickets did not print here. They are safe: staff can help."
    assert strip in bea.open("/").words
    time.pass_ms(9 * 60_000)
    assert strip not in bea.reload().words


def test_tickets_put_on_the_phone_are_owed_no_more(
    ada: Guest, bea: Guest, paper: Paper, work: Work
) -> None:
    chooses_two(ada)
    ada.press("Take these")
    ada.press("Pay €51.50")
    paper.fault(out=True)
    work()
    ada.reload()
    ada.press("On my phone")
    assert "did not print" not in bea.open("/").words


def test_near_the_curtain_a_house_may_have_back_at_once_what_is_left(
    ada: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    kiosk.config = replace(kiosk.config, habits=Habits(release_min=45))
    chooses_two(ada)
    ada.press("Take these")
    assert ledger.holds
    ada.open("/gone")
    assert ledger.holds == {}
    assert "Continue the order just left" not in ada.open("/").names


def test_who_starts_over_has_left_nothing(ada: Guest) -> None:
    chooses_two(ada)
    ada.press("Take these")
    ada.press("Start over")
    ada.press("Start over")
    assert "Continue the order just left" not in ada.page.names


def test_a_form_from_an_old_page_is_refused_in_words(ada: Guest) -> None:
    ada.open(f"/p/{HAMLET}/how-many")
    ada.post("/order/pay", {"csrf_token": "old"}, status=400)
    assert ada.page.heading == "This page is too old. Please start over."


def test_an_address_that_leads_nowhere_says_so(ada: Guest) -> None:
    ada.open("/no/such/page", status=404)
    assert ada.page.heading == "There is nothing here. Please start over."
    ada.press("Start over")
    assert ada.page.path == "/"


def test_whoever_has_no_card_pays_at_the_box_office(ada: Guest, work: Work) -> None:
    chooses_two(ada)
    ada.press("Take these")
    [way] = [name for name in ada.page.names if name.startswith("Box office, by")]

    ada.press(way)

    assert ada.page.heading == "Please pay at the box office."
    assert "Nothing was charged. We keep your seats until" in ada.page.words
    assert "Code" in ada.page.words


def test_one_touch_finds_a_step_free_seat_with_the_companion_beside_it(
    ada: Guest, work: Work
) -> None:
    chooses_two(ada)
    assert "row A" in ada.page.heading

    ada.press("Step-free")

    assert ada.page.heading == "Circle, row C, seats 5 and 6, together, right."
    assert "Step-free" not in ada.page.names
    ada.press("Take these")
    assert "row C, seats 5 and 6" in ada.page.words


def test_what_helps_is_said_of_a_performance_in_the_guests_language(ada: Guest) -> None:
    ada.open("/performances")
    assert "step-free" in ada.page.words
    ada.press("Dansk")
    assert "uden trin" in ada.page.words
