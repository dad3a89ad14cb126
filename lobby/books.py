"""What the kiosk, the doors and the ledger say of themselves, asked about once a second."""

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

FRESH_S = 0.5
TIMEOUT_S = 1.5
# What a kiosk whose plug was pulled still has: it asks for nothing and prints nothing.
_KEPT = ("paid_tickets", "printed", "phone", "owed", "intents")


@dataclass(frozen=True)
class Reading:
    """One moment's figures; None where nobody answered.

    before: what each device had in its book when it answered last.
    """

    ledger: Mapping[str, Any] | None = None
    devices: Mapping[str, Mapping[str, Any] | None] | None = None
    before: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def kiosk(self) -> Mapping[str, Any] | None:
        """All kiosks as one, so that no book is missing a sale; None without the first.

        A spare kiosk whose plug was pulled keeps its book: what it said last counts.
        """
        asked = self.devices or {}
        if not asked.get("kiosk"):
            return None
        known = {
            name: figures or (self.before or {}).get(name)
            for name, figures in asked.items()
        }
        told = [figures for name, figures in known.items() if figures and _sells(name)]
        return {
            key: _together([figures[key] for figures in told if key in figures])
            for key in told[0]
        }

    @property
    def unsent(self) -> int:
        """Events that have not reached the ledger, as far as devices answer."""
        return sum(
            int(figures.get("unsent_events", 0))
            for figures in (self.devices or {}).values()
            if figures
        )


def _sells(device: str) -> bool:
    return device.startswith("kiosk")


def _together(values: Sequence[Any]) -> Any:
    """Add up counts, join lists; of anything else the first kiosk's counts."""
    if all(isinstance(value, list) for value in values):
        return [entry for value in values for entry in value]
    if all(type(value) is int for value in values):
        return sum(values)
    return values[0]


class Books:
    """Asks everybody at the same time, and remembers the answer for a moment."""

    def __init__(self, ledger: str, devices: Mapping[str, str]) -> None:
        """ledger, devices: base addresses."""
        self._addresses = {"": ledger, **devices}
        self._client = httpx.Client(timeout=TIMEOUT_S, trust_env=False)
        self._askers = ThreadPoolExecutor(len(self._addresses), thread_name_prefix="books")
        self._reading = Reading()
        self._read_at = float("-inf")
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()

    def now(self) -> Reading:
        """Return figures at most half a second old; asking may take a moment."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._read()
            return self._reading

    def lately(self) -> Reading:
        """Return the last figures at once; ask again in the background if they are old."""
        if time.monotonic() - self._read_at > 1 and self._refreshing.acquire(
            blocking=False
        ):
            threading.Thread(target=self._refresh, name="books", daemon=True).start()
        return self._reading

    def last_scan(self, device: str, after: str) -> Mapping[str, Any] | None:
        """Return what a device read last, for scenarios; None while it does not answer."""
        return self._get(f"{self._addresses[device]}/scans/last", {"after": after})

    def stop(self) -> None:
        self._askers.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _refresh(self) -> None:
        try:
            self.now()
        except RuntimeError:
            # The lobby closed while we were asking.
            pass
        finally:
            self._refreshing.release()

    def _read(self) -> None:
        names: Sequence[str] = list(self._addresses)
        answers = dict(zip(names, self._askers.map(self._ask, names), strict=True))
        ledger = answers.pop("")
        before = {**(self._reading.before or {})}
        before |= {
            name: {key: figures[key] for key in _KEPT if key in figures}
            for name, figures in answers.items()
            if figures
        }
        self._reading = Reading(ledger, answers, before)
        self._read_at = time.monotonic()

    def _ask(self, name: str) -> Mapping[str, Any] | None:
        return self._get(f"{self._addresses[name]}/demo/figures", {})

    def _get(self, url: str, query: Mapping[str, str]) -> Mapping[str, Any] | None:
        try:
            document = self._client.get(url, params=query).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return None
        return document if isinstance(document, dict) else None
