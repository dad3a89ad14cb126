"""How tables and their constraints are named, and what every row is.

Moments are whole milliseconds UTC and end in `_ms`; amounts are minor units. Constraints
have names, so that both databases can change them later.
"""

from sqlalchemy import BigInteger, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """A row of the central book; plain SQLAlchemy, so loops and tests need no Flask."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {str: Text(), int: BigInteger(), bytes: LargeBinary()}  # noqa: RUF012 - SQLAlchemy reads a plain mapping here.
