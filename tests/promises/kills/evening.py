"""A lobby whose kiosk or ledger is killed again and again, and who looks at its books.

The lobby starts what fell, as systemd would. Afterwards its lamps compare books that know
nothing of each other: paper with sales, the terminal's charges with the kiosk's attempts,
seats, journal. Source: sync.md §6, P6, P3.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx

from lobby.scenarios.screen import NotFound, Screen
from tests.lobby_running import Lobby
from tests.promises.kills.tracing import Place, Recording, Trap

SETTLED_S: Final = 60.0
SOLD_S: Final = 20.0
PAUSE_S: Final = 0.05


class Broken(AssertionError):
    """A promise did not hold; the text says which."""


class Evening:
    """One lobby, and guests who buy two seats each."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._ports = {"kiosk": lobby.base + 10, "ledger": lobby.base + 1}
        lobby.post("/terminal/next", {"outcome": "approve", "tap_s": 0})
        # What the house had sold before the first of our guests came.
        self._before = int(self._figures()["ledger"]["tickets"])

    # --- what happens -------------------------------------------------------------------

    def record(self, program: str) -> list[Place]:
        """Let one guest buy, undisturbed, and give every call that a program makes."""
        self._ready(program)
        self._prepare(program)
        recording = Recording(self._process(program))
        try:
            self._provoke(program)
        finally:
            places = recording.stop()
        self.check()
        return places

    def kill(self, program: str, place: Place) -> bool:
        """Kill a program at a place while a guest buys, and check all books afterwards.

        Gives False when it never got there. Raises Broken.
        """
        self._ready(program)
        self._prepare(program)
        process = self._process(program)
        try:
            trap = Trap(process, place)
        except IndexError:
            return False
        try:
            with suppress(httpx.HTTPError, NotFound):
                self._provoke(program)
        finally:
            trap.open()
        fell = not self._runs(program, process)
        self.check()
        return fell

    def _prepare(self, program: str) -> None:
        if program == "ledger":  # What a guest bought meanwhile is uploaded at once later.
            self._lobby.post("/network/kiosk-ledger", {"up": False})
            if self._figures()["kiosk"]["own_seats"] < 1:
                self._lobby.post("/network/kiosk-ledger", {"up": True})
                self._until(lambda: self._figures()["kiosk"]["own_seats"] > 0, "own seats")
                self._lobby.post("/network/kiosk-ledger", {"up": False})
            self._buy()

    def _provoke(self, program: str) -> None:
        if program == "ledger":
            self._lobby.post("/network/kiosk-ledger", {"up": True})
            began = time.monotonic()
            while time.monotonic() - began < SOLD_S and self._figures()["unsent_events"]:
                time.sleep(PAUSE_S)
        else:
            self._buy()

    def _buy(self) -> None:
        screen = Screen(self._lobby.device("kiosk"))
        try:
            screen.open("/")
            for button in ("Hamlet", "Find seats", "Take these", "Pay"):
                if button == "Pay":
                    with suppress(NotFound):
                        screen.press("Continue without")
                screen.press(button)
            until = time.monotonic() + SOLD_S
            while "enjoy the show" not in screen.words.lower():
                if time.monotonic() > until:
                    raise NotFound(f"no tickets came: {screen.words[:200]}")
                time.sleep(PAUSE_S)
                screen.reload()
        finally:
            screen.close()

    # --- what must be so ------------------------------------------------------------------

    def check(self) -> None:
        """Wait until nothing is under way any more, then judge. Raises Broken."""
        self._ready("kiosk")
        self._ready("ledger")
        found: dict[str, Any] = {}

        def settled() -> bool:
            with suppress(httpx.HTTPError, KeyError, TypeError):
                found.update(self._figures())
                if any(lamp["state"] == "stop" for lamp in found["lamps"]):
                    raise Broken(str([x for x in found["lamps"] if x["state"] == "stop"]))
                under_way = {"created", "sent", "approved", "unknown"}
                return (
                    all(lamp["state"] == "ok" for lamp in found["lamps"])
                    and not any(i["state"] in under_way for i in found["kiosk"]["intents"])
                    and not found["unsent_events"]
                )
            return False

        self._until(settled, "settled books", lambda: str(found.get("lamps")))
        ledger, kiosk = found["ledger"], found["kiosk"]
        told, sold = ledger["tickets"] - self._before, len(kiosk["paid_tickets"])
        if told != sold:
            raise Broken(f"the ledger has {told} tickets of the {sold} the kiosk sold")
        slips = self._get("/printer/slips")["slips"]
        codes = [code for slip in slips for code in slip.get("codes", ())]
        if len(codes) != len(set(codes)):
            raise Broken("a ticket came out twice")

    # --- means ---------------------------------------------------------------------

    def _figures(self) -> dict[str, Any]:
        return self._get("/figures")

    def _get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(f"{self._lobby.address}{path}", timeout=10, trust_env=False)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def _ready(self, program: str) -> None:
        path = "/api/time?nonce=kills" if program == "ledger" else "/health"
        address = f"http://127.0.0.1:{self._ports[program]}{path}"

        def answers() -> bool:
            with suppress(httpx.HTTPError, ValueError):
                answer = httpx.get(address, timeout=2, trust_env=False)
                return answer.status_code == 200 and (
                    program == "ledger" or bool(answer.json().get("ready"))
                )
            return False

        self._until(answers, f"an answer from the {program}")

    def _process(self, program: str) -> int:
        """The id of a program of this lobby. Raises LookupError."""
        name = "FOH_LEDGER_PORT" if program == "ledger" else "FOH_KIOSK_PORT"
        wanted = f"{name}={self._ports[program]}".encode()
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal() or int(folder.name) == os.getpid():
                continue
            with suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    return int(folder.name)
        raise LookupError(f"the {program} does not run")

    def _runs(self, program: str, process: int) -> bool:
        with suppress(LookupError):
            return self._process(program) == process
        return False

    def _until(
        self,
        holds: Callable[[], bool],
        what: str,
        otherwise: Callable[[], str] = lambda: "",
    ) -> None:
        until = time.monotonic() + SETTLED_S
        while not holds():
            if time.monotonic() > until:
                raise Broken(f"no {what} within {SETTLED_S:.0f} s {otherwise()}".strip())
            time.sleep(PAUSE_S)
