"""Keys with which the theatre's own programs read the book: given once, ended at will."""

import base64

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import log
from ledger import audit
from ledger.clock import Means
from ledger.tables.readers import ReadKeyRow

PREFIX = "foh_read_"
_BYTES = 30


def issue(session: Session, means: Means, *, name: str, personal: bool, by: str) -> str:
    """Make a key and give it; only its hash is kept."""
    key = PREFIX + base64.urlsafe_b64encode(means.chance(_BYTES)).decode()
    row = ReadKeyRow(
        id=means.new_id(),
        name=name,
        hash=hash_of(key),
        personal=personal,
        staff=by,
        made_ms=means.now_ms,
        ended_ms=None,
    )
    session.add(row)
    facts = {"personal": personal}
    audit.note(
        session, means, staff=by, action="issue_read_key", subject=row.id, reason=name,
        facts=facts,
    )  # fmt: skip
    session.flush()
    return key


def end(session: Session, means: Means, id: str, *, by: str) -> bool:
    """End a key, at once. False: there is no such key, or it was ended before."""
    row = session.get(ReadKeyRow, id, with_for_update=True)
    if row is None or row.ended_ms is not None:
        return False
    row.ended_ms = means.now_ms
    audit.note(session, means, staff=by, action="end_read_key", subject=id)
    return True


def all_(session: Session) -> list[ReadKeyRow]:
    """Give the keys that are in use."""
    return list(
        session.scalars(
            select(ReadKeyRow)
            .where(ReadKeyRow.ended_ms.is_(None))
            .order_by(ReadKeyRow.made_ms)
        )
    )


def find(session: Session, key: str) -> ReadKeyRow | None:
    """Find a key that is in use."""
    return session.scalars(
        select(ReadKeyRow).where(
            ReadKeyRow.hash == hash_of(key), ReadKeyRow.ended_ms.is_(None)
        )
    ).first()


def hash_of(key: str) -> str:
    """Give what is kept of a key: it is long and random, so a plain hash will do."""
    return log.encoded(log.digest(key.encode("utf-8", "replace")))
