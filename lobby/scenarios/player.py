"""Play a scenario through the running parts, as fast as they go; say what it measured."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from lobby.scenarios import story
from lobby.scenarios.checks import Checks
from lobby.scenarios.faults import Faults
from lobby.scenarios.hands import Hands
from lobby.scenarios.night import OFFICE, Addresses, Failed, Night, Touched
from lobby.scenarios.screen import NotFound, Screen
from lobby.scenarios.things import Things


@dataclass
class Result:
    """How a scenario went. measures: name to ms."""

    scenario: str
    passed: bool
    steps: int
    taps: int
    seconds: float
    measures: dict[str, float] = field(default_factory=dict)
    why: str | None = None

    def document(self) -> dict[str, Any]:
        """The one JSON line."""
        document: dict[str, Any] = {
            "scenario": self.scenario,
            "passed": self.passed,
            "steps": self.steps,
            "taps": self.taps,
            "seconds": round(self.seconds, 3),
            **{name: round(value, 1) for name, value in self.measures.items()},
        }
        if self.why:
            document["why"] = self.why
        return document


class Player:
    """Plays stories on one running lobby."""

    def __init__(
        self,
        where: Addresses,
        facts: Mapping[str, Any],
        screens: Mapping[str, Touched] | None = None,
    ) -> None:
        """screens: what is touched instead of plain HTTP, such as a browser's pages."""
        touched: Mapping[str, Touched] = screens or {
            name: Screen(address) for name, address in where.screens.items()
        }
        self._night = Night(where, facts, {OFFICE: Screen(where.ledger), **touched})
        self._parts = [part(self._night) for part in (Hands, Things, Faults, Checks)]

    def play(self, told: story.Story) -> Result:
        """Play one story to its end or its first failure."""
        done, why = 0, None
        try:
            self._night.begin()
        except (Failed, httpx.HTTPError) as trouble:
            return Result(told.name, False, 0, 0, 0.0, why=f"before it began: {trouble}")
        began = time.perf_counter()
        for step in told.steps:
            try:
                self._act(story.verb(step))(story.filled(dict(step), self._night.facts))
            except (Failed, NotFound, httpx.HTTPError, LookupError) as trouble:
                why = (
                    f"step {done + 1} ({_short(step)}): {trouble or type(trouble).__name__}"
                )
                break
            done += 1
        guests = {n: screen for n, screen in self._night.screens.items() if n != OFFICE}
        return Result(
            scenario=told.name,
            passed=why is None,
            steps=done,
            taps=sum(screen.taps for screen in guests.values()),
            seconds=time.perf_counter() - began,
            measures=self._night.measures,
            why=why,
        )

    def close(self) -> None:
        self._night.end()

    def _act(self, verb: str) -> Callable[[Mapping[str, Any]], None]:
        [act] = [getattr(part, verb) for part in self._parts if hasattr(part, verb)]
        found: Callable[[Mapping[str, Any]], None] = act
        return found


def _short(step: Mapping[str, Any]) -> str:
    text = ", ".join(f"{key} {value}" for key, value in step.items())
    return text[:120]
