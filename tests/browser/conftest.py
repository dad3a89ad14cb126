"""The box office that a file of clerks shares: one ledger, one browser, windows to open."""

import pytest
from sqlalchemy import select

from ledger import staff
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from tests.browser.clerk import PASSWORD, Clerk, chromium, served
from tests.chromium import patient
from tests.demo_house import furnish


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    furnished = furnish(tmp_path_factory.mktemp("ledger"))
    furnished.running.store.write(
        staff.hire,
        furnished.running.means(),
        name="Bo Lund",
        login="bo",
        password=PASSWORD,
        pin=None,
        roles=("box_office",),
    )
    yield furnished
    furnished.store.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(house):
    with served(house) as found:
        yield found


@pytest.fixture
def desk(browser, address):
    """Gives clerks, each in a window of their own; afterwards axe found nothing."""
    opened = []

    def clerk(login="anna"):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        found = Clerk(patient(context.new_page()), address)
        opened.append((context, found))
        found.log_in(login)
        return found

    yield clerk
    for context, _ in opened:
        context.close()
    assert [fault for _, found in opened for fault in found.trouble] == []


@pytest.fixture
def hamlet(house):
    """The next evening with numbered seats."""
    with house.store.read() as session:
        return session.scalars(
            select(PerformanceRow.id)
            .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
            .where(ProductionRow.title == "Hamlet")
            .order_by(PerformanceRow.starts_ms)
        ).first()
