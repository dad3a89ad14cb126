"""A manager decides what the house says, how long seats are held, and what is offered.

Source: INV4, INV8, FEE5, lobby.md §7.
"""

import json

import pytest

from ledger import house_settings
from ledger.tables.house import HouseRow
from ledger.tables.records import AuditRow
from ledger.web.settings_pages import MOST_DONATIONS
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_window import rows

ADDRESS = "/staff/settings"


@pytest.fixture
def anna(app, people):
    return clerk(app, "anna")


def test_what_is_changed_is_kept_and_devices_hear_of_it(anna, theatre, ledger, kiosk):
    anna.open(ADDRESS)
    anna.type("Name of the house", "Harbour Theatre")
    anna.type("Seats are held", "20")
    anna.type("Most seats in one order", "4")
    anna.type("Donations to choose from", "10 5,50")
    anna.type("Fee on donations", "3.5")
    anna.type("Exchange until", "2 9:30")
    page = anna.press("Change the settings")

    assert "Changed. Kiosks and doors hear of it at once." in page.words
    with ledger.store.read() as session:
        now = house_settings.read(session)
    assert (now.name, now.hold_minutes, now.max_seats) == ("Harbour Theatre", 20, 4)
    assert (now.donations, now.rate_bp, now.exchange_until) == ((550, 1000), 350, "2 09:30")
    [house] = rows(ledger, HouseRow)
    told = kiosk.documents(f"venue:{house.id}", "config")["house"]
    assert (told["hold_minutes"], told["extras"]["donations"]) == (20, [550, 1000])
    [note] = [row for row in rows(ledger, AuditRow) if row.action == house_settings.ACTION]
    assert "hold minutes" in json.loads(note.facts)["changed"]


def test_the_shop_keeps_to_the_new_limit(anna, app, theatre):
    anna.open(ADDRESS)
    anna.type("Most seats in one order", "2")
    anna.press("Change the settings")
    ada = Shopper(app)
    page = ada.choose_seats(theatre.tonight, "B1", "B2", "B3")

    assert "Up to 2" in page.words


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("Name of the house", " ", "Please give the house a name."),
        ("Letters come from", "the box office", "This is no e-mail address."),
        ("Seats are held", "14", "Please give a whole number from 15 to 240."),
        ("Seats are held", "fifteen", "Please give a whole number"),
        ("Most seats in one order", "0", "Please give a whole number from 1 to 100."),
        ("Exchange until", "noon", "Days before and a time, such as 1 12:00."),
        ("Donations to choose from", "5 ten", "is no amount"),
        ("Donations to choose from", "1.234", "more than 2 decimals"),
        ("Donations to choose from", "0 5", f"Up to {MOST_DONATIONS} amounts above 0."),
        ("Price of a programme", "-1", "must be 0 or more"),
        ("Fee on donations", "101", "A percentage from 0 to 100"),
        ("Fee on donations", "nan", "A percentage from 0 to 100"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(anna, ledger, field, typed, said):
    before = rows(ledger, HouseRow)[0].extras
    anna.open(ADDRESS)
    anna.type("Address", "Quay 1")
    anna.type(field, typed)
    page = anna.press("Change the settings")

    assert "Please look at 1 field again. Nothing was changed." in page.alert
    assert said in page.words
    assert page.soup.find(id="address")["value"] == "Quay 1"
    [house] = rows(ledger, HouseRow)
    assert (house.extras, house.address) == (before, house.address)
    assert house.address != "Quay 1"


def test_the_second_of_two_managers_hears_of_the_first(app, anna, people, ledger):
    other = clerk(app, "anna")
    anna.open(ADDRESS)
    other.open(ADDRESS)
    anna.type("Address", "Quay 1")
    anna.press("Change the settings")
    other.type("Address", "Quay 2")
    page = other.press("Change the settings")

    assert "Nothing was changed" in page.alert
    assert rows(ledger, HouseRow)[0].address == "Quay 1"
    assert page.soup.find(id="address")["value"] == "Quay 2"


def test_only_a_manager_decides(app, people):
    clerk(app, "vera").open(ADDRESS, status=403)


def test_the_houses_own_words_are_said_in_its_other_language(
    app, anna, theatre, ledger, kiosk
):
    page = anna.open("/staff/settings/words")
    shown = {row.th.bdi.get_text() for row in page.soup.select("tbody tr")}
    assert {"Adult", "Stalls"} <= shown
    anna.page.soup.select_one("[aria-label='Adult, Danish']")["value"] = "Voksen"
    assert "Changed." in anna.press("Keep these words").words

    [house] = rows(ledger, HouseRow)
    told = kiosk.documents(f"venue:{house.id}", "config")["house"]
    assert told["own_words"] == {"da": {"Adult": "Voksen"}}
    ada = Shopper(app)
    ada.open("/shop/?lang=da")
    assert "Voksen" in ada.press("Hamlet").words
    ada.open("/shop/?lang=en")
    assert "Adult" in ada.press("Hamlet").words


def test_of_two_who_change_the_houses_words_the_second_hears_of_the_first(anna, theatre):
    anna.open("/staff/settings/words")
    anna.page.soup.select_one("[aria-label='Adult, Danish']")["value"] = "Voksen"
    before = anna.page
    anna.press("Keep these words")
    seen = before.soup.select_one("[name=seen]")["value"]
    token = before.soup.select_one("[name=csrf_token]")["value"]
    form = {"csrf_token": token, "seen": seen, "text-0": "Adult", "0-da": "Andet"}
    page = anna.post("/staff/settings/words", form)
    assert "Nothing was changed" in page.alert
