"""A kiosk, a door and the ledger, listened to while a guest buys and goes in."""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from lobby.scenarios.screen import Screen
from tests.promises.tears import oracle
from tests.promises.tears.oracle import DEVICE, LEDGER
from tests.promises.tears.tape import Restless, Step, Tape
from tests.promises.trade.buyers import PATIENT_S, visit
from tests.promises.trade.house import House
from tests.warm import Warm

KIOSK, DOOR = "kiosk-1", "door-a"
FILES: Final = {KIOSK: DEVICE, DOOR: DEVICE, "ledger": LEDGER}
MOST_S: Final = 240.0
# Longer than a store rests before it moves its WAL into its file.
REST_S: Final = 6.0


@dataclass(frozen=True)
class Heard:
    """What a program did, on which files it began, and what it owed to others and when."""

    program: str
    database: str
    base: dict[str, bytes]
    steps: list[Step]
    promises: list[oracle.Promise]


def listen(folder: Path, base: int, *, guests: int) -> list[Heard]:
    """Let guests buy and go in, one after the other; give what each of the programs did."""
    house = House(folder, base, [KIOSK], [DOOR], supervisor=Warm)
    try:
        house.open()
        _until(lambda: house.get(KIOSK, "/demo/figures")["own_seats"] >= 4)
        _buy(house)  # The first one finds everything still to be read.
        _until(lambda: _at_rest(house))
        tapes = {name: _tape(house, name) for name in FILES}
        for guest in range(guests):
            if guest:
                time.sleep(REST_S)
            _buy(house)
            for code in house.codes()[-2:]:
                _scan(house, code)
            _until(lambda: _at_rest(house))
        heard = []
        for name, tape in tapes.items():
            steps = tape.stop()
            file = folder / f"{name}.sqlite"
            _copy(house.folder / name / FILES[name], file)
            owed = oracle.promises(steps, file, FILES[name])
            heard.append(Heard(name, FILES[name], tape.base, steps, owed))
        return heard
    finally:
        house.close()
        Warm.cool()


def _buy(house: House) -> None:
    screen = Screen(house.address(KIOSK))
    try:
        end = visit(screen, threading.Event(), most_s=PATIENT_S)
    finally:
        screen.close()
    assert end == "sold", end


def _scan(house: House, code: str) -> None:
    answer = httpx.post(
        f"{house.address(DOOR)}/scans",
        json={"scan": str(uuid.uuid4()), "text": code, "source": "qr"},
        headers={"X-Scanner-Secret": house.secret(DOOR)},
        timeout=30,
        trust_env=False,
    )
    assert answer.json()["answer"].startswith("ADMIT"), answer.text


def _tape(house: House, name: str) -> Tape:
    number = house.supervisor.process_id(name)
    assert number is not None
    for _ in range(20):
        try:
            return Tape(number, house.folder / name / FILES[name])
        except Restless:
            time.sleep(0.5)
    raise AssertionError(f"{name} is never at rest")


def _at_rest(house: House) -> bool:
    """Whether all is printed and uploaded."""
    figures = house.get(KIOSK, "/demo/figures")
    unsent = [house.get(name, "/health")["unsent"] for name in (KIOSK, DOOR)]
    return not figures["owed"] and not any(unsent)


def _copy(store: Path, to: Path) -> None:
    address = f"file:{store}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as one,
        closing(sqlite3.connect(to)) as other,
    ):
        one.backup(other)


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + MOST_S
    while not holds():
        assert time.monotonic() < until, "the house does not come to rest"
        time.sleep(0.1)
