"""How a payment can end, in words. Source: lobby.md §2."""

from dataclasses import replace

import pytest

from kiosk.shown.help import CallShown
from kiosk.shown.paying import TO_CHOOSE, Outcome
from kiosk.shown.reviewing import Stage
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import CURTAIN_MS, PretendHouse

RETRY = ["Try again", "Pay at the box office", "Cancel order"]


def pays(house: PretendHouse, guest: Guest, outcome: Outcome) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")
    guest.press("Pay €48.00")
    house.outcome = outcome
    guest.open("/order/pay")


@pytest.mark.parametrize(
    ("outcome", "words", "buttons"),
    [
        (Outcome.STARTING, "One moment", ["Cancel payment"]),
        (Outcome.WAITING_FOR_CARD, "Tap or insert your card", ["Cancel payment"]),
        (Outcome.ENTER_PIN, "Enter your PIN", ["Cancel payment"]),
        (
            Outcome.CARD_REMOVED,
            "The card was removed too early. Please insert it again, and leave it in.",
            ["Cancel payment"],
        ),
        (Outcome.PROCESSING, "One moment", []),
        (
            Outcome.REMOVED_EARLY,
            "The card was removed too early. Nothing was charged. Your seats are kept.",
            RETRY,
        ),
        (
            Outcome.DECLINED,
            "The card was not accepted. Nothing was charged. Your seats are kept.",
            RETRY,
        ),
        (
            Outcome.CANCELLED,
            "Payment was cancelled. Nothing was charged. Your seats are kept.",
            RETRY,
        ),
        (
            Outcome.UNREACHABLE,
            "The card terminal is not answering. Nothing was charged. Your seats are kept.",
            RETRY,
        ),
        (
            Outcome.PART,
            "The card could not pay the whole amount. Nothing was charged.",
            RETRY,
        ),
        (
            Outcome.ASKING,
            "We are asking the terminal what happened. Please don't pay again. 0:20",
            [],
        ),
        (
            Outcome.UNKNOWN,
            "Please do not pay again. We can't see yet whether €48.00 was taken."
            " Your seats are safe. Staff are coming. Reference K7Q4MX.",
            [],
        ),
    ],
)
def test_every_end_of_a_payment_has_its_words(
    house: PretendHouse, guest: Guest, outcome: Outcome, words: str, buttons: list[str]
) -> None:
    house.pay = replace(house.pay, asking_s=20)
    if outcome is Outcome.UNKNOWN:
        house.call = CallShown("c-1", True, house.now_ms)  # The device calls by itself.
    pays(house, guest, outcome)
    assert words in guest.page.words
    assert set(buttons) <= set(guest.page.names)
    if outcome in {Outcome.ASKING, Outcome.UNKNOWN}:
        assert "Nothing was charged" not in guest.page.words
        assert "Try again" not in guest.page.names


@pytest.mark.parametrize(
    ("call", "words", "button"),
    [
        (CallShown("c-1", True, 0), "Staff are coming.", False),
        (CallShown("c-1", False, 0), "We can't reach staff from here.", False),
        (None, "Your seats are safe.", True),
    ],
)
def test_staff_are_said_to_come_only_if_they_were_called_and_heard_it(
    house: PretendHouse, guest: Guest, call: CallShown | None, words: str, button: bool
) -> None:
    house.call = call
    pays(house, guest, Outcome.UNKNOWN)
    assert words in guest.page.words
    assert ("Staff are coming." in guest.page.words) is bool(call and call.reached)
    assert ("Call staff" in guest.page.names) is button
    if call:
        guest.press("Help")
        assert "Call staff" not in guest.page.names


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        (Outcome.WAITING_FOR_CARD, False),
        (Outcome.PROCESSING, False),
        (Outcome.ASKING, False),
        (Outcome.UNKNOWN, False),
        *((outcome, True) for outcome in sorted(TO_CHOOSE)),
        (Outcome.THIRD_DECLINE, True),
        (Outcome.REVERSED, True),
    ],
)
def test_a_guest_who_leaves_once_it_is_decided_leaves_no_page_behind(
    house: PretendHouse, guest: Guest, outcome: Outcome, asked: bool
) -> None:
    pays(house, guest, outcome)
    assert guest.page.soup.body is not None
    assert (int(str(guest.page.soup.body["data-idle-s"])) > 0) is asked
    assert ("/still-there" in guest.page.html) is asked


def test_a_kiosk_that_stops_while_a_card_is_asked_says_not_to_pay_again(
    house: PretendHouse, guest: Guest
) -> None:
    pays(house, guest, Outcome.PROCESSING)
    assert guest.page.soup.body is not None
    assert guest.page.soup.body["data-gone"] == (
        "Please do not pay again. The box office is left of the stairs."
    )
    house.outcome = Outcome.DECLINED
    body = guest.reload().soup.body
    assert body is not None
    assert str(body["data-gone"]).startswith("This kiosk is taking a break.")


@pytest.mark.parametrize("where", ["left", "right", "below"])
def test_whoever_has_to_show_a_card_reads_and_sees_where(
    house: PretendHouse, guest: Guest, where: str
) -> None:
    pays(house, guest, Outcome.WAITING_FOR_CARD)
    assert "The card terminal is" not in guest.page.words
    house.place_terminal(where)
    guest.reload()
    assert f"The card terminal is {'on your ' * (where != 'below')}{where}" in (
        guest.page.words
    )
    assert guest.page.soup.select_one(f".paying__show--{where} .paying__arrow")


def test_the_third_decline_sends_to_the_box_office_with_a_code(
    house: PretendHouse, guest: Guest
) -> None:
    house.pay = replace(
        house.pay,
        code="K7Q4MX",
        pickup="FOHC:K7Q4MX23ABCDEFGH",
        kept_until_ms=CURTAIN_MS - 600_000,
    )
    pays(house, guest, Outcome.THIRD_DECLINE)
    [code] = guest.page.soup.select(".paying__qr [role=img]")
    assert code["aria-label"] == "Code for the box office"
    assert (
        "Please pay at the box office. Nothing was charged."
        " We keep your seats until 19:20. Code K7Q4MX."
    ) in guest.page.words


def test_without_a_link_no_seats_are_kept_at_the_box_office(
    house: PretendHouse, guest: Guest
) -> None:
    house.linked = False
    pays(house, guest, Outcome.DECLINED)
    assert "Pay at the box office" not in guest.page.names
    pays(house, guest, Outcome.THIRD_DECLINE)
    assert "We keep your seats" not in guest.page.words


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (False, "Thank you. €48.00 is paid."),
        (True, "Your payment went through after all. €48.00 is paid."),
    ],
)
def test_what_is_paid_is_said_while_it_prints(
    house: PretendHouse, guest: Guest, late: bool, words: str
) -> None:
    pays(house, guest, Outcome.APPROVED)
    house.stage, house.pay = Stage.SOLD, replace(house.pay, late=late)
    guest.reload()
    assert guest.page.heading == "Printing 2 of 2"
    assert words in guest.page.words


def test_the_first_page_leads_back_to_a_payment_that_runs(
    house: PretendHouse, guest: Guest
) -> None:
    pays(house, guest, Outcome.PROCESSING)
    assert guest.open("/").path == "/order/pay"


def test_a_cancelled_order_gives_its_seats_back(house: PretendHouse, guest: Guest) -> None:
    pays(house, guest, Outcome.DECLINED)
    guest.press("Cancel order")
    assert guest.page.path == "/"
    assert house.stage is Stage.RELEASED
