"""How often somebody may ask. Kept by each process for itself: a guard, not a promise.

Budgets that protect orders live in the database. Source: sync.md §2.3, §9.
"""

from dataclasses import dataclass, field
from threading import Lock

_MOST_KEPT = 10_000


class Rate:
    """So many requests a second, with some in reserve."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_ms, self._burst = per_s / 1000, burst
        self._left: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    def wait_s(self, who: str, now_ms: int) -> int:
        """Count one request; give 0, or how long to wait because there were too many."""
        with self._lock:
            left, since_ms = self._left.pop(who, (float(self._burst), now_ms))
            passed_ms = max(0, now_ms - since_ms)
            left = min(self._burst, left + passed_ms * self._per_ms)
            allowed = left >= 1
            if len(self._left) >= _MOST_KEPT:
                self._left.pop(next(iter(self._left)))
            self._left[who] = (left - allowed, now_ms)
        return 0 if allowed else int((1 - left) / self._per_ms / 1000) + 1


@dataclass(frozen=True)
class Rates:
    """Signed requests of each device; unsigned ones of each address."""

    devices: Rate = field(default_factory=lambda: Rate(per_s=20, burst=60))
    addresses: Rate = field(default_factory=lambda: Rate(per_s=10 / 60, burst=10))
