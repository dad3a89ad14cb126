"""Who buys: guests at kiosks, and people at home in the online shop.

They press whatever leads on to a ticket, as anybody would who wants two seats.
"""

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Final

import httpx

from lobby.scenarios.screen import NotFound, Screen
from lobby.terminal.plan import Outcome, Plan
from tests.promises.trade.house import House

GUEST_S: Final = 30.0
# Of a guest who has to have tickets in the end, however busy the machine is.
PATIENT_S: Final = 240.0
# What leads on, the later pages first; a title opens an evening.
ONWARDS: Final = (
    "Pay",
    "Continue without",
    "Take these",
    "Find seats",
    "Hamlet",
    "The Tempest",
    "Improv",
    # Cut off, the first page leads straight to what can be bought, and to no list.
    "Buy",
    "Other performances",
)
SHOP: Final = ("Approve", "Pay ", "Find the best seats", "Take these")
SHOWS: Final = ("Hamlet", "The Tempest", "Improv")


class Buyers:
    """All who buy. counts: what became of them; broken: what nobody should ever see."""

    def __init__(self, house: House, seed: int, over: threading.Event) -> None:
        self._house, self._seed, self._over = house, seed, over
        self.counts: Counter[str] = Counter()
        self.broken: list[str] = []

    def at(self, kiosk: str) -> None:
        """One guest after the other at a kiosk, until the day is over."""
        chance = random.Random(f"{self._seed} {kiosk}")
        terminal = self._house.foyers[kiosk].terminal
        while not self._over.wait(0.2):
            declines = chance.random() < 0.1
            terminal.set_plan(Plan(Outcome.DECLINE if declines else Outcome.APPROVE))
            screen = Screen(self._house.address(kiosk))
            try:
                self.counts[f"{kiosk}: {self._visits(screen, kiosk)}"] += 1
            except httpx.HTTPError:
                self.counts[f"{kiosk}: dark"] += 1
            finally:
                screen.close()

    def online(self, name: str) -> None:
        """One buyer after the other in the shop; some never come back from the bank."""
        chance = random.Random(f"{self._seed} {name}")
        while not self._over.wait(0.2):
            screen = Screen(self._house.address("ledger"))
            try:
                self.counts[f"shop: {self._orders(screen, chance)}"] += 1
            except httpx.HTTPError:
                self.counts["shop: dark"] += 1
            except NotFound:
                self.counts["shop: nothing leads on"] += 1
            finally:
                screen.close()

    def _visits(self, screen: Screen, kiosk: str) -> str:
        end = visit(screen, self._over)
        if end == "an error page":
            self.broken.append(f"{kiosk}: an error page, {screen.title}")
        return end

    def _orders(self, screen: Screen, chance: random.Random) -> str:
        screen.open("/shop/")
        shows = [c.name for c in screen.controls() if c.name.startswith(SHOWS)]
        if not shows:
            return "nothing on sale"
        screen.press(chance.choice(shows))
        until = time.monotonic() + GUEST_S
        while time.monotonic() < until and not self._over.is_set():
            if screen.status >= 500:
                self.broken.append(f"shop: an error page, {screen.title}")
                return "an error page"
            if "thank you" in screen.title.lower():
                return "sold"
            if "bank" in screen.title.lower() and chance.random() < 0.1:
                return "left at the bank"
            if _goes_on(screen, SHOP):
                continue
            with suppress(NotFound):
                screen.type("Name", "Ada Holm")
                screen.type("E-mail", "ada@example.org")
            screen.press("Continue")
        return "gave up"


def visit(
    screen: Screen, over: threading.Event, *, code: str = "", most_s: float = GUEST_S
) -> str:
    """Buy two seats at a kiosk, and say how it ended. Raises httpx.HTTPError.

    code: of a gift card that pays a part of them. most_s: so long the guest tries.
    """
    screen.open("/")
    until = time.monotonic() + most_s
    while time.monotonic() < until and not over.is_set():
        if screen.status >= 500:
            return "an error page"
        words = screen.words.lower()
        for said, end in (
            ("enjoy the show", "sold"),
            ("declined", "declined"),
            ("line to the box office is down", "no line"),
            ("taking a break", "a break"),
        ):
            if said in words:
                return end
        if code and _goes_on(screen, ("Gift card or code",)):
            screen.type("Code", code)
            screen.press("Use this code")
            code = ""
        elif not _goes_on(screen, ONWARDS):
            time.sleep(0.1)
            screen.reload()
    return "gave up"


def _goes_on(screen: Screen, onwards: tuple[str, ...]) -> bool:
    """Press the first control there is that leads on; False if there is none."""
    names = [control.name for control in screen.controls()]
    for wanted in onwards:
        for name in names:
            if name.startswith(wanted):
                screen.press(name)
                return True
    return False
