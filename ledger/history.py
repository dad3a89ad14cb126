"""The history of the tables: bring a book to today's, or say that it is not there yet."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

_FOLDER = Path(__file__).parent / "migrations"


class NotMigrated(Exception):
    """The tables are not those of this version."""


def upgrade(database: str, revision: str = "head") -> None:
    """Bring the book's tables to a revision, usually the newest."""
    engine = create_engine(database)
    try:
        with engine.begin() as connection:
            settings = _settings()
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)
    finally:
        engine.dispose()


def check(connection: Connection) -> None:
    """Raise NotMigrated unless the tables are today's."""
    here = MigrationContext.configure(connection).get_current_heads()
    wanted = ScriptDirectory.from_config(_settings()).get_heads()
    if set(here) != set(wanted):
        raise NotMigrated(
            "The book's tables are not those of this version: run `python -m ledger"
            " migrate` first."
        )


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.set_main_option("path_separator", "os")
    return settings
