"""Which places have been played, so that a run goes on where the last one stopped."""

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.promises.kills.tracing import Place

CHECKOUT: Final = Path(__file__).parents[3]
FILE: Final = CHECKOUT / ".kills"
PARTS: Final = ("boxoffice", "kiosk", "ledger")
PLAYED, NEVER = "played", "never reached"


class Notebook:
    """The places of one program under one fault, and what became of each.

    It begins again when the program is another: its calls are others then.
    """

    def __init__(self, name: str, file: Path = FILE) -> None:
        """name: of the program and the fault."""
        self._name, self._file, self._program = name, file, _program()
        self.places: list[Place] = []
        self._ends: dict[str, str] = {}
        kept = self._read().get(name, {})
        if kept.get("program") == self._program:
            self.places = [Place(*place) for place in kept["places"]]
            self._ends = kept["ends"]

    def begin(self, places: Sequence[Place]) -> None:
        """Take places that are to be played, and forget all others."""
        self.places, self._ends = list(places), {}
        self._write()

    def left(self) -> list[Place]:
        """Give what has not been played, from all over the purchase."""
        places = [place for place in self.places if self._key(place) not in self._ends]
        random.Random(1).shuffle(places)
        return places

    def end(self, place: Place, end: str) -> None:
        """Note what became of a place: `played`, `never reached`, or what was broken."""
        self._ends[self._key(place)] = end
        self._write()

    def count(self, end: str) -> int:
        return list(self._ends.values()).count(end)

    @property
    def broken(self) -> list[str]:
        """What was broken, each with its place."""
        return [
            f"{self._name}, {place} ({place.target}): {end}"
            for place in self.places
            if (end := self._ends.get(self._key(place), PLAYED)) not in {PLAYED, NEVER}
        ]

    def _key(self, place: Place) -> str:
        return f"{place.call} {place.thread} {place.nth}"

    def _read(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return kept

    def _write(self) -> None:
        kept = self._read()
        kept[self._name] = {
            "program": self._program,
            "places": [(p.call, p.thread, p.nth, p.target) for p in self.places],
            "ends": self._ends,
        }
        draft = self._file.with_name(f"{self._file.name}.new")
        draft.write_text(json.dumps(kept))
        draft.replace(self._file)


def _program() -> str:
    seen = hashlib.blake2b(digest_size=16)
    for part in PARTS:
        for file in sorted((CHECKOUT / part).rglob("*.py")):
            seen.update(str(file.relative_to(CHECKOUT)).encode() + file.read_bytes())
    return seen.hexdigest()
