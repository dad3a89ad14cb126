"""What every row of this device's store has in common."""

from typing import Any

from sqlalchemy import JSON, Boolean, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The one book of this device."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class.
        list[str]: JSON,
        dict[str, Any]: JSON,
        dict[str, int]: JSON,
        bytes: LargeBinary,
        bool: Boolean(name="true_or_false", create_constraint=False),
    }
