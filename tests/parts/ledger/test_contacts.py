"""What devices know of people: read here alone, and erased. Source: sync.md §2.3."""

import json

import pytest
from sqlalchemy import select

from boxoffice import envelopes, log
from ledger import contacts
from ledger.tables.contacts import ContactRow
from ledger.tables.feed import FeedDocRow
from ledger.tables.records import AuditRow

ORDER = "K7Q4MX23"


@pytest.fixture
def public(ledger):
    """The key as devices are told it."""
    ledger.store.write(contacts.announce, ledger.means())
    with ledger.store.read() as session:
        body = session.scalars(
            select(FeedDocRow.body).where(
                FeedDocRow.entity == "config", FeedDocRow.id == "contacts"
            )
        ).one()
    return log.decoded(json.loads(body)["key"])


@pytest.fixture
def order(kiosk, theatre):
    """An order that the kiosk sold."""
    epochs = kiosk.own(theatre.tonight, "A2")
    kiosk.happened("sale", kiosk.sale(kiosk.line(theatre.tonight, "A2", epochs["A2"])))
    kiosk.upload().ok()
    return ORDER


def told(kiosk, public, order, text='{"last_four": "4242"}', *, about=None):
    sealed = envelopes.seal(public, b"\x02" * 32, about or order, text)
    body = json.dumps({"sealed": sealed}).encode()
    return kiosk.raw("PUT", f"/api/contacts/{order}", body)


def kept(ledger):
    with ledger.store.read() as session:
        return session.scalars(select(ContactRow)).all()


def test_a_kiosk_tells_of_its_own_order(kiosk, ledger, public, order):
    assert told(kiosk, public, order).status == 204
    assert told(kiosk, public, order).status == 204

    assert [(row.order, row.last_four) for row in kept(ledger)] == [(order, "4242")]


def test_of_an_order_that_is_not_known_yet_it_tells_later(kiosk, ledger, public):
    assert told(kiosk, public, ORDER).status == 404
    assert kept(ledger) == []


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"name": 7}', '{"name": "a\\u0000b"}', '{"name": "%s"}']
)
def test_what_is_inside_has_to_be_in_order(kiosk, ledger, public, order, text):
    long = text.replace("%s", "x" * 201)

    assert told(kiosk, public, order, long).status == 400
    assert kept(ledger) == []


def test_an_envelope_of_another_order_does_not_open(kiosk, ledger, public, order):
    assert told(kiosk, public, order, about="R4W8TY3B").status == 400


def test_a_door_tells_nothing(door, public, order):
    assert told(door, public, order).status == 403


def test_staff_erase_it_and_it_is_noted_who_did(bo, kiosk, ledger, public, order):
    told(kiosk, public, order)
    page = bo.open(f"/staff/orders/{order}")
    assert "card ending 4242" in page.words

    bo.press("Erase this")

    assert kept(ledger) == []
    with ledger.store.read() as session:
        actions = session.scalars(select(AuditRow.action)).all()
    assert "erase_contact" in actions
