"""How well the eyes of this device see, as its scanners last said.

A scanner tells when its camera is away or frozen, when its reader is away, and what would
help a guest whose code it sees but cannot read. All of it is our own trouble or a helping
hand, never a verdict: it is shown beside verdicts and kept nowhere. Source: issue E,
checkin.md §4 "Our own trouble never looks like a bad ticket".
"""

import threading
from dataclasses import dataclass
from typing import Any, Final

# What a scanner may say; anything else counts as nothing said.
TROUBLES: Final = frozenset({"away", "frozen"})
HINTS: Final = frozenset({"closer", "further", "still", "tilt", "light"})
# A scanner speaks every few seconds, also when all is well.
SILENT_MS: Final = 15_000
# A hint is about this moment, and said again as long as it holds.
HINT_MS: Final = 3_000
MOST_SCANNERS: Final = 8


@dataclass(frozen=True)
class Said:
    """What one scanner said, and when, by boot time. Empty words: all is well."""

    camera: str
    reader: str
    hint: str
    at_ms: int


class Sight:
    """What all scanners of this device said last. Thread-safe, in memory only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, Said] = {}

    def hear(self, body: dict[str, Any], now_ms: int) -> bool:
        """Take in what a scanner says; say whether that changes what is to be shown."""
        before = self.shown(now_ms)
        said = Said(
            camera=_one_of(TROUBLES, body.get("camera")),
            reader=_one_of(TROUBLES, body.get("reader")),
            hint=_one_of(HINTS, body.get("hint")),
            at_ms=now_ms,
        )
        name = str(body.get("source", ""))[:64]
        with self._lock:
            if name in self._said or len(self._said) < MOST_SCANNERS:
                self._said[name] = said
        return self.shown(now_ms) != before

    @property
    def spoken(self) -> bool:
        """Whether any scanner has said anything since the start."""
        with self._lock:
            return bool(self._said)

    def shown(self, now_ms: int) -> str:
        """Give the one thing worth showing now; empty when there is nothing.

        A trouble goes before a hint: `camera_away`, `camera_frozen`, `reader_away`,
        `silent` (a scanner that spoke before says nothing more), or a hint's name.
        """
        with self._lock:
            all_said = list(self._said.values())
        for said in all_said:
            if now_ms - said.at_ms >= SILENT_MS:
                return "silent"
            if said.camera:
                return f"camera_{said.camera}"
            if said.reader:
                return f"reader_{said.reader}"
        fresh = (said.hint for said in all_said if now_ms - said.at_ms < HINT_MS)
        return next(filter(None, fresh), "")


def _one_of(known: frozenset[str], word: object) -> str:
    return word if isinstance(word, str) and word in known else ""
