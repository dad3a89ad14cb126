"""A party done with as one on its page: paid, printed, mailed and moved, or nothing of it.

Source: DIS3, ORD3.
"""

import subprocess

import pytest

from ledger import parties
from ledger.order_versions import version
from ledger.patrons import Patron
from ledger.tables.baskets import PretendRefundRow
from ledger.tables.members import VoucherRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, PatronRow
from ledger.tables.records import OutboxRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import settle_left_behind
from tests.parts.ledger.test_order_pages import order, owed, tickets
from tests.parts.ledger.test_parties import apart, shown
from tests.parts.ledger.test_window import choose, fill, pick, rows, state
from tests.parts.ledger.theatre import code_worth

pytestmark = pytest.mark.usefixtures("sound_book")
GRACE = Patron("Grace Okafor", "grace@example.org")
ADA = Patron("Ada Holm", "ada@example.org")
ASK = "Ask for a card at our terminal"
__all__ = ["apart"]


def party(ledger, people, *sold):
    for other in sold[1:]:
        ledger.store.write(
            parties.link, ledger.means(), sold[0].id, other.id, by=people["anna"]
        )


@pytest.fixture
def two(ledger, theatre, people, clock):
    """Grace's D2 and D3, and Ada's D4: nothing of it is paid."""
    grace = theatre.sell("D2", "D3", tender=None, patron=GRACE)
    clock.passes(minutes=1)
    ada = theatre.sell("D4", tender=None, patron=ADA)
    party(ledger, people, grace, ada)
    clock.passes(minutes=1)
    return grace, ada


def opened(guest, sold):
    return guest.open(f"/staff/orders/{sold.id}/party")


def paid(ledger, *sold):
    return [order(ledger, one).paid for one in sold]


# One payment for all.


def test_one_payment_pays_for_all_orders_with_change(bo, ledger, two):
    page = opened(bo, two[0])
    assert "Take €54.00 for all of them" in page.words
    fill(bo, "amount", "60")
    page = bo.press("Take payment")

    assert "€54.00 taken: nothing more is due. Change: €6.00." in page.words
    assert paid(ledger, *two) == [3600, 1800]
    assert [owed(ledger, one) for one in two] == [0, 0]
    assert {letter.to for letter in rows(ledger, OutboxRow)} == {GRACE.email, ADA.email}
    assert "for all of them" not in page.words


def test_an_order_that_is_paid_keeps_what_it_has(bo, ledger, theatre, people):
    first = theatre.sell("D2", tender="card")
    second = theatre.sell("D3", tender=None)
    party(ledger, people, first, second)
    opened(bo, first)
    pick(bo, "kind", "card")
    bo.press("Take payment")

    assert sorted(tender.amount for tender in rows(ledger, TenderRow)) == [1800, 1800]
    assert paid(ledger, first, second) == [1800, 1800]


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("card", "60", "€54.00 is due: nobody pays more than that."),
        ("card", "-1", "Nothing was taken."),
        ("cash", "1.234", "Nothing was taken."),
        ("code", "", "No voucher or gift card has this code"),
    ],
)
def test_a_payment_that_does_not_fit_takes_nothing(bo, ledger, two, kind, amount, said):
    opened(bo, two[0])
    pick(bo, "kind", kind)
    fill(bo, "amount", amount)
    page = bo.press("Take payment")

    assert said in page.alert
    assert "Nothing was taken." in page.alert
    assert paid(ledger, *two) == [0, 0]
    assert page.soup.find("input", attrs={"name": "amount"})["value"] == amount


def test_a_voucher_that_has_too_little_for_all_pays_for_nobody(bo, ledger, two):
    code = code_worth(ledger, 4000, kind="voucher")
    opened(bo, two[0])
    pick(bo, "kind", "code")
    fill(bo, "ref", code)
    alert = bo.press("Take payment").alert

    assert "The voucher has €40.00 left, and €54.00 is due." in alert
    assert paid(ledger, *two) == [0, 0]


def test_a_voucher_pays_for_all_and_keeps_the_rest(bo, ledger, two):
    code = code_worth(ledger, 6000, kind="voucher")
    opened(bo, two[0])
    pick(bo, "kind", "code")
    fill(bo, "ref", code)
    bo.press("Take payment")

    assert paid(ledger, *two) == [3600, 1800]
    assert [row.balance for row in rows(ledger, VoucherRow)] == [600]


def test_a_card_asked_for_one_of_them_stops_the_payment_of_all(bo, ledger, two):
    # The one whose turn comes last: by then the other's part was taken.
    bo.open(f"/staff/orders/{two[1].id}")
    bo.press(ASK)
    opened(bo, two[0])
    alert = bo.press("Take payment").alert

    assert f"Order {shown(two[1].number)}: A card is being asked for" in alert
    assert paid(ledger, *two) == [0, 0]
    assert rows(ledger, TenderRow) == []


def test_one_card_pays_for_all_orders(bo, ledger, two):
    opened(bo, two[0])
    page = bo.press(ASK)
    assert "€54.00: please follow the terminal." in page.words
    assert paid(ledger, *two) == [0, 0]
    # Whoever has the other order's page sees that a card is being asked for.
    assert "A card is being asked for" in bo.open(f"/staff/orders/{two[1].id}").words
    bo.press("A card is being asked for")
    page = bo.press("Approve")

    assert "Thank you. €54.00 is paid." in page.words
    assert paid(ledger, *two) == [3600, 1800]
    assert sorted(t.amount for t in rows(ledger, TenderRow)) == [1800, 3600]
    assert "Take" not in bo.press("To the party").words


def test_a_card_for_all_that_is_declined_takes_nothing_and_is_tried_again(bo, ledger, two):
    opened(bo, two[0])
    bo.press(ASK)
    assert "Nothing was charged." in bo.press("Decline").words
    assert paid(ledger, *two) == [0, 0]

    bo.press("Try again")
    bo.press("Approve")
    assert paid(ledger, *two) == [3600, 1800]


def test_what_a_card_paid_for_all_goes_back_by_itself_to_each(bo, ledger, two):
    opened(bo, two[0])
    bo.press(ASK)
    bo.press("Approve")
    opened(bo, two[0])
    page = bo.press("Refund the whole party")
    assert "back to the card, by itself" in page.words
    fill(bo, "reason", "they are ill")
    bo.press("Give back €54.00")
    # One refund of a charge at a time: the next is asked for once that one is known.
    settle_left_behind(ledger)
    settle_left_behind(ledger)

    assert sorted(row.amount for row in rows(ledger, PretendRefundRow)) == [1800, 3600]
    assert len({row.card for row in rows(ledger, PretendRefundRow)}) == 1


def test_a_card_for_all_whose_order_was_cancelled_meanwhile_goes_back(bo, ledger, two):
    opened(bo, two[0])
    bo.press(ASK)
    asked = bo.page.url
    bo.open(f"/staff/orders/{two[1].id}")
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")
    bo.open(asked)
    bo.press("Approve")
    page = bo.reload()

    assert "Approved after cancellation. The money was returned." in page.words
    assert paid(ledger, *two) == [0, 0]
    assert rows(ledger, TenderRow) == []


# Who was quicker.


def test_whoever_was_quicker_at_one_order_is_named_and_nothing_is_taken(
    app, bo, ledger, two
):
    opened(bo, two[0])
    vera = clerk(app, "vera")
    vera.open(f"/staff/orders/{two[1].id}")
    fill(vera, "note", "Aunt")
    vera.press("Change details")
    fill(bo, "ref", "slip 7")
    page = bo.press("Take payment")

    assert "Vera Holt changed this party at" in page.alert
    assert f"order {shown(two[1].number)}, edit order (note)" in page.alert
    assert "Nothing was taken" in page.alert
    assert paid(ledger, *two) == [0, 0]
    assert page.soup.find("input", attrs={"name": "ref"})["value"] == "slip 7"


def test_an_order_that_joined_meanwhile_is_not_paid_unseen(
    app, bo, ledger, theatre, people, two
):
    opened(bo, two[0])
    third = theatre.sell("D6", tender=None)
    party(ledger, people, two[1], third)

    assert "Anna Berg changed this party" in bo.press("Take payment").alert
    assert paid(ledger, *two, third) == [0, 0, 0]
    bo.press("Take payment")
    assert paid(ledger, *two, third) == [3600, 1800, 1800]


def test_what_a_page_never_said_was_never_seen(bo, ledger, two):
    opened(bo, two[0])
    for seen in ("", "{", "[1]", '{"a": 1}'):
        for field in bo.page.soup.find_all("input", attrs={"name": "seen"}):
            field["value"] = seen
        assert "Nothing was taken" in bo.press("Take payment").alert
    assert paid(ledger, *two) == [0, 0]


# Paper and letters.


def printed(page, guest, name):
    """Give the words of each page of the file that this button leads to."""
    [button] = [tag for tag in page.soup.find_all("a") if tag.get_text(strip=True) == name]
    made = guest.fetch(button["href"]).data
    words = subprocess.run(
        ["pdftotext", "-", "-"], input=made, capture_output=True, check=True
    )
    return words.stdout.decode().split("\f")[:-1]


def test_all_live_tickets_are_printed_in_one_file(bo, ledger, theatre, people, two):
    pages = printed(opened(bo, two[1]), bo, "Print all tickets (PDF)")

    assert len(pages) == 3
    assert sum(shown(two[0].number) in page for page in pages) == 2
    assert sum(shown(two[1].number) in page for page in pages) == 1


def test_a_refunded_ticket_is_not_printed_again(bo, ledger, theatre):
    sold = theatre.sell("A2", "A3")
    bo.open(f"/staff/orders/{sold.id}")
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")
    [page] = printed(bo.page, bo, "Print tickets (PDF)")

    assert "seat 3" in page


def test_all_letters_go_out_and_each_order_remembers(bo, ledger, two):
    opened(bo, two[0])
    page = bo.press("Mail all tickets again")

    assert "2 letters with tickets on their way." in page.words
    assert {letter.to for letter in rows(ledger, OutboxRow)} == {GRACE.email, ADA.email}
    assert "mail tickets" in bo.open(f"/staff/orders/{two[1].id}").words


def test_one_order_without_an_address_stops_all_letters(bo, ledger, theatre, two):
    # The one whose turn comes last: by then the other's letter was written.
    last = max(two[0].id, two[1].id)

    def forget(session, means):
        row = session.get_one(OrderRow, last)
        session.get_one(PatronRow, row.patron).email = ""

    ledger.store.write(forget, ledger.means())
    opened(bo, two[0])
    alert = bo.press("Mail all tickets again").alert

    assert f"Order {shown(last)}: It has no e-mail address." in alert
    assert "No letter was sent." in alert
    assert rows(ledger, OutboxRow) == []


# Moving together.


def move(guest, sold, *seats, to=None):
    opened(guest, sold)
    guest.press("Move all seats")
    if to:
        pick(guest, "other", to)
        guest.press("Show its seats")
    choose(guest, *seats)
    return guest.press("See what it costs")


def test_a_party_moves_together_and_each_order_owes_its_own(bo, ledger, theatre, two):
    page = move(bo, two[1], "A2", "A3", "A4")
    assert "Grace Okafor" in page.words
    assert "The difference of €18.00" in page.words
    fill(bo, "reason", "asked for it")
    page = bo.press("Move them")

    assert "Moved." in page.words
    assert page.heading.startswith("One party")
    assert [t.seat for one in two for t in tickets(ledger, one)] == ["A2", "A3", "A4"]
    assert [order(ledger, one).charge for one in two] == [4800, 2400]
    assert [owed(ledger, one) for one in two] == [4800, 2400]
    assert [state(ledger, theatre, s) for s in ("D2", "D4", "A4")] == [
        "available",
        "available",
        "sold",
    ]
    told = bo.open(f"/staff/orders/{two[1].id}").words
    assert "move seats, Circle D 4 → Stalls A 4 (asked for it)" in told


def test_orders_of_a_party_sit_together_whichever_seats_are_chosen(bo, ledger, two):
    move(bo, two[0], "A2", "B6", "B7")
    fill(bo, "reason", "asked for it")
    bo.press("Move them")
    sizes = [len(tickets(ledger, one)) for one in two]
    where = [" ".join(t.seat for t in tickets(ledger, one)) for one in two]

    assert dict(zip(sizes, where, strict=True)) == {2: "B6 B7", 1: "A2"}


def test_a_party_takes_the_best_seats_side_by_side(bo, ledger, two):
    opened(bo, two[0])
    bo.press("Move all seats")
    bo.press("Take the best seats")
    fill(bo, "reason", "the best there are")
    bo.press("Move them")

    places = sorted(t.seat for one in two for t in tickets(ledger, one))
    row = {seat[0] for seat in places}
    numbers = [int(seat[1:]) for seat in places]
    assert len(row) == 1
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_party_may_take_over_its_own_seats(bo, ledger, two):
    """Ada moves to where Grace sat, while Grace moves up: no order could do so alone."""
    move(bo, two[0], "D1", "D2", "D3")
    fill(bo, "reason", "one to the left")
    bo.press("Move them")

    assert [t.seat for one in two for t in tickets(ledger, one)] == ["D1", "D2", "D3"]


def test_a_party_moves_to_another_performance(bo, ledger, theatre, two):
    move(bo, two[0], "S-001", "S-002", "S-003", to=theatre.studio)
    fill(bo, "reason", "came a day late")
    page = bo.press("Move them")

    assert {t.performance for one in two for t in tickets(ledger, one)} == {theatre.studio}
    assert "Moved." in page.words


def test_one_seat_that_went_moves_nobody(bo, ledger, theatre, two):
    move(bo, two[0], "A2", "A3", "A4")
    theatre.sell("A4")
    fill(bo, "reason", "asked for it")
    alert = bo.press("Move them").alert

    assert "A4 is not free. Nothing was moved." in alert
    assert [t.seat for one in two for t in tickets(ledger, one)] == ["D2", "D3", "D4"]


def test_too_few_seats_for_all_move_nobody(bo, ledger, two):
    alert = move(bo, two[0], "A2", "A3").alert

    assert "3 seats: please choose 3. Nothing was moved." in alert


def test_somebody_quicker_at_one_order_moves_nobody(app, bo, ledger, two):
    move(bo, two[0], "A2", "A3", "A4")
    vera = clerk(app, "vera")
    vera.open(f"/staff/orders/{two[1].id}")
    fill(vera, "reason", "ill")
    vera.press("Cancel this order")
    fill(bo, "reason", "asked for it")
    page = bo.press("Move them")

    assert "Vera Holt changed this party" in page.alert
    assert "Nothing was moved" in page.alert
    assert [t.seat for t in tickets(ledger, two[0])] == ["D2", "D3"]


def test_a_move_beside_somebody_else_says_so_first(bo, apart, ledger, theatre, two):
    other = theatre.sell("A6", patron=Patron("Bea Lind", ""))
    page = move(bo, two[0], "A8", "A9", "A10")

    assert "Orders sit apart here, and one seat stays empty" in page.words
    assert f"it keeps a distance to order {shown(other.number)}" in page.words
    fill(bo, "reason", "they asked for it")
    assert "Moved." in bo.press("Move them").words


# Who may.


def test_a_reader_sees_the_party_and_changes_nothing(app, people, ledger, two):
    rita = clerk(app, "rita")
    page = opened(rita, two[0])
    assert "Together 3 €54.00 €54.00" in page.words
    assert not {"Take payment", "Mail all tickets again"} & set(page.names)
    with ledger.store.read() as session:
        seen = version(session, session.get_one(OrderRow, two[0].id))
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    for act in ("payments", "letters", "moves"):
        address = f"/staff/orders/{two[0].id}/party/{act}"
        data = {"csrf_token": token, "seen": seen, "kind": "cash"}
        rita.post(address, data, status=403)
    assert paid(ledger, *two) == [0, 0]


def test_an_order_that_stands_alone_has_no_party_page(bo, theatre):
    sold = theatre.sell("A2")
    assert opened(bo, sold).heading.startswith("Order ")
    bo.open("/staff/orders/nowhere/party", status=404)
    bo.open(f"/staff/orders/{sold.id}/party/tickets.pdf", status=404)


def test_a_part_of_it_pays_for_the_oldest_order_first(bo, ledger, two):
    opened(bo, two[1])
    fill(bo, "amount", "40")
    page = bo.press("Take payment")

    assert "€40.00 taken: €14.00 is due." in page.words
    assert paid(ledger, *two) == [3600, 400]
    assert bo.press("Take payment").words.count("nothing more is due") == 1
    assert paid(ledger, *two) == [3600, 1800]


# All of it ends.


def test_all_orders_are_cancelled_at_once_and_no_money_moves(bo, ledger, theatre, two):
    opened(bo, two[0])
    fill(bo, "amount", "40")
    bo.press("Take payment")
    opened(bo, two[0])
    fill(bo, "reason", "they are ill")
    page = bo.press("Cancel all of them")

    assert "Cancelled; the seats are free. €40.00 remains paid" in page.words
    assert [order(ledger, one).state for one in two] == ["cancelled", "cancelled"]
    assert [state(ledger, theatre, seat) for seat in ("D2", "D3", "D4")] == [
        "available"
    ] * 3
    assert paid(ledger, *two) == [3600, 400]
    assert "Cancel all of them" not in page.names


def test_all_money_goes_back_as_previewed_whatever_paid_it(bo, ledger, theatre, two):
    opened(bo, two[0])
    fill(bo, "amount", "40")
    pick(bo, "kind", "card")
    bo.press("Take payment")
    bo.press("Take payment")
    page = bo.press("Refund the whole party")
    assert "Refund €54.00?" in page.heading
    assert paid(ledger, *two) == [3600, 1800]
    fill(bo, "reason", "they are ill")
    page = bo.press("Give back €54.00")

    assert "Refunded €54.00." in page.words
    assert paid(ledger, *two) == [0, 0]
    assert {t.status for one in two for t in tickets(ledger, one)} == {"refunded"}
    assert "There is nothing to give back." in bo.press("Refund the whole party").words


def test_a_party_that_was_cancelled_gets_back_what_is_on_account(bo, ledger, two):
    opened(bo, two[0])
    bo.press("Take payment")
    fill(bo, "reason", "they are ill")
    bo.press("Cancel all of them")
    bo.press("Refund the whole party")
    fill(bo, "reason", "they are ill")
    page = bo.press("Give back €54.00")

    assert "Refunded €54.00." in page.words
    assert paid(ledger, *two) == [0, 0]


def test_a_refund_that_somebody_overtook_gives_nothing_back(app, bo, ledger, two):
    opened(bo, two[0])
    bo.press("Take payment")
    bo.press("Refund the whole party")
    vera = clerk(app, "vera")
    opened(vera, two[0])
    fill(vera, "reason", "they are ill")
    vera.press("Cancel all of them")
    fill(bo, "reason", "they are ill")
    page = bo.press("Give back €54.00")

    assert "Things have changed since this plan." in page.alert
    assert paid(ledger, *two) == [3600, 1800]


def test_a_party_whose_card_is_being_asked_for_is_not_cancelled(bo, ledger, theatre, two):
    bo.open(f"/staff/orders/{two[1].id}")
    bo.press(ASK)
    opened(bo, two[0])
    fill(bo, "reason", "they are ill")
    page = bo.press("Cancel all of them")

    assert "A card is being asked for at the terminal. Nothing was cancelled." in page.alert
    assert [order(ledger, one).state for one in two] == ["confirmed", "confirmed"]
    assert state(ledger, theatre, "D2") == "sold"


def test_some_of_a_party_get_their_money_back_and_the_others_stay(bo, ledger, theatre, two):
    opened(bo, two[0])
    bo.press("Take payment")
    assert "Please choose at least one ticket." in bo.press("Refund the chosen").alert
    seats = bo.page.soup.select("input[name=ticket]")
    assert len(seats) == 3
    for box in (seats[0], seats[2]):  # One of Grace's, and Ada's.
        box["checked"] = ""
    page = bo.press("Refund the chosen")
    assert "2 tickets, with fees." in page.words
    fill(bo, "reason", "they are ill")
    bo.press("Give back €36.00")

    assert paid(ledger, *two) == [1800, 0]
    assert [state(ledger, theatre, seat) for seat in ("D2", "D3", "D4")] == [
        "available",
        "sold",
        "available",
    ]
