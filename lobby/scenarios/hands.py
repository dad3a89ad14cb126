"""The verbs of a story that touch screens, read them, and hear them."""

from collections.abc import Mapping
from typing import Any

from lobby.scenarios.night import Night


class Hands:
    """Whoever stands before a screen."""

    def __init__(self, night: Night) -> None:
        self._night = night

    def open(self, step: Mapping[str, Any]) -> None:
        self._night.screen(step).open(step["open"])

    def press(self, step: Mapping[str, Any]) -> None:
        self._night.screen(step).press(step["press"])

    def type(self, step: Mapping[str, Any]) -> None:
        for label, text in step["type"].items():
            self._night.screen(step).type(label, text)

    def untick(self, step: Mapping[str, Any]) -> None:
        self._night.screen(step).untick(step["untick"])

    def choose(self, step: Mapping[str, Any]) -> None:
        for label, option in step["choose"].items():
            self._night.screen(step).choose(label, option)

    def key(self, step: Mapping[str, Any]) -> None:
        """Press a key of the tactile pad: ArrowUp, ArrowDown, Enter, Escape or F1."""
        self._night.screen(step).key(step["key"])

    def hear(self, step: Mapping[str, Any]) -> None:
        """Press Down until something of that name is read out."""
        self._night.screen(step).hear(step["hear"])

    def wait(self, step: Mapping[str, Any]) -> None:
        """Wait until the screen says these words, reloading as pages without scripts do."""
        screen, wanted = self._night.screen(step), step["wait"]

        def said() -> bool:
            if wanted.lower() in screen.words.lower():
                return True
            screen.reload()
            return wanted.lower() in screen.words.lower()

        self._night.until(
            said, step, lambda: f"{step.get('on', 'kiosk')} says {screen.words[:300]!r}"
        )

    def verdict(self, step: Mapping[str, Any]) -> None:
        """Wait for the door's answer to what was shown last, as its page showed it.

        However late we look: a GO may have had its moment and be gone again.
        """
        name, wanted = step["on"], step["verdict"]
        screen, before = self._night.screen(step), self._night.seen.get(name, 0)

        def answered() -> bool:
            return wanted.lower() in screen.verdict(before).lower()

        def otherwise() -> str:
            showed = screen.verdict(before)[:300]
            return (
                f"wanted {wanted!r}; {name} showed {showed!r}, says {screen.words[:200]!r}"
            )

        self._night.until(answered, step, otherwise)
