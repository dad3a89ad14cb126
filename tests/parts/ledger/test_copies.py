"""Sealed copies of tonight's will-call orders, for kiosks that are cut off. Source: §9."""

import pytest
from sqlalchemy import select, update

from boxoffice import copies, log
from ledger import groups, pickups
from ledger.clock import Means
from ledger.copies import DAY_MS, Copyist
from ledger.groups import Group
from ledger.orders import Patron
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.feed import FeedDocRow, FeedRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow, TicketRow

MOLLER = Patron("Åse Møller", "ase@example.org")


@pytest.fixture(autouse=True)
def quickly(monkeypatch) -> None:
    """How slow a guess is, is another matter: see tests/rules/test_copies.py."""
    monkeypatch.setattr(copies, "_ROUNDS", 1)
    monkeypatch.setattr(copies, "_MEMORY_KIB", 64)


@pytest.fixture
def copyist(store) -> Copyist:
    return Copyist(store, by_name=True)


@pytest.fixture
def means(ledger):
    return ledger.means


def catch_up(copyist: Copyist, means: Means) -> None:
    while copyist.step(means):
        pass


def kept(store) -> dict[str, str]:
    """What every device keeps: copies by id."""
    query = select(FeedDocRow.id, FeedDocRow.body).where(
        FeedDocRow.entity == "willcall", FeedDocRow.body.is_not(None)
    )
    with store.read() as session:
        return dict(session.execute(query).all())


def opened(store, *ways: str) -> dict | None:
    """What somebody gets who shows this way in at a kiosk that is cut off."""
    with store.read() as session:
        pepper = session.scalars(select(HouseRow.pepper)).one()
    found = None
    for way in ways:
        stretched = copies.stretch(way, pepper)
        body = kept(store).get(copies.index(stretched, pepper))
        if body is not None:
            found = copies.unseal(stretched, body.split('"')[3])
    return found


def by_code(code: str) -> str:
    return copies.by_code(pickups.hash_of(code))


def test_code_and_name_open_tonights_order(store, theatre, copyist, means):
    sold = theatre.sell("A2", "A3", patron=MOLLER)
    catch_up(copyist, means())

    order = opened(store, by_code(sold.pickup_code))

    assert order is not None
    assert order["order"] == sold.number
    assert [t["payload"] for t in order["tickets"]] == [t.payload for t in sold.tickets]
    assert set(order["tickets"][0]["payloads"]) == {"2", "3"}
    assert opened(store, *copies.by_name(sold.number, "Moeller")) == order
    assert opened(store, *copies.by_name(sold.number, "Mo")) is None


def test_no_name_is_in_what_devices_keep(store, theatre, copyist, means):
    sold = theatre.sell("A2", patron=MOLLER, note="Møller, wheelchair")
    catch_up(copyist, means())

    order = opened(store, by_code(sold.pickup_code))
    assert order is not None
    assert "ller" not in str(order)
    with store.read() as session:
        told = session.scalars(select(FeedRow.body).where(FeedRow.entity == "willcall"))
        assert not any(sold.number in body or "ller" in body for body in told)


def test_a_groups_leader_is_a_way_in_and_its_name_stays_here(
    store, theatre, copyist, means
):
    sold = theatre.sell("A2", "A3", patron=MOLLER)
    store.write(_lead, sold.id, Group("Class 6B", "Ida Bech"))
    catch_up(copyist, means())

    order = opened(store, *copies.by_name(sold.number, "bech"))
    assert order is not None
    assert order["group"] == ""
    assert opened(store, *copies.by_name(sold.number, "Møller")) == order


def test_what_changes_is_told_again_and_nothing_else(store, theatre, copyist, means):
    sold = theatre.sell("A2", patron=MOLLER)
    theatre.sell("A3", patron=MOLLER)
    catch_up(copyist, means())
    before = kept(store)

    store.write(_print, sold.tickets[0].id, means())
    catch_up(copyist, means())

    changed = [id for id, body in kept(store).items() if before[id] != body]
    order = opened(store, by_code(sold.pickup_code))
    assert len(changed) == 3  # Its code and two spellings of the name.
    assert order is not None
    assert order["tickets"][0]["print_state"] == "printed"


def test_a_new_worker_tells_nothing_that_is_known(store, theatre, copyist, means):
    theatre.sell("A2", patron=MOLLER)
    catch_up(copyist, means())
    before = kept(store)

    catch_up(Copyist(store, by_name=True), means())

    assert kept(store) == before


def test_what_is_on_paper_is_copied_once_it_is_owed_again(store, theatre, copyist, means):
    sold = theatre.sell("A2", patron=MOLLER)
    store.write(_print, sold.tickets[0].id, means())
    catch_up(copyist, means())
    assert kept(store) == {}

    store.write(_owe, sold.tickets[0].id, means())
    catch_up(copyist, means())

    assert opened(store, by_code(sold.pickup_code)) is not None


def test_a_house_may_keep_names_out_of_it(store, theatre, means):
    sold = theatre.sell("A2", patron=MOLLER)
    catch_up(Copyist(store, by_name=False), means())

    assert opened(store, by_code(sold.pickup_code)) is not None
    assert opened(store, *copies.by_name(sold.number, "Møller")) is None


def test_a_day_later_nothing_is_kept(store, theatre, copyist, means):
    theatre.sell("A2", patron=MOLLER)
    catch_up(copyist, means())
    assert kept(store)

    later = means()
    with store.read() as session:
        starts_ms = session.get_one(PerformanceRow, theatre.tonight).starts_ms
    catch_up(copyist, Means(starts_ms + DAY_MS + 1, later.chance, later.keys))

    assert kept(store) == {}


def test_a_pepper_is_told_in_full(store, theatre, copyist, means):
    catch_up(copyist, means())

    with store.read() as session:
        body = session.scalars(
            select(FeedDocRow.body).where(
                FeedDocRow.entity == "config", FeedDocRow.id == "willcall"
            )
        ).one()
    assert len(log.decoded(body.split('"')[3])) == copies.PEPPER_BYTES


def _print(session, ticket: str, means: Means) -> None:
    _set(session, ticket, "printed", means)


def _owe(session, ticket: str, means: Means) -> None:
    _set(session, ticket, "failed", means)


def _set(session, ticket: str, print_state: str, means: Means) -> None:
    from ledger import notices

    session.execute(
        update(TicketRow).where(TicketRow.id == ticket).values(print_state=print_state)
    )
    row = session.get_one(TicketRow, ticket)
    notices.ticket(session, row.performance, ticket, means.now_ms)


def _lead(session, order, group) -> None:
    groups.mark(session.get_one(OrderRow, order), group)
