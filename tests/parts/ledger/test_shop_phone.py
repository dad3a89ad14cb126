"""What a kiosk sold, on the patron's phone. Source: lobby.md §2.10."""

import json

import pytest
from sqlalchemy import select

from ledger import pickups
from ledger.tables.orders import OrderRow
from ledger.tables.records import OutboxRow
from tests.pages import Guest
from tests.parts.ledger.clerk import fill
from tests.parts.ledger.shopper import Shopper

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
