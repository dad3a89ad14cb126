"""How Alembic reaches the book: by the connection it is given, else by our settings."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine

from ledger import config
from ledger.tables.all import metadata


def run(connection: Connection) -> None:
    """Migrate through this connection. SQLite changes tables by copying them."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(config.read(os.environ).database)
    with engine.begin() as connection:
        run(connection)
    engine.dispose()
