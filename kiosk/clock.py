"""The time, and how far it is trusted.

A device's clock may show anything, so nothing about seats, money or "already admitted"
depends on it. What is asked of it is judged by the ledger's time where that is known: the
last answer's `FoH-Now` plus the time since boot. Source: sync.md §2.2, §7.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

# The words of `boxoffice.log`.
Trust = Literal["trusted", "plausible", "untrusted"]

# Midnight of the day this was built: no clock of a working device shows less.
BUILT_MS = 1_793_318_400_000  # 2026-10-30
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# No device stays in a drawer for longer; a clock further on has leapt. Source: P17.
LONGEST_OFF_MS = 3 * 365 * 86_400_000
# A clock that is put right moves by less; whatever moves by more has leapt.
LEAP_MS = 10 * 60_000
_NTP_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_BATTERY_CLOCK = Path("/sys/class/rtc/rtc0")


def boot_time_ms() -> int:
    """Milliseconds since boot, sleep included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot_id() -> str:
    """The kernel's name for this boot."""
    return _BOOT_ID.read_text("ascii").strip()


@dataclass(frozen=True)
class Steady:
    """Where time stood when it last went on without a leap, as time less boot time (ms)."""

    less_boot_ms: int
    trusted: bool


class Clock:
    """Ledger time if known, else the device's own, never below what was seen before.

    wall_ms, boot_ms: the machine's clocks. offset_file: a demo's offset in ms, absent = 0.
    Thread-safe.
    """

    def __init__(
        self,
        *,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        boot_ms: Callable[[], int] = boot_time_ms,
        boot: str | None = None,
        offset_file: Path | None = None,
        has_battery: bool | None = None,
        synchronised: Callable[[], bool] = _NTP_SYNCHRONISED.exists,
    ) -> None:
        self.boot_id = boot_id() if boot is None else boot
        self._wall_ms = wall_ms
        self.boot_ms = boot_ms
        self._offset_file = offset_file
        self._has_battery = _BATTERY_CLOCK.exists() if has_battery is None else has_battery
        self._synchronised = synchronised
        self._floor_ms = BUILT_MS
        self._started_ms = boot_ms()
        self._ledger_less_boot_ms: int | None = None
        self._steady: Steady | None = None
        self._lock = Lock()

    def wall_ms(self) -> int:
        """What the device's clock shows: evidence only."""
        return self._wall_ms() + self._offset_ms()

    def ledger_ms(self) -> int | None:
        """The ledger's time, or None before any contact in this boot."""
        with self._lock:
            if self._ledger_less_boot_ms is None:
                return None
            return self.boot_ms() + self._ledger_less_boot_ms

    def now_ms(self) -> int:
        """The best time there is, for what people read and for the door."""
        ledger = self.ledger_ms()
        if ledger is not None:
            return ledger
        # A clock that lost its battery is taken to have stopped when it was last seen.
        wall = self.wall_ms()
        return wall if self._may_be(wall) else self._counted_ms()

    def steady_ms(self) -> int:
        """The same, without leaps: which evening it is does not change at a stroke.

        After a leap time goes on from where it was, by the time since boot, until `now_ms`
        is back or somebody says that the leap is right (`accept`). That the first trusted
        time of a boot differs from what an untrusted clock showed is no leap.
        """
        now_ms, boot_ms, trusted = self.now_ms(), self.boot_ms(), self.trust == "trusted"
        less_ms = now_ms - boot_ms
        with self._lock:
            was = self._steady
            if (
                was is None
                or abs(less_ms - was.less_boot_ms) <= LEAP_MS
                or (trusted and not was.trusted)
            ):
                self._steady = Steady(less_ms, trusted)
                return now_ms
            return boot_ms + was.less_boot_ms

    @property
    def leap_ms(self) -> int:
        """How far the clock has leapt ahead, below zero if back; 0 if it has not."""
        leapt_ms = self.now_ms() - self.steady_ms()
        return leapt_ms if abs(leapt_ms) > LEAP_MS else 0

    def accept(self) -> None:
        """Somebody has looked, and the time is right as it is now."""
        with self._lock:
            self._steady = None
        self.steady_ms()

    @property
    def trust(self) -> Trust:
        """How far: trusted, plausible or untrusted."""
        if self._ledger_less_boot_ms is not None or self._synchronised():
            return "trusted"
        if self._has_battery and self._may_be(self.wall_ms()):
            return "plausible"
        return "untrusted"

    def learn(self, ledger_ms: int) -> None:
        """Take over the ledger's time, as an answer has just told it."""
        with self._lock:
            self._ledger_less_boot_ms = ledger_ms - self.boot_ms()

    def remember(
        self, *, floor_ms: int, boot: str, ledger_less_boot_ms: int | None
    ) -> None:
        """Take over what the store remembers; ledger time only counts in the same boot."""
        with self._lock:
            self._floor_ms = max(self._floor_ms, floor_ms)
            if boot == self.boot_id and self._ledger_less_boot_ms is None:
                self._ledger_less_boot_ms = ledger_less_boot_ms

    def steady_to_remember(self) -> Steady | None:
        """Give what `remember_steady` takes over after a restart in the same boot."""
        return self._steady

    def remember_steady(self, boot: str, steady: Steady) -> None:
        """Go on where time stood before this restart; after another boot nobody knows."""
        with self._lock:
            if boot == self.boot_id:
                self._steady = steady

    def to_remember(self) -> tuple[int, str, int | None]:
        """Give what the store keeps each minute: floor_ms, boot id, ledger less boot ms.

        Only a trusted clock lifts the floor: a leap to 2100 would stay for ever.
        """
        with self._lock:
            less = self._ledger_less_boot_ms
        floor_ms = self.now_ms() if self.trust == "trusted" else self._counted_ms()
        return floor_ms, self.boot_id, less

    def _counted_ms(self) -> int:
        """Count on from when the clock was last seen, as if it had stood still."""
        return self._floor_ms + self.boot_ms() - self._started_ms

    def _may_be(self, wall_ms: int) -> bool:
        """Whether a wall clock that nobody vouches for can be right."""
        counted_ms = self._counted_ms()
        return self._synchronised() or (counted_ms <= wall_ms < counted_ms + LONGEST_OFF_MS)

    def _offset_ms(self) -> int:
        if self._offset_file is None:
            return 0
        try:
            return int(self._offset_file.read_text("ascii").strip() or 0)
        except (OSError, ValueError):
            return 0
