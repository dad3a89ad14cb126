"""Extras, promo codes, vouchers and memberships on the way to Pay. Source: lobby.md §2."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from kiosk import sync
from kiosk.app import write_scanner_secret
from kiosk.device import Device
from kiosk.payments import codes
from kiosk.payments.port import Step
from tests.pages import Guest
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, Time, hear

Work = Callable[[], None]
EXTRAS = {
    "round_to": 500,
    "donations": [500, 1000],
    "rate_bp": 400,
    "outside": False,
    "programme": 400,
    "question": {
        "id": "heard",
        "words": {"en": "How did you hear of us?", "da": "Hvor har du hørt om os?"},
        "options": [
            {"id": "poster", "words": {"en": "Poster", "da": "Plakat"}},
            {"id": "web", "words": {"en": "Internet", "da": "Nettet"}},
        ],
    },
}


@pytest.fixture
def with_extras(kiosk: Device, ledger: LedgerDouble) -> None:
    house = ledger.doc("venue:v1", "config", "house") or {}
    ledger.put("venue:v1", "config", "house", house | {"extras": EXTRAS})
    hear(kiosk)


@pytest.fixture
def okafor(ledger: LedgerDouble) -> dict[str, Any]:
    """A member with two credits for Hamlet."""
    member = {"member": "m-1", "number": "MB4K7", "credits": {"hamlet": 2}}
    ledger.members["MB4K7/velvet"] = ledger.members["FOHM:OKAFOR"] = member
    return member


def takes_two(guest: Guest) -> None:
    guest.open("/")
    guest.press("Buy for tonight: Hamlet")
    guest.press("Find seats")
    guest.press("Take these")


def sale(kiosk: Device, ledger: LedgerDouble) -> dict[str, Any]:
    sync.everything(kiosk)
    return ledger.events("kiosk-1", "sale")[0]


def uses_code(guest: Guest, code: str) -> None:
    guest.press("Gift card or code")
    guest.type("Code", code)
    guest.press("Use this code")


def joins(guest: Guest, password: str = "velvet") -> None:
    guest.press("Member")
    guest.type("Member number", "MB4K7")
    guest.type("Password", password)
    guest.press("Use my membership")


def test_nothing_is_ticked_and_nothing_is_added_unless_somebody_chooses(
    with_extras: None, ada: Guest
) -> None:
    takes_two(ada)
    assert ada.page.heading == "Anything else?"
    assert ada.page.soup.select("[checked]") == []
    ada.press("Continue without extras")
    assert "Pay €51.50" in ada.page.names


def test_the_first_donation_makes_a_round_total(
    with_extras: None,
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    work: Work,
) -> None:
    takes_two(ada)
    token = str(ada.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    offered = [str(box["value"]) for box in ada.page.soup.select("[name=donation]")]
    assert offered == ["350", "500", "1000", "0"]
    chosen = {"donation": "350", "programmes": "2", "answer": "web"}
    ada.post("/order/extras", {"csrf_token": token, **chosen})
    assert "Donation" in ada.page.words
    ada.press("Pay €63.00")
    work()
    told = sale(kiosk, ledger)
    assert told["other"] == [
        {"kind": "donation", "amount": 350, "fee_outside": 0, "fee_inside": 14},
        {"kind": "programme", "amount": 800, "fee_outside": 0, "fee_inside": 32},
    ]
    assert told["answers"] == [["heard", "web"]]
    assert list(card.amounts.values()) == [6300]


def test_where_there_is_no_room_the_question_has_a_page_of_its_own_and_keeps_the_rest(
    with_extras: None, ada: Guest, kiosk: Device, ledger: LedgerDouble, work: Work
) -> None:
    takes_two(ada)
    token = str(ada.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    chosen = {"donation": "350", "programmes": "2", "then": "question"}
    page = ada.post("/order/extras", {"csrf_token": token, **chosen})
    assert page.path == "/order/extras"
    assert not page.soup.select("[type=radio][name=donation]")
    kept = {str(box["name"]): box["value"] for box in page.soup.select("[type=hidden]")}
    assert (kept["donation"], kept["programmes"]) == ("350", "2")
    ada.post("/order/extras", {"answer": "web", **kept})
    ada.press("Pay €63.00")
    work()
    assert sale(kiosk, ledger)["answers"] == [["heard", "web"]]


def test_programmes_that_are_paid_for_are_said_on_every_page_and_on_the_first_ticket(
    with_extras: None, ada: Guest, paper: Paper, work: Work
) -> None:
    takes_two(ada)
    token = str(ada.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    ada.post("/order/extras", {"csrf_token": token, "programmes": "2"})
    assert "2 × Programme €8.00" in ada.page.words
    ada.press("Pay €59.50")
    work()
    ada.open("/order/done")
    assert "2 programmes at the box office" in ada.page.words
    ada.press("Print a receipt")
    work()
    first, second, receipt = (" ".join(slip) for slip in paper.slips)
    where = "Show this ticket at the box office, left of the stairs."
    assert f"Paid: 2 x Programme. {where}" in first
    assert "Programme" not in second
    assert "2 x Programme" in receipt


@pytest.mark.parametrize(
    "typed", [{"donation": "333"}, {"donation": "-5"}, {"programmes": "99"}]
)
def test_what_was_not_offered_is_not_taken(
    with_extras: None, ada: Guest, typed: dict[str, str]
) -> None:
    takes_two(ada)
    token = str(ada.page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]
    ada.post("/order/extras", {"csrf_token": token, **typed})
    assert "Donation" not in ada.page.words
    assert "Pay €51.50" in ada.page.names or "Programme €8.00" in ada.page.words


def sells_to_friends(kiosk: Device, ledger: LedgerDouble, **limits: Any) -> None:
    """A price of €10.00 for those who know the code, and what limits the code has."""
    prices = ledger.doc(f"perf:{HAMLET}", "price", HAMLET) or {}
    friend = {"id": "friend", "name": "Friend", "buyer": "guest", "default": False}
    friend |= {"note": "", "check": False, "code": codes.hash_of("HAMLET26")} | limits
    levels = [
        level | {"prices": level["prices"] | {"friend": 1000}} for level in prices["levels"]
    ]
    changed = prices | {"types": [*prices["types"], friend], "levels": levels}
    ledger.put(f"perf:{HAMLET}", "price", HAMLET, changed)
    hear(kiosk)


def test_a_promo_code_opens_a_cheaper_price_even_without_a_link(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, card: Card, work: Work
) -> None:
    sells_to_friends(kiosk, ledger)
    ada.open(f"/p/{HAMLET}/how-many")
    assert "Friend" not in ada.page.words
    takes_two(ada)
    ledger.up = False
    uses_code(ada, "hamlet26")
    ledger.up = True
    assert "2 × Friend €20.00" in ada.page.words
    ada.press("Pay €23.50")
    work()
    lines = sale(kiosk, ledger)["lines"]
    assert [line["price_type"] for line in lines] == ["friend", "friend"]


def test_a_price_that_asks_who_subscribes_is_not_sold_where_nobody_asks(
    ada: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    """ORD1."""
    sells_to_friends(kiosk, ledger, buyer="subscriber")
    takes_two(ada)
    uses_code(ada, "hamlet26")
    assert ada.page.heading.startswith("That price is for subscribers.")
    ada.open("/order")
    assert "Pay €51.50" in ada.page.names

    sells_to_friends(kiosk, ledger, buyer="subscriber", code="")
    ada.open(f"/p/{HAMLET}/how-many")
    assert "Adult" in ada.page.words
    assert "Friend" not in ada.page.words


def test_a_counted_promo_code_is_used_at_the_ledger_and_told_with_the_sale(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, card: Card, work: Work
) -> None:
    sells_to_friends(kiosk, ledger, counted=True, most=1)
    ledger.promos["HAMLET26"] = 1
    takes_two(ada)
    uses_code(ada, "hamlet26")
    assert "1 × Friend €10.00" in ada.page.words
    assert ledger.promos["HAMLET26"] == 0
    ada.press("Pay €37.50")
    work()
    told = sale(kiosk, ledger)
    assert sorted(line["price_type"] for line in told["lines"]) == ["adult", "friend"]
    kinds = [(t["kind"], t["amount"], t.get("credits")) for t in told["tenders"]]
    assert kinds == [("promo", 0, 1), ("card", 3750, None)]


@pytest.mark.parametrize(
    ("up", "said"),
    [(True, "We can't use that voucher."), (False, "can't be checked here right now")],
)
def test_a_counted_promo_code_that_is_used_up_or_cannot_be_asked_for_changes_no_price(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, up: bool, said: str
) -> None:
    sells_to_friends(kiosk, ledger, counted=True)
    takes_two(ada)
    ledger.up = up
    uses_code(ada, "hamlet26")
    assert said in ada.page.words
    ledger.up = True
    ada.open("/order")
    assert "Friend" not in ada.page.words
    assert "Pay €51.50" in ada.page.names


def receipt(guest: Guest, paper: Paper, work: Work) -> str:
    """Print it, and read it with single blanks."""
    guest.press("Print a receipt")
    work()
    return " ".join(" ".join(paper.slips[-1]).split())


def test_a_gift_card_pays_a_part_and_says_so(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    paper: Paper,
    work: Work,
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "gift 2222")
    words = "The gift card covers €20.00. Please pay €31.50 by card."
    assert words in ada.page.words
    assert "Total €51.50 Gift card -€20.00" in ada.page.words
    assert "To pay €31.50" in ada.page.words
    ada.press("Pay €31.50")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    kinds = [(t["kind"], t["amount"]) for t in sale(kiosk, ledger)["tenders"]]
    assert kinds == [("gift_card", 2000), ("card", 3150)]
    lines = receipt(ada, paper, work)
    assert "gift card" in lines
    assert "€20.00" in lines


def asks_what_is_left(guest: Guest, code: str) -> None:
    guest.press("Gift card or code")
    guest.type("Code", code)
    guest.press("What is left?")


def test_what_is_left_on_a_gift_card_is_told_before_it_pays_and_afterwards(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, paper: Paper, work: Work
) -> None:
    ledger.vouchers["GIFT9999"] = 10_000
    takes_two(ada)
    asks_what_is_left(ada, "gift-9999")
    assert "This gift card has €100.00 left." in ada.page.words
    assert ledger.vouchers["GIFT9999"] == 10_000
    ada.press("Use this code")
    assert "€48.50 left -€51.50" in ada.page.words
    assert "Gift card: €48.50 left." in ada.page.words
    ada.press("Get tickets")
    work()
    ada.reload()
    assert "Left on your gift card €48.50" in ada.page.words
    assert "gift card, left on it: €48.50" in receipt(ada, paper, work)
    assert "left" not in sale(kiosk, ledger)["tenders"][0]


def test_what_is_not_needed_of_a_gift_card_in_the_end_is_left_on_it(
    ada: Guest, ledger: LedgerDouble, okafor: dict[str, Any], paper: Paper, work: Work
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    joins(ada)
    ada.press("Get tickets")
    work()
    ada.reload()
    assert "Left on your gift card €20.00" in ada.page.words


@pytest.mark.parametrize(
    ("up", "said"),
    [(True, "We can't use that voucher."), (False, "can't be checked here right now")],
)
def test_what_nobody_knows_or_can_be_asked_about_has_no_balance(
    ada: Guest, ledger: LedgerDouble, up: bool, said: str
) -> None:
    takes_two(ada)
    ledger.up = up
    asks_what_is_left(ada, "NOSUCH")
    assert said in ada.page.words
    assert "left." not in ada.page.words


@pytest.mark.parametrize("heard", [True, False])
def test_a_gift_card_is_taken_off_again_and_keeps_its_money(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, card: Card, work: Work, heard: bool
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    assert "Without gift card" not in ada.page.names
    uses_code(ada, "GIFT2222")
    ledger.up = heard
    ada.press("Without gift card")
    ledger.up = True
    assert "Without gift card" not in ada.page.names
    assert ledger.vouchers["GIFT2222"] == (2000 if heard else 0)
    ada.press("Pay €51.50")
    work()
    assert [t["kind"] for t in sale(kiosk, ledger)["tenders"]] == ["card"]
    assert ledger.vouchers["GIFT2222"] == 2000


@pytest.mark.parametrize("line", ["heard", "answer lost", "cut"])
def test_a_gift_card_that_came_with_the_seats_is_taken_off_whether_heard_or_not(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, card: Card, work: Work, line: str
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    card.outcome = Step.DECLINED
    ada.press("Pay €31.50")
    work()
    (promise,) = ledger.promised
    ada.open("/order")
    ledger.up, ledger.answers_lost = line != "cut", int(line == "answer lost")
    ada.press("Without gift card")
    assert ledger.vouchers["GIFT2222"] == (0 if line == "cut" else 2000)
    ledger.up, ledger.answers_lost = True, 0
    card.outcome = Step.APPROVED
    ada.press("Pay €51.50")
    work()
    told = sale(kiosk, ledger)
    assert [t["kind"] for t in told["tenders"]] == ["card"]
    assert told["let_go"] == ([] if line == "heard" else [promise])


def test_a_gift_card_taken_off_unheard_may_be_typed_again(
    ada: Guest, ledger: LedgerDouble
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    ledger.up = False
    ada.press("Without gift card")
    ledger.up = True
    uses_code(ada, "GIFT2222")
    assert "To pay €31.50" in ada.page.words


def test_a_gift_card_that_pays_for_nothing_in_the_end_is_let_go_by_the_sale(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, okafor: dict[str, Any], work: Work
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    (promise,) = ledger.promised
    joins(ada)
    ada.press("Get tickets")
    work()
    told = sale(kiosk, ledger)
    assert [t["kind"] for t in told["tenders"]] == ["credit"]
    assert told["let_go"] == [promise]


def test_a_gift_card_that_covers_all_asks_for_no_card(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper, work: Work
) -> None:
    ledger.vouchers["GIFT9999"] = 10_000
    takes_two(ada)
    uses_code(ada, "GIFT9999")
    ada.press("Get tickets")
    work()
    assert card.amounts == {}
    assert len(paper.codes) == 2
    assert ledger.vouchers["GIFT9999"] == 10_000 - 5150


def test_an_unknown_voucher_is_asked_for_again(ada: Guest) -> None:
    takes_two(ada)
    uses_code(ada, "NOSUCH")
    assert "We can't use that voucher." in ada.page.alert
    assert ada.page.path == "/order/voucher"
    # It is put right where it was typed, and only there.
    assert ada.page.soup.select_one("#code")["value"] == "NOSUCH"  # type: ignore[index]
    assert "NOSUCH" not in ada.open("/order/voucher").html


def test_without_a_link_vouchers_wait(ada: Guest, ledger: LedgerDouble) -> None:
    takes_two(ada)
    ledger.up = False
    uses_code(ada, "GIFT2222")
    assert "can't be checked here right now" in ada.page.heading


def test_a_members_credits_pay_for_the_seats_and_no_card_is_asked(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    okafor: dict[str, Any],
    card: Card,
    paper: Paper,
    work: Work,
) -> None:
    takes_two(ada)
    joins(ada)
    assert "2 × Member €0.00" in ada.page.words
    ada.press("Get tickets")
    work()
    assert card.amounts == {}
    assert len(paper.codes) == 2
    told = sale(kiosk, ledger)
    assert told["member"] == "m-1"
    assert [(line["price_type"], line["price"]) for line in told["lines"]] == [
        ("membership", 0),
        ("membership", 0),
    ]
    assert [(t["kind"], t["credits"]) for t in told["tenders"]] == [("credit", 2)]


def test_too_few_credits_are_used_as_far_as_they_go(
    ada: Guest, okafor: dict[str, Any]
) -> None:
    okafor["credits"]["hamlet"] = 1
    takes_two(ada)
    joins(ada)
    assert ada.page.heading == (
        "Not enough seat credits left for this performance: 1 left, 2 needed."
    )
    assert "Pay for both" in ada.page.names
    ada.press("Use 1, pay for 1")
    assert "1 × Member €0.00" in ada.page.words
    assert "1 × Adult" in ada.page.words


def test_a_wrong_password_is_asked_for_again(ada: Guest, okafor: dict[str, Any]) -> None:
    takes_two(ada)
    joins(ada, "curtain")
    assert "curtain" not in ada.page.html
    assert "We can't find that membership." in ada.page.alert
    # The number is put right where it was typed, and only there.
    field = ada.page.soup.select_one("#member_number")
    assert field is not None
    assert field["value"] == "MB4K7"
    assert "MB4K7" not in ada.open("/order/member").html


def test_a_gift_card_never_pays_more_than_is_left(
    ada: Guest, ledger: LedgerDouble, okafor: dict[str, Any]
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    joins(ada)
    assert "Get tickets" in ada.page.names


def test_other_seats_keep_what_was_promised_to_the_first(
    ada: Guest, ledger: LedgerDouble, okafor: dict[str, Any]
) -> None:
    takes_two(ada)
    joins(ada)
    ada.press("Change seats")
    ada.press("Further back")
    ada.press("Take these")
    assert "2 × Member €0.00" in ada.page.words
    assert ada.page.alert == ""


def test_another_number_of_tickets_keeps_the_voucher(
    ada: Guest, ledger: LedgerDouble
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    ada.press("Change tickets")
    ada.press("Find seats")
    ada.press("Take these")
    assert "The gift card covers €20.00. Please pay €31.50 by card." in ada.page.words
    assert ledger.vouchers["GIFT2222"] == 0


def its_hold_runs_out(ledger: LedgerDouble, kiosk: Device, time: Time) -> None:
    time.pass_ms(16 * 60_000)
    for hold in list(ledger.holds):
        ledger.hold_runs_out(hold)
    hear(kiosk)


def test_a_hold_that_ran_out_is_made_again_with_its_voucher(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    time: Time,
    card: Card,
    work: Work,
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    its_hold_runs_out(ledger, kiosk, time)
    ada.press("Pay €31.50")
    assert "Your seats are no longer held." in ada.page.heading
    assert card.amounts == {}
    ada.press("Hold them again")
    assert ada.page.path == "/order"
    ada.press("Pay €31.50")
    work()
    assert list(card.amounts.values()) == [3150]
    assert ledger.vouchers["GIFT2222"] == 0


@pytest.mark.parametrize(
    ("left", "said", "pay"),
    [
        (0, "Your gift card or voucher can't be used any more: it was spent", "€51.50"),
        (
            500,
            "Part of your gift card or voucher was spent somewhere else meanwhile.",
            "€46.50",
        ),
    ],
)
@pytest.mark.parametrize("way", ["pay", "reload"])
def test_a_voucher_spent_elsewhere_before_pay_is_told_and_the_card_pays(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    time: Time,
    card: Card,
    work: Work,
    left: int,
    said: str,
    pay: str,
    way: str,
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    its_hold_runs_out(ledger, kiosk, time)
    ledger.vouchers["GIFT2222"] = left
    if way == "pay":
        ada.press("Pay €31.50")
    else:
        ada.reload()
    ada.press("Hold them again")
    assert said in ada.page.alert
    assert "Nothing was charged, and your seats are kept." in ada.page.alert
    assert card.amounts == {}
    ada.press(f"Pay {pay}")
    work()
    told = sale(kiosk, ledger)
    assert sum(tender["amount"] for tender in told["tenders"]) == 5150
    assert ledger.vouchers["GIFT2222"] == 0


def test_seats_of_our_own_do_not_keep_a_voucher_whose_hold_ran_out(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, time: Time, card: Card, work: Work
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    held = [seat for hold in ledger.holds.values() for seat in hold["seats"]]
    its_hold_runs_out(ledger, kiosk, time)
    ledger.vouchers["GIFT2222"] = 0
    ledger.allot("kiosk-1", HAMLET, held)
    hear(kiosk)
    ada.press("Pay €31.50")
    assert "Your seats are no longer held." in ada.page.heading
    ada.press("Hold them again")
    assert "Please pay by card." in ada.page.alert
    ada.press("Pay €51.50")
    work()
    assert list(card.amounts.values()) == [5150]


def test_credits_used_elsewhere_before_pay_are_told(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, time: Time, okafor: dict[str, Any]
) -> None:
    takes_two(ada)
    joins(ada)
    its_hold_runs_out(ledger, kiosk, time)
    ledger.promised.clear()  # They went to an order at the window.
    ada.reload()
    ada.press("Hold them again")
    assert "Your seat credits were used somewhere else meanwhile." in ada.page.alert
    assert "Pay €51.50" in ada.page.names


def test_a_promo_code_that_others_used_up_meanwhile_is_told(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, time: Time
) -> None:
    sells_to_friends(kiosk, ledger, counted=True, most=1)
    ledger.promos["HAMLET26"] = 1
    takes_two(ada)
    uses_code(ada, "hamlet26")
    its_hold_runs_out(ledger, kiosk, time)
    assert ledger.promos["HAMLET26"] == 1
    ada.reload()
    ada.press("Hold them again")
    assert "1 × Friend €10.00" in ada.page.words
    its_hold_runs_out(ledger, kiosk, time)
    ledger.promos["HAMLET26"] = 0
    ada.reload()
    ada.press("Hold them again")
    assert "Your promo code has been used up meanwhile." in ada.page.alert
    assert "2 × Adult" in ada.page.words


def test_a_declined_card_keeps_the_voucher(
    ada: Guest, ledger: LedgerDouble, card: Card, work: Work
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    card.outcome = Step.DECLINED
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    ada.press("Pay €31.50")
    work()
    ada.reload()
    assert ada.page.heading == "The card was not accepted."
    card.outcome = Step.APPROVED
    ada.press("Try again")
    work()
    assert list(card.amounts.values()) == [3150, 3150]


def test_an_order_with_a_membership_is_not_offered_to_the_next_guest(
    ada: Guest, okafor: dict[str, Any]
) -> None:
    takes_two(ada)
    joins(ada)
    ada.open("/gone")
    assert "Continue the order just left" not in ada.page.names


def test_a_gift_card_on_an_order_that_was_left_may_pay_for_the_next(
    ada: Guest, ledger: LedgerDouble
) -> None:
    ledger.vouchers["GIFT2222"] = 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    ada.open("/gone")
    assert ledger.vouchers["GIFT2222"] == 2000
    takes_two(ada)
    uses_code(ada, "GIFT2222")
    assert "To pay €31.50" in ada.page.words


def test_a_members_card_before_the_camera_pays_for_the_seats(
    ada: Guest, okafor: dict[str, Any], pages: Flask, kiosk: Device
) -> None:
    write_scanner_secret(kiosk.config)
    secret = kiosk.config.scanner_secret_file.read_text()
    takes_two(ada)
    told = pages.test_client().post(
        "/scans",
        json={"scan": "scan-1", "text": "FOHM:OKAFOR", "source": "camera", "seen_ms": 0},
        headers={"X-Scanner-Secret": secret},
    )
    assert told.get_json() == {"answer": "member"}
    last = pages.test_client().get("/scans/last?after=-1").get_json()
    ada.open(last["url"])
    assert "2 × Member €0.00" in ada.page.words
