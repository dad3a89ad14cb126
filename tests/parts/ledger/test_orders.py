"""Selling at the box office: seats, tickets, money, letters. Source: ORD2, ORD12, FEE1."""

import threading

import pytest
from sqlalchemy import func, select

from boxoffice import ids, tickets
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import backup, facts, journal, orders, seating
from ledger.orders import Patron
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import OutboxRow
from ledger.tables.seats import HoldRow, SeatStateRow


def sell(ledger, theatre, seats, **how):
    return ledger.store.write(
        orders.sell,
        ledger.means(),
        performance=how.pop("performance", theatre.tonight),
        seats=seats,
        seller=how.pop("seller", Seller.WINDOW),
        **how,
    )


def test_a_sale_gives_signed_tickets_and_balances(theatre, ledger):
    sold = sell(ledger, theatre, [("A2", "adult"), ("A3", "student")], tender="cash")

    assert not ids.has_typing_mistake(sold.number)
    assert (sold.charge, sold.paid) == (3600, 3600)
    with ledger.store.read() as session:
        keys = facts.keys(session)
        read = [tickets.read(ticket.payload, keys) for ticket in sold.tickets]
        assert [r.code.seat for r in read] == [2, 3]
        assert [r.code.check for r in read] == [False, True]  # Look at the student.
        assert {r.signer for r in read} == {"ledger"}
        assert journal.total(session) == 0
        assert backup.faults(session) == []


def test_fees_are_those_of_the_seller(theatre, ledger):
    window = sell(ledger, theatre, [("A2", "adult")])
    kiosk = sell(ledger, theatre, [("A3", "adult")], seller=Seller.KIOSK)

    assert (window.charge, kiosk.charge) == (2400, 2575)


def test_the_box_office_may_sell_what_is_reserved_and_the_public_may_not(theatre, ledger):
    refused = sell(ledger, theatre, [("F9", "adult")], seller=Seller.ONLINE)
    sold = sell(ledger, theatre, [("F9", "adult")])

    assert refused == Refused(Code.SEAT_UNAVAILABLE, {"seats": ["F9"]})
    assert isinstance(sold, orders.Sold)


def test_seats_are_sold_all_or_none(theatre, ledger):
    theatre.sell("A2")

    refused = sell(ledger, theatre, [("A1", "adult"), ("A2", "adult")])

    assert refused == Refused(Code.SEAT_UNAVAILABLE, {"seats": ["A2"]})
    with ledger.store.read() as session:
        assert session.get(SeatStateRow, (theatre.tonight, "A1")).state == "available"
        assert session.scalar(select(func.count()).select_from(OrderRow)) == 1


@pytest.mark.parametrize("seats", [[("A2", "adult"), ("A2", "adult")], [("Z9", "adult")]])
def test_a_seat_that_cannot_be_sold_is_refused(theatre, ledger, seats):
    assert isinstance(sell(ledger, theatre, seats), Refused)


def test_nothing_asked_is_nothing_sold(theatre, ledger):
    assert sell(ledger, theatre, []) == Refused(Code.NO_TICKETS_REQUESTED)


def test_a_price_type_that_is_not_sold_there_is_our_own_mistake(theatre, ledger):
    with pytest.raises(KeyError):
        sell(ledger, theatre, [("A2", "pensioner")])


def test_places_without_seats_are_sold_by_quantity(theatre, ledger):
    sold = sell(ledger, theatre, [(None, "adult")] * 3, performance=theatre.studio)

    assert [ticket.seat for ticket in sold.tickets] == ["S-001", "S-002", "S-003"]
    refused = sell(ledger, theatre, [(None, "adult")] * 38, performance=theatre.studio)
    assert refused == Refused(Code.NOT_ENOUGH_TICKETS, {"left": 37})


def test_held_seats_are_sold_to_whoever_holds_them(theatre, ledger, clock):
    held = ledger.store.write(
        seating.hold,
        ledger.means(),
        performance=theatre.tonight,
        order="o",
        seller="shop",
        wanted=["A2"],
    )
    wrong = sell(ledger, theatre, [("A2", "adult")], hold="another")
    sold = sell(ledger, theatre, [("A2", "adult")], hold=held.hold)

    assert wrong.code is Code.NOT_HELD
    assert isinstance(sold, orders.Sold)
    with ledger.store.read() as session:
        assert session.get(HoldRow, held.hold) is None


def test_a_hold_that_ran_out_is_not_confirmed(theatre, ledger, clock):
    held = ledger.store.write(
        seating.hold,
        ledger.means(),
        performance=theatre.tonight,
        order="o",
        seller="shop",
        wanted=["A2"],
    )
    clock.passes(minutes=15)

    refused = sell(ledger, theatre, [("A2", "adult")], hold=held.hold)

    assert refused.code is Code.NOT_HELD


def test_an_order_with_an_address_gets_a_letter_once_it_is_paid(theatre, ledger):
    ada = Patron("Ada Holm", "ada@example.org")
    paid = sell(ledger, theatre, [("A2", "adult")], patron=ada, tender="card")
    sell(ledger, theatre, [("A3", "adult")], patron=ada)
    sell(ledger, theatre, [("A4", "adult")], patron=Patron("Bea Marsh"), tender="card")

    with ledger.store.read() as session:
        [letter] = session.scalars(select(OutboxRow)).all()
    assert (letter.to, letter.order, letter.state) == (
        "ada@example.org",
        paid.id,
        "waiting",
    )


def test_an_unpaid_order_owes_all_of_it(theatre, ledger):
    sold = sell(ledger, theatre, [("A2", "adult")])

    with ledger.store.read() as session:
        ticket = session.get(TicketRow, sold.tickets[0].id)
    assert (sold.paid, ticket.paid, ticket.price) == (0, 0, 2400)


def test_of_many_clerks_who_sell_one_seat_one_succeeds(theatre, ledger):
    answers, start = [], threading.Barrier(8)

    def want():
        start.wait()
        answers.append(sell(ledger, theatre, [("A2", "adult"), ("A3", "adult")]))

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(answer, orders.Sold) for answer in answers) == 1
