"""Groups: marked on the order's page, collected by their leader. Source: issue D, 5."""

import pytest

from ledger import order_changes
from ledger.groups import NONE, Group
from ledger.orders import Patron
from ledger.tables.orders import OrderRow
from tests.parts.ledger.test_order_pages import opened
from tests.parts.ledger.test_window import fill

SCHOOL = Patron("Karen Holst", "office@example.org")
GROUP = Group("Class 6B", "Ida Bæch")


@pytest.fixture
def mark(ledger, people):
    def change(sold, group):
        def edit(session, means):
            order_changes.edit(
                session,
                means,
                session.get_one(OrderRow, sold.id),
                patron=None,
                delivery="will_call",
                note="",
                photo_id=False,
                by=people["bo"],
                group=group,
            )

        ledger.store.write(edit, ledger.means())

    return change


def by_name(kiosk, sold, last_name):
    return kiosk.post("/api/lookups", {"order": sold.number, "last_name": last_name})


@pytest.mark.parametrize("name", ["Holst", "Bæch", "baech"])
def test_a_group_is_collected_by_who_ordered_and_by_its_leader(kiosk, theatre, mark, name):
    sold = theatre.sell("A2", "A3", patron=SCHOOL)
    mark(sold, GROUP)

    assert by_name(kiosk, sold, name).ok()["group"] == "Class 6B"


def test_nobody_leads_what_is_no_group(kiosk, theatre, mark):
    sold = theatre.sell("A2", patron=SCHOOL)
    mark(sold, GROUP)
    mark(sold, NONE)

    assert "group" not in by_name(kiosk, sold, "Holst").ok()
    assert by_name(kiosk, sold, "Bæch").status == 409
    assert by_name(kiosk, sold, "").status == 409


def test_staff_mark_a_group_where_the_order_stands(bo, theatre, kiosk):
    sold = theatre.sell("A2", "A3", patron=SCHOOL)
    opened(bo, sold)
    fill(bo, "group_leader", "Ida Bæch")
    assert "Please give the group that has this leader" in bo.press("Change details").alert
    fill(bo, "group_name", "Class 6B")
    page = bo.press("Change details")

    assert "Class 6B, collected by Ida Bæch" in page.words
    assert "edit order (group, group leader)" in page.words
    assert by_name(kiosk, sold, "Baech").status == 200
