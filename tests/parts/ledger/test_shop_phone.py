"""What a kiosk sold, on the patron's phone. Source: lobby.md §2.10."""

import json

import pytest
from sqlalchemy import select

from ledger import choices, pickups
from ledger.choices import Offer
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow
from ledger.tables.records import OutboxRow
from tests.pages import Guest
from tests.parts.ledger.clerk import fill
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_shop import change
from tests.parts.ledger.test_window import choose
from tests.parts.ledger.theatre import FRIDAY_MS

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]

CODE = "K7Q4MX23ABCDEFGH"


@pytest.fixture
def phone(app) -> Guest:
    return Guest(app)


@pytest.fixture
def sold(kiosk, theatre):
    """A kiosk has sold two seats and drawn a code for them; it has yet to tell."""
    epochs = kiosk.own(theatre.tonight, "A1", "D1")
    lines = [
        kiosk.line(theatre.tonight, seat, epoch, payload=f"FOH:{seat}")
        for seat, epoch in epochs.items()
    ]
    hashed = pickups.hash_of(pickups.PREFIX + CODE)
    kiosk.happened("sale", kiosk.sale(*lines, pickup_hash=hashed))
    return kiosk


def letters(ledger) -> list[str]:
    with ledger.store.read() as session:
        return list(session.scalars(select(OutboxRow.to)))


def test_a_phone_opens_what_the_kiosk_sold_with_tickets_and_receipt(sold, phone):
    sold.upload().ok()

    page = phone.open(f"/shop/orders/{CODE}")

    assert page.heading == "Your order"
    assert "2 tickets" in page.words
    assert "Code of ticket 2" in page.words
    assert "Total, with fees €45.50" in page.words
    assert "Paid by card on" in page.words
    assert phone.fetch(f"/shop/orders/{CODE}/performance.ics").mimetype == "text/calendar"


def test_a_sale_that_has_not_arrived_is_told_and_comes_by_itself(sold, phone):
    page = phone.open(f"/shop/orders/{CODE}")
    assert page.heading == "Not here yet"
    assert page.soup.select_one("meta[http-equiv=refresh]")["content"] == "15"

    sold.upload().ok()
    assert phone.reload().heading == "Your order"


def test_the_address_is_typed_on_the_phone_and_the_letter_goes_there(sold, phone, ledger):
    sold.upload().ok()
    phone.open(f"/shop/orders/{CODE}")

    phone.type("E-mail", "nowhere")
    assert "This is no e-mail address." in phone.press("Mail tickets and receipt").words
    assert letters(ledger) == []

    phone.type("E-mail", "ada@example.org")
    assert "It is on its way." in phone.press("Mail tickets and receipt").words
    assert letters(ledger) == ["ada@example.org"]

    for _ in range(5):
        phone.type("E-mail", "ada@example.org")
        phone.press("Mail tickets and receipt")
    assert "mailed often enough" in phone.page.words
    assert len(letters(ledger)) == 5


@pytest.fixture
def mailed(app, theatre, ledger):
    """Ada bought A4 and A5 in the shop; gives the link of her letter."""
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.pays()
    with ledger.store.read() as session:
        return json.loads(session.scalars(select(OutboxRow.facts)).one())["link"]


def test_the_link_of_a_letter_shows_that_order_for_as_long_as_it_lives(
    mailed, phone, bo, ledger
):
    page = phone.open(mailed)
    assert page.heading == "Your order"
    assert "Code of ticket 2" in page.words
    assert phone.fetch(f"{mailed}/performance.ics").mimetype == "text/calendar"
    with ledger.store.read() as session:
        order = session.scalars(select(OrderRow.id)).one()
    bo.open(f"/staff/orders/{order}")
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")

    page = phone.open(mailed)
    assert "Cancelled" in page.words
    assert "Code of ticket" not in page.words
    assert "PDF" not in page.words
    assert phone.fetch(f"{mailed}/tickets.pdf").status_code == 404


def test_exchanges_are_told_of_until_the_moment_when_they_end(mailed, phone, ledger):
    rule = "Exchange until noon of the day before."

    def says(session, until):
        house = session.scalars(select(HouseRow)).one()
        house.exchange_rule, house.exchange_until = rule, until

    ledger.store.write(says, "0 00:00")
    assert rule not in phone.open(mailed).words
    assert rule in phone.open("/shop/").words
    ledger.store.write(says, "")
    assert phone.open(mailed).words.count(rule) == 2


def test_a_link_of_a_letter_collects_nothing_at_a_kiosk(mailed, kiosk):
    code = mailed.rsplit("/", 1)[1]

    for typed in (code, f"FOHC:{code}"):
        answer = kiosk.post("/api/lookups", {"code": typed})
        assert answer.body["error"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "code", ["K7Q4MX", "K7Q4-MX23ABCDEFG", "k7q4mx23abcdefgh", "0" * 16]
)
def test_what_is_no_such_code_is_no_page(sold, phone, code):
    sold.upload().ok()

    assert phone.open(f"/shop/orders/{code}", status=404).heading == "Not here"


def waiting(ledger, kind):
    with ledger.store.read() as session:
        found = session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)).all()
        return [(row.to, json.loads(row.facts)) for row in found]


@pytest.fixture
def passed(mailed, phone):
    """Ada passed A4 on to Eve; gives Ada's page."""
    phone.open(mailed)
    page = phone.press("Pass it on (Stalls, row A, seat 4)")
    assert "No money moves." in page.words
    phone.type("Your friend's e-mail", "eve@example.org")
    return phone.press("Send the ticket")


def codes(page):
    """The codes that a page shows, as drawn."""
    return [str(svg) for svg in page.soup.select(".code svg path")]


def test_a_ticket_that_is_passed_on_is_the_friends_alone(
    mailed, phone, passed, app, ledger, door, theatre
):
    assert "The ticket is on its way to eve@example.org." in passed.words
    assert "Passed on to eve@example.org" in passed.words
    assert len(codes(passed)) == 1
    [(to, facts)] = waiting(ledger, "passed_ticket")
    eve = Guest(app)
    page = eve.open(facts["link"])

    assert (to, page.heading) == ("eve@example.org", "Your ticket")
    assert "row A, seat 4" in page.words
    assert "€" not in page.words
    assert "Ada" not in page.words
    with ledger.store.read() as session:
        [order] = session.scalars(select(OrderRow))
        assert order.number not in page.html.replace("-", "")
    assert eve.fetch(f"{facts['link']}/performance.ics").mimetype == "text/calendar"
    assert order.number not in eve.fetch(f"{facts['link']}/performance.ics").text
    told = door.documents(f"perf:{theatre.tonight}", "revocation")
    assert [body["why"] for body in told.values()] == ["passed on"]


def test_a_friend_is_told_that_the_performance_is_cancelled(passed, app, ledger, theatre):
    [(_, facts)] = waiting(ledger, "passed_ticket")
    eve = Guest(app)
    assert "doors open" in eve.open(facts["link"]).words
    assert "STATUS" not in eve.fetch(f"{facts['link']}/performance.ics").text
    change(ledger, theatre.tonight, cancelled_ms=FRIDAY_MS)

    page = eve.reload()
    assert "Cancelled: Hamlet" in page.words
    assert "Please ask whoever gave it to you." in page.words
    assert codes(page) == []
    for word in ("PDF", "enough at the door", "doors open"):
        assert word not in page.words
    for file in ("ticket.pdf", "ticket.pkpass"):
        gone = eve.open(f"{facts['link']}/{file}", status=410)
        assert "its tickets open no door any more" in gone.words
    told = eve.fetch(f"{facts['link']}/performance.ics").text
    assert "STATUS:CANCELLED" in told
    assert "SUMMARY:Cancelled: Hamlet" in told
    eve.open(facts["link"])

    refund = Offer(refund=True, credit=False, donate=False, fees=False, replacements=())
    ledger.store.write(choices.offer, ledger.means(), theatre.tonight, refund, by="vera")
    page = eve.reload()
    assert "Whoever bought the ticket chooses what becomes of it." in page.words


def test_the_buyers_page_begins_with_the_cancellation_and_the_choice(
    mailed, phone, ledger, theatre
):
    assert "doors open" in phone.open(mailed).words
    change(ledger, theatre.tonight, cancelled_ms=FRIDAY_MS)

    page = phone.reload()
    first, *_others = page.soup.select("main h2")
    assert first.get_text() == "Cancelled: Hamlet"
    assert "Your tickets for it open no door any more." in page.words
    assert codes(page) == []
    for word in ("Confirmed", "PDF", "enough at the door", "doors open", "Pass it on"):
        assert word not in page.words
    gone = phone.open(f"{mailed}/tickets.pdf", status=410)
    assert "its tickets open no door any more" in gone.words

    refund = Offer(refund=True, credit=False, donate=False, fees=False, replacements=())
    ledger.store.write(choices.offer, ledger.means(), theatre.tonight, refund, by="vera")
    assert "Please choose what becomes of your tickets." in phone.open(mailed).words
    assert "Money back" in phone.press("Choose").words


def test_a_ticket_is_passed_on_right_after_the_purchase(app, theatre):
    ada, eve = Shopper(app), Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.pays()
    ada.press("Pass it on (Stalls, row A, seat 4)")
    ada.type("Your friend's e-mail", "grace@example.org")
    page = ada.press("Send the ticket")
    assert page.heading == "Thank you. Enjoy the show."
    assert "Passed on to grace@example.org" in page.words
    assert "The ticket is yours again" in ada.press("Take it back").words

    eve.choose_seats(theatre.tonight, "B1")
    other = theatre.sell("B2").tickets[0].id
    [basket, bought] = [guest.page.path.split("/")[3] for guest in (eve, ada)]
    for secret in (basket, bought):
        assert eve.fetch(f"/shop/baskets/{secret}/tickets/{other}").status_code == 404


def test_a_ticket_is_taken_back_until_it_was_used(mailed, phone, passed, app, ledger):
    [(_, facts)] = waiting(ledger, "passed_ticket")
    page = phone.press("Take it back (Stalls, row A, seat 4)")

    assert "The ticket is yours again, with a new code." in page.words
    assert len(codes(page)) == 2
    eve = Guest(app)
    assert "taken it back" in eve.open(facts["link"], status=410).words
    assert eve.fetch(f"{facts['link']}/ticket.pdf").status_code == 404


def test_only_tickets_of_the_link_are_passed_on(mailed, passed, phone, bo, ledger, theatre):
    ticket = theatre.sell("B2").tickets[0].id
    phone.open(f"{mailed}/tickets/{ticket}", status=404)
    phone.open(mailed)
    page = phone.press("Pass it on")
    page.soup.select_one("main form")["action"] = f"{mailed}/tickets/{ticket}"
    phone.type("Your friend's e-mail", "x@example.org")
    phone.press("Send the ticket", status=404)
    assert len(waiting(ledger, "passed_ticket")) == 1


def test_a_friend_hears_when_the_seat_changes_and_the_buyer_gets_no_code(
    mailed, passed, phone, app, bo, ledger, theatre, clock
):
    clock.passes(minutes=1)
    with ledger.store.read() as session:
        order = session.scalars(select(OrderRow.id)).one()
    bo.open(f"/staff/orders/{order}/moves?performance={theatre.tonight}")
    choose(bo, "B5", "B6")
    bo.press("See what it costs")
    fill(bo, "reason", "nearer the stage")
    bo.press("Move them")

    _, again = waiting(ledger, "passed_ticket")
    assert "row B, seat 5" in Guest(app).open(again[1]["link"]).words
    assert len(codes(phone.open(mailed))) == 1
    assert len(waiting(ledger, "tickets")) == 2, "the purchase, and one letter for the move"
