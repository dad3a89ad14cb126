"""Seals will-call orders for kiosks that are cut off, beside everything else.

A thread of its own, so that holds that run out and letters never wait for a stretch, and an
order at a time, so that what is written is short. Source: sync.md §9.
"""

from ledger.copies import Copyist
from ledger.loops import Loop
from ledger.running import Running

PAUSE_S = 1.0


class Sealing(Loop):
    """Follows tonight's orders until it is told to stop. `run` belongs to one thread."""

    def __init__(self, ledger: Running, *, pause_s: float = PAUSE_S) -> None:
        super().__init__("sealing failed", pause_s)
        self._ledger = ledger
        self._copyist = Copyist(ledger.store, by_name=ledger.config.copies_by_name)

    def step(self) -> bool:
        """Seal an order, if it is this process's to do; say whether more is waiting."""
        ledger = self._ledger
        return ledger.store.leads() and self._copyist.step(ledger.means())
