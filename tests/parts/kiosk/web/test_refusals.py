"""Every refusal in its own words. Source: lobby.md §2, the table."""

import pytest

from kiosk.shown.named import Refusal
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import CURTAIN_MS, HOUR_MS, NOW_MS, PretendHouse

DAY_MS = 24 * HOUR_MS


def buys(guest: Guest) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")


def collects(guest: Guest) -> None:
    guest.open("/collect/r-1")
    guest.press("Print these tickets")


@pytest.mark.parametrize(
    ("key", "seats", "facts", "words", "buttons"),
    [
        (
            "seat.gone",
            ["Stalls-F-14", "Stalls-F-15"],
            {},
            "Those seats were just taken. The nearest for 2 are F 14 and F 15,"
            " at the same price.",
            ["Take these", "Other seats"],
        ),
        ("seat.gone", [], {}, "Those seats were just taken.", ["Other seats"]),
        (
            "seats.few",
            [],
            {"left": 3},
            "Only 3 seats are left for this performance.",
            ["3 tickets", "Other performances"],
        ),
        (
            "seats.apart",
            [],
            {"count": 3},
            "There is no step-free seat left with room for your party beside it."
            " The box office can help.",
            ["Call staff", "Change the number"],
        ),
        (
            "seat.single",
            [],
            {},
            "That would leave one empty seat alone. Please move one seat.",
            ["Move for me"],
        ),
        (
            "party.large",
            [],
            {"limit": 8},
            "For more than 8, the box office is glad to help.",
            ["Call staff"],
        ),
        (
            "hold.ended",
            ["Stalls-F-12", "Stalls-F-13"],
            {},
            "Your seats are no longer held. F 12 and F 13 are still free.",
            ["Hold them again"],
        ),
        (
            "sale.closed",
            [],
            {},
            "Sales here have ended for this performance. The box office can help.",
            ["Call staff"],
        ),
        (
            "link.pay",
            ["Stalls-H-7", "Stalls-H-8"],
            {},
            "The line to the box office is down, so F 12 and F 13 can't be sold now."
            " H 7 and H 8 can.",
            ["Take these", "Start over"],
        ),
        (
            "link.empty",
            [],
            {},
            "The line to the box office is down and this kiosk has no seats left."
            " You can still collect tickets.",
            ["Collect tickets"],
        ),
    ],
)
def test_seats_are_refused_in_their_own_words(
    house: PretendHouse,
    guest: Guest,
    key: str,
    seats: list[str],
    facts: dict[str, int],
    words: str,
    buttons: list[str],
) -> None:
    house.refuse["hold"] = Refusal(key, tuple(house.find(code) for code in seats), facts)
    buys(guest)
    assert guest.page.heading == words
    assert set(buttons) <= set(guest.page.names)
    assert guest.reload().heading == words


@pytest.mark.parametrize(
    ("key", "facts", "words", "buttons"),
    [
        (
            "paper.before",
            {},
            "This kiosk can't print right now. You can have your tickets on your phone.",
            ["On my phone", "Start over"],
        ),
        (
            "paper.short",
            {"left": 1},
            "There is paper for only 1 more ticket here. You can have yours on your phone.",
            ["On my phone", "Start over"],
        ),
    ],
)
def test_paper_is_refused_before_anything_is_paid(
    house: PretendHouse,
    guest: Guest,
    key: str,
    facts: dict[str, int],
    words: str,
    buttons: list[str],
) -> None:
    buys(guest)
    house.refuse["pay"] = Refusal(key, facts=facts)
    guest.press("Pay")
    assert guest.page.heading == words
    assert set(buttons) <= set(guest.page.names)
    house.refuse.clear()
    guest.press("On my phone")
    assert guest.page.path == "/order/pay"


@pytest.mark.parametrize(
    ("key", "facts", "words"),
    [
        (
            "collect.later",
            {"starts_ms": CURTAIN_MS + DAY_MS},
            "These tickets are for Saturday 14 March. Please collect them from Friday.",
        ),
        (
            "collect.due_offline",
            {"due": 2500, "currency": "EUR"},
            "€25.00 is still to pay, and we can't take it here right now."
            " Please go to the box office.",
        ),
        (
            "collect.done",
            {"at_ms": NOW_MS + 47 * 60_000, "place": "Kiosk 2"},
            "These tickets were collected at 18:52 at Kiosk 2."
            " If you don't have them, staff can help.",
        ),
        ("collect.busy", {}, "These tickets are printing at another kiosk right now."),
        (
            "collect.uncertain",
            {},
            "One of your tickets may already have printed. A colleague will check.",
        ),
        (
            "collect.id",
            {},
            "Please show photo ID at the box office to collect these tickets.",
        ),
        (
            "collect.void",
            {"on_ms": NOW_MS - 10 * DAY_MS},
            "This order was cancelled on 3 March. The box office can help.",
        ),
        (
            "collect.off",
            {},
            "This performance is cancelled. Your e-mail has your choices.",
        ),
    ],
)
def test_a_collection_is_refused_in_its_own_words(
    house: PretendHouse, guest: Guest, key: str, facts: dict[str, int | str], words: str
) -> None:
    house.refuse["collect"] = Refusal(key, facts=facts)
    collects(guest)
    assert guest.page.heading == words
    if key in {"collect.done", "collect.uncertain"}:
        assert "Call staff" in guest.page.names


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "collect.none",
            "We can't find that. Check the order number, or ask the box office.",
        ),
        ("collect.typo", "That number has a typing mistake. Please look again."),
    ],
)
def test_what_typing_again_puts_right_is_said_beside_the_fields(
    house: PretendHouse, guest: Guest, key: str, words: str
) -> None:
    house.refuse["find"] = Refusal(key)
    guest.open("/collect")
    guest.type("Order number", "K7Q4MX23")
    guest.type("Last name", "Okafor")
    guest.press("Find")
    assert guest.page.alert == words
    assert "K7Q4MX23" in guest.page.html


def test_too_many_tries_lock_typing_but_not_the_camera(
    house: PretendHouse, guest: Guest
) -> None:
    house.refuse["find"] = Refusal("collect.locked", facts={"wait_s": 60})
    guest.open("/collect")
    guest.type("Order number", "K7Q4MX23")
    guest.type("Last name", "Okafor")
    guest.press("Find")
    assert guest.page.heading == (
        "Too many tries. Please wait 60 seconds, or show your code to the camera."
    )


def test_no_refusal_says_failed_or_error(house: PretendHouse, guest: Guest) -> None:
    house.refuse["hold"] = Refusal("a.refusal.of.tomorrow")
    buys(guest)
    assert guest.page.heading == (
        "This can't be done here right now. The box office can help."
    )
    assert "error" not in guest.page.words.lower()
    assert "failed" not in guest.page.words.lower()


def test_seats_apart_are_offered_by_saying_where_they_are(
    house: PretendHouse, guest: Guest
) -> None:
    codes = ("Stalls-F-12", "Stalls-F-13", "Stalls-G-12", "Stalls-G-13")
    house.offered = type(house.offered)(
        "o-1", tuple(house.find(code) for code in codes), 4, "split", 9600, "EUR"
    )
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    assert guest.page.heading == (
        "There are no 4 seats together. The closest are two in row F and two right behind."
    )
    assert "Other performances" in guest.page.names
