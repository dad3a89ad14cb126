"""The waiting list: joined when nothing is left, written to when seats come free."""

import json

import pytest

from ledger import evenings
from ledger.tables.records import OutboxRow
from ledger.tables.waiting_list import WaitingPatronRow
from ledger.worker import Worker
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_window import fill, rows

pytestmark = [
    pytest.mark.pages,
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


@pytest.fixture
def full(theatre):
    """Every seat of tonight is sold; gives the order of A2."""
    seats = [f"{row}{number}" for row in "ABCDEF" for number in range(1, 11)]
    sold = theatre.sell("A2")
    for seat in seats:
        if seat != "A2":
            theatre.sell(seat)
    yield sold
    evenings._lists.clear()


def joins(guest, theatre, name="Ada Holm", email="ada@example.org", people="1"):
    guest.open(f"/shop/performances/{theatre.tonight}")
    for field, text in (("name", name), ("email", email), ("people", people)):
        fill(guest, field, text)
    return guest.press("Join the waiting list")


def letters(ledger):
    return [row.to for row in rows(ledger, OutboxRow) if row.kind == "seats_free"]


def test_who_waited_longest_is_written_to_when_a_seat_comes_free(
    app, bo, theatre, ledger, full, clock
):
    page = joins(Shopper(app), theatre)
    assert "You are on the waiting list." in page.words
    clock.passes(minutes=1)
    joins(Shopper(app), theatre, name="Bea Lund", email="bea@example.org")
    worker = Worker(ledger)
    worker.step()
    assert letters(ledger) == []

    bo.open(f"/staff/orders/{full.id}")
    bo.type("Reason", "ill")
    bo.press("Cancel this order")
    clock.passes(minutes=2)
    worker.step()

    assert letters(ledger) == ["ada@example.org"]
    (letter,) = [row for row in rows(ledger, OutboxRow) if row.kind == "seats_free"]
    said = json.loads(letter.facts)
    assert (said["title"], said["link"]) == (
        "Hamlet",
        f"/shop/performances/{theatre.tonight}",
    )
    page = bo.open("/staff/worklist/waiting")
    assert "Bea Lund bea@example.org 1" in page.words
    bo.press("Take off Bea Lund")
    assert len(rows(ledger, WaitingPatronRow)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"people": "²"}, "Please say how many with a number."),
        ({"people": "900"}, "Please say how many with a number."),
        ({"email": "ada at home"}, "This is no e-mail address."),
        ({"name": " "}, "Please give your name."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(
    app, theatre, ledger, full, typed, said
):
    assert said in joins(Shopper(app), theatre, **typed).alert
    assert rows(ledger, WaitingPatronRow) == []


def test_where_seats_are_left_nobody_has_to_wait(app, theatre, ledger):
    ada = Shopper(app)
    page = ada.open(f"/shop/performances/{theatre.tonight}")
    assert "Join the waiting list" not in page.words
    token = page.soup.select_one("[name=csrf_token]")["value"]
    said = {"csrf_token": token, "name": "Ada", "email": "ada@example.org", "people": "1"}
    ada._client.post(f"/shop/performances/{theatre.tonight}/waiting", data=said)

    assert rows(ledger, WaitingPatronRow) == []
