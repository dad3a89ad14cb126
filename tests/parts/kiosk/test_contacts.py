"""What a kiosk knows of its guest: sealed, sent, forgotten. Source: sync.md §9."""

import json

import pytest
from sqlalchemy import func, select

from boxoffice import envelopes, log
from kiosk import contacts, sync
from kiosk.device import Device
from kiosk.printing import spool
from kiosk.store.tables.orders import ContactRow
from tests.parts.kiosk.guests import choose, pay, talk
from tests.parts.kiosk.hardware import Card
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import hear


@pytest.fixture
def kiosk(kiosk: Device) -> Device:
    spool.turn(kiosk)
    return kiosk


def waiting(kiosk: Device) -> int:
    with kiosk.store.read() as session:
        return session.scalar(select(func.count()).select_from(ContactRow)) or 0


def bought(kiosk: Device, ledger: LedgerDouble, *, told: bool = True) -> str:
    public = envelopes.own_key(b"c").public_key().public_bytes_raw()
    if told:
        ledger.put("venue:v1", "config", "contacts", {"key": log.encoded(public)})
    hear(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    return order


@pytest.mark.slow
def test_the_cards_last_digits_reach_the_ledger_and_stay_nowhere_else(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    order = bought(kiosk, ledger)
    assert waiting(kiosk) == 1

    assert contacts.send(kiosk) == 0  # The ledger has not heard of the sale.
    sync.everything(kiosk)
    assert contacts.send(kiosk) == 1

    told = ledger.contacts[order]
    assert told is not None
    assert json.loads(told) == {"last_four": "4242"}
    assert waiting(kiosk) == 0
    assert all("4242" not in event.body for event in ledger.devices["kiosk-1"].events)


def test_while_the_line_is_down_it_waits_sealed(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    order = bought(kiosk, ledger)
    ledger.up = False

    assert contacts.send(kiosk) == 0

    with kiosk.store.read() as session:
        row = session.get_one(ContactRow, order)
    assert "4242" not in row.sealed


def test_without_the_ledgers_key_nothing_is_kept(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    bought(kiosk, ledger, told=False)

    assert waiting(kiosk) == 0
