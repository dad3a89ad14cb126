"""Bring the tables of this device up to what the program needs, before it is opened."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def to_head(engine: Engine) -> None:
    """Apply what is missing, forward only, in one transaction.

    A store of a later program is opened as it is: whoever goes back to the program of
    before keeps the log. So a revision only adds, and what it adds may be left out.
    """
    with engine.begin() as connection:
        if _number(_revision(connection)) >= newest():
            return
        # Nearly every start finds nothing to do, and Alembic costs a quarter of a second.
        from alembic import command
        from alembic.config import Config

        settings = Config()
        settings.set_main_option("script_location", str(MIGRATIONS))
        settings.set_main_option("path_separator", "os")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def newest() -> str:
    """Give the number of the newest revision: its name and its file begin with it."""
    return max(_number(file.name) for file in (MIGRATIONS / "versions").glob("0*_*.py"))


def _number(revision: str | None) -> str:
    return (revision or "").partition("_")[0]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    here: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return here
