"""The verbs of a story that go wrong: hardware, cables, plugs, clocks."""

from collections.abc import Mapping
from typing import Any

import httpx

from lobby.opening import READY_S
from lobby.scenarios.night import Night


class Faults:
    """What fails, and what mends it."""

    def __init__(self, night: Night) -> None:
        self._night = night

    def printer(self, step: Mapping[str, Any]) -> None:
        self._night.post("/printer/faults", step["printer"])

    def refill(self, step: Mapping[str, Any]) -> None:
        self._night.post("/printer/refill", {})

    def terminal(self, step: Mapping[str, Any]) -> None:
        self._night.post("/terminal/next", step["terminal"])

    def charging(self, step: Mapping[str, Any]) -> None:
        """Wait until the terminal is that far with a card."""
        attempt: dict[str, Any] = {}

        def is_so_far() -> bool:
            attempt.clear()
            attempt.update(self._night.lobby.get("/terminal").json()["attempt"] or {})
            return bool(attempt.get("state") == step["charging"])

        self._night.until(is_so_far, step, lambda: f"the terminal's attempt: {attempt}")

    def cut(self, step: Mapping[str, Any]) -> None:
        """Cut a cable, or one way of it: what is asked arrives, and no answer comes."""
        self._night.post(f"/network/{step['cut']}", {step.get("way", "up"): False})

    def mend(self, step: Mapping[str, Any]) -> None:
        whole = {"up": True, "there": True, "back": True}
        self._night.post(f"/network/{step['mend']}", whole)

    def pull(self, step: Mapping[str, Any]) -> None:
        self._night.post(f"/plug/{step['pull']}/pull", {})

    def back(self, step: Mapping[str, Any]) -> None:
        """Put the plug in again and wait until the process answers."""
        name = step["back"]
        self._night.post(f"/plug/{name}/back", {})
        address = (
            self._night.where.ledger
            if name == "ledger"
            else self._night.where.screens.get(name)
        )
        if address is None:
            return
        path = "/api/time?nonce=lobby" if name == "ledger" else "/health"

        def answers() -> bool:
            try:
                return httpx.get(f"{address}{path}", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        patient = {"most_s": READY_S, **step}
        self._night.until(answers, patient, lambda: f"{name} does not answer")

    def clock(self, step: Mapping[str, Any]) -> None:
        self._night.post("/clock", step["clock"])
