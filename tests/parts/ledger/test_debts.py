"""What an order owed, paid at a kiosk. Source: COL3, sync.md §2.3."""

import pytest
from sqlalchemy import select

from ledger.orders import Patron
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from tests.parts.ledger.device import new_id

OKAFOR = Patron("Grace Okafor", "grace@example.org")


pytestmark = pytest.mark.usefixtures("sound_book")


def claim(kiosk, sold, ticket, **how):
    asked = {
        "claim": how.pop("claim", None) or new_id(),
        "kind": "pickup",
        "ticket": ticket,
        "issue": 1,
        "order": sold.number,
        **how,
    }
    return kiosk.post("/api/claims", asked).ok()


def paid(kiosk, sold, *amounts, **how):
    tickets = [
        {"ticket": ticket.id, "amount": amount}
        for ticket, amount in zip(sold.tickets, amounts, strict=False)
    ]
    tenders = [{"kind": "card", "ref": "R1", "amount": sum(amounts), "intent": new_id()}]
    body = {"order": sold.number, "currency": "EUR", "tickets": tickets}
    kiosk.happened("order.paid", body | {"tenders": tenders} | how)
    kiosk.upload().ok()


def kinds(ledger):
    with ledger.store.read() as session:
        return [row.kind for row in session.scalars(select(DiscrepancyRow))]


def test_an_unpaid_ticket_is_claimed_by_whoever_takes_the_money(kiosk, theatre):
    sold = theatre.sell("A2", patron=OKAFOR, tender=None)
    ticket = sold.tickets[0].id

    assert claim(kiosk, sold, ticket)["refused"] == "AMOUNT_DUE"
    granted = claim(kiosk, sold, ticket, pays=True)

    assert granted["granted"]
    assert granted["payload"] == sold.tickets[0].payload
    assert claim(kiosk, sold, ticket, pays=True)["refused"] == "PRINT_IN_PROGRESS"


def test_a_claim_that_was_dropped_may_be_paid_elsewhere(kiosk, theatre, lobby):
    sold = theatre.sell("A2", patron=OKAFOR, tender=None)
    mine = new_id()
    claim(kiosk, sold, sold.tickets[0].id, pays=True, claim=mine)
    kiosk.happened("claim.dropped", {"claim": mine})
    kiosk.upload().ok()
    other = lobby.device("Kiosk 2", "kiosk")

    assert claim(other, sold, sold.tickets[0].id, pays=True)["granted"]


def test_money_for_an_order_is_booked_on_its_tickets(kiosk, theatre, ledger):
    sold = theatre.sell("A2", "A3", patron=OKAFOR, tender=None)

    paid(kiosk, sold, 2400, 2400)

    with ledger.store.read() as session:
        order = session.get(OrderRow, sold.id)
        assert (order.charge, order.paid) == (4800, 4800)
        rows = session.scalars(select(TicketRow).where(TicketRow.order == sold.id)).all()
        assert [row.paid for row in rows] == [2400, 2400]
        tender = session.scalars(select(TenderRow).where(TenderRow.order == sold.id)).one()
        assert (tender.kind, tender.amount) == ("card", 4800)
    assert kinds(ledger) == []
    found = {"order": sold.number, "last_name": "Okafor"}
    assert kiosk.post("/api/lookups", found).ok()["due"] == 0


def test_a_part_leaves_the_rest_due(kiosk, theatre, ledger):
    sold = theatre.sell("A2", "A3", patron=OKAFOR, tender=None)

    paid(kiosk, sold, 2400)

    found = {"order": sold.number, "last_name": "Okafor"}
    assert kiosk.post("/api/lookups", found).ok()["due"] == 2400
    assert kinds(ledger) == []


def test_money_beyond_what_was_owed_is_for_staff_to_settle(kiosk, theatre, ledger):
    sold = theatre.sell("A2", patron=OKAFOR)

    paid(kiosk, sold, 2400)

    assert kinds(ledger) == ["money_mismatch"]


def test_the_same_event_twice_is_booked_once(kiosk, theatre, ledger):
    sold = theatre.sell("A2", patron=OKAFOR, tender=None)
    paid(kiosk, sold, 2400)

    kiosk.upload().ok()

    with ledger.store.read() as session:
        assert session.get(OrderRow, sold.id).paid == 2400
