"""How much paper is left on the roll: counted in millimetres, put right by the printer.

A full roll begins the count, each job takes its length off, and the printer's sensor near
the end of the roll corrects it. Source: lobby.md §3, End of roll.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.device import Device
from kiosk.shown.printing import Status
from kiosk.store.tables.device import StateRow
from kiosk.store.tables.printing import PrintJobRow

# What a ticket takes is the mean of so many that came out last; before the first, this.
LAST: Final = 20
USUAL_MM: Final = 110


def left(session: Session) -> int | None:
    """Say for how many tickets the roll still lasts; None: nobody has measured it.

    A count that has run down while paper still comes was wrong: the printer says when it
    is out, and until then nothing is known.
    """
    state = session.get(StateRow, 1)
    if state is None or state.roll_left_mm is None:
        return None
    query = select(PrintJobRow.length_mm).where(
        PrintJobRow.kind == "ticket", PrintJobRow.length_mm > 0
    )
    lengths = session.scalars(query.order_by(PrintJobRow.place.desc()).limit(LAST)).all()
    usual = sum(lengths) / len(lengths) if lengths else USUAL_MM
    return int(state.roll_left_mm / usual) or None


def set(session: Session, length_mm: int) -> None:
    """So much paper is left."""
    session.get_one(StateRow, 1).roll_left_mm = length_mm


def take(session: Session, length_mm: int) -> None:
    """A job of this length has come out."""
    state = session.get_one(StateRow, 1)
    if state.roll_left_mm is not None:
        state.roll_left_mm = max(0, state.roll_left_mm - length_mm)


def heard(device: Device, before: Status, now: Status) -> None:
    """Put the count right by what the printer says, when that changes.

    Its sensor has just met the end of the roll: so much is left. Somebody was at the paper,
    and the sensor does not see the end where the count does: it is another roll.
    """
    if device.printer is None or before is now:
        return
    near_mm = device.printer.profile.near_end_mm
    if (before, now) == (Status.READY, Status.NEAR_END):
        device.store.write(set, near_mm)
    elif now is Status.READY and before in {Status.OUT, Status.COVER}:
        device.store.write(_forget_below, near_mm)


def _forget_below(session: Session, length_mm: int) -> None:
    state = session.get_one(StateRow, 1)
    if state.roll_left_mm is not None and state.roll_left_mm < length_mm:
        state.roll_left_mm = None
