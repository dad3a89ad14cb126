"""The terminal's own book: every attempt under its key, on disk before anybody hears."""

import json
import os
import threading
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class State(StrEnum):
    WAITING_FOR_CARD = "waiting_for_card"
    ENTER_PIN = "enter_pin"
    CARD_REMOVED = "card_removed"
    PROCESSING = "processing"
    APPROVED = "approved"
    PART = "part"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    VOIDED = "voided"


# Nothing is in it: it waits for a card, the first or the same once more.
WAITING = frozenset({State.WAITING_FOR_CARD, State.CARD_REMOVED})
RUNNING = WAITING | {State.ENTER_PIN, State.PROCESSING}
TAKEN = frozenset({State.APPROVED, State.PART})


@dataclass
class Charge:
    """One attempt. Amounts are minor units.

    asked: what the till wanted. amount: what was approved, 0 until then.
    refunds: what went back, by the id of the request where it had one.
    """

    key: str
    asked: int
    currency: str
    order: str
    ref: str
    state: State = State.WAITING_FOR_CARD
    amount: int = 0
    captured: int = 0
    refunds: dict[str, int] = field(default_factory=dict)
    brand: str = ""
    last4: str = ""
    reason: str = ""

    @property
    def refunded(self) -> int:
        return sum(self.refunds.values())

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    def document(self) -> dict[str, Any]:
        """What a till is told."""
        document: dict[str, Any] = {
            "key": self.key,
            "state": self.state.value,
            "ref": self.ref,
            "amount": self.amount if self.amount else self.asked,
            "asked": self.asked,
            "currency": self.currency,
            "order": self.order,
            "brand": self.brand,
            "last4": self.last4,
            "captured": self.captured,
            "refunded": self.refunded,
        }
        if self.reason:
            document["reason"] = self.reason
        return document


class Book:
    """All charges, oldest first. Safe to use from any thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: where charges.json is kept; None keeps the book in memory only."""
        self._file = folder / "charges.json" if folder else None
        self.lock = threading.RLock()
        self._charges: dict[str, Charge] = {}
        self._refused: set[str] = set()
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists():
                self._read(self._file)

    def find(self, key: str) -> Charge | None:
        return self._charges.get(key)

    def add(self, charge: Charge) -> None:
        self._charges[charge.key] = charge
        self.save()

    def refuse(self, key: str) -> None:
        """Never begin this key: it was aborted before it came."""
        self._refused.add(key)
        self.save()

    def refused(self, key: str) -> bool:
        return key in self._refused

    def charges(self) -> list[Charge]:
        with self.lock:
            return list(self._charges.values())

    def save(self) -> None:
        """Put the whole book on disk; a kill leaves the old one or the new one."""
        if self._file is None:
            return
        document = {
            "charges": [asdict(charge) for charge in self._charges.values()],
            "refused": sorted(self._refused),
        }
        draft = self._file.with_suffix(".new")
        with draft.open("w") as out:
            json.dump(document, out)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._file)

    def _read(self, file: Path) -> None:
        document = json.loads(file.read_text())
        for row in document["charges"]:
            charge = Charge(**{**row, "state": State(row["state"])})
            self._charges[charge.key] = charge
        self._refused = set(document["refused"])
