"""The book itself: who this ledger is, its timeline, and whether it is recovering."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ledger import keys, notices
from ledger.clock import Clock, Means
from ledger.store import Store
from ledger.tables.devices import KeyRow
from ledger.tables.house import BookRow, HouseRow

EPOCHS_A_TIMELINE = 1 << 20


@dataclass(frozen=True)
class Book:
    """Facts about this ledger. house: the theatre's id, None before it is set up."""

    ledger_id: str
    timeline: int
    recovering: bool
    house: str | None


def begin(session: Session, means: Means) -> None:
    """Give the ledger its id and timeline, once."""
    if session.get(BookRow, 1) is None:
        session.add(
            BookRow(
                one=1,
                ledger_id=means.new_id(),
                timeline=means.now_ms // 1000,
                recovering_ms=None,
                public=None,
            )
        )


def read(session: Session) -> Book:
    """Read the facts about this ledger."""
    row, house = session.execute(
        select(BookRow, HouseRow.id).outerjoin(HouseRow, BookRow.one == 1)
    ).one()
    return Book(row.ledger_id, row.timeline, row.recovering_ms is not None, house)


def first_epoch(timeline: int) -> int:
    """Give the epoch that every new one of this timeline is at least. Source: §3.6."""
    return timeline * EPOCHS_A_TIMELINE


def open_keys(store: Store, folder: Path, clock: Clock) -> keys.Keys:
    """Load the ledger's keys; make them at the first start and each month.

    Raises NoKey when this folder is not the one that the book knows.
    """
    identity = _identity(store, folder)
    found = store.write(_current, clock())
    for key_id in found:
        if keys.ticket_file(folder, key_id).exists():
            key = keys.load(keys.ticket_file(folder, key_id))
            return keys.Keys(identity, key_id, key)
    fresh = keys.make(folder / "keys" / "next.key")
    public = fresh.public_key().public_bytes_raw()
    key_id = store.write(_add, public, clock())
    (folder / "keys" / "next.key").replace(keys.ticket_file(folder, key_id))
    return keys.Keys(identity, key_id, fresh)


def lock(session: Session) -> None:
    """Keep others from giving out key numbers until this transaction ends."""
    session.execute(select(BookRow.one).with_for_update())


def next_key_id(session: Session) -> int:
    """Give a key number that was never used. The book must be locked."""
    return 1 + (session.scalar(select(func.max(KeyRow.key_id))) or 0)


def _identity(store: Store, folder: Path) -> Ed25519PrivateKey:
    file = keys.identity_file(folder)
    with store.read() as session:
        known = session.scalar(select(BookRow.public))
    if not file.exists():
        if known:
            raise keys.NoKey(
                f"The ledger's key {file} is missing: put back the copy from the backup."
            )
        keys.make(file)
    identity = keys.load(file)
    public = identity.public_key().public_bytes_raw()
    if known is None:
        store.write(_know, public)
    elif known != public:
        raise keys.NoKey(f"The key {file} is not this ledger's: put back the right one.")
    return identity


def _know(session: Session, public: bytes) -> None:
    session.execute(update(BookRow).values(public=public))


def _current(session: Session, now_ms: int) -> list[int]:
    old = session.scalars(
        select(KeyRow).where(
            KeyRow.kind == "ledger",
            KeyRow.state == "active",
            KeyRow.added_ms < now_ms - keys.SIGNS_FOR_MS,
        )
    ).all()
    for row in old:
        row.state = "retired"
        notices.key(session, row.key_id, now_ms)
    session.flush()
    return list(
        session.scalars(
            select(KeyRow.key_id)
            .where(KeyRow.kind == "ledger", KeyRow.state == "active")
            .order_by(KeyRow.key_id.desc())
        )
    )


def _add(session: Session, public: bytes, now_ms: int) -> int:
    lock(session)
    key_id = next_key_id(session)
    session.add(
        KeyRow(
            key_id=key_id,
            kind="ledger",
            owner="ledger",
            device=None,
            incarnation=None,
            state="active",
            public=public,
            last_seq=None,
            added_ms=now_ms,
        )
    )
    session.flush()
    notices.key(session, key_id, now_ms)
    return key_id
