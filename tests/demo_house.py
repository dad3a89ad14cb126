"""The demo house in a folder of its own, for tests that want a whole theatre."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy

from ledger import book, clock, demo
from ledger.app import create_app
from ledger.config import Config
from ledger.running import Running
from ledger.store import Store
from ledger.tables.all import metadata

NOW = 1_790_000_000_000


@dataclass
class DemoHouse:
    """A filled book and what its demo.json says."""

    store: Store
    facts: dict[str, Any]
    running: Running

    def client(self):
        """A browser's view of the ledger, without a port."""
        return create_app(self.running).test_client()


def furnish(folder: Path) -> DemoHouse:
    """Fill a demo house; the caller closes its store."""
    database = f"sqlite:///{folder}/ledger.sqlite"
    engine = sqlalchemy.create_engine(database)
    metadata.create_all(engine)
    engine.dispose()
    store = Store(database, lock=folder / "lock")
    store.write(book.begin, clock.Means(NOW))
    keys = book.open_keys(store, folder, lambda: NOW)
    means = clock.Means(NOW, os.urandom, keys)
    facts = demo.fill(store, folder, means, public_url="http://127.0.0.1:8401")
    config = Config(folder, database, demo=True)
    return DemoHouse(store, facts, Running(config, store, lambda: NOW, keys))
