"""The demo house when it opens again: who waits, and for what."""

import pytest
from sqlalchemy import select, update

from ledger import demo
from ledger.clock import Means
from ledger.tables.orders import OrderRow, TicketRow
from tests import demo_house

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path):
    house = demo_house.furnish(tmp_path)
    yield house
    house.store.close()


def reopened(house, tmp_path, *, note=True):
    if note:
        (tmp_path / demo.RENEW).touch()
    means = Means(demo_house.NOW + 60_000, keys=house.running.keys)
    return demo.fill(house.store, tmp_path, means, public_url="http://127.0.0.1:8401")


def change(house, statement):
    house.store.write(lambda session: session.execute(statement) and None)


def test_who_still_waits_keeps_order_and_seats(house, tmp_path):
    assert reopened(house, tmp_path) == house.facts


def test_who_was_served_waits_again_with_other_seats(house, tmp_path):
    [collected, _, unpaid, _] = house.facts["will_call"]
    change(
        house,
        update(TicketRow)
        .where(TicketRow.order == collected["order"])
        .values(print_state="printed"),
    )
    change(house, update(OrderRow).where(OrderRow.id == unpaid["order"]).values(paid=4400))

    assert reopened(house, tmp_path, note=False) == house.facts
    facts = reopened(house, tmp_path)

    anew = facts["will_call"]
    pairs = zip(anew, house.facts["will_call"], strict=True)
    assert [now["order"] != before["order"] for now, before in pairs] == [1, 0, 1, 0]
    assert anew[0]["last_name"] == "Okafor"
    assert set(anew[0]["seats"]).isdisjoint(collected["seats"])
    with house.store.read() as session:
        seats = session.scalars(
            select(TicketRow.seat).where(TicketRow.order == anew[0]["order"])
        ).all()
    assert len(seats) == len(collected["tickets"])
