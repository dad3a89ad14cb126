"""What all verbs of a story share: where the parts answer, who stands where."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

MOST_WAIT_S = 60.0
# So long a story waits for what the one before left behind.
MOST_REST_S = 60.0
PAUSE_S = 0.02
# The box office sells at its own screen, which is the ledger's staff pages.
OFFICE = "office"


class Failed(Exception):
    """Something was not as the scenario says; the text says what, and where."""


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

    def verdict(self, after: int) -> str:
        """What a door's page showed of verdicts above that id; empty while of none."""

    def open(self, path: str) -> None: ...

    def reload(self) -> None: ...

    def press(self, name: str) -> None: ...

    def type(self, label: str, text: str) -> None: ...

    def choose(self, label: str, option: str) -> None: ...

    def untick(self, label: str) -> None: ...

    def key(self, name: str) -> None: ...

    def hear(self, words: str) -> None: ...

    def close(self) -> None: ...


class Night:
    """One story being played: its screens, its facts, and the counts that it began with.

    screens: by name; marks: moments in s; measures: figures in ms.
    """

    def __init__(
        self, where: Addresses, facts: Mapping[str, Any], screens: Mapping[str, Touched]
    ) -> None:
        self.where, self.facts, self.screens = where, facts, screens
        self.lobby = httpx.Client(base_url=where.lobby, timeout=60.0)
        self.marks: dict[str, float] = {}
        self.measures: dict[str, float] = {}
        self.slips_before = self.sold_before = 0
        self.seen: dict[str, int] = {}
        self.before: dict[str, int] = {}
        self.broken_before: dict[str, int] = {}

    def begin(self) -> None:
        """Take what there is now as the beginning that later counts are measured from.

        Faults that somebody left are mended first. What was played before may still print
        and be uploaded, and a kiosk may still ask for seats. Raises Failed.
        """
        self.post("/scenarios/start", {})
        until = time.monotonic() + MOST_REST_S
        while not self._at_rest(told := self._told()) and time.monotonic() < until:
            time.sleep(PAUSE_S)
        if told["kiosks"].get("kiosk", {}).get("printing"):
            raise Failed(
                "The kiosk still has paper of an earlier guest to print, which this story"
                " would take for its own: see to it under Staff, Tickets owed."
            )
        self.slips_before = len(self.all_slips())
        self.sold_before = len(told["kiosks"].get("kiosk", {}).get("sold", []))
        figures = httpx.get(f"{self.where.ledger}/demo/figures", timeout=60).json()
        self.before = {k: v for k, v in counted(figures).items() if k != "journal_sum"}
        self.broken_before = {lamp["name"]: lamp["broken"] for lamp in told["lamps"]}

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = self.lobby.get("/figures").json()
        return told

    def _at_rest(self, told: Mapping[str, Any]) -> bool:
        kiosks = told["kiosks"]
        ready = "kiosk" in kiosks and all(
            # A payment that an earlier story left in doubt becomes a sale once its
            # terminal speaks again, which it does from here on.
            self.ready(one) and not self.in_doubt(one)
            for one in kiosks.values()
        )
        # Whose lamps are to be compared later has to have answered now.
        return ready and told["ledger"] is not None and not told["unsent_events"]

    def kiosk(self, name: str = "kiosk") -> dict[str, Any]:
        """What a kiosk tells of itself; nothing while it does not answer."""
        told: dict[str, Any] = self._told()["kiosks"].get(name, {})
        return told

    @staticmethod
    def in_doubt(kiosk: Mapping[str, Any]) -> bool:
        """Whether nobody knows yet what became of a payment."""
        return any(one["state"] == "unknown" for one in kiosk.get("intents", ()))

    @staticmethod
    def ready(kiosk: Mapping[str, Any]) -> bool:
        """Whether a kiosk hears the ledger, asks for no seats and prints nothing."""
        return bool(kiosk.get("linked")) and not (
            kiosk["wanted_seats"] or kiosk["printing"]
        )

    def end(self) -> None:
        for screen in self.screens.values():
            screen.close()
        self.lobby.close()

    def screen(self, step: Mapping[str, Any]) -> Touched:
        """The screen that a step is about; the kiosk's where it names none."""
        return self.screens[step.get("on", "kiosk")]

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        """Tell the lobby something. Raises Failed."""
        answer = self.lobby.post(path, json=dict(body))
        if answer.status_code >= 400:
            raise Failed(f"{path}: {answer.status_code} {answer.text[:200]}")

    def until(
        self,
        holds: Callable[[], bool],
        step: Mapping[str, Any],
        otherwise: Callable[[], str],
    ) -> None:
        """Wait until it holds, at most the step's `most_s`. Raises Failed."""
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

    def all_slips(self) -> list[dict[str, Any]]:
        """Everything that lies in the printer's tray."""
        answer = self.lobby.get("/printer/slips")
        answer.raise_for_status()
        slips: list[dict[str, Any]] = answer.json()["slips"]
        return slips

    def slip(self, place: int) -> int:
        """The number of the n-th slip of this story, from 1."""
        return int(self.all_slips()[self.slips_before + place - 1]["n"])

    def scan(self, device: str) -> Mapping[str, Any]:
        """A device's newest scan; its `id` is 0 before the first."""
        address = self.where.screens[device]
        last: dict[str, Any] = httpx.get(
            f"{address}/scans/last", params={"after": -1}, timeout=60
        ).json()
        return {**last, "id": int(last.get("id") or 0)}


def counted(figures: Mapping[str, Any]) -> dict[str, int]:
    """Make counts of figures: numbers as they are, lists by what they hold."""
    counts = {key: value for key, value in figures.items() if isinstance(value, int)}
    for key, value in figures.items():
        if isinstance(value, list):
            counts[key] = sum(
                int(entry.get("count", 1)) if isinstance(entry, dict) else 1
                for entry in value
            )
    return counts
