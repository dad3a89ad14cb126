"""The verbs of a story that say what must be so, and that measure."""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from lobby.scenarios.night import Night, counted


class Checks:
    """What the books say, against what the story expects."""

    def __init__(self, night: Night) -> None:
        self._night = night

    def ledger(self, step: Mapping[str, Any]) -> None:
        """Wait until the ledger's figures are these, counted since the story began."""
        wanted = step["ledger"]
        found: dict[str, Any] = {}

        def holds() -> bool:
            try:
                figures = httpx.get(
                    f"{self._night.where.ledger}/demo/figures", timeout=5
                ).json()
            except httpx.HTTPError:
                return False
            found.update(counted(figures))
            return all(
                found.get(key, 0) - self._night.before.get(key, 0) == value
                for key, value in wanted.items()
            )

        self._night.until(
            holds, step, lambda: f"the ledger says {found}, before {self._night.before}"
        )

    def invariants(self, step: Mapping[str, Any]) -> None:
        """Wait until every lamp says OK, or stops at no more than before this story."""
        wrong: list[dict[str, Any]] = []

        def all_ok() -> bool:
            lamps = self._night.lobby.get("/figures").json()["lamps"]
            wrong[:] = [lamp for lamp in lamps if not self._is_well(lamp)]
            return not wrong

        self._night.until(all_ok, step, lambda: str(wrong))

    def _is_well(self, lamp: Mapping[str, Any]) -> bool:
        before, broken = self._night.broken_before[lamp["name"]], int(lamp["broken"])
        return bool(lamp["state"] == "ok") or 0 < broken <= before

    def own(self, step: Mapping[str, Any]) -> None:
        """Wait until the kiosk (`on`: another) owns at least that many seats."""
        owned, name = 0, step.get("on", "kiosk")

        def owns() -> bool:
            nonlocal owned
            owned = int(self._night.kiosk(name).get("own_seats", 0))
            return owned >= int(step["own"])

        self._night.until(owns, step, lambda: f"{name} owns {owned} seats")

    def sold(self, step: Mapping[str, Any]) -> None:
        """Wait until the kiosk has sold that many seats of this story: $sold.0 and on."""
        seats: list[str] = []

        def has_sold() -> bool:
            told = self._night.kiosk().get("sold", [])
            seats[:] = told[self._night.sold_before :]
            return len(seats) >= int(step["sold"])

        self._night.until(has_sold, step, lambda: f"the kiosk sold {seats}")
        self._night.facts = {**self._night.facts, "sold": list(seats)}

    def copied(self, step: Mapping[str, Any]) -> None:
        """Wait until the kiosk (`on`: another) keeps every sealed copy of that order."""
        wanted: list[str] = []

        def keeps() -> bool:
            figures = httpx.get(
                f"{self._night.where.ledger}/demo/figures", timeout=5
            ).json()
            wanted[:] = figures["copied"].get(step["copied"], [])
            kept = self._night.kiosk(step.get("on", "kiosk")).get("copies", [])
            return bool(wanted) and set(wanted) <= set(kept)

        self._night.until(
            keeps, step, lambda: f"of {step['copied']} the ledger sealed {wanted}"
        )

    def line(self, step: Mapping[str, Any]) -> None:
        """Wait until the kiosk (`on`: another) knows that the line is up, or down."""

        def known() -> bool:
            kiosk = self._night.kiosk(step.get("on", "kiosk"))
            return bool(kiosk and kiosk["linked"] == (step["line"] == "up"))

        self._night.until(known, step, lambda: f"the line is not {step['line']}")

    def ready(self, step: Mapping[str, Any]) -> None:
        """Wait until that kiosk hears the ledger, asks for no seats and prints nothing."""
        kiosk: dict[str, Any] = {}

        def is_ready() -> bool:
            kiosk.clear()
            kiosk.update(self._night.kiosk(step["ready"]))
            return self._night.ready(kiosk)

        self._night.until(is_ready, step, lambda: f"{step['ready']} is not ready: {kiosk}")

    def mark(self, step: Mapping[str, Any]) -> None:
        self._night.marks[step["mark"]] = time.perf_counter()

    def measure(self, step: Mapping[str, Any]) -> None:
        since = self._night.marks[step["since"]]
        self._night.measures[step["measure"]] = (time.perf_counter() - since) * 1000
