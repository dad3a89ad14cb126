"""The running ledger: what every route, command and loop of one process shares."""

from dataclasses import dataclass, field

from ledger.clock import Clock, Means
from ledger.config import Config
from ledger.keys import Keys
from ledger.rates import Rates
from ledger.store import Store
from ledger.waiting import Waiting


@dataclass(frozen=True)
class Running:
    """One process of the ledger: settings, book, clock, keys."""

    config: Config
    store: Store
    clock: Clock
    keys: Keys
    waiting: Waiting = field(default_factory=Waiting)
    rates: Rates = field(default_factory=Rates)

    def means(self) -> Means:
        """What one use case needs, now."""
        return Means(self.clock(), keys=self.keys, cards=self.config.cards)
