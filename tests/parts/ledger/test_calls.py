"""Guests who call from a kiosk, on the staff pages. Source: lobby.md §2, Help."""

import pytest
from sqlalchemy import select

from ledger.tables.records import AuditRow, StaffCallRow
from tests.pages import Guest
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.device import new_id

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


@pytest.fixture
def anna(app, people) -> Guest:
    return clerk(app, "anna")


@pytest.fixture
def called(kiosk, theatre) -> str:
    call = new_id()
    kiosk.post("/api/calls", {"call": call, "place": "Kiosk 2", "page": "/order"}).ok(201)
    return call


def told(kiosk, theatre, call):
    return kiosk.documents(f"venue:{theatre.house}", "call").get(call)


def test_a_call_stands_on_every_page_until_somebody_helped(
    anna, kiosk, theatre, called, ledger
):
    page = anna.open("/staff/orders?q=holm")
    assert "Kiosk 2 calls." in page.words

    anna.press("I am coming, 3 min")
    assert anna.page.url.endswith("/staff/orders?q=holm")
    assert "Anna Berg is coming." in anna.page.words
    assert (
        told(kiosk, theatre, called)["by"],
        told(kiosk, theatre, called)["eta_min"],
    ) == (
        "Anna Berg",
        3,
    )

    anna.press("Helped")
    assert "Kiosk 2" not in anna.page.words
    assert told(kiosk, theatre, called) is None
    with ledger.store.read() as session:
        done = session.scalars(select(AuditRow.action)).all()
    assert {"call answered", "call ended"} <= set(done)


def test_a_call_that_its_guest_took_back_is_gone(anna, kiosk, theatre, called, ledger):
    anna.open("/staff/calls")
    kiosk.delete(f"/api/calls/{called}").ok(204)

    assert "This call has ended." in anna.press("I am coming, 1 min").words
    assert "Nobody waits." in anna.open("/staff/calls").words
    with ledger.store.read() as session:
        assert session.get_one(StaffCallRow, called).done_ms is not None


def test_an_answer_to_a_call_that_has_ended_is_told(kiosk, door, called):
    kiosk.delete(f"/api/calls/{called}").ok(204)

    answer = door.raw("PUT", f"/api/calls/{called}", b'{"by":"Tom","eta_min":2}')

    assert answer.status == 404
