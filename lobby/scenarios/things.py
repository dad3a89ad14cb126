"""The verbs of a story that are about things: paper, letters, cameras."""

import json
import time
from collections.abc import Mapping
from typing import Any

from lobby.scenarios.night import Failed, Night

# A scanner tells a code again under its old id until it has been away for three seconds,
# counted from its last picture; and a busy machine takes a while over each.
_FORGOTTEN_S = 5.0
# A door names who came with somebody who is stopped: not the next guest, who comes later.
_APART_S = 3.0


class Things:
    """What is printed, mailed, and held before a camera."""

    def __init__(self, night: Night) -> None:
        self._night = night
        # How many came so far, and how long that took.
        self._came, self._took_s = 0, 0.0
        # Scans that were answered: a code that a slow scanner tells again is no new guest.
        self._answered: set[str] = set()
        # What each camera sees, when it last saw a thing that has been taken away, and
        # when anything.
        self._shown: dict[str, str] = {}
        self._gone_s: dict[tuple[str, str], float] = {}
        self._empty_s: dict[str, float] = {}
        # Somebody of the story before may stand at a door until now.
        self._began_s = time.monotonic()

    def slips(self, step: Mapping[str, Any]) -> None:
        wanted = step["slips"]
        self._night.until(
            lambda: len(self._night.all_slips()) - self._night.slips_before >= wanted,
            step,
            lambda: (
                f"{len(self._night.all_slips()) - self._night.slips_before} slips came out"
            ),
        )

    def mail(self, step: Mapping[str, Any]) -> None:
        """Wait until a letter to that address or of that subject has arrived.

        order: the order that it must be about, for somebody who gets several.
        """

        def arrived() -> bool:
            letters = self._night.lobby.get("/mailbox").json()["letters"]
            for letter in letters:
                named = (
                    step["mail"].lower() in f"{letter['to']} {letter['subject']}".lower()
                )
                if named and self._is_about(letter, step.get("order", "")):
                    self._night.facts = {**self._night.facts, "letter": letter}
                    return True
            return False

        self._night.until(arrived, step, lambda: "no such letter came")

    def _is_about(self, letter: Mapping[str, Any], order: str) -> bool:
        if not order:
            return True
        text: str = self._night.lobby.get(f"/mailbox/{letter['n']}").json()["text"]
        return order in text.replace("-", "")

    def show(self, step: Mapping[str, Any]) -> None:
        """Show a slip, a letter's ticket or a text to a camera, until the next step.

        The same thing is shown to the same camera only once that has forgotten it: its
        verdict is to be a new one, however quickly the story went.
        """
        name, shown = step["to"], dict(step["show"])
        if "slip" in shown:
            shown["slip"] = self._night.slip(shown["slip"])
        if name != "kiosk":
            self._night.screens[name].open("/door")
        thing = json.dumps(shown, sort_keys=True)
        last = self._night.scan(name)
        free_s = self._gone_s.get((name, thing), 0.0) + _FORGOTTEN_S
        if last.get("kind", "go") != "go":
            free_s = max(free_s, self._empty_s.get(name, self._began_s) + _APART_S)
        time.sleep(max(0.0, free_s - time.monotonic()))
        self._shown[name] = thing
        self._night.seen[name] = last["id"]
        self._night.marks["show"] = time.perf_counter()
        self._night.post(f"/cameras/{name}/show", shown)

    def arrivals(self, step: Mapping[str, Any]) -> None:
        """Show that many tickets of the letter at the doors in turn; each is let in.

        The next guest's ticket is held up while the door before is still reading.
        """
        began, reading = time.perf_counter(), dict[str, int]()
        for ticket in range(1, step["arrivals"] + 1):
            door = step["at"][ticket % len(step["at"])]
            self._is_let_in(step, door, reading.pop(door, None))
            reading[door] = self._night.scan(door)["id"]
            shown = {"mail": self._night.facts["letter"]["n"], "ticket": ticket}
            self._night.post(f"/cameras/{door}/show", shown)
        for door, before in reading.items():
            self._is_let_in(step, door, before)
            self._night.post(f"/cameras/{door}/clear", {})
        self._came += step["arrivals"]
        self._took_s += time.perf_counter() - began
        self._night.measures["arrivals_a_minute"] = 60 * self._came / self._took_s

    def _is_let_in(self, step: Mapping[str, Any], door: str, before: int | None) -> None:
        last: dict[str, Any] = {}

        def answered() -> bool:
            last.update(self._night.scan(door))
            return bool(
                last["id"] > int(before or 0) and last["scan"] not in self._answered
            )

        if before is not None:
            self._night.until(answered, step, lambda: f"no answer at {door}")
            self._answered.add(last["scan"])
            if last["kind"] != "go":
                raise Failed(f"{door} answered {last}")

    def clear(self, step: Mapping[str, Any]) -> None:
        name = step["clear"]
        self._night.post(f"/cameras/{name}/clear", {})
        self._empty_s[name] = time.monotonic()
        if thing := self._shown.pop(name, ""):
            self._gone_s[name, thing] = self._empty_s[name]

    def take(self, step: Mapping[str, Any]) -> None:
        self._night.post(f"/printer/slips/{self._night.slip(step['take'])}/take", {})
