"""An order's page, as a clerk uses it: change, cancel, restore, clone, move, refund."""

import pytest
from sqlalchemy import func, select

from boxoffice import ids
from ledger import order_search
from ledger.orders import Patron
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.doors import MovementRow
from ledger.tables.house import HouseRow
from ledger.tables.money import JournalLineRow, TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import OutboxRow
from ledger.tables.seats import SeatStateRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import choose, fill, pick, rows, state

GRACE = Patron("Grace Okafor", "grace@example.org")


pytestmark = pytest.mark.usefixtures("sound_book")


def opened(guest, sold):
    return guest.open(f"/staff/orders/{sold.id}")


def order(ledger, sold):
    with ledger.store.read() as session:
        return session.get_one(OrderRow, sold.id)


def tickets(ledger, sold):
    with ledger.store.read() as session:
        query = select(TicketRow).where(TicketRow.order == sold.id).order_by(TicketRow.line)
        return session.scalars(query).all()


def owed(ledger, sold):
    """What the journal says is due of an order."""
    with ledger.store.read() as session:
        from ledger.tables.money import JournalEntryRow

        return int(
            session.scalar(
                select(func.sum(JournalLineRow.amount))
                .join(JournalEntryRow, JournalEntryRow.id == JournalLineRow.entry)
                .where(
                    JournalEntryRow.order == sold.id, JournalLineRow.account == "patrons"
                )
            )
            or 0
        )


# The list.


@pytest.mark.parametrize("walked", [0, 1, 9])
def test_pages_by_performance_turn_over_every_order_once(
    theatre, ledger, monkeypatch, walked
):
    """walked: how many evenings are counted by themselves."""
    monkeypatch.setattr(order_search, "PAGE", 2)
    monkeypatch.setattr(order_search, "_EVENINGS", walked)
    here = [theatre.sell(seat).id for seat in ("A2", "B1", "D2")]
    there = [theatre.sell(f"S-00{n}", performance=theatre.studio).id for n in range(1, 5)]
    with ledger.store.read() as session:
        for said in ("performance", "-performance"):
            by = order_search.Sorting("performance", said.startswith("-"))
            only = order_search.Only(sorting=by)
            pages = [
                order_search.find(session, page=page, now_ms=ledger.clock(), only=only)
                for page in range(5)
            ]
            listed = [[line.id for line in page.lines] for page in pages]
            assert [len(page) for page in listed] == [2, 2, 2, 1, 0]
            ids = [id for page in listed for id in page]
            assert sorted(ids) == sorted([*here, *there])
            first = 3 if ids[0] in here else 4
            assert set(ids[:first]) in (set(here), set(there))


# Paying and details.


def test_what_is_due_is_taken_and_the_tickets_are_mailed(bo, theatre, ledger):
    sold = theatre.sell("A2", "A3", tender=None, patron=GRACE)
    opened(bo, sold)
    fill(bo, "amount", "60")
    page = bo.press("Take payment")

    assert "€48.00 taken. Change: €12.00." in page.words
    assert order(ledger, sold).paid == 4800
    assert {ticket.paid for ticket in tickets(ledger, sold)} == {2400}
    assert owed(ledger, sold) == 0
    assert [letter.to for letter in rows(ledger, OutboxRow)] == ["grace@example.org"]


def test_part_of_it_pays_one_seat_after_the_other(bo, theatre, ledger):
    """Source: APP2."""
    sold = theatre.sell("A2", "A3", tender=None)
    opened(bo, sold)
    fill(bo, "amount", "30.00")
    pick(bo, "kind", "card")
    bo.press("Take payment")

    assert [ticket.paid for ticket in tickets(ledger, sold)] == [2400, 600]
    page = bo.open(f"/staff/performances/{theatre.tonight}/seats/A3")
    assert "Light blue: €6.00 of €24.00 paid. Earlier performances are paid first." in (
        page.words
    )


def test_no_more_is_taken_than_is_due(bo, theatre, ledger):
    sold = theatre.sell("A2", tender=None)
    opened(bo, sold)
    fill(bo, "amount", "25")
    pick(bo, "kind", "card")

    assert "No more than €24.00 is due." in bo.press("Take payment").alert
    assert order(ledger, sold).paid == 0


def test_details_are_changed_and_a_bad_address_is_not(bo, theatre, ledger):
    sold = theatre.sell("A2", patron=GRACE)
    opened(bo, sold)
    fill(bo, "email", "grace at home")
    assert "is no e-mail address" in bo.press("Change details").alert
    fill(bo, "email", "g.okafor@example.org")
    fill(bo, "note", "Walks with a stick")
    page = bo.press("Change details")

    assert "Walks with a stick" in page.words
    assert "Bo Lund: edit order" in page.words


# Cancel, restore, clone. Source: ORD4, ORD5.


def test_a_cancellation_frees_seats_and_moves_no_money(bo, theatre, ledger):
    sold = theatre.sell("A2", "A3")
    opened(bo, sold)
    fill(bo, "reason", "ill")
    page = bo.press("Cancel this order")

    assert "€48.00 remains paid: refund separately?" in page.words
    assert "CANCELLED" in page.heading
    assert state(ledger, theatre, "A2") == "available"
    assert order(ledger, sold).paid == 4800
    assert owed(ledger, sold) == -4800
    bo.press("Refund what is on account")
    fill(bo, "reason", "ill")
    assert "Refunded €48.00." in bo.press("Give back").words
    assert owed(ledger, sold) == 0


def test_a_cancelled_order_comes_back_while_its_seats_are_free(bo, theatre, ledger, door):
    sold = theatre.sell("A2", "A3")
    opened(bo, sold)
    fill(bo, "reason", "mistake")
    bo.press("Cancel this order")
    page = bo.press("Restore this order")

    assert page.heading.endswith("Confirmed")
    assert state(ledger, theatre, "A2") == "sold"
    assert (order(ledger, sold).charge, owed(ledger, sold)) == (4800, 0)
    assert {ticket.issue for ticket in tickets(ledger, sold)} == {2}


def test_it_stays_cancelled_when_a_seat_was_sold_again(bo, theatre, ledger):
    sold = theatre.sell("A2", "A3")
    opened(bo, sold)
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")
    theatre.sell("A3")

    page = bo.press("Restore this order")

    assert "A3 is not free. The order stays cancelled." in page.alert
    assert state(ledger, theatre, "A2") == "available"


def test_a_clone_takes_the_patron_along_and_nothing_else(bo, theatre, ledger):
    sold = theatre.sell("A2", patron=GRACE, note="aisle")
    opened(bo, sold)
    bo.press("New order for the same patron")
    bo.open(f"/staff/performances/{theatre.tonight}/chart")
    choose(bo, "B5")
    page = bo.press("Sell the chosen")

    values = {tag["name"]: tag.get("value", "") for tag in page.soup.select("input[name]")}
    assert values["name"] == "Grace Okafor"
    assert values["note"] == ""


# Moving. Source: ORD3.


def move(guest, *seats, to=None):
    guest.press("Move seats")
    if to:
        pick(guest, "other", to)
        guest.press("Show its seats")
    choose(guest, *seats)
    return guest.press("See what it costs")


def test_an_order_moves_to_dearer_seats_and_owes_the_difference(bo, theatre, ledger):
    sold = theatre.sell("D2", "D3", patron=GRACE)
    opened(bo, sold)
    page = move(bo, "A2", "A3")
    assert "The difference of €12.00" in page.words
    fill(bo, "reason", "asked for it")
    page = bo.press("Move them")

    assert [ticket.seat for ticket in tickets(ledger, sold)] == ["A2", "A3"]
    assert state(ledger, theatre, "D2") == "available"
    assert state(ledger, theatre, "A2") == "sold"
    assert owed(ledger, sold) == 1200
    assert "Due €12.00" in page.words
    assert "move seats, Circle D 2, D 3 → Stalls A 2, A 3 (asked for it)" in page.words
    assert {ticket.issue for ticket in tickets(ledger, sold)} == {2}
    assert [letter.to for letter in rows(ledger, OutboxRow)][-1] == "grace@example.org"


def test_a_difference_may_be_waived_with_a_reason(bo, theatre, ledger):
    sold = theatre.sell("D2")
    opened(bo, sold)
    move(bo, "A2")
    for radio in bo.page.soup.select("[name=money]"):
        if radio["value"] == "waive":
            radio["checked"] = ""
        else:
            del radio["checked"]
    fill(bo, "reason", "broken seat")
    bo.press("Move them")

    assert owed(ledger, sold) == 0
    assert tickets(ledger, sold)[0].price == 1800


def test_only_the_ticked_tickets_of_an_order_move(bo, theatre, ledger):
    sold = theatre.sell("D2", "D3", patron=GRACE)
    opened(bo, sold)
    bo.press("Move seats")
    for box in bo.page.soup.select("[name=ticket]"):
        del box["checked"]
    assert "Please tick the tickets that move." in bo.press("See what it costs").alert
    bo.page.soup.select("[name=ticket]")[0].attrs.pop("checked")
    pick(bo, "other", theatre.studio)
    bo.press("Show its seats")
    bo.press("Take the best seats")
    fill(bo, "reason", "her friend is ill")
    bo.press("Move them")

    assert sorted(ticket.performance for ticket in tickets(ledger, sold)) == sorted(
        [theatre.studio, theatre.tonight]
    )
    assert state(ledger, theatre, "D2") == "sold"
    assert state(ledger, theatre, "D3") == "available"
    opened(bo, sold)
    moves = [a.text for a in bo.page.soup.select(".acts a") if "Move seats" in a.text]
    listed = {row.text for row in bo.page.soup.select("th.number ~ td:nth-of-type(2)")}
    assert {words.removeprefix("Move seats… ") for words in moves} == listed
    assert len(moves) == len(listed) == 2


def test_the_best_seats_are_those_of_the_performance_that_is_chosen(bo, theatre, ledger):
    sold = theatre.sell("D2")
    opened(bo, sold)
    bo.press("Move seats")
    pick(bo, "other", theatre.studio)
    bo.press("Take the best seats")
    fill(bo, "reason", "her friend is ill")
    bo.press("Move them")

    assert [ticket.performance for ticket in tickets(ledger, sold)] == [theatre.studio]


def test_seats_ticked_before_another_performance_was_chosen_go_nowhere(bo, theatre, ledger):
    sold = theatre.sell("D2")
    opened(bo, sold)
    bo.press("Move seats")
    choose(bo, "A2")
    pick(bo, "other", theatre.studio)
    page = bo.press("See what it costs")

    assert "These are the seats of the performance you chose" in page.alert
    assert page.soup.select_one("[name=to]")["value"] == theatre.studio


def test_who_exchanges_too_late_hears_the_rule_and_may_override_it(bo, theatre, ledger):
    def rule(session, _means):
        house = session.scalars(select(HouseRow)).one()
        house.exchange_rule, house.exchange_until = "Until noon the day before.", "1 12:00"

    sold = theatre.sell("D2")
    opened(bo, sold)
    bo.press("Move seats")
    pick(bo, "other", theatre.studio)
    bo.press("Show its seats")
    assert "Too late" not in bo.press("Take the best seats").words
    bo.press("Choose others")
    ledger.store.write(rule, ledger.means())
    page = bo.press("Take the best seats")
    assert "Too late by the house's rule: “Until noon the day before.”" in page.words
    fill(bo, "reason", "she was in hospital")
    assert "Moved." in bo.press("Move them").words


def test_an_order_may_keep_one_of_its_seats(bo, theatre, ledger):
    sold = theatre.sell("D2", "D3")
    opened(bo, sold)
    move(bo, "D3", "D4")
    fill(bo, "reason", "one to the right")
    bo.press("Move them")

    assert [ticket.seat for ticket in tickets(ledger, sold)] == ["D3", "D4"]
    assert [state(ledger, theatre, seat) for seat in ("D2", "D3", "D4")] == [
        "available",
        "sold",
        "sold",
    ]


def test_too_few_seats_and_seats_that_are_not_free_are_refused(bo, theatre, ledger):
    sold = theatre.sell("D2", "D3")
    other = theatre.sell("E2")
    opened(bo, sold)
    assert "The order has 2 seats: please choose 2." in move(bo, "D4").alert
    opened(bo, sold)
    bo.press("Move seats")
    bo.page.soup.find("input", attrs={"value": "E2"}).attrs.pop("disabled")
    choose(bo, "D4", "E2")
    assert "E2 is not free." in bo.press("See what it costs").alert
    assert tickets(ledger, other)[0].seat == "E2"


def test_an_order_moves_to_another_performance(bo, theatre, ledger, door):
    sold = theatre.sell("D2", "D3")
    opened(bo, sold)
    page = move(bo, "S-001", "S-002", to=theatre.studio)
    here, there = (head.text for head in page.soup.select("th")[:2])
    assert here.startswith("From Hamlet, ")
    assert there.startswith("To Improv Night, ")
    fill(bo, "reason", "came a day late")
    told = bo.press("Move them").soup.select_one(".history").get_text(" ")
    assert f"{here.removeprefix('From ')}: Circle D 2, D 3 → " in told
    assert f" → {there.removeprefix('To ')}: 2 unreserved (came a day late)" in told

    assert {ticket.performance for ticket in tickets(ledger, sold)} == {theatre.studio}
    assert state(ledger, theatre, "D2") == "available"
    assert sold.tickets[0].id not in door.documents(f"perf:{theatre.tonight}", "ticket")
    assert sold.tickets[0].id in door.documents(f"perf:{theatre.studio}", "ticket")


# Refunds. Source: spec.md 4.6.


def test_one_ticket_is_refunded_to_the_tender_that_paid(bo, theatre, ledger):
    sold = theatre.sell("A2", "A3", tender="card")
    opened(bo, sold)
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    page = bo.press("Refund the chosen")
    assert "back to the card, at the terminal" in page.words
    assert "1 ticket, with fees: Stalls, row A, seat 2. Its seat becomes" in page.words
    fill(bo, "reason", "ill")
    page = bo.press("Give back €24.00")
    assert "Bo Lund: refund, Stalls A 2 (ill)" in page.words
    with ledger.store.read() as session:
        [line] = order_search.find(session, now_ms=ledger.clock()).lines
    assert line.tickets == 1

    assert "Refunded €24.00." in page.words
    assert "€24.00 back to the card, at the terminal: please do it there." in page.words
    assert [ticket.status for ticket in tickets(ledger, sold)] == ["refunded", "active"]
    assert state(ledger, theatre, "A2") == "available"
    assert sorted(tender.amount for tender in rows(ledger, TenderRow)) == [-2400, 4800]
    assert (order(ledger, sold).charge, order(ledger, sold).paid) == (2400, 2400)
    bo.press("Refund the chosen", status=200)


def test_a_second_refund_gives_nothing(bo, theatre, ledger):
    sold = theatre.sell("A2")
    opened(bo, sold)
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    address = bo.page.url
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")
    token = bo.open(address).soup.find("input", attrs={"name": "csrf_token"})["value"]

    wanted = {"csrf_token": token, "ticket": sold.tickets[0].id}
    page = bo.post(f"/staff/orders/{sold.id}/refunds", wanted)

    assert "There is nothing to give back." in page.words


# Two clerks. Source: lobby.md §7.


def test_the_second_of_two_clerks_hears_who_was_quicker(app, bo, theatre, ledger):
    sold = theatre.sell("A2", tender=None)
    vera = clerk(app, "vera")
    opened(vera, sold)
    opened(bo, sold)
    bo.press("Take payment")

    fill(vera, "reason", "not paid")
    page = vera.press("Cancel this order")

    assert "Bo Lund changed this order at" in page.alert
    assert "Nothing was done" in page.alert
    assert order(ledger, sold).state == "confirmed"


def test_a_device_that_was_quicker_is_noticed_too(bo, theatre, ledger):
    sold = theatre.sell("A2")
    opened(bo, sold)

    def collect(session, means):
        session.get_one(OrderRow, sold.id).collected_ms = means.now_ms

    ledger.store.write(collect, ledger.means())
    fill(bo, "reason", "ill")

    assert "Something else changed this order" in bo.press("Cancel this order").alert


def test_tickets_are_marked_where_they_are(bo, theatre, ledger):
    sold = theatre.sell("A2", delivery="mail")
    opened(bo, sold)
    pick(bo, "status", "mailed")

    assert "Tickets: mailed." in bo.press("Mark").words


def test_seats_of_an_order_are_found_again_in_the_chart(bo, theatre, ledger):
    theatre.sell("A2")
    assert len([row for row in rows(ledger, SeatStateRow) if row.state == "sold"]) == 1


def test_a_search_that_fits_very_many_says_so_and_shows_the_newest(
    bo, theatre, monkeypatch
):
    monkeypatch.setattr(order_search, "MOST_FOUND", 3)
    sold = [theatre.sell(f"C{n}", patron=Patron("Grace Okafor")) for n in range(1, 6)]

    page = bo.open("/staff/orders?q=okafor")

    assert "1–3 of more than 3" in page.words
    assert "To find others, type more of it." in page.words
    assert page.words.count("Grace Okafor") == 3
    assert sold


def test_orders_are_found_by_the_beginning_of_a_number_a_seat_or_a_ticket(bo, theatre):
    sold = theatre.sell("C4", patron=Patron("Grace Okafor"))
    theatre.sell("C5", patron=Patron("Bea Marsh"))
    ticket = sold.tickets[0].id[-8:]

    for words in (sold.number[:6].lower(), "c4", "C4", ticket, ticket.upper()):
        page = bo.open(f"/staff/orders?q={words}")
        assert "Grace Okafor" in page.words, words
    assert "Bea Marsh" not in bo.open("/staff/orders?q=c4").words


def test_a_seat_is_found_however_it_is_called(bo, theatre):
    theatre.sell("C4", patron=Patron("Grace Okafor"))
    theatre.sell("C5", patron=Patron("Bea Marsh"))

    called = ("C 4", "c-4", "row C seat 4", "Stalls C4", "Stalls, row C, seat 4")
    for words in called:
        page = bo.open(f"/staff/orders?q={words}")
        assert "Grace Okafor" in page.words, words
        assert "Bea Marsh" not in page.words, words
    assert "No order fits" in bo.open("/staff/orders?q=row seat 4").words


def test_a_ticket_says_since_when_its_guest_is_in_and_at_which_door(bo, theatre, ledger):
    sold = theatre.sell("C4", patron=Patron("Grace Okafor"))

    def goes_in(session):
        ticket = session.get_one(TicketRow, sold.tickets[0].id)
        session.add(
            MovementRow(
                id="m-1", ticket=ticket.id, performance=ticket.performance, space="",
                kind="admission", count=1, seat=ticket.seat, door="Door A", after=None,
                device="d-1", incarnation=1, issue=1, mode="online", verdict="ADMIT",
                marks="[]", override=None, at_ms=ticket.made_ms, trust="trusted",
                recorded_ms=ticket.made_ms, seq=1, undone=None,
            )
        )  # fmt: skip

    ledger.store.write(goes_in)

    page = opened(bo, sold)
    assert "In since" in page.words
    assert "Stalls C 4 went in at Door A" in page.words
    assert "ADMIT" not in page.words


def test_orders_are_narrowed_and_sorted_and_the_same_ones_are_a_file(bo, clock, theatre):
    """ORD4: the cancelled file is searched; lobby.md §7: the same query as a sheet."""
    owing = theatre.sell("A2", tender=None, patron=Patron("Zoe Berg"))
    clock.passes(minutes=1)
    paid = theatre.sell("A3", patron=Patron("Ada Holm"))
    clock.passes(minutes=1)
    gone = theatre.sell("A4", patron=Patron("Grace Okafor"))
    bo.open(f"/staff/orders/{gone.id}")
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")

    def listed(path):
        page = bo.open(f"/staff/orders?{path}")
        shown = [cell.get_text() for cell in page.soup.select("tbody th .number")]
        file = bo.fetch(f"/staff/orders/list.csv?{path}").get_data(as_text=True)
        assert sorted(shown) == sorted(row[:9] for row in file.splitlines()[1:])
        return shown

    numbers = {one: ids.shown(one.number) for one in (owing, paid, gone)}
    assert listed("state=due") == [numbers[owing]]
    assert listed("state=cancelled") == [numbers[gone]]
    assert listed("state=cancelled&q=okafor") == [numbers[gone]]
    assert listed("state=cancelled&q=holm") == []
    tonight = f"performance={theatre.tonight}&sort=name"
    assert listed(tonight) == [numbers[paid], numbers[gone], numbers[owing]]
    assert listed(f"performance={theatre.studio}") == []
    assert listed("state=%27&performance=nowhere") == []
    assert listed("sort=made") == [numbers[owing], numbers[paid], numbers[gone]]
    assert listed("sort=name") == [numbers[paid], numbers[gone], numbers[owing]]
    assert listed("sort=paid")[-1:] == [numbers[paid]]
    assert listed("sort=charge")[0] == numbers[gone], "cancelled: it costs nothing"
    assert listed("sort=state") == [numbers[gone], numbers[paid], numbers[owing]]
    assert listed("sort=-state") == [numbers[paid], numbers[owing], numbers[gone]]


def test_orders_are_sorted_by_when_they_are_for(bo, clock, theatre, ledger):
    later = theatre.sell("A2", patron=Patron("Zoe Berg"))
    sooner = theatre.sell("S-001", performance=theatre.studio)

    def bring_forward(session):
        session.get_one(PerformanceRow, theatre.studio).starts_ms -= 1

    ledger.store.write(bring_forward)

    def listed(way):
        page = bo.open(f"/staff/orders?sort={way}")
        return [cell.get_text() for cell in page.soup.select("tbody th .number")]

    shown = [ids.shown(sooner.number), ids.shown(later.number)]
    assert listed("performance") == shown
    assert listed("-performance") == shown[::-1]


def test_pages_of_orders_show_each_once_while_more_are_sold(bo, clock, theatre):
    numbers = []
    for seat in range(1, 23):
        clock.passes(seconds=1)
        sold = theatre.sell(f"S-{seat:03}", performance=theatre.studio)
        numbers.append(ids.shown(sold.number))
    first = bo.open("/staff/orders")
    clock.passes(seconds=1)
    theatre.sell("A2", "A3")
    second = bo.press("Older")

    def shown(page):
        return [cell.get_text() for cell in page.soup.select("tbody th .number")]

    assert shown(first) + shown(second) == numbers[::-1]
    assert "21–22 of 22" in second.words
