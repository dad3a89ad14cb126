"""Play a scenario through the running parts, as fast as they go; say what it measured."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from lobby.scenarios import story
from lobby.scenarios.screen import NotFound, Screen

MOST_WAIT_S = 20.0
PAUSE_S = 0.02


class Failed(Exception):
    """Something was not as the scenario says; the text says what, and where."""


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


@dataclass(frozen=True)
class Addresses:
    """Where the parts answer: base addresses of the lobby, the ledger and each screen."""

    lobby: str
    ledger: str
    screens: Mapping[str, str]


class Touched(Protocol):
    """A screen that a story can touch. taps: how often it was pressed."""

    taps: int

    @property
    def words(self) -> str: ...

    def open(self, path: str) -> None: ...

    def reload(self) -> None: ...

    def press(self, name: str) -> None: ...

    def type(self, label: str, text: str) -> None: ...

    def untick(self, label: str) -> None: ...

    def close(self) -> None: ...


class Player:
    """Plays stories on one running lobby."""

    def __init__(
        self,
        where: Addresses,
        facts: Mapping[str, Any],
        screens: Mapping[str, Touched] | None = None,
    ) -> None:
        """screens: what is touched instead of plain HTTP, such as a browser's pages."""
        self._where, self._facts = where, facts
        self._lobby = httpx.Client(base_url=where.lobby, timeout=10.0)
        self._screens: Mapping[str, Touched] = screens or {
            name: Screen(address) for name, address in where.screens.items()
        }
        self._marks: dict[str, float] = {}
        self._measures: dict[str, float] = {}
        self._slips_before = 0
        self._seen: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def play(self, told: story.Story) -> Result:
        """Play one story to its end or its first failure."""
        self._remember()
        began = time.perf_counter()
        done, why = 0, None
        for step in told.steps:
            verb = story.verb(step)
            try:
                act: Callable[[Mapping[str, Any]], None] = getattr(self, f"_{verb}")
                act(story.filled(dict(step), self._facts))
            except (Failed, NotFound, httpx.HTTPError, LookupError) as trouble:
                why = (
                    f"step {done + 1} ({_short(step)}): {trouble or type(trouble).__name__}"
                )
                break
            done += 1
        return Result(
            scenario=told.name,
            passed=why is None,
            steps=done,
            taps=sum(screen.taps for screen in self._screens.values()),
            seconds=time.perf_counter() - began,
            measures=self._measures,
            why=why,
        )

    def close(self) -> None:
        for screen in self._screens.values():
            screen.close()
        self._lobby.close()

    # --- screens ----------------------------------------------------------------------

    def _open(self, step: Mapping[str, Any]) -> None:
        self._screen(step).open(step["open"])

    def _press(self, step: Mapping[str, Any]) -> None:
        self._screen(step).press(step["press"])

    def _type(self, step: Mapping[str, Any]) -> None:
        for label, text in step["type"].items():
            self._screen(step).type(label, text)

    def _untick(self, step: Mapping[str, Any]) -> None:
        self._screen(step).untick(step["untick"])

    def _wait(self, step: Mapping[str, Any]) -> None:
        """Wait until the screen says these words, reloading as pages without scripts do."""
        screen, wanted = self._screen(step), step["wait"]

        def said() -> bool:
            if wanted.lower() in screen.words.lower():
                return True
            screen.reload()
            return wanted.lower() in screen.words.lower()

        self._until(
            said, step, lambda: f"{step.get('on', 'kiosk')} says {screen.words[:300]!r}"
        )

    def _verdict(self, step: Mapping[str, Any]) -> None:
        """Wait for the door's answer to what was shown last, and read it on its page."""
        name, wanted = step["on"], step["verdict"]
        screen = self._screen(step)

        def answered() -> bool:
            if self._last_scan(name) <= self._seen.get(name, 0):
                return False
            screen.reload()
            return wanted.lower() in screen.words.lower()

        self._until(
            answered, step, lambda: f"wanted {wanted!r}; {name} says {screen.words[:300]!r}"
        )

    def _last_scan(self, name: str) -> int:
        """The number of a device's newest scan; 0 before the first."""
        address = self._where.screens[name]
        last = httpx.get(f"{address}/scans/last", params={"after": -1}, timeout=10).json()
        return int(last.get("id") or 0)

    # --- paper, mail, cameras ---------------------------------------------------------

    def _all_slips(self) -> list[dict[str, Any]]:
        answer = self._lobby.get("/printer/slips")
        answer.raise_for_status()
        slips: list[dict[str, Any]] = answer.json()["slips"]
        return slips

    def _slips(self, step: Mapping[str, Any]) -> None:
        wanted = step["slips"]
        self._until(
            lambda: len(self._all_slips()) - self._slips_before >= wanted,
            step,
            lambda: f"{len(self._all_slips()) - self._slips_before} slips came out",
        )

    def _slip_number(self, place: int) -> int:
        """The number of the n-th slip of this story, from 1."""
        return int(self._all_slips()[self._slips_before + place - 1]["n"])

    def _mail(self, step: Mapping[str, Any]) -> None:
        """Wait until a letter whose text holds these words has arrived."""

        def arrived() -> bool:
            letters = self._lobby.get("/mailbox").json()["letters"]
            for letter in letters:
                if step["mail"].lower() in f"{letter['to']} {letter['subject']}".lower():
                    self._facts = {**self._facts, "letter": letter}
                    return True
            return False

        self._until(arrived, step, lambda: "no such letter came")

    def _show(self, step: Mapping[str, Any]) -> None:
        """Show a slip, a letter's ticket or a text to a camera, until the next step."""
        name, shown = step["to"], dict(step["show"])
        if "slip" in shown:
            shown["slip"] = self._slip_number(shown["slip"])
        if name != "kiosk":
            self._screens[name].open("/door")
        self._seen[name] = self._last_scan(name)
        self._marks["show"] = time.perf_counter()
        self._post(f"/cameras/{name}/show", shown)

    def _clear(self, step: Mapping[str, Any]) -> None:
        self._post(f"/cameras/{step['clear']}/clear", {})

    def _take(self, step: Mapping[str, Any]) -> None:
        self._post(f"/printer/slips/{self._slip_number(step['take'])}/take", {})

    # --- faults -----------------------------------------------------------------------

    def _printer(self, step: Mapping[str, Any]) -> None:
        self._post("/printer/faults", step["printer"])

    def _refill(self, step: Mapping[str, Any]) -> None:
        self._post("/printer/refill", {})

    def _terminal(self, step: Mapping[str, Any]) -> None:
        self._post("/terminal/next", step["terminal"])

    def _charging(self, step: Mapping[str, Any]) -> None:
        """Wait until the terminal is that far with a card."""
        attempt: dict[str, Any] = {}

        def is_so_far() -> bool:
            attempt.clear()
            attempt.update(self._lobby.get("/terminal").json()["attempt"] or {})
            return bool(attempt.get("state") == step["charging"])

        self._until(is_so_far, step, lambda: f"the terminal's attempt: {attempt}")

    def _cut(self, step: Mapping[str, Any]) -> None:
        self._post(f"/network/{step['cut']}", {"up": False})

    def _mend(self, step: Mapping[str, Any]) -> None:
        self._post(f"/network/{step['mend']}", {"up": True})

    def _pull(self, step: Mapping[str, Any]) -> None:
        self._post(f"/plug/{step['pull']}/pull", {})

    def _back(self, step: Mapping[str, Any]) -> None:
        """Put the plug in again and wait until the process answers."""
        name = step["back"]
        self._post(f"/plug/{name}/back", {})
        address = self._where.ledger if name == "ledger" else self._where.screens.get(name)
        if address is None:
            return
        path = "/api/time?nonce=lobby" if name == "ledger" else "/health"

        def answers() -> bool:
            try:
                return httpx.get(f"{address}{path}", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        self._until(answers, step, lambda: f"{name} does not answer")

    def _clock(self, step: Mapping[str, Any]) -> None:
        self._post("/clock", step["clock"])

    # --- what must be so --------------------------------------------------------------

    def _ledger(self, step: Mapping[str, Any]) -> None:
        """Wait until the ledger's figures are these, counted since the story began."""
        wanted = step["ledger"]
        found: dict[str, Any] = {}

        def holds() -> bool:
            try:
                figures = httpx.get(f"{self._where.ledger}/demo/figures", timeout=5).json()
            except httpx.HTTPError:
                return False
            found.update(_counted(figures))
            return all(
                found.get(key, 0) - self._before.get(key, 0) == value
                for key, value in wanted.items()
            )

        self._until(holds, step, lambda: f"the ledger says {found}, before {self._before}")

    def _invariants(self, step: Mapping[str, Any]) -> None:
        """Wait until every lamp says OK."""
        lamps: list[dict[str, Any]] = []

        def all_ok() -> bool:
            lamps[:] = self._lobby.get("/figures").json()["lamps"]
            return all(lamp["state"] == "ok" for lamp in lamps)

        self._until(
            all_ok, step, lambda: str([lamp for lamp in lamps if lamp["state"] != "ok"])
        )

    def _own(self, step: Mapping[str, Any]) -> None:
        """Wait until the kiosk owns at least that many seats."""
        owned = 0

        def owns() -> bool:
            nonlocal owned
            kiosk = self._lobby.get("/figures").json()["kiosk"]
            owned = int(kiosk["own_seats"]) if kiosk else 0
            return owned >= int(step["own"])

        self._until(owns, step, lambda: f"the kiosk owns {owned} seats")

    def _mark(self, step: Mapping[str, Any]) -> None:
        self._marks[step["mark"]] = time.perf_counter()

    def _measure(self, step: Mapping[str, Any]) -> None:
        since = self._marks[step["since"]]
        self._measures[step["measure"]] = (time.perf_counter() - since) * 1000

    # --- means ------------------------------------------------------------------------

    def _remember(self) -> None:
        """Take what there is now as the beginning that later counts are measured from."""
        self._slips_before = len(self._all_slips())
        figures = httpx.get(f"{self._where.ledger}/demo/figures", timeout=10).json()
        self._before = {k: v for k, v in _counted(figures).items() if k != "journal_sum"}

    def _screen(self, step: Mapping[str, Any]) -> Touched:
        return self._screens[step.get("on", "kiosk")]

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        answer = self._lobby.post(path, json=dict(body))
        if answer.status_code >= 400:
            raise Failed(f"{path}: {answer.status_code} {answer.text[:200]}")

    def _until(
        self,
        holds: Callable[[], bool],
        step: Mapping[str, Any],
        otherwise: Callable[[], str],
    ) -> None:
        until = time.monotonic() + step.get("most_s", MOST_WAIT_S)
        while True:
            try:
                if holds():
                    return
            except httpx.HTTPError as trouble:
                if time.monotonic() > until:
                    raise Failed(f"{type(trouble).__name__}: {trouble}") from trouble
            if time.monotonic() > until:
                raise Failed(otherwise())
            time.sleep(PAUSE_S)


def _counted(figures: Mapping[str, Any]) -> dict[str, int]:
    counted = {key: value for key, value in figures.items() if isinstance(value, int)}
    for key, value in figures.items():
        if isinstance(value, list):
            counted[key] = sum(
                int(entry.get("count", 1)) if isinstance(entry, dict) else 1
                for entry in value
            )
    return counted


def _short(step: Mapping[str, Any]) -> str:
    text = ", ".join(f"{key} {value}" for key, value in step.items())
    return text[:120]
