"""What a kiosk sold, on the patron's phone. Source: lobby.md §2.10."""

import pytest
from sqlalchemy import select

from ledger import pickups
from ledger.tables.records import OutboxRow
from tests.pages import Guest

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


@pytest.mark.parametrize(
    "code", ["K7Q4MX", "K7Q4-MX23ABCDEFG", "k7q4mx23abcdefgh", "0" * 16]
)
def test_what_is_no_such_code_is_no_page(sold, phone, code):
    sold.upload().ok()

    assert phone.open(f"/shop/orders/{code}", status=404).heading == "Not here"
