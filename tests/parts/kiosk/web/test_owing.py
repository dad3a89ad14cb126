"""An order that is not paid yet: paid for at the kiosk, and never twice. Source: COL3."""

from collections.abc import Callable
from typing import Any

import pytest

from boxoffice import ids
from kiosk import figures, sync
from kiosk.device import Device
from kiosk.payments.port import Step
from tests.pages import Guest
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import ORDER, paid_order

Work = Callable[[], None]
NUMBER = "K7Q4MX2" + ids.check_character("K7Q4MX2")


@pytest.fixture
def order(ledger: LedgerDouble) -> dict[str, Any]:
    """Mrs Okafor has paid for neither of her two seats."""
    answer = paid_order(ledger, order=NUMBER, due=4800)
    ledger.orders[NUMBER] = ledger.orders.pop(ORDER)
    for ticket in answer["tickets"]:
        ticket["paid"] = 0
    return answer


def asks(guest: Guest) -> None:
    guest.open("/")
    guest.press("Collect tickets")
    guest.type("Order number", NUMBER)
    guest.type("Last name", "Okafor")
    guest.press("Find")


def told(kiosk: Device, ledger: LedgerDouble, type: str) -> list[dict[str, Any]]:
    sync.everything(kiosk)
    return ledger.events("kiosk-1", type)


def test_what_is_owed_is_paid_and_then_the_tickets_print(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    order: dict[str, Any],
    card: Card,
    paper: Paper,
    work: Work,
) -> None:
    asks(ada)
    assert "€48.00 is still to pay." in ada.page.words
    ada.press("Continue to payment")
    ada.press("Pay €48.00")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    assert "Print a receipt" in ada.page.names
    assert (len(card.charged), len(paper.codes)) == (1, 2)
    paid = told(kiosk, ledger, "order.paid")
    assert [one["amount"] for one in paid[0]["tickets"]] == [2400, 2400]
    assert paid[0]["tenders"] == [
        {
            "kind": "card",
            "ref": "R1",
            "amount": 4800,
            "intent": card.charged[0],
            "brand": "VISA",
        }
    ]
    assert len(told(kiosk, ledger, "pickup")) == 2


def test_only_the_ticked_seats_are_paid_for(
    ada: Guest, order: dict[str, Any], card: Card, paper: Paper, work: Work
) -> None:
    asks(ada)
    ada.tick("A 6", on=False)
    ada.press("Continue to payment")
    ada.press("Pay €24.00")
    work()
    assert list(card.amounts.values()) == [2400]
    assert len(paper.codes) == 1


def test_nobody_pays_at_a_second_kiosk_meanwhile(
    ada: Guest, ledger: LedgerDouble, order: dict[str, Any], card: Card, work: Work
) -> None:
    ledger.claims["of-kiosk-2"] = {"pickup": order["tickets"][1]["ticket"]}
    asks(ada)
    ada.press("Continue to payment")
    assert ada.page.heading == "These tickets are printing at another kiosk right now."
    assert card.amounts == {}


def test_starting_over_lets_others_pay(
    ada: Guest, kiosk: Device, ledger: LedgerDouble, order: dict[str, Any], work: Work
) -> None:
    asks(ada)
    ada.press("Continue to payment")
    assert len(ledger.claims) == 2
    ada.open("/gone")
    assert len(told(kiosk, ledger, "claim.dropped")) == 2
    assert ledger.claims == {}


def test_a_declined_card_keeps_the_tickets_and_may_be_tried_again(
    ada: Guest, order: dict[str, Any], card: Card, paper: Paper, work: Work
) -> None:
    card.outcome = Step.DECLINED
    asks(ada)
    ada.press("Continue to payment")
    ada.press("Pay")
    work()
    ada.reload()
    assert ada.page.heading == "The card was not accepted."
    assert "Your tickets are kept." in ada.page.words
    assert "Cancel order" not in ada.page.names
    card.outcome = Step.APPROVED
    ada.press("Try again")
    work()
    ada.reload()
    assert ada.page.heading == "Enjoy the show"
    assert len(paper.codes) == 2


def test_after_the_third_decline_the_box_office_may_take_it(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    order: dict[str, Any],
    card: Card,
    work: Work,
) -> None:
    card.outcome = Step.DECLINED
    asks(ada)
    ada.press("Continue to payment")
    ada.press("Pay")
    for _ in range(3):
        work()
        ada.reload()
        if "Try again" in ada.page.names:
            ada.press("Try again")
    assert ada.page.heading == "Please pay at the box office."
    told(kiosk, ledger, "claim.dropped")
    assert ledger.claims == {}


def test_without_a_link_nothing_is_taken(
    ada: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    order: dict[str, Any],
    card: Card,
    work: Work,
) -> None:
    asks(ada)
    ledger.up = False
    ada.press("Continue to payment")
    assert "still to pay, and we can't take it here right now" in ada.page.heading
    assert card.amounts == {}


def test_paid_is_printed_in_the_kiosks_own_figures(
    ada: Guest, kiosk: Device, order: dict[str, Any], work: Work
) -> None:
    asks(ada)
    ada.press("Continue to payment")
    ada.press("Pay")
    work()
    counted = figures.figures(kiosk)
    assert len(counted["paid_tickets"]) == 2
    assert counted["printed"] == counted["paid_tickets"]
