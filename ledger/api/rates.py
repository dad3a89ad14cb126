"""How often somebody may ask. Kept by each process for itself: a guard, not a promise.

Budgets that protect orders live in the database. Source: sync.md §2.3, §9.
"""

import ipaddress
from threading import Lock

from ledger.api.errors import Failed

_MOST_KEPT = 10_000


class Rate:
    """So many requests a second, with some in reserve."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_ms, self._burst = per_s / 1000, burst
        self._left: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    def count(self, who: str, now_ms: int) -> None:
        """Count one request. Raises Failed (429) when there were too many."""
        with self._lock:
            left, since_ms = self._left.pop(who, (float(self._burst), now_ms))
            passed_ms = max(0, now_ms - since_ms)
            left = min(self._burst, left + passed_ms * self._per_ms)
            allowed = left >= 1
            if len(self._left) >= _MOST_KEPT:
                self._left.pop(next(iter(self._left)))
            self._left[who] = (left - allowed, now_ms)
        if not allowed:
            wait_s = int((1 - left) / self._per_ms / 1000) + 1
            raise Failed(429, "too_many", retry_after_s=wait_s)


devices = Rate(per_s=20, burst=60)
addresses = Rate(per_s=10 / 60, burst=10)


def count_address(address: str | None, now_ms: int) -> None:
    """Count an unsigned request of one address; this machine's own are not counted."""
    try:
        if ipaddress.ip_address(address or "").is_loopback:
            return
    except ValueError:
        pass
    addresses.count(address or "", now_ms)
