"""A second factor at the login, for whoever wants one: digits of an app, or a spare code.

Optional. A secret counts once its owner has typed digits of it. Spare codes are shown once,
kept as hashes, and work once each.
"""

import json
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import audit, pickups, totp
from ledger.clock import Means
from ledger.staff import MOST_MISSES, WINDOW_MS
from ledger.tables.house import StaffFactorRow
from ledger.tables.records import LookupMissRow

SPARE_CODES, SPARE_CHARACTERS = 8, 10


@dataclass(frozen=True)
class State:
    """Whether somebody has a second factor, and how many spare codes are left."""

    on: bool
    spare: int


def state(session: Session, person: str) -> State:
    """Say what somebody has."""
    row = session.get(StaffFactorRow, person)
    on = row is not None and row.since_ms is not None
    return State(on, len(json.loads(row.spare)) if row is not None and on else 0)


def begin(session: Session, means: Means, person: str) -> str:
    """Draw a secret that counts once digits of it were typed; give it.

    Whoever has a second factor already keeps it. Raises ValueError then.
    """
    row = session.get(StaffFactorRow, person, with_for_update=True)
    if row is not None and row.since_ms is not None:
        raise ValueError("there is a second factor already")
    if row is None:
        row = StaffFactorRow(
            staff=person,
            secret=totp.draw(means.chance),
            since_ms=None,
            last_step=0,
            spare="[]",
        )
        session.add(row)
        session.flush()
    return row.secret


def confirm(session: Session, means: Means, person: str, typed: str) -> list[str] | None:
    """Switch it on with digits of the app; give the spare codes. None: they do not fit."""
    row = session.get(StaffFactorRow, person, with_for_update=True)
    if row is None or row.since_ms is not None or not _digits_fit(row, typed, means.now_ms):
        return None
    spare = [
        "".join(ids.ALPHABET[byte & 31] for byte in means.chance(SPARE_CHARACTERS))
        for _ in range(SPARE_CODES)
    ]
    row.spare = json.dumps([pickups.hash_of(code) for code in spare])
    row.since_ms = means.now_ms
    audit.note(session, means, staff=person, action="second_factor_on", subject=person)
    return spare


def prove(session: Session, means: Means, person: str, typed: str) -> bool:
    """Whether digits or a spare code are right. Misses lock like those of passwords."""
    place = f"second:{person}"
    misses = session.scalar(
        select(func.count())
        .select_from(LookupMissRow)
        .where(LookupMissRow.place == place, LookupMissRow.at_ms > means.now_ms - WINDOW_MS)
    )
    row = session.get(StaffFactorRow, person, with_for_update=True)
    if row is None or row.since_ms is None or (misses or 0) >= MOST_MISSES:
        return False
    if not (_digits_fit(row, typed, means.now_ms) or _spare_fits(row, typed)):
        session.add(LookupMissRow(id=means.new_id(), place=place, at_ms=means.now_ms))
        return False
    session.execute(delete(LookupMissRow).where(LookupMissRow.place == place))
    audit.note(session, means, staff=person, action="log_in", subject=person)
    return True


def switch_off(session: Session, means: Means, person: str, *, by: str) -> bool:
    """Take somebody's second factor away: their own wish, or a lost phone."""
    row = session.get(StaffFactorRow, person, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    audit.note(session, means, staff=by, action="second_factor_off", subject=person)
    return True


def _digits_fit(row: StaffFactorRow, typed: str, now_ms: int) -> bool:
    plain = "".join(typed.split())
    step = totp.step_of(row.secret, plain, now_ms, after=row.last_step)
    if step is None:
        return False
    row.last_step = step
    return True


def _spare_fits(row: StaffFactorRow, typed: str) -> bool:
    left = json.loads(row.spare)
    hashed = pickups.hash_of(typed)
    if hashed not in left:
        return False
    row.spare = json.dumps([one for one in left if one != hashed])
    return True
