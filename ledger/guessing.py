"""Slow down whoever guesses: misses of one place, kept durably. Source: COL2."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from boxoffice.will_call import Answer, Throttle
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.records import LookupMissRow

# A house-wide budget: so many misses in an hour, at all places together, raise the alarm.
HOUSE_BUDGET, HOUR_MS = 200, 3_600_000


def judge(
    session: Session, means: Means, place: str, *, found: bool, forgives: bool = True
) -> Refused | None:
    """Count a try at a place; None if its answer may be given.

    found: whether it would find something. Look first, in every case: a lock must take as
    long as a miss. A locked try leaves no trace, a hit forgets all misses, unless it
    forgives none. Refuses NOT_FOUND, LOCKED (`wait_s`).
    """
    misses = session.scalars(
        select(LookupMissRow.at_ms)
        .where(LookupMissRow.place == place)
        .order_by(LookupMissRow.at_ms)
        .with_for_update()
    ).all()
    throttle = Throttle(misses_s=tuple(at_ms / 1000 for at_ms in misses))
    now_s = means.now_ms / 1000
    answer, after = throttle.attempt(now_s, found=found)
    match answer:
        case Answer.LOCKED:
            wait_s = max(1, round(after.misses_s[-1] + after.lock_s - now_s))
            return Refused(Code.LOCKED, {"wait_s": wait_s})
        case Answer.NOT_FOUND:
            session.add(LookupMissRow(id=means.new_id(), place=place, at_ms=means.now_ms))
            return Refused(Code.NOT_FOUND)
        case Answer.FOUND:
            if forgives:
                of_here = LookupMissRow.place == place
                session.execute(delete(LookupMissRow).where(of_here))
            return None


def alarming(session: Session, now_ms: int) -> bool:
    """Whether somebody seems to be guessing: the house-wide budget is used up."""
    misses = session.scalar(
        select(func.count())
        .select_from(LookupMissRow)
        .where(LookupMissRow.at_ms > now_ms - HOUR_MS)
    )
    return (misses or 0) >= HOUSE_BUDGET


def prune(session: Session, *, now_ms: int) -> None:
    """Forget old misses."""
    session.execute(delete(LookupMissRow).where(LookupMissRow.at_ms < now_ms - HOUR_MS))
