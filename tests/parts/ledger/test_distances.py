"""Orders that sit apart: chosen on a page, kept at the window, in the shop and on devices.

The house has rows A to C (Stalls) and D to F (Circle), of ten, an aisle after the fifth.
"""

import pytest

from boxoffice import best
from boxoffice.refusals import Code
from ledger import catalogue, distance_terms, distances, offers, on_sale, seating
from ledger.distance_terms import Terms
from ledger.refused import Refused
from ledger.seating import Held
from ledger.tables.catalogue import PerformanceRow
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.device import Device
from tests.parts.ledger.test_window import chart, fill, state

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def vera(app, ledger):
    hire(ledger)
    return clerk(app, "vera")


def keep(ledger, theatre, *, on=True, **terms):
    said = Terms(**terms)
    how = {"on": on, "everywhere": False, "by": "vera"}
    ledger.store.write(distance_terms.keep, ledger.means(), theatre.tonight, said, **how)


def buffers(ledger, theatre):
    with ledger.store.read() as session:
        return set(distances.whose(session, theatre.tonight))


def free(ledger, theatre):
    with ledger.store.read() as session:
        return set(on_sale.free(session, theatre.tonight))


def hold(ledger, theatre, *seats, **how):
    asked = {"order": "an-order", "seller": "shop", "wanted": seats} | how
    return ledger.store.write(
        seating.hold, ledger.means(), performance=theatre.tonight, **asked
    )


def test_the_neighbours_of_an_order_stay_empty_up_to_the_aisle(ledger, theatre):
    """Source: DIS1, INV1."""
    keep(ledger, theatre, side=2, areas=("Stalls",))
    theatre.sell("A4", "A5")
    theatre.sell("D4", "D5")

    assert buffers(ledger, theatre) == {"A2", "A3"}
    assert {"A2", "A3"}.isdisjoint(free(ledger, theatre))
    assert {"A6", "D3"} <= free(ledger, theatre)
    refused = hold(ledger, theatre, "A3")
    assert isinstance(refused, Refused)
    assert refused.code is Code.SEAT_UNAVAILABLE
    assert refused.facts["seats"] == ["A3"]
    assert isinstance(hold(ledger, theatre, "A1"), Held)


def test_a_hold_counts_at_once_and_a_shared_buffer_outlives_one_order(ledger, theatre):
    """Source: DIS3."""
    keep(ledger, theatre)
    first = hold(ledger, theatre, "B2")
    hold(ledger, theatre, "B4")
    assert buffers(ledger, theatre) == {"B1", "B3", "B5"}

    ledger.store.write(seating.release, ledger.means(), first.hold, seller="shop")

    assert buffers(ledger, theatre) == {"B3", "B5"}


def test_offers_keep_their_distance_and_kiosks_get_no_spare_seats(ledger, theatre):
    keep(ledger, theatre, side=1)
    with ledger.store.read() as session:
        first = offers.find(session, theatre.tonight, best.Request(2))
    hold(ledger, theatre, *first.seats)
    with ledger.store.read() as session:
        near = distances.whose(session, theatre.tonight)
        second = offers.find(session, theatre.tonight, best.Request(2))
        spare = offers.side_by_side(session, theatre.tonight, 4)

    assert near
    assert near.keys().isdisjoint(second.seats)
    assert spare == ()


def test_devices_read_of_a_buffer_as_reserved_and_of_its_end(ledger, theatre, kiosk):
    keep(ledger, theatre)
    held = hold(ledger, theatre, "C2")
    assert told(kiosk, theatre, "C1", "C2", "C3", "C4") == [
        "reserved",
        "held",
        "reserved",
        "available",
    ]

    ledger.store.write(seating.release, ledger.means(), held.hold, seller="shop")

    assert told(kiosk, theatre, "C1", "C2", "C3") == ["available"] * 3


def told(kiosk: Device, theatre, *seats):
    found = kiosk.documents(f"perf:{theatre.tonight}", "seat")
    return [found[seat]["state"] for seat in seats]


def test_seats_left_leave_buffers_out(ledger, theatre):
    keep(ledger, theatre, areas=("Circle",))
    before = left(ledger, theatre)
    theatre.sell("E8")
    ledger.store.write(
        lambda session: catalogue.count_seats(session, now_ms=ledger.clock())
    )

    assert left(ledger, theatre) == before - 3


def left(ledger, theatre):
    with ledger.store.read() as session:
        return session.get_one(PerformanceRow, theatre.tonight).seats_left


def test_a_supervisor_ticks_areas_and_switches_it_off_again(vera, theatre, ledger):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    vera.press("Distance between orders")
    vera.page.soup.find("input", attrs={"value": "Circle"}).attrs.pop("checked")
    page = vera.press("Switch it on")
    assert "Orders sit apart from now on." in page.words
    theatre.sell("A2")
    assert buffers(ledger, theatre) == {"A1", "A3"}

    page = vera.press("Switch it off")

    assert "need not sit apart any more" in page.words
    assert buffers(ledger, theatre) == set()


def test_switching_it_on_moves_nobody_and_lists_the_pairs(vera, theatre, ledger):
    """Source: DIS3."""
    theatre.sell("A2")
    theatre.sell("A3")
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}/distance")
    page = vera.press("Switch it on")

    assert "Stalls A 2 and Stalls A 3" in page.words
    assert state(ledger, theatre, "A3") == "sold"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("side", "two", "whole number from 0 to 20"),
        ("side", "0", "what is to stay empty"),
        ("metres", "far", "such as 1.5"),
        ("metres", "1.5", "does not say where its seats are"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    vera, theatre, ledger, field, typed, said
):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}/distance")
    fill(vera, field, typed)
    page = vera.press("Switch it on")

    assert said in page.words
    assert "Nothing was changed" in page.alert
    assert "Switched off" in page.words


def test_staff_see_whose_buffer_it_is_and_sell_it_only_with_a_reason(vera, theatre, ledger):
    """Source: DIS4."""
    keep(ledger, theatre)
    sold = theatre.sell("A2")
    number = f"{sold.number[:4]}-{sold.number[4:]}"
    page = chart(vera, theatre, "A3").press("Why?")
    assert f"Buffer: it keeps a distance to order {number}" in page.words

    page = chart(vera, theatre, "A3").press("Sell the chosen")
    assert f"keeps a distance to order {number}" in page.words
    assert state(ledger, theatre, "A3") == "available"
    fill(vera, "reason", "one family")
    vera.press("Hold them all the same")

    assert state(ledger, theatre, "A3") == "held"


def test_general_admission_has_no_distance(vera, theatre):
    address = f"/staff/catalogue/performances/{theatre.studio}/distance"
    assert vera.open(address, status=404).heading == "Not here"


# How many fit. Source: spec.md 4.4.


def counted(page, gap):
    """Give the people on the line of so many empty seats, by largest party."""
    for row in page.soup.select("tbody tr"):
        if row.th.get_text(" ", strip=True).split()[0] == gap:
            return [int(cell.get_text().split()[0]) for cell in row.select("td.figure")]
    raise AssertionError(f"no line for {gap}")


def test_staff_see_how_many_fit_and_use_it_with_one_press(vera, theatre, ledger):
    page = vera.open(f"/staff/catalogue/performances/{theatre.tonight}/distance")
    page = vera.press("How many fit?")
    assert counted(page, "none") == [60, 60, 60, 60, 60, 60]
    assert counted(page, "1") == [36, 48, 48, 48, 60, 60]
    page = vera.press("Use 2 seats")

    assert "Orders sit apart from now on." in page.words
    with ledger.store.read() as session:
        terms, on = distance_terms.read(session, theatre.tonight)
    assert (on, terms.side, terms.areas) == (True, 2, ("Stalls", "Circle"))
    assert "2 as it is now" in vera.press("How many fit?").words


def test_other_areas_and_parties_are_counted_and_the_rest_of_the_rule_is_kept(
    vera, theatre, ledger
):
    keep(ledger, theatre, side=1, areas=("Stalls",))
    page = vera.open(f"/staff/catalogue/performances/{theatre.tonight}/distance/plan")
    assert counted(page, "2") == [42, 48, 48, 54, 60, 60]
    vera.type("Also count parties of up to", "5")
    page = vera.press("Count")
    assert "up to 5" in page.words
    vera.type("Also count parties of up to", "many")
    assert "Please give a whole number from 1 to 50." in vera.press("Count").words


def test_a_hall_is_planned_before_anything_is_on(vera, theatre, ledger):
    with ledger.store.read() as session:
        hall = session.get_one(PerformanceRow, theatre.tonight).hall
        studio = session.get_one(PerformanceRow, theatre.studio).hall
    page = vera.open(f"/staff/halls/{hall}")
    page = vera.press("How many fit apart?")
    assert counted(page, "1")[0] == 36
    assert not [name for name in page.names if name.startswith("Use ")]
    vera.open(f"/staff/halls/{studio}/distance-plan", status=404)
    vera.open("/staff/halls/nowhere/distance-plan", status=404)


def test_the_second_of_two_hears_who_set_the_distance(app, vera, theatre, ledger):
    address = f"/staff/catalogue/performances/{theatre.tonight}/distance"
    anna = clerk(app, "anna")
    vera.open(f"{address}/plan")
    anna.open(address)
    anna.type("Seats empty on each side", "3")
    anna.press("Switch it on")
    page = vera.press("Use 1 seat")

    assert "Anna Berg changed the distance here at" in page.alert
    assert "Nothing was changed" in page.alert
    with ledger.store.read() as session:
        assert distance_terms.read(session, theatre.tonight)[0].side == 3
    assert page.soup.find(id="side")["value"] == "1"
    assert "Orders sit apart from now on." in vera.press("Change").words
