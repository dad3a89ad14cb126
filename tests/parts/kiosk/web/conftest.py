"""The pages of a kiosk and of a door, on real stores, and a guest in front of them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from kiosk.app import create_app, write_scanner_secret
from kiosk.device import Device
from kiosk.payments import conversation
from kiosk.printing import spool
from tests.pages import Guest
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_pins import employ
from tests.parts.kiosk.theatre import hear
from tests.parts.kiosk.web.pretend_house import PretendHouse


@pytest.fixture
def pages(kiosk: Device) -> Flask:
    return create_app(kiosk)


@pytest.fixture
def ada(pages: Flask) -> Guest:
    return Guest(pages)


@pytest.fixture
def bea(pages: Flask) -> Guest:
    return Guest(pages)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> PretendHouse:
    """Pages in states that are hard to reach, on answers made up for them."""
    house = PretendHouse()
    house.move_in(monkeypatch.setattr)
    return house


@pytest.fixture
def guest(house: PretendHouse) -> Guest:
    return Guest(house.app())


@pytest.fixture
def work(kiosk: Device, paper: Paper) -> Any:
    """Let the device do what its loops do by themselves: talk to the terminal, print."""

    def turn(times: int = 6) -> None:
        for _ in range(times):
            conversation.turn(kiosk)
            spool.turn(kiosk)

    # A device knows its printer before the first guest comes.
    turn(1)
    return turn


@pytest.fixture
def staffed(kiosk: Device, ledger: LedgerDouble) -> Flask:
    employ(ledger)
    hear(kiosk)
    return create_app(kiosk)


@pytest.fixture
def show(staffed: Flask, kiosk: Device) -> Callable[[str], str]:
    """Hold a code before the kiosk's camera; gives the answer that the scanner gets."""
    write_scanner_secret(kiosk.config)
    secret = kiosk.config.scanner_secret_file.read_text()
    shown = iter(range(99))

    def shows(text: str) -> str:
        scan = {"scan": f"shown-{next(shown)}", "text": text, "source": "camera"}
        headers = {"X-Scanner-Secret": secret}
        answer = staffed.test_client().post("/scans", json=scan, headers=headers)
        return str(answer.get_json()["answer"])

    return shows


@pytest.fixture
def anna(staffed: Flask) -> Guest:
    """Anna the manager, let in."""
    return let_in(Guest(staffed), "Anna Berg", "240613")


@pytest.fixture
def tom(staffed: Flask) -> Guest:
    """Tom the usher, let in."""
    return let_in(Guest(staffed), "Tom Ruiz", "111222")


def let_in(guest: Guest, name: str, pin: str) -> Guest:
    guest.open("/staff")
    guest.choose("Name", name)
    guest.type("PIN", pin)
    guest.press("Go on")
    return guest
