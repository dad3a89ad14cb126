"""Two clerks with one order open: who presses second hears who changed what.

Nothing is overwritten, and what the second one typed is still there. Source: lobby.md §7.
"""

import re
import threading

import pytest
from sqlalchemy import select

from ledger import audit, order_changes, order_versions, rivals
from ledger.patrons import Patron
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from tests.parts.ledger.clerk import both_press, clerk
from tests.parts.ledger.test_order_pages import move, opened, order, tickets
from tests.parts.ledger.test_window import choose, fill, pick, rows

GRACE = Patron("Grace Okafor", "grace@example.org")

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


@pytest.fixture
def sold(bo, vera, theatre):
    """An order that both of them have open, its tickets paid in cash."""
    made = theatre.sell("D2", "D3", patron=GRACE)
    opened(bo, made)
    opened(vera, made)
    return made


def value(guest, name):
    return guest.page.soup.find("input", attrs={"name": name})["value"]


def patron(ledger, sold):
    with ledger.store.read() as session:
        row = session.get_one(PatronRow, session.get_one(OrderRow, sold.id).patron)
        return row.name, row.email, row.phone


def test_the_second_note_is_kept_beside_the_first(bo, vera, sold, ledger):
    fill(bo, "note", "Walks with a stick")
    assert "Changed." in bo.press("Change details").words
    fill(vera, "note", "Birthday")
    page = vera.press("Change details")

    assert re.search(
        r"Bo Lund changed this order at .*: edit order \(note\)\. Nothing was done;"
        r" what you typed is still here",
        page.alert,
    )
    assert order(ledger, sold).note == "Walks with a stick"
    assert value(vera, "note") == "Birthday"
    assert "It now says: Walks with a stick" in page.words
    vera.press("Change details")
    assert order(ledger, sold).note == "Birthday"


def test_what_the_second_left_alone_shows_what_the_first_made_of_it(bo, vera, sold, ledger):
    page = both_press(
        "Change details", bo, ("phone", "555 1234"), vera, ("email", "okafor@example.org")
    )
    assert "edit order (phone)" in page.alert
    assert "It now says" not in page.words
    vera.press("Change details")

    assert patron(ledger, sold) == ("Grace Okafor", "okafor@example.org", "555 1234")
    assert "Vera Holt: edit order (e-mail)" in vera.page.words


def test_how_tickets_travel_and_photo_id_are_kept_too(bo, vera, sold, ledger):
    fill(bo, "note", "Rings back")
    bo.press("Change details")
    pick(vera, "delivery", "mail")
    vera.page.soup.find("input", attrs={"name": "photo_id"})["checked"] = ""
    vera.press("Change details")
    assert order(ledger, sold).delivery != "mail"
    vera.press("Change details")

    row = order(ledger, sold)
    assert (row.delivery, row.photo_id, row.note) == ("mail", True, "Rings back")


def test_a_telephone_number_without_a_name_is_kept_until_there_is_one(bo, theatre, ledger):
    made = theatre.sell("A2")
    opened(bo, made)
    fill(bo, "phone", "555 1234")
    assert "Please give the name" in bo.press("Change details").alert
    assert value(bo, "phone") == "555 1234"
    fill(bo, "name", "Ada Holm")
    bo.press("Change details")
    assert patron(ledger, made) == ("Ada Holm", "", "555 1234")


def test_a_mark_of_where_tickets_are_overtakes_another(bo, vera, sold):
    pick(bo, "status", "mailed")
    bo.press("Mark")
    pick(vera, "status", "held")
    page = vera.press("Mark")

    assert "Bo Lund changed this order" in page.alert
    assert "mark tickets (mailed)" in page.alert
    assert page.soup.select_one("#status option[selected]")["value"] == "held"
    assert "Tickets Mailed" in page.words
    assert "Tickets: held for collection." in vera.press("Mark").words


def test_a_cancellation_after_a_move_keeps_its_reason(bo, vera, sold, ledger):
    move(bo, "A2", "A3")
    fill(bo, "reason", "asked for it")
    bo.press("Move them")
    fill(vera, "reason", "ill")
    page = vera.press("Cancel this order")

    assert "Bo Lund changed this order" in page.alert
    assert order(ledger, sold).state == "confirmed"
    assert value(vera, "reason") == "ill"


def test_the_second_move_is_planned_anew_with_its_reason(bo, vera, sold, ledger):
    move(bo, "A2", "A3")
    move(vera, "B2", "B3")
    page = both_press(
        "Move them", bo, ("reason", "nearer"), vera, ("reason", "hard of hearing")
    )

    assert "Bo Lund changed this order" in page.alert
    assert "Nothing was moved" in page.alert
    assert [ticket.seat for ticket in tickets(ledger, sold)] == ["A2", "A3"]
    assert value(vera, "reason") == "hard of hearing"
    vera.press("Move them")
    assert [ticket.seat for ticket in tickets(ledger, sold)] == ["B2", "B3"]


def test_the_same_seats_for_both_are_one_move(bo, vera, sold, ledger):
    bo.press("Move seats")
    vera.press("Move seats")
    choose(bo, "A2", "A3")
    bo.press("See what it costs")
    fill(bo, "reason", "nearer")
    bo.press("Move them")
    choose(vera, "A2", "A3")
    page = vera.press("See what it costs")

    assert "Bo Lund changed this order" in page.alert
    assert {ticket.issue for ticket in tickets(ledger, sold)} == {2}


def test_another_performance_after_somebody_moved_it_there(bo, vera, sold, ledger, theatre):
    move(vera, "A2", "A3")
    move(bo, "S-001", "S-002", to=theatre.studio)
    page = both_press(
        "Move them", bo, ("reason", "came a day late"), vera, ("reason", "nearer")
    )

    assert "Bo Lund changed this order" in page.alert
    assert {ticket.performance for ticket in tickets(ledger, sold)} == {theatre.studio}
    assert [ticket.seat for ticket in tickets(ledger, sold)] == ["S-001", "S-002"]


def ask_back(guest, which):
    guest.page.soup.select("[name=ticket]")[which]["checked"] = ""
    return guest.press("Refund the chosen")


def test_money_goes_back_once_and_the_second_reason_is_kept(bo, vera, sold, ledger):
    ask_back(bo, 0)
    ask_back(vera, 1)
    page = both_press("Give back", bo, ("reason", "ill"), vera, ("reason", "also ill"))

    assert "Bo Lund changed this order" in page.alert
    assert "refund, Circle D 2 (ill)" in page.alert
    assert "Nothing was given back" in page.alert
    assert sorted(tender.amount for tender in rows(ledger, TenderRow)) == [-1800, 3600]
    assert value(vera, "reason") == "also ill"
    vera.press("Give back")
    assert sorted(tender.amount for tender in rows(ledger, TenderRow)) == [
        -1800,
        -1800,
        3600,
    ]


def test_one_ticket_is_not_paid_back_by_both(bo, vera, sold, ledger):
    ask_back(bo, 0)
    ask_back(vera, 0)
    page = both_press("Give back", bo, ("reason", "ill"), vera, ("reason", "ill"))

    assert "Bo Lund changed this order" in page.alert
    assert "There is nothing to give back." in page.words
    assert sorted(tender.amount for tender in rows(ledger, TenderRow)) == [-1800, 3600]


def test_one_payment_is_taken_of_two(bo, vera, theatre, ledger):
    made = theatre.sell("A2", tender=None)
    opened(bo, made)
    opened(vera, made)
    fill(bo, "amount", "10")
    bo.press("Take payment")
    fill(vera, "amount", "12.50")
    pick(vera, "kind", "card")
    page = vera.press("Take payment")

    assert "Bo Lund changed this order" in page.alert
    assert value(vera, "amount") == "12.50"
    assert order(ledger, made).paid == 1000


def test_what_somebody_paid_in_full_is_not_asked_for_again(bo, vera, theatre, ledger):
    made = theatre.sell("A2", tender=None)
    opened(bo, made)
    opened(vera, made)
    bo.press("Take payment")
    page = vera.press("Take payment")

    assert "Bo Lund changed this order" in page.alert
    assert "take payment" in page.alert
    assert len(rows(ledger, TenderRow)) == 1


def test_who_changed_it_before_it_was_opened_is_not_blamed(bo, vera, sold, ledger):
    fill(bo, "note", "Walks with a stick")
    bo.press("Change details")
    opened(vera, sold)

    def collect(session, means):
        session.get_one(OrderRow, sold.id).collected_ms = means.now_ms

    ledger.store.write(collect, ledger.means())
    fill(vera, "note", "Birthday")
    alert = vera.press("Change details").alert

    assert "Something else changed this order" in alert
    assert "Bo Lund" not in alert


def test_of_edits_at_the_same_moment_one_is_kept(people, theatre, ledger):
    made = theatre.sell("A2", patron=GRACE)
    with ledger.store.read() as session:
        seen = order_versions.version(session, session.get_one(OrderRow, made.id))
    gate, found = threading.Barrier(2), []

    def edit(session, means, note):
        row = order_versions.lock(session, made.id, seen)
        if isinstance(row, rivals.Overtaken):
            return row
        order_changes.edit(
            session,
            means,
            row,
            patron=None,
            delivery=row.delivery,
            note=note,
            photo_id=False,
            by=people["bo"],
        )
        return note

    def press(note):
        gate.wait()
        found.append(ledger.store.write(edit, ledger.means(), note))

    both = [threading.Thread(target=press, args=(note,)) for note in ("one", "two")]
    for each in both:
        each.start()
    for each in both:
        each.join()

    [kept] = [each for each in found if isinstance(each, str)]
    [told] = [each for each in found if isinstance(each, rivals.Overtaken)]
    assert order(ledger, made).note == kept
    assert [change.by for change in told.changes] == ["Bo Lund"]
    with ledger.store.read() as session:
        assert len(session.scalars(select(TicketRow)).all()) == 1


def test_of_changes_of_one_millisecond_the_last_is_told(people, theatre, ledger):
    made = theatre.sell("A2", patron=GRACE)
    for number in range(9):
        with ledger.store.read() as session:
            seen = order_versions.version(session, session.get_one(OrderRow, made.id))
        ledger.store.write(
            audit.note,
            ledger.means(),
            staff=people["bo"],
            action="ring",
            subject=made.id,
            reason=str(number),
        )

        with ledger.store.read() as session:
            told = rivals.last(session, made.id, "ring")
            since = order_versions.overtaken(
                session, session.get_one(OrderRow, made.id), seen
            )
        assert [change.what for change in told.changes] == [f"ring ({number})"]
        assert since == told
