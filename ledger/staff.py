"""Who works here, and what they may do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from boxoffice import staff_codes
from ledger import audit, feed, passwords
from ledger.clock import Means
from ledger.tables.house import HouseRow, StaffRow
from ledger.tables.records import LookupMissRow

MOST_MISSES, WINDOW_MS = 5, 5 * 60_000
ROLES = ("manager", "supervisor", "box_office", "usher", "reader")


@dataclass(frozen=True)
class Person:
    """A member of staff who is logged in."""

    id: str
    name: str
    roles: tuple[str, ...]


def hire(
    session: Session,
    means: Means,
    *,
    name: str,
    login: str,
    password: str,
    pin: str | None,
    roles: Sequence[str],
    code: str | None = None,
) -> str:
    """Give somebody an account and give its id. Raises ValueError for an unknown role.

    code: the text of a staff code that was drawn before.
    """
    if unknown := set(roles) - set(ROLES):
        raise ValueError(f"unknown roles: {', '.join(sorted(unknown))}")
    row = StaffRow(
        id=means.new_id(),
        name=name,
        login=login.strip().lower(),
        password=passwords.hash_of(password),
        pin=passwords.hash_of(pin) if pin else None,
        roles=json.dumps(list(roles)),
        left_ms=None,
        code=staff_codes.hash_of(code) if code else None,
    )
    session.add(row)
    session.flush()
    tell(session, means, row)
    return row.id


def renew(row: StaffRow, *, password: str | None, pin: str | None) -> None:
    """Give somebody a new password or PIN; None leaves it as it is."""
    if password:
        row.password = passwords.hash_of(password)
    if pin:
        row.pin = passwords.hash_of(pin)


def tell(session: Session, means: Means, row: StaffRow) -> None:
    """Tell devices who may use them, and by which PIN: never the PIN, only its verifier.

    The same of the staff code: its hash, while it has not been taken back.
    """
    house = session.scalar(select(HouseRow.id))
    if house is None:
        return
    stream = feed.venue(house)
    if row.pin is None or row.left_ms is not None:
        feed.end(session, stream, "staff", row.id, now_ms=means.now_ms)
        return
    body = {"name": row.name, "roles": json.loads(row.roles), "pin": row.pin}
    if row.code is not None:
        body["code"] = row.code
    feed.publish(session, stream, "staff", row.id, body, now_ms=means.now_ms)


def tell_all(session: Session, means: Means) -> None:
    """Tell devices of everybody; who was told before is not told again."""
    for row in session.scalars(select(StaffRow)):
        tell(session, means, row)


def log_in(session: Session, means: Means, *, login: str, password: str) -> Person | None:
    """Let somebody in, or say no: wrong name, wrong password and locked look the same.

    Five misses in five minutes lock the account until the window has passed.
    """
    row = _proven(session, means, login, password)
    if row is None:
        return None
    audit.note(session, means, staff=row.id, action="log_in", subject=row.id)
    return _person(row)


def vouch(session: Session, means: Means, *, login: str, password: str) -> Person | None:
    """Have a second person confirm something with their own password, at another's screen.

    The same misses count as at the login.
    """
    row = _proven(session, means, login, password)
    return _person(row) if row else None


def _proven(session: Session, means: Means, login: str, password: str) -> StaffRow | None:
    place = f"login:{login.strip().lower()}"
    misses = session.scalars(
        select(LookupMissRow.id).where(
            LookupMissRow.place == place, LookupMissRow.at_ms > means.now_ms - WINDOW_MS
        )
    ).all()
    row = session.scalars(
        select(StaffRow).where(
            StaffRow.login == login.strip().lower(), StaffRow.left_ms.is_(None)
        )
    ).first()
    fits = passwords.fits(row.password if row else None, password)
    if len(misses) >= MOST_MISSES:
        # Leaves no trace, or a stranger could keep somebody out for ever.
        return None
    if row is None or not fits:
        session.add(LookupMissRow(id=means.new_id(), place=place, at_ms=means.now_ms))
        return None
    session.execute(delete(LookupMissRow).where(LookupMissRow.place == place))
    return row


def find(session: Session, id: str) -> Person | None:
    """Find somebody who still works here."""
    row = session.get(StaffRow, id)
    return _person(row) if row and row.left_ms is None else None


def _person(row: StaffRow) -> Person:
    return Person(row.id, row.name, tuple(json.loads(row.roles)))
