"""Somebody who buys."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from boxoffice.will_call import foldings
from ledger.clock import Means
from ledger.tables.orders import PatronRow


@dataclass(frozen=True)
class Patron:
    """Who an order is for. last_name: what it is collected under; usually the last word.

    language: in which letters are written.
    """

    name: str
    email: str = ""
    phone: str = ""
    last_name: str = ""
    address: str = ""
    language: str = "en"

    @property
    def collects_as(self) -> str:
        """The name that is asked for at collection."""
        return self.last_name or (self.name.split() or [""])[-1]


def add(session: Session, means: Means, patron: Patron) -> str:
    """Write a patron down and give the id."""
    row = PatronRow(
        id=means.new_id(),
        name=patron.name,
        last_name=patron.collects_as,
        folded=" ".join(sorted(foldings(patron.collects_as))),
        email=patron.email,
        phone=patron.phone,
        address=patron.address,
        language=patron.language,
        added_ms=means.now_ms,
    )
    session.add(row)
    session.flush()
    return row.id
