"""A clock leaps, a door's own or the ledger's: the evening stays, and the door says so.

Source: P17, sync.md §7, checkin.md §4.
"""

import pytest

from kiosk import door as doors
from kiosk import door_touches, recovery
from kiosk.app import create_app
from kiosk.device import Device
from tests.parts.kiosk import theatre
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_door import ONE, body, show
from tests.parts.kiosk.theatre import CURTAIN, HAMLET, Rooms, Time, evening, hear

MONDAY = "hamlet-monday"
DAY_MS = 86_400_000
LEAPS_MS = [3 * DAY_MS, -400 * DAY_MS, 3650 * DAY_MS]


@pytest.fixture
def code(ledger: LedgerDouble) -> str:
    """A ticket for tonight; the house plays again on Monday."""
    starts_ms = CURTAIN + 3 * DAY_MS
    later = {"starts_ms": starts_ms, "ends_ms": starts_ms + 9_000_000}
    later["doors_open_ms"] = starts_ms - 45 * 60_000
    monday = evening(1209, "Hamlet", "reserved", **later)
    ledger.put("venue:v1", "performance", MONDAY, monday)
    return theatre.list_ticket(ledger, ONE, "A-5")


def serves(door: Device) -> str:
    return doors.counters(door).performance


@pytest.fixture
def door(rooms: Rooms, code: str) -> Device:
    door = rooms.device("Door A", role="door")
    assert serves(door) == HAMLET
    return door


@pytest.mark.parametrize("leap_ms", LEAPS_MS)
def test_the_evening_stays_when_the_ledgers_clock_leaps(
    door: Device, time: Time, code: str, leap_ms: int
):
    time.now += leap_ms
    hear(door)

    assert serves(door) == HAMLET
    assert doors.counters(door).leap_ms == leap_ms
    assert show(door, code).answer == "ADMIT"


def test_the_evening_stays_when_the_line_comes_back_from_a_cut_with_another_time(
    door: Device, time: Time, ledger: LedgerDouble
):
    ledger.up = False
    time.pass_ms(60_000)
    time.now += 3 * DAY_MS
    assert serves(door) == HAMLET

    ledger.up = True
    hear(door)

    assert serves(door) == HAMLET


def test_a_restart_of_the_program_does_not_believe_the_leap_either(
    rooms: Rooms, door: Device, time: Time
):
    door.store.write(recovery.remember_clock, door)
    time.now += 3 * DAY_MS
    hear(door)
    door.store.write(recovery.remember_clock, door)

    rooms.unplug(door)
    again = rooms.device("Door A", role="door")

    assert serves(again) == HAMLET


def test_a_clock_that_comes_back_has_never_been_away(door: Device, time: Time):
    time.now += 3 * DAY_MS
    hear(door)
    time.now -= 3 * DAY_MS
    hear(door)

    assert (serves(door), doors.counters(door).leap_ms) == (HAMLET, 0)


def test_a_door_goes_on_to_the_next_evening_when_time_has_passed(door: Device, time: Time):
    time.pass_ms(4 * 3_600_000)
    hear(door)

    assert serves(door) == MONDAY


def test_a_door_goes_on_when_somebody_says_that_the_clock_is_right(
    rooms: Rooms, door: Device, time: Time
):
    time.now += 3 * DAY_MS
    hear(door)

    door_touches.take_time(door, "tom")

    assert (serves(door), doors.counters(door).leap_ms) == (MONDAY, 0)
    assert body(door, "staff.action")["action"] == "clock.accepted"
    rooms.unplug(door)
    assert serves(rooms.device("Door A", role="door")) == MONDAY


def test_a_clock_of_its_own_that_nobody_trusts_changes_no_evening(
    rooms: Rooms, door: Device, time: Time, ledger: LedgerDouble, code: str
):
    rooms.unplug(door)
    ledger.up = False
    again = rooms.device("Door A", role="door", boot="boot-2", hears=False)
    assert serves(again) == HAMLET

    time.now += 3 * DAY_MS

    assert serves(again) == HAMLET
    assert show(again, code).answer == "ADMIT"


def test_the_first_time_that_the_ledger_tells_is_no_leap(
    rooms: Rooms, door: Device, time: Time, ledger: LedgerDouble
):
    rooms.unplug(door)
    ledger.up = False
    time.pass_ms(3 * DAY_MS)
    wall, time.now = time.now, 0  # In 1970, as clocks without a battery are.
    again = rooms.device("Door A", role="door", boot="boot-2", hears=False)
    assert serves(again) == HAMLET

    time.now, ledger.up = wall, True
    hear(again)

    assert (serves(again), doors.counters(again).leap_ms) == (MONDAY, 0)


def test_the_page_says_the_leap_in_words_and_has_a_button_for_it(door: Device, time: Time):
    page = create_app(door).test_client()
    time.now += 3 * DAY_MS
    hear(door)

    shown = page.get("/door", base_url="http://127.0.0.1").text

    assert "The clock has leapt ahead by 3 days." in shown
    assert "This door stays with Hamlet, Fri" in shown
    assert "The clock is right" in shown
