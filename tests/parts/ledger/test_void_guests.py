"""Guests who are inside on a ticket that ended: for a manager. Source: checkin.md §5."""

import json
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from ledger import facts
from ledger.documents import door_list
from ledger.tables.catalogue import PerformanceRow
from tests.parts.ledger.test_doors import admitted, evidence, noted
from tests.parts.ledger.test_order_pages import fill, opened


def refund(bo, sold):
    """Refund the order's first ticket as a clerk does; give the page before the press."""
    opened(bo, sold)
    bo.page.soup.select("[name=ticket]")[0]["checked"] = ""
    asked = bo.press("Refund the chosen")
    fill(bo, "reason", "asked at the interval")
    bo.press("Give back")
    return asked


def test_a_refund_while_the_guest_is_inside_is_for_a_manager(bo, door, theatre, ledger):
    sold = theatre.sell("A2")
    came = admitted(door, theatre, sold.tickets[0].id)
    door.upload().ok()

    assert "1 of their guests is in the house" in refund(bo, sold).words

    [found] = noted(ledger, "admitted_void")
    facts = json.loads(found.facts)
    assert (facts["why"], facts["door"]) == ("refunded", "Door A")
    assert evidence(ledger, found) == {came}
    assert "Refunded, but in since" in opened(bo, sold).words


def test_who_has_left_or_never_came_is_nobody_s_discrepancy(bo, door, theatre, ledger):
    left, absent = theatre.sell("A2"), theatre.sell("A3")
    came = admitted(door, theatre, left.tickets[0].id)
    admitted(door, theatre, left.tickets[0].id, after=came, type="exit")
    door.upload().ok()

    for sold in (left, absent):
        assert "in the house" not in refund(bo, sold).words

    assert noted(ledger, "admitted_void") == []


@pytest.mark.parametrize(("ends_in_ms", "open"), [(60_000, 1), (0, 0)])
def test_a_refund_after_the_curtain_finds_nobody_inside(
    bo, door, theatre, ledger, ends_in_ms, open
):
    sold = theatre.sell("A2")
    admitted(door, theatre, sold.tickets[0].id)
    door.upload().ok()
    ends_ms = ledger.means().now_ms + ends_in_ms
    ledger.store.write(
        lambda session: session.execute(update(PerformanceRow).values(ends_ms=ends_ms))
    )

    refund(bo, sold)

    assert len(noted(ledger, "admitted_void")) == open


def clear(ledger, theatre, at_ms):
    """Have the house cleared at this time of day."""
    local = facts.moment(at_ms).astimezone(ZoneInfo("Europe/Copenhagen"))

    def set_for_all_doors(session):
        evening = session.get_one(PerformanceRow, theatre.tonight)
        spaces = json.loads(evening.spaces)
        for leads in spaces:
            for here in leads["doors"]:
                here["clears_at"] = f"{local:%H:%M}"
        evening.spaces = json.dumps(spaces)

    ledger.store.write(set_for_all_doors)


@pytest.mark.parametrize(("minutes_ago", "open"), [(-1, 1), (0, 0), (30, 0), (60, 1)])
def test_who_came_before_the_house_was_cleared_is_not_inside(
    bo, door, theatre, ledger, clock, minutes_ago, open
):
    sold = theatre.sell("A2")
    admitted(door, theatre, sold.tickets[0].id)
    door.upload().ok()
    clock.passes(minutes=60)
    clear(ledger, theatre, clock() - minutes_ago * 60_000)
    with ledger.store.read() as session:
        listed = list(door_list.lines(session, theatre.tonight, "name", clock()))
    assert sum(sum(line.inside) for line in listed) == open

    asked = refund(bo, sold)

    assert ("in the house" in asked.words) == bool(open)
    assert len(noted(ledger, "admitted_void")) == open
