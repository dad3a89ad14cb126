"""Two of the staff at one page of settings: who presses second hears who was quicker.

Doors, accounts, memberships, the file of members, halls. Source: lobby.md §7.
"""

import json

import pytest

from boxoffice.members import Sale
from ledger import accounts, door_settings, membership_kinds
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from ledger.tables.doors import DoorQuestionRow
from ledger.tables.house import StaffRow
from ledger.tables.members import MemberRow
from ledger.tables.office import QuestionRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_hall_pages import CSV, bring
from tests.parts.ledger.test_member_pages import GOOD, look
from tests.parts.ledger.test_window import pick, rows


@pytest.fixture
def anna(app, people):
    return clerk(app, "anna")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


def ticked(page, name, within):
    """Give the values that are ticked in the form that leads to an address."""
    form = page.soup.find("form", attrs={"action": within})
    return {
        box["value"]
        for box in form.find_all("input", attrs={"name": name})
        if box.has_attr("checked")
    }


# Doors.


def auditorium(ledger, theatre):
    with ledger.store.read() as session:
        return door_settings.of_space(session, theatre.tonight, "auditorium")


def test_doors_that_somebody_set_meanwhile_are_not_set_over(anna, vera, theatre, ledger):
    address = f"/staff/performances/{theatre.tonight}/doors"
    vera.open(address)
    anna.open(address)
    anna.tick("Latecomers wait")
    anna.press("Tell the doors")
    vera.type("Opens", "18.30")
    page = vera.press("Tell the doors")

    assert "Anna Berg changed these doors at" in page.alert
    assert "No door was told; what you typed is still here." in page.alert
    assert auditorium(ledger, theatre).opens_ms is None
    assert page.soup.find("input", attrs={"name": "opens"})["value"] == "18.30"
    assert "The doors are told." in vera.press("Tell the doors").words
    assert auditorium(ledger, theatre).opens_ms is not None


# Accounts.


def make_manager(ledger, person, *, by):
    said = {"roles": ("manager",), "password": "", "pin": ""}
    ledger.store.write(accounts.change, ledger.means(), person, **said, by=by)


def test_an_account_that_somebody_changed_is_not_changed_over(app, anna, people, ledger):
    make_manager(ledger, people["vera"], by=people["anna"])
    vera = clerk(app, "vera")
    anna.open("/staff/people")
    vera.open("/staff/people")
    address = f"/staff/people/{people['bo']}"
    choose_role(vera, address, "usher")
    choose_role(anna, address, "reader")
    submit(vera, address)
    page = submit(anna, address)

    assert "Vera Holt changed this account at" in page.alert
    assert "change account" in page.alert
    assert "Nothing was changed" in page.alert
    assert "what you typed" not in page.alert
    assert roles(ledger, people["bo"]) == {"box_office", "usher"}
    assert ticked(page, "role", address) == {"box_office", "reader"}
    submit(anna, address)
    assert roles(ledger, people["bo"]) == {"box_office", "reader"}


def test_of_two_new_passwords_or_pins_the_second_is_not_set_unseen(
    app, anna, people, ledger
):
    make_manager(ledger, people["vera"], by=people["anna"])
    vera = clerk(app, "vera")
    address = f"/staff/people/{people['bo']}"
    for secret in ({"password": "a new long password"}, {"pin": "729164"}):
        anna.open("/staff/people")
        vera.open("/staff/people")
        assert "Changed." in submit(vera, address, **secret).words
        held = secrets(ledger, people["bo"])
        page = submit(anna, address, **secret)

        assert "Vera Holt changed this account at" in page.alert
        assert secrets(ledger, people["bo"]) == held


def secrets(ledger, id):
    with ledger.store.read() as session:
        row = session.get_one(StaffRow, id)
        return row.password, row.pin


def test_nobody_closes_an_account_that_just_became_a_managers(anna, people, ledger):
    anna.open("/staff/people")
    make_manager(ledger, people["bo"], by=people["vera"])
    page = submit(anna, f"/staff/people/{people['bo']}", act="let_go")

    assert "Vera Holt changed this account" in page.alert
    assert roles(ledger, people["bo"]) == {"manager"}


def choose_role(guest, address, role):
    form = guest.page.soup.find("form", attrs={"action": address})
    form.find("input", attrs={"name": "role", "value": role})["checked"] = ""


def submit(guest, address, **more):
    form = guest.page.soup.find("form", attrs={"action": address})
    data = {
        name: form.find("input", attrs={"name": name})["value"]
        for name in ("csrf_token", "seen")
    }
    chosen = sorted(ticked(guest.page, "role", address))
    return guest.post(address, data | {"role": chosen} | more)


def roles(ledger, id):
    with ledger.store.read() as session:
        [found] = [one for one in accounts.all_(session) if one.id == id]
    return set(found.roles) if found.left_ms is None else set()


# Memberships and the file of members.


def test_a_membership_that_somebody_took_off_sale_is_not_put_back_unseen(
    anna, vera, people, ledger
):
    [production, *_] = rows(ledger, ProductionRow)
    kind = ledger.store.write(
        membership_kinds.add,
        ledger.means(),
        name="Season",
        productions=[production.id],
        currency="EUR",
        amount=5000,
        fee=0,
        outside=0,
        fields=(),
        sale=Sale.ACTIVE,
        by=people["anna"],
    )
    vera.open("/staff/memberships")
    anna.open("/staff/memberships")
    for guest, sale in ((anna, "inactive"), (vera, "box_office_only")):
        form = guest.page.soup.find("form", attrs={"action": f"/staff/memberships/{kind}"})
        for option in form.find_all("option"):
            option.attrs.pop("selected", None)
            if option["value"] == sale:
                option["selected"] = ""
    anna.press("Change")
    page = vera.press("Change")

    assert "Anna Berg changed this membership at" in page.alert
    with ledger.store.read() as session:
        assert membership_kinds.find(session, kind).sale is Sale.INACTIVE
    chosen = page.soup.find("form", attrs={"action": f"/staff/memberships/{kind}"})
    assert chosen.find("option", selected=True)["value"] == "box_office_only"


def test_a_file_of_members_is_looked_at_again_after_another_one(anna, vera, ledger):
    look(vera, GOOD)
    look(anna, GOOD.replace("Ada Holm,,4", "Ada Holm,,5"))
    anna.press("Take all 2")
    page = vera.press("Take all 2")

    assert "Anna Berg changed the members at" in page.alert
    assert "Nothing was taken" in page.alert
    assert "0 are new, 2 are brought up to date." in page.words
    assert {m.credits_per_production for m in rows(ledger, MemberRow)} == {2, 5}
    vera.press("Take all 2")
    assert {m.credits_per_production for m in rows(ledger, MemberRow)} == {2, 4}


# Halls.


def test_a_hall_says_who_changed_its_plan_and_undo_is_of_what_was_seen(
    anna, vera, theatre, ledger
):
    with ledger.store.read() as session:
        hall = session.get_one(PerformanceRow, theatre.tonight).hall
    vera.open(f"/staff/halls/{hall}")
    change_row(vera, "Z")
    vera.press("Change")
    anna.open(f"/staff/halls/{hall}")
    vera.open(f"/staff/halls/{hall}")
    change_row(vera, "Y")
    vera.press("Change")
    before = plan(ledger, hall)
    page = anna.press("Undo")
    assert "Vera Holt changed this plan at" in page.alert
    assert plan(ledger, hall) == before

    vera.open(f"/staff/halls/{hall}")
    anna.press("Undo")
    change_row(vera, "X")
    page = vera.press("Change")
    assert "Anna Berg changed this plan at" in page.alert
    assert "undo plan change" in page.alert


def change_row(guest, name):
    guest.page.soup.find(id="row-name")["value"] = name


def plan(ledger, hall):
    with ledger.store.read() as session:
        return json.loads(session.get_one(HallRow, hall).plan)


def test_a_plan_from_a_file_is_not_taken_over_a_change_that_nobody_saw(
    anna, vera, theatre, ledger
):
    with ledger.store.read() as session:
        hall = session.get_one(PerformanceRow, theatre.tonight).hall
    bring(anna, CSV)
    pick(anna, "into", hall)
    vera.open(f"/staff/halls/{hall}")
    change_row(vera, "Z")
    vera.press("Change")
    before = plan(ledger, hall)
    page = anna.press("Take it")

    assert "Vera Holt changed this plan at" in page.alert
    assert "Nothing was taken" in page.alert
    assert plan(ledger, hall) == before
    assert page.soup.find("option", selected=True)["value"] == hall
    anna.press("Take it")
    assert plan(ledger, hall) != before


# Questions.


def test_one_question_that_two_ask_at_the_doors_is_asked_once(anna, vera, theatre, ledger):
    address = f"/staff/performances/{theatre.tonight}/doors"
    for guest in (anna, vera):
        guest.open(address)
        guest.type("Question", "Which meal?")
        guest.page.soup.find(id="options").string = "Fish\nSoup"
        pick(guest, "kind", "choice")
    anna.press("Ask it at the doors")
    page = vera.press("Ask it at the doors")

    assert "This is asked already." in page.alert
    assert page.soup.find(id="words")["value"] == "Which meal?"
    assert page.soup.find(id="options").text == "Fish\nSoup"
    assert [row.words for row in rows(ledger, DoorQuestionRow)] == ["Which meal?"]


def test_one_question_that_two_ask_buyers_is_asked_once(anna, vera, ledger):
    for guest in (anna, vera):
        guest.open("/staff/reports/answers")
        guest.type("Question", "How did you hear of us?")
        guest.page.soup.find(id="options").string = "A friend\nThe paper"
    anna.press("Ask from now on")
    page = vera.press("Ask from now on")

    assert "This is asked already." in page.alert
    assert page.soup.find(id="options").text == "A friend\nThe paper"
    assert len(rows(ledger, QuestionRow)) == 1
