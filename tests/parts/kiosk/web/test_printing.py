"""Printing, counted by proof; what is owed; the last page."""

from kiosk.shown.paying import Outcome
from kiosk.shown.printing import Paper, Status
from kiosk.shown.reviewing import Stage
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import PretendHouse


def paid(house: PretendHouse, guest: Guest, tickets: list[str]) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")
    guest.press("Pay €48.00")
    house.outcome, house.stage, house.tickets = Outcome.APPROVED, Stage.SOLD, tickets
    guest.open("/order/pay")


def test_tickets_are_counted_by_the_printers_proof(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["sending", "queued"])
    assert guest.page.heading == "Printing 1 of 2"
    house.tickets = ["printed", "sending"]
    assert guest.reload().heading == "Printing 2 of 2"
    house.tickets = ["printed", "printed"]
    assert guest.reload().heading == "Enjoy the show"
    assert "Door A" in guest.page.words
    assert "Stalls, row F, seats 12 and 13" in guest.page.words


def test_paid_but_not_printed_says_what_is_safe_and_what_is_missing(
    house: PretendHouse, guest: Guest
) -> None:
    house.trouble = Status.OUT
    paid(house, guest, ["printed", "failed"])
    assert (
        "Your payment of €48.00 went through. F 12 and F 13 are yours."
        " Ticket 1 is printed, ticket 2 is not."
    ) in guest.page.words
    assert "K7Q4MX" in guest.page.words
    assert {"On my phone", "Print at another kiosk"} <= set(guest.page.names)


def test_owed_tickets_go_to_the_phone(house: PretendHouse, guest: Guest) -> None:
    house.trouble = Status.OUT
    paid(house, guest, ["printed", "failed"])
    guest.press("On my phone")
    assert guest.page.heading == "Take a picture of this screen."
    assert "Ticket for F 13" in guest.page.words
    assert guest.reload().heading == "Take a picture of this screen."


def test_the_first_page_leads_back_to_paper_that_is_coming_out(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["sending", "queued"])
    assert guest.open("/").path == "/order/print"
    house.tickets = ["printed", "printed"]
    assert guest.open("/").path == "/"


def test_the_pages_after_the_sale_cannot_be_reached_before_it(
    house: PretendHouse, guest: Guest
) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")
    for path in ("/order/print", "/order/done", "/order/phone", "/order/elsewhere"):
        assert guest.open(path).path == "/order"


def test_tickets_and_receipt_go_to_the_phone_as_well(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["printed", "printed"])
    guest.reload()

    assert "Want them on your phone too?" in guest.page.words
    assert "Tickets and receipt for your phone" in guest.page.words
    guest.press("On my phone too")
    assert guest.page.heading == "Tickets and receipt for your phone"
    guest.press("Back")
    assert guest.page.heading == "Enjoy the show"


def test_the_last_page_stands_until_the_paper_is_taken_and_then_twelve_seconds(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["printed", "printed"])
    stays = guest.reload().soup.body
    assert stays is not None
    assert stays["data-leave-s"] == "20"  # This printer cannot tell.

    house.paper_waits, house.slot_boot_ms = True, house.now_ms
    waits = guest.reload().soup.body
    assert waits is not None
    assert not waits.get("data-leave-s")
    assert waits["data-refresh-s"] == "1"
    assert "Please take your tickets." in guest.page.words

    house.paper_waits = False
    for since_s, left in ((0, "12"), (5, "7"), (60, "1")):
        house.slot_boot_ms = house.now_ms - since_s * 1000
        page = guest.reload()
        assert page.soup.body is not None
        assert page.soup.body["data-leave-s"] == left
        assert f"Closes in {left} s." in page.words

    house.paper_waits, house.slot_boot_ms = True, house.now_ms - 61_000
    gone = guest.reload().soup.body
    assert gone is not None
    assert gone["data-leave-s"] == "20"  # Whoever it was for has left without it.


def test_tickets_behind_a_code_wait_for_a_phone_and_say_so(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["phone", "phone"])
    page = guest.reload()

    assert "Scan this code with your phone: your tickets are behind it." in page.words
    assert "are on your phone" not in page.words
    assert page.soup.body is not None
    assert page.soup.body["data-leave-s"] == "120"
    assert len(page.soup.select(".done__phone:not(.large-only) .qr")) == 1


def test_without_a_line_tickets_for_the_phone_are_the_codes_themselves(
    house: PretendHouse, guest: Guest
) -> None:
    house.linked = False
    paid(house, guest, ["phone", "phone"])
    assert guest.reload().heading == "Take a picture of this screen."
    assert "Closes in 120 s." in guest.page.words
    guest.press("I have them all")
    assert guest.page.heading == "Enjoy the show"
    assert "Your tickets are on your phone." in guest.page.words


def test_a_receipt_is_offered_only_while_there_is_paper(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["printed", "printed"])
    assert "Print a receipt" in guest.reload().names
    house.paper = Paper(Status.OUT, False, 0)
    assert "Print a receipt" not in guest.reload().names


def test_doors_that_are_open_already_are_said_to_be(
    house: PretendHouse, guest: Guest
) -> None:
    paid(house, guest, ["printed", "printed"])
    assert "Doors open 18:45" in guest.reload().words
    house.now_ms += 45 * 60_000
    assert "The doors are open" in guest.reload().words
    guest.press("Dansk")
    assert "Dørene er åbne" in guest.page.words


def test_a_ticket_for_another_day_says_which(house: PretendHouse, guest: Guest) -> None:
    paid(house, guest, ["printed", "printed"])
    assert "Doors open 18:45" in guest.reload().words
    house.now_ms -= 24 * 3_600_000
    assert "Doors open Tomorrow 18:45" in guest.reload().words
    guest.press("Dansk")
    assert "Dørene åbner I morgen 18.45" in guest.page.words


def test_without_a_line_the_phone_is_told_to_wait(
    house: PretendHouse, guest: Guest
) -> None:
    house.linked = False
    paid(house, guest, ["printed", "printed"])
    guest.reload()

    assert "they appear on your phone once it is back" in guest.page.words


def test_a_receipt_that_did_not_print_may_be_asked_for_again(
    house: PretendHouse, guest: Guest
) -> None:
    house.receipt = "failed"
    paid(house, guest, ["printed", "printed"])
    guest.reload()

    assert "Your receipt could not be printed." in guest.page.words
    assert "Print a receipt" in guest.page.names
