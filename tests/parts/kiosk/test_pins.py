"""PINs at a device: right ones, wrong ones, and locks that survive the plug."""

import argon2
import pytest

from boxoffice import staff_codes
from kiosk import pins
from kiosk.device import Device
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Rooms, Time, hear

TOM, ANNA = "0199a2b4-0000-7000-8000-000000000001", "0199a2b4-0000-7000-8000-000000000002"
ANNAS_CARD = "FOHS:ANNAS"
_quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def staffed(ledger: LedgerDouble, door: Device) -> Device:
    """Tom the usher (111222) and Anna the supervisor (240613)."""
    employ(ledger)
    hear(door)
    return door


def employ(ledger: LedgerDouble) -> None:
    for id, name, roles, pin in (
        (TOM, "Tom Ruiz", ["usher"], "111222"),
        (ANNA, "Anna Berg", ["manager", "supervisor"], "240613"),
    ):
        body = {"name": name, "roles": roles, "pin": _quick.hash(pin)}
        if id == ANNA:
            body["code"] = staff_codes.hash_of(ANNAS_CARD)
        ledger.put("venue:v1", "staff", id, body)


def test_a_right_pin_lets_in_also_on_our_own(staffed: Device, ledger: LedgerDouble):
    ledger.up = False

    assert pins.enter(staffed, TOM, "111222") == pins.Person(TOM, "Tom Ruiz", "usher")
    assert [one.name for one in pins.people(staffed)] == ["Anna Berg", "Tom Ruiz"]


def test_an_usher_is_no_supervisor(staffed: Device):
    assert pins.enter(staffed, TOM, "111222", "supervisor") == pins.No("role")
    found = pins.enter(staffed, ANNA, "240613", "supervisor")
    assert isinstance(found, pins.Person)
    assert found.role == "supervisor"


def test_five_wrong_pins_lock_for_one_five_and_thirty_minutes(staffed: Device, time: Time):
    for lock_s in (60, 300, 1800, 1800):
        left = [pins.enter(staffed, TOM, "000000") for _ in range(5)]
        assert left[:4] == [pins.No("wrong", n) for n in (4, 3, 2, 1)]
        assert left[4] == pins.No("locked", 0, lock_s)
        assert pins.enter(staffed, TOM, "111222") == pins.No("locked", 0, lock_s)
        time.pass_ms(lock_s * 1000)
    assert isinstance(pins.enter(staffed, TOM, "111222"), pins.Person)


def test_a_lock_is_of_one_person(staffed: Device):
    for _ in range(5):
        pins.enter(staffed, TOM, "000000")

    assert isinstance(pins.enter(staffed, ANNA, "240613"), pins.Person)


def test_pulling_the_plug_begins_the_lock_anew(staffed: Device, rooms: Rooms, time: Time):
    for _ in range(5):
        pins.enter(staffed, TOM, "000000")
    time.pass_ms(59_000)
    rooms.unplug(staffed)

    again = rooms.device("Door A", role="door", boot="boot-2")

    assert pins.enter(again, TOM, "111222") == pins.No("locked", 0, 60)
    time.pass_ms(60_000)
    assert isinstance(pins.enter(again, TOM, "111222"), pins.Person)


def test_a_right_pin_forgets_the_wrong_ones(staffed: Device):
    for _ in range(3):
        for _ in range(4):
            pins.enter(staffed, TOM, "000000")
        assert isinstance(pins.enter(staffed, TOM, "111222"), pins.Person)
