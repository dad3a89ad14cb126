"""An invitation that is typed: twelve characters, and a number that staff compare.

Whoever reads the code over a shoulder could use it first, and whoever sits on the line
could answer in the ledger's place. So a typed code pairs nothing by itself: the first key
that asks with it waits until staff have seen the same check number on both screens.
Source: sync.md §2.1.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import ids, log, wire
from ledger import audit, devices
from ledger.clock import Means
from ledger.tables.devices import PairTokenRow

CODE_LENGTH: Final = 12
MOST_MISSES: Final = 5


@dataclass(frozen=True)
class Introduction:
    """A device that waits for staff. check: eight digits in two groups of four."""

    check: str
    confirmed: bool


def offer(session: Session, means: Means, device: str) -> str:
    """Give the code by which a device that was just invited can be paired by hand.

    It lives as long as the invitation by QR code, in groups of four for those who type.
    """
    code = devices.typed_code(means.chance)
    session.add(
        PairTokenRow(
            hash=devices.hash_of(code),
            device=device,
            expires_ms=means.now_ms + devices.INVITED_FOR_MS,
            public=None,
            incarnation=None,
            typed=True,
        )
    )
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def plain(token: str) -> str:
    """Give a token as it is kept: a typed code in capitals, without what groups it."""
    clean = ids.clean_code(token)
    typed = len(clean) == CODE_LENGTH and all(c in ids.ALPHABET for c in clean)
    return clean if typed else token


def missed(session: Session, now_ms: int) -> None:
    """Count a wrong code against those that are open; the fifth ends them."""
    open_ones = (
        PairTokenRow.typed,
        PairTokenRow.public.is_(None),
        PairTokenRow.expires_ms > now_ms,
    )
    session.execute(
        update(PairTokenRow).where(*open_ones).values(misses=PairTokenRow.misses + 1)
    )
    session.execute(
        update(PairTokenRow)
        .where(*open_ones, PairTokenRow.misses >= MOST_MISSES)
        .values(expires_ms=0)
    )


def asked(session: Session, means: Means, row: PairTokenRow, public: bytes) -> bool:
    """Remember who asked with a typed code; False for any key but the first."""
    if row.asked is None:
        row.asked = public
        session.flush()
    if row.asked != public:
        missed(session, means.now_ms)
        return False
    return True


def waiting(session: Session, means: Means, device: str) -> Introduction | None:
    """Say which number a device that asked with a typed code shows, while it waits."""
    row = _asking(session, means, device)
    if row is None or row.asked is None:
        return None
    number = wire.check_number(means.signing.public_text, log.encoded(row.asked))
    return Introduction(number, row.confirmed_ms is not None)


def confirm(session: Session, means: Means, device: str, *, check: str, by: str) -> bool:
    """Let the device in that shows this number. Gives False when none does."""
    shown = waiting(session, means, device)
    row = _asking(session, means, device)
    if row is None or shown is None or shown.check != check:
        return False
    row.confirmed_ms = means.now_ms
    audit.note(session, means, staff=by, action="confirm_device", subject=device)
    return True


def refuse(session: Session, means: Means, device: str, *, by: str) -> bool:
    """End a typed code because the numbers differ. Gives False when none is open."""
    row = _asking(session, means, device)
    if row is None:
        return False
    row.expires_ms = 0
    audit.note(session, means, staff=by, action="refuse_device", subject=device)
    return True


def _asking(session: Session, means: Means, device: str) -> PairTokenRow | None:
    return session.scalars(
        select(PairTokenRow).where(
            PairTokenRow.device == device,
            PairTokenRow.typed,
            PairTokenRow.public.is_(None),
            PairTokenRow.expires_ms > means.now_ms,
        )
    ).first()
