"""The history of the tables: bring a book to today's, or say that it is not there yet."""

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

_FOLDER = Path(__file__).parent / "migrations"


class NotMigrated(Exception):
    """The tables are not those of this version."""


def upgrade(database: str, revision: str = "head") -> None:
    """Bring the book's tables to a revision, usually the newest.

    Raises NotMigrated when they are those of a newer program.
    """
    engine = create_engine(database)
    try:
        with engine.begin() as connection:
            if revision == "head" and _number(_here(connection)) >= newest():
                check(connection)
                return
            # Only a change needs Alembic, which costs half a second and some megabytes.
            from alembic import command
            from alembic.config import Config

            settings = Config()
            settings.set_main_option("script_location", str(_FOLDER))
            settings.set_main_option("path_separator", "os")
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)
    finally:
        engine.dispose()


def newest() -> str:
    """Give the number of the newest revision: its name and its file begin with it."""
    return max(_number(file.name) for file in (_FOLDER / "versions").glob("0*_*.py"))


def _number(revision: str | None) -> str:
    return (revision or "").partition("_")[0]


def check(connection: Connection) -> None:
    """Raise NotMigrated unless the tables are today's."""
    here = _number(_here(connection))
    if here > newest():
        raise NotMigrated(
            f"The book's tables are those of a newer version ({here}, this one knows"
            f" {newest()}). Put the newer program back, or the copy made before it:"
            " `python -m ledger restore FILE`."
        )
    if here != newest():
        raise NotMigrated(
            "The book's tables are not those of this version: run `python -m ledger"
            " migrate` first."
        )


def _here(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    here: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return here
