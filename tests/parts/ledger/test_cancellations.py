"""A performance is called off, everybody is told, and the money goes back as previewed.

Source: CAN1, MAI1.
"""

import json
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from boxoffice import ids
from ledger import order_changes, passed_on, refund_plans, refund_runs, seating
from ledger.mail import notes
from ledger.patrons import Patron
from ledger.store import Busy
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import TicketRow
from ledger.tables.records import OutboxRow
from ledger.tables.refund_runs import RefundPartRow, RefundRunRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_order_pages import order, owed, tickets
from tests.parts.ledger.test_window import chart, choose, fill, pick, rows, state

pytestmark = pytest.mark.usefixtures("sound_book")
GRACE = Patron("Grace Okafor", "grace@example.org")
ADA = Patron("Ada Holm", "Ada@example.org")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


@pytest.fixture
def sold(theatre):
    """Grace paid A2 and A3 by card and B2 in cash; Ada has D4, and has not paid."""
    return (
        theatre.sell("A2", "A3", patron=GRACE, tender="card"),
        theatre.sell("B2", patron=GRACE, tender="cash"),
        theatre.sell("D4", patron=ADA, tender=None),
    )


def opened(guest, theatre):
    return guest.open(f"/staff/performances/{theatre.tonight}/cancellation")


def call_off(guest, theatre, *, write=False):
    opened(guest, theatre)
    fill(guest, "reason", "the tenor is ill")
    guest.tick("write to everybody", on=write)
    return guest.press("Cancel this performance")


def give_back(guest, ledger, amount):
    """Begin a run, and let the worker carry it through."""
    guest.press(f"Give back {amount}")
    return rest(guest, ledger)


def rest(guest, ledger):
    while refund_runs.step(ledger.store, ledger.means):
        pass
    return guest.open(guest.page.path)


def evening(ledger, theatre):
    with ledger.store.read() as session:
        return session.get_one(PerformanceRow, theatre.tonight)


def messages(ledger):
    return [letter for letter in rows(ledger, OutboxRow) if letter.kind == "message"]


def test_calling_it_off_stops_the_sale_and_moves_no_money(vera, bo, ledger, theatre, sold):
    page = call_off(vera, theatre)

    assert page.heading.startswith("Cancelled")
    assert "Vera Holt" in page.words
    assert "cancel performance (the tenor is ill)" in page.words
    assert evening(ledger, theatre).cancelled_ms is not None
    assert not evening(ledger, theatre).public
    assert {row.amount for row in rows(ledger, TenderRow)} == {4800, 2400}
    assert messages(ledger) == []
    chart(bo, theatre, "A8")
    assert bo.page.heading.endswith("CANCELLED")
    assert "This performance is cancelled." in bo.press("Sell the chosen").alert
    other = theatre.sell("S-001", performance=theatre.studio)
    bo.open(
        f"/staff/orders/{other.id}/moves?performance={theatre.studio}&to={theatre.tonight}"
    )
    choose(bo, "A8")
    assert "This performance is cancelled." in bo.press("See what it costs").alert


def test_what_was_begun_before_it_was_called_off_is_not_finished(
    vera, bo, ledger, theatre, sold
):
    bo.open(f"/staff/orders/{sold[2].id}")
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")
    chart(bo, theatre, "A8")
    bo.press("Sell the chosen")
    call_off(vera, theatre)
    pick(bo, "kind-1", "cash")

    assert "This performance is cancelled." in bo.press("Sell for").alert
    bo.open(f"/staff/orders/{sold[2].id}")
    assert "This performance is cancelled." in bo.press("Restore this order").alert
    assert state(ledger, theatre, "A8") == "held"


def test_everybody_with_a_live_ticket_gets_one_letter(vera, ledger, theatre, sold):
    page = call_off(vera, theatre, write=True)

    assert "Called off. 2 letters are on their way." in page.words
    assert sorted(letter.to for letter in messages(ledger)) == [
        "ada@example.org",
        "grace@example.org",
    ]
    assert "We are sorry: " in messages(ledger)[0].facts


def test_who_bought_in_danish_is_told_in_danish(vera, ledger, theatre, sold):
    theatre.sell("D5", patron=replace(ADA, email="bodil@example.dk", language="da"))
    page = opened(vera, theatre)
    assert (
        page.soup.find(id="subject-da")["value"] == "Hamlet fre. 27. nov. kl. 20.20: aflyst"
    )
    fill(vera, "reason", "the tenor is ill")
    vera.press("Cancel this performance")

    told = {letter.to: json.loads(letter.facts) for letter in messages(ledger)}
    assert "Du får pengene tilbage" in told["bodil@example.dk"]["words"]
    assert told["bodil@example.dk"]["language"] == "da"
    assert "You get your money back" in told["ada@example.org"]["words"]
    assert len(told) == 3


def test_a_letter_that_is_half_danish_is_not_sent(vera, ledger, theatre, sold):
    theatre.sell("D5", patron=replace(ADA, email="bodil@example.dk", language="da"))
    opened(vera, theatre)
    vera.page.soup.find(id="words-da").string = " "
    page = vera.press("Cancel this performance")

    assert "in Danish both a subject and words" in page.alert
    assert evening(ledger, theatre).cancelled_ms is None
    vera.page.soup.find(id="subject-da")["value"] = ""
    fill(vera, "reason", "the tenor is ill")
    vera.press("Cancel this performance")
    assert {json.loads(letter.facts)["language"] for letter in messages(ledger)} == {"en"}


def test_a_letter_without_words_calls_nothing_off(vera, ledger, theatre, sold):
    opened(vera, theatre)
    fill(vera, "reason", "the tenor is ill")
    vera.page.soup.find(id="words").string = " "
    page = vera.press("Cancel this performance")

    assert "Nothing was done." in page.alert
    assert page.soup.find(id="reason")["value"] == "the tenor is ill"
    assert evening(ledger, theatre).cancelled_ms is None


def test_all_money_goes_back_as_previewed_by_tender(vera, ledger, theatre, sold):
    page = call_off(vera, theatre)
    assert "Card back to the card, at the terminal 1 €48.00" in page.words
    assert "Cash in cash 1 €24.00" in page.words
    assert "4 tickets €72.00" in page.words
    page = give_back(vera, ledger, "€72.00")

    assert "3 of 3 orders: €72.00 booked back for 3 orders." in page.words
    assert {row.status for row in rows(ledger, TicketRow)} == {"refunded"}
    assert [order(ledger, one).paid for one in sold] == [0, 0, 0]
    assert [owed(ledger, one) for one in sold] == [0, 0, 0]
    assert state(ledger, theatre, "A2") == "available"
    assert "No ticket is left to refund: 4 are void already." in page.words
    listed = vera.fetch(
        f"/staff/performances/{theatre.tonight}/cancellation/refunds.csv"
    ).get_data(as_text=True)
    assert sorted(line.split(",")[4:7:2] for line in listed.splitlines()[1:]) == [
        ["card", "48.00"],
        ["cash", "24.00"],
    ]


def test_a_second_run_gives_nothing(vera, ledger, theatre, sold):
    call_off(vera, theatre)
    twice = [(f["name"], f.get("value", "")) for f in vera.page.soup.select("input[name]")]
    give_back(vera, ledger, "€72.00")
    data = {}
    for name, value in twice:
        data.setdefault(name, []).append(value)
    address = f"/staff/performances/{theatre.tonight}/cancellation/refunds"
    vera.post(address, data | {"act": "refund"})
    refund_runs.step(ledger.store, ledger.means)

    assert sorted(row.amount for row in rows(ledger, TenderRow)) == [
        -4800,
        -2400,
        2400,
        4800,
    ]


def test_only_what_is_ticked_goes_back(vera, ledger, theatre, sold):
    call_off(vera, theatre)
    vera.tick("Stalls A 3", on=False)
    vera.tick("Circle D 4", on=False)
    page = vera.press("Count what is ticked")
    assert "2 tickets €48.00" in page.words
    give_back(vera, ledger, "€48.00")

    assert [t.status for t in tickets(ledger, sold[0])] == ["refunded", "active"]
    assert order(ledger, sold[0]).paid == 2400
    assert tickets(ledger, sold[2])[0].status == "active"


def test_a_plan_that_somebody_overtook_books_nothing(vera, bo, ledger, theatre, sold):
    call_off(vera, theatre)
    bo.open(f"/staff/orders/{sold[1].id}")
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "asked at once")
    bo.press("Give back")
    page = vera.press("Give back €72.00")

    assert "Things have changed since this plan." in page.alert
    assert order(ledger, sold[0]).paid == 4800
    assert "3 tickets; 1 void already, skipped €48.00" in page.words


def test_a_large_house_goes_back_by_itself_and_the_page_says_how_far_it_is(
    vera, ledger, theatre, sold, monkeypatch
):
    monkeypatch.setattr(refund_runs, "AT_ONCE", 2)
    call_off(vera, theatre)
    page = vera.press("Give back €72.00")
    assert "0 of 3 orders: €0.00 booked back for 0 orders." in page.words
    assert "Give back" not in page.names
    tag = vera.fetch(page.path).headers["ETag"]
    assert vera.fetch(page.path, headers={"If-None-Match": tag}).status_code == 304
    assert refund_runs.step(ledger.store, ledger.means)
    fresh = vera.fetch(page.path, headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert "2 of 3 orders" in fresh.get_data(as_text=True)
    assert refund_runs.step(ledger.store, ledger.means)

    assert not refund_runs.step(ledger.store, ledger.means)
    assert {row.status for row in rows(ledger, TicketRow)} == {"refunded"}
    assert [order(ledger, one).paid for one in sold] == [0, 0, 0]
    assert "ETag" not in vera.fetch(page.path).headers


def test_a_plan_asks_the_book_as_often_for_many_orders_as_for_few(
    vera, ledger, theatre, sold
):
    def asked():
        count = 0

        def one(*_):
            nonlocal count
            count += 1

        with ledger.store.read() as session:
            engine = session.get_bind()
            event.listen(engine, "before_cursor_execute", one)
            try:
                refund_plans.plan(
                    session,
                    ledger.means(),
                    theatre.tonight,
                    tickets=None,
                    include_fees=True,
                )
            finally:
                event.remove(engine, "before_cursor_execute", one)
        return count

    few = asked()
    for seat in ("A4", "A5", "A6", "A7"):
        theatre.sell(seat, patron=ADA, tender="cash")

    assert asked() == few


def test_a_run_that_was_cut_off_goes_on_where_it_stopped_and_pays_nobody_twice(
    vera, ledger, theatre, sold, monkeypatch
):
    call_off(vera, theatre)
    vera.press("Give back €72.00")
    booked = order_changes.refund

    def cut_off(session, *args, **kwargs):
        done = booked(session, *args, **kwargs)
        session.flush()
        if len(session.scalars(select(TenderRow).where(TenderRow.amount < 0)).all()) == 2:
            raise Busy  # As when the power goes before the second one is durable.
        return done

    monkeypatch.setattr(order_changes, "refund", cut_off)
    with pytest.raises(Busy):
        refund_runs.step(ledger.store, ledger.means)
    monkeypatch.setattr(order_changes, "refund", booked)
    page = rest(vera, ledger)

    assert "3 of 3 orders: €72.00 booked back for 3 orders." in page.words
    assert sorted(row.amount for row in rows(ledger, TenderRow)) == [
        -4800,
        -2400,
        2400,
        4800,
    ]


def test_an_order_that_changes_while_it_waits_is_left_alone_and_named(
    vera, bo, ledger, theatre, sold
):
    call_off(vera, theatre)
    vera.press("Give back €72.00")
    bo.open(f"/staff/orders/{sold[1].id}")
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "asked at once")
    bo.press("Give back")
    page = rest(vera, ledger)

    number = ids.shown(order(ledger, sold[1]).number)
    assert f"Changed since the plan, and left alone: {number}." in page.words
    assert "3 of 3 orders: €48.00 booked back for 2 orders." in page.words


def test_an_order_that_cannot_be_booked_keeps_nobody_waiting(
    vera, ledger, theatre, sold, monkeypatch
):
    call_off(vera, theatre)
    vera.press("Give back €72.00")
    booked = order_changes.refund

    def trips(session, means, row, **kwargs):
        assert row.id != sold[1].id
        return booked(session, means, row, **kwargs)

    monkeypatch.setattr(order_changes, "refund", trips)
    page = rest(vera, ledger)

    number = ids.shown(order(ledger, sold[1]).number)
    assert f"Could not be booked: please look at the order: {number}." in page.words
    assert order(ledger, sold[1]).paid == 2400
    assert order(ledger, sold[0]).paid == 0


def test_of_two_who_give_back_at_once_one_begins_it(app, vera, ledger, theatre, sold):
    call_off(vera, theatre)
    anna = clerk(app, "anna")
    opened(anna, theatre)
    vera.press("Give back €72.00")
    page = anna.press("Give back €72.00")

    assert "A run goes on already: nothing was begun anew." in page.alert
    assert len(rows(ledger, RefundRunRow)) == 1


def test_who_takes_the_cancellation_back_stops_what_waits(
    vera, clock, ledger, theatre, sold, monkeypatch
):
    monkeypatch.setattr(refund_runs, "AT_ONCE", 1)
    call_off(vera, theatre)
    vera.press("Give back €72.00")
    refund_runs.step(ledger.store, ledger.means)
    fill_last(vera, "it was a mistake")
    vera.press("Take the cancellation back")

    assert not refund_runs.step(ledger.store, ledger.means)
    assert sorted(part.state for part in rows(ledger, RefundPartRow)) == [
        "booked",
        "left",
        "left",
    ]
    clock.passes(minutes=1)
    call_off(vera, theatre)
    assert "Money went back" not in vera.page.words


def test_nothing_goes_back_while_it_takes_place(vera, ledger, theatre, sold):
    call_off(vera, theatre)
    old = dict(vera.page.soup.find("input", attrs={"name": "token"}).attrs)
    fields = vera.page.soup.select("input[name=ticket]")
    chosen = [field["value"] for field in fields]
    fill_last(vera, "it was a mistake")
    page = vera.press("Take the cancellation back")
    assert "It takes place. Public sale is still off." in page.words
    assert evening(ledger, theatre).cancelled_ms is None
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    address = f"/staff/performances/{theatre.tonight}/cancellation/refunds"
    vera.post(
        address,
        {
            "csrf_token": token,
            "act": "refund",
            "fees": "1",
            "ticket": chosen,
            "token": old["value"],
            "reason": "late",
        },
    )
    assert {row.status for row in rows(ledger, TicketRow)} == {"active"}


def fill_last(guest, words):
    guest.page.soup.find(id="after-all")["value"] = words


def test_of_two_who_call_it_off_the_second_hears_of_the_first(
    app, vera, ledger, theatre, sold
):
    anna = clerk(app, "anna")
    opened(anna, theatre)
    fill(anna, "reason", "fire alarm")
    call_off(vera, theatre)
    page = anna.press("Cancel this performance")

    assert "Vera Holt changed this performance at" in page.alert
    assert "fire alarm" not in page.words
    assert messages(ledger) == []


def test_a_clerk_without_the_role_calls_nothing_off(bo, ledger, theatre, sold):
    for page in ("cancellation", "message"):
        bo.open(f"/staff/performances/{theatre.tonight}/{page}", status=403)


# Letters to guests. Source: MAI1.


def write(guest, theatre, subject="Tram line 4", words="It does not run tonight."):
    guest.open(f"/staff/performances/{theatre.tonight}/message")
    fill(guest, "subject", subject)
    guest.page.soup.find(id="words").string = words
    return guest.press("See how it reads")


def test_one_letter_goes_to_each_address_with_a_live_ticket(vera, ledger, theatre, sold):
    page = write(vera, theatre)
    assert "Goes to 2 addresses with a live ticket, each once." in page.words
    assert messages(ledger) == []
    fields = {f["name"]: f.get("value", "") for f in page.soup.select("form input[name]")}
    page = vera.press("Send 2 letters")

    assert "2 letters are on their way." in page.words
    assert len(messages(ledger)) == 2
    again = fields | {"act": "send", "group": "live", "words": "It does not run tonight."}
    address = f"/staff/performances/{theatre.tonight}/message"
    assert "0 letters are" in vera.post(address, again).words
    assert len(messages(ledger)) == 2


def test_a_refunded_guest_hears_nothing_more(vera, ledger, theatre, sold):
    vera.open(f"/staff/orders/{sold[2].id}")
    fill(vera, "reason", "ill")
    vera.press("Cancel this order")
    assert "Goes to 1 address with a live ticket" in write(vera, theatre).words


def test_a_letter_says_what_was_typed_and_nothing_more(vera, ledger, theatre, sold):
    words = "It <b>does not</b> run.\n\nPlease come early; bring 5 % more time."
    write(vera, theatre, words=words)
    vera.press("Send 2 letters")
    row = messages(ledger)[0]
    with ledger.store.read() as session:
        made = notes.note(
            session,
            row.kind,
            json.loads(row.facts),
            to=row.to,
            letter=row.id,
            now_ms=row.made_ms,
        )

    assert made["Subject"] == "Tram line 4"
    plain, page = (made.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert words in plain
    assert "It &lt;b&gt;does not&lt;/b&gt; run." in page
    assert "%(" not in plain + page


@pytest.fixture
def friends(ledger, sold):
    """Grace passed A2 on to Eve, on a Danish page, and A3 to Ada, who has a ticket, too."""
    for ticket, name in zip(sold[0].tickets, ("eve", "ada"), strict=True):
        to = f"{name}@example.org"
        facts = {"to": to, "language": "da"}
        assert ledger.store.write(passed_on.on, ledger.means(), ticket.id, **facts)


def test_a_friend_who_got_a_ticket_gets_letters_about_its_evening(
    vera, ledger, theatre, sold, friends
):
    assert "Goes to 3 addresses with a live ticket" in write(vera, theatre).words


def test_a_friend_is_told_once_of_the_cancellation_and_nothing_of_money(
    vera, ledger, theatre, sold, friends
):
    page = opened(vera, theatre)
    assert "write to everybody with a ticket: 2 addresses" in page.words
    assert (
        "1 friend to whom a ticket was passed on reads instead: Vi beklager" in page.words
    )
    page = call_off(vera, theatre, write=True)

    assert "3 letters are on their way." in page.words
    told = {row.to: json.loads(row.facts) for row in messages(ledger)}
    assert "Den, der købte den, hører fra os om pengene" in told["eve@example.org"]["words"]
    assert "You get your money back" in told["ada@example.org"]["words"]
    page = write(vera, theatre, words="The money is on its way.")
    assert "Goes to 2 addresses with a live ticket" in page.words
    assert "friend" not in page.words


def test_a_friend_hears_of_it_with_the_first_letter_that_is_written_afterwards(
    vera, ledger, theatre, sold, friends
):
    call_off(vera, theatre)
    page = write(vera, theatre, words="The money is on its way.")
    assert "1 friend to whom a ticket was passed on is told with it" in page.words
    vera.press("Send 2 letters")
    [told] = [row for row in messages(ledger) if row.to == "eve@example.org"]
    assert "aflyst" in told.subject
    assert "money" not in told.facts


# Whoever is buying online at that moment.


def test_who_is_at_the_bank_when_it_is_called_off_gets_the_money_back_at_once(
    app, vera, ledger, theatre
):
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.press("Pay ")
    call_off(vera, theatre)
    page = ada.press("Approve")

    assert "This performance is cancelled." in page.alert
    assert [(p.state, p.captured) for p in rows(ledger, PaymentRow)] == [("voided", False)]
    assert rows(ledger, TicketRow) == []


def test_who_has_seats_in_the_basket_then_is_not_sent_to_the_bank(
    app, vera, ledger, theatre
):
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    call_off(vera, theatre)
    page = ada.press("Pay ")

    assert "This performance is cancelled." in page.alert
    assert rows(ledger, PaymentRow) == []


def test_who_comes_back_late_hears_why_the_seats_cannot_be_held_again(
    app, vera, clock, ledger, theatre
):
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    call_off(vera, theatre)
    clock.passes(minutes=16)
    ledger.store.write(seating.sweep, ledger.means())
    page = ada.open(ada.page.path, status=410)

    assert "no longer held. This performance is cancelled." in page.alert
    assert "Hold them again" not in page.names
    assert ada.press("Other performances").status == 200
