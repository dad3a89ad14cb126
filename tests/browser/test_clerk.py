"""A clerk's main tasks in Chromium, with mouse and with keys alone. Source: lobby.md §7."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.members import MemberRow
from ledger.tables.orders import OrderRow
from tests.browser.book import free, sold, state

pytestmark = pytest.mark.browser
SHOTS = Path("/tmp/front-of-house-shots")


def test_seats_are_sold_with_keys_alone(desk, house, hamlet):
    clerk = desk("bo")
    clerk.follow("n")
    assert clerk.page.url.endswith("/staff/sales")
    clerk.open(f"/staff/performances/{hamlet}/chart")
    seat = free(house, hamlet)[0]
    box = clerk.page.locator(f"input[name=seat][value='{seat}']")
    first = clerk.page.locator("input[name=seat]").first.get_attribute("aria-label")
    clerk.focus(first)
    clerk.keys(*["ArrowDown"] * _rows(clerk, box))
    steps = _steps(clerk, box)
    clerk.keys(*["ArrowRight" if steps > 0 else "ArrowLeft"] * abs(steps))
    clerk.keys("Space")
    assert box.is_checked()
    clerk.follow("Enter")
    clerk.focus("Name")
    clerk.page.keyboard.type("Ada Holm")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Cash")
    clerk.focus("Amount, 1")
    clerk.page.keyboard.type("50")
    clerk.follow("Enter")
    if "Confirmed" not in clerk.words:
        clerk.focus(clerk.page.locator("button.main").inner_text())
        clerk.follow("Enter")

    assert "Confirmed" in clerk.words
    assert "Change:" in clerk.said
    assert state(house, hamlet, seat) == "sold"


def _places(clerk, box):
    """Row and place of the focused box and of another."""
    return clerk.page.evaluate(
        """(wanted) => {
          const rows = [...document.querySelectorAll('fieldset.row')]
            .map(row => [...row.querySelectorAll('input[name=seat]')]);
          const at = box => { const r = rows.findIndex(row => row.includes(box));
            return [r, rows[r].indexOf(box)]; };
          return [at(document.activeElement), at(wanted)];
        }""",
        box.element_handle(),
    )


def _rows(clerk, box):
    (row, _), (wanted, _) = _places(clerk, box)
    return wanted - row


def _steps(clerk, box):
    (_, here), (_, there) = _places(clerk, box)
    return there - here


def test_an_order_is_edited_cancelled_and_restored(desk, house, hamlet):
    seat = free(house, hamlet)[0]
    order = sold(house, hamlet, seat)
    clerk = desk("bo")
    clerk.keys("/")
    clerk.page.keyboard.type(order)
    clerk.follow("Enter")
    clerk.press(f"{order[:4]}-{order[4:]}")
    clerk.page.fill("#phone", "555 1234")
    clerk.press("Change details")
    assert "Changed." in clerk.said
    clerk.page.fill("#reason", "ill")
    clerk.press("Cancel this order")
    assert "remains paid: refund separately?" in clerk.said
    assert state(house, hamlet, seat) == "available"
    clerk.press("Restore this order")

    assert "Restored." in clerk.said
    assert state(house, hamlet, seat) == "sold"
    assert clerk.page.input_value("#phone") == "555 1234"


def test_a_party_may_sit_close_and_a_promo_code_is_limited_with_keys_alone(
    desk, house, hamlet
):
    """DIS3, and docs/decisions/0023."""
    seats = free(house, hamlet, 2)
    first, second = (sold(house, hamlet, seat) for seat in seats)
    clerk = desk("anna")
    clerk.open(f"/staff/orders/{first}")
    clerk.focus("One party with order")
    clerk.page.keyboard.type(second.lower())
    clerk.follow("Enter")
    assert f"One party with {second[:4]}-{second[4:]}." in clerk.said
    clerk.focus(f"{second[:4]}-{second[4:]}")
    clerk.follow("Enter")
    assert "Together" in clerk.words

    clerk.open("/staff/catalogue/promo-codes")
    clerk.focus("Orders in all")
    clerk.page.keyboard.type("3")
    clerk.keys("Tab")
    clerk.page.keyboard.type("1")
    clerk.follow("Enter")
    assert "HAMLET26: changed." in clerk.said
    assert "used 0 of 3" in clerk.words


def test_the_second_of_two_clerks_is_told_and_nothing_is_lost(desk, house, hamlet):
    order = sold(house, hamlet, free(house, hamlet)[0])
    anna, bo = desk("anna"), desk("bo")
    for clerk in (anna, bo):
        clerk.open(f"/staff/orders/{order}")
    anna.page.fill("#note", "wheelchair at the door")
    anna.press("Change details")
    bo.page.fill("#note", "birthday")
    bo.press("Change details")

    assert re.search(r"Anna Berg changed this order at .* Nothing was done", bo.said)
    assert bo.page.input_value("#note") == "birthday"
    assert "It now says: wheelchair at the door" in bo.words
    anna.open(f"/staff/orders/{order}")
    assert anna.page.input_value("#note") == "wheelchair at the door"


def test_seats_are_flipped_by_a_lasso_in_the_picture_and_flipped_back(desk, house, hamlet):
    seats = free(house, hamlet, 2)
    clerk = desk("bo")
    clerk.open(f"/staff/performances/{hamlet}/chart")
    for seat in seats:
        clerk.page.locator(f"svg.chart [data-seat='{seat}']").click()
    assert clerk.page.locator("#chosen").inner_text() == "2 seats chosen"
    box = clerk.page.locator(f"svg.chart [data-seat='{seats[0]}'] rect").bounding_box()
    _draw_around(clerk.page, box)
    clerk.press("Reserve or put on sale")
    clerk.press("Apply to 2 seats")
    assert {state(house, hamlet, seat) for seat in seats} == {"reserved"}
    clerk.press("Undo")

    assert {state(house, hamlet, seat) for seat in seats} == {"available"}


def _draw_around(page, box):
    x, y, side = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]
    page.mouse.move(x - side, y - side)
    page.mouse.down()
    for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + dx * side * 0.7, y + dy * side * 0.7, steps=4)
    page.mouse.up()


def test_a_discrepancy_is_settled_by_one_decision(desk, house, hamlet):
    house.running.store.write(_mismatch, house.running.means(), hamlet)
    clerk = desk("anna")
    clerk.open("/staff/discrepancies")
    before = _open(house)
    button = clerk.page.locator("main form button").first
    with clerk.page.expect_navigation():
        button.click()
    clerk.check()

    assert _open(house) == before - 1


def _mismatch(session, means, performance):
    from ledger import discrepancies

    discrepancies.note(
        session,
        means,
        "money_mismatch",
        session.scalars(select(OrderRow.id)).first(),
        facts={"charge": 2_000, "paid": 1_900},
        evidence=[],
    )


def _open(house):
    with house.store.read() as session:
        found = session.scalars(
            select(DiscrepancyRow).where(DiscrepancyRow.settled_ms.is_(None))
        )
        return len(found.all())


def test_members_come_from_a_file_after_its_faults_are_mended(desk, house, tmp_path):
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("number,name,email,credits\nM-1,,o@example.org,2\nM-2,Ada,at home,2\n")
    good.write_text("number,name,email,credits\nM-1,Okafor,o@example.org,2\n")
    clerk = desk("anna")
    clerk.open("/staff/members")
    clerk.page.set_input_files("#csv", bad)
    clerk.press("Look at it")
    assert "The name is missing." in clerk.words
    assert "“at home” is no e-mail address." in clerk.words
    clerk.open("/staff/members")
    clerk.page.set_input_files("#csv", good)
    clerk.press("Look at it")
    clerk.press("Take all 1")

    assert "1 members are new" in clerk.said
    with house.store.read() as session:
        assert (
            session.scalars(select(MemberRow.name).where(MemberRow.number == "M-1")).one()
            == "Okafor"
        )


def test_a_row_is_added_in_the_seating_plans_editor(desk, house):
    clerk = desk("anna")
    clerk.open("/staff/catalogue")
    clerk.press("seating plan")
    for name, typed in {"add-name": "ZZ", "add-count": "12", "add-y": "40"}.items():
        clerk.page.fill(f"#{name}", typed)
    clerk.press("Add")

    assert "Row ZZ added" in clerk.said
