"""How Alembic meets the device's tables: `alembic -n kiosk`, or `kiosk.store.migrate`."""

import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from kiosk.store import engine
from kiosk.store.tables.all import metadata


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    # By hand, on a device that is not running: the same lock and the same settings.
    folder = Path(os.environ["FOH_KIOSK_DIR"])
    kept = engine.lock(folder)
    with engine.writing(folder / "store.sqlite").begin() as connection:
        _run(connection)
    engine.unlock(kept)
