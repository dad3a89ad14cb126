"""A device leaves its house: the machine begins anew with another key, and nothing is lost.

After a key has leaked, after a revocation, or when the machine goes elsewhere. What the
device holds must have reached the house before. Its folder's files are set aside, never
deleted: served from there they are that device still, and can send what they hold.
Source: sync.md §2.1, §9.
"""

import os
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from kiosk import log, own_seats
from kiosk.device import Device
from kiosk.payments.doubt import OPEN
from kiosk.printing import owed
from kiosk.store.tables.orders import IntentRow

ASIDE: Final = "left"
# The lock belongs to the folder, the secret to one boot, and neither to the device.
_STAY: Final = frozenset({ASIDE, "store.lock", "scanner.secret"})


def held(device: Device) -> list[str]:
    """Say what this device still holds that its house has to hear of, a sentence each."""
    with device.store.read() as session:
        unsent = log.unsent(session)
        doubtful = session.scalar(
            select(func.count())
            .select_from(IntentRow)
            .where(IntentRow.state.in_([state.value for state in OPEN]))
        )
        tickets = len(owed.owed(session))
    seats = sum(own.free + own.in_orders for own in own_seats.every(device))
    found = [
        (unsent, "Events that the ledger has not heard: %s. They are sent while it runs."),
        (doubtful, "Payments under way or in doubt: %s. The box office settles them."),
        (tickets, "Tickets that are paid and not printed: %s. Its staff menu has them."),
        (seats, "Seats of its own: %s. Give them back in its staff menu, under Link."),
    ]
    return [words % count for count, words in found if count]


def set_aside(folder: Path, name: str) -> Path:
    """Move all that is this device out of its folder; give where it went.

    The store goes first: should the power fail in between, nobody signs with a new key in
    an old name, and the same command goes on. Raises OSError.
    """
    place = folder / ASIDE / name
    n = 1
    while place.exists():
        n += 1
        place = folder / ASIDE / f"{name}-{n}"
    place.mkdir(parents=True, mode=0o700)
    files = [one for one in folder.iterdir() if one.name not in _STAY]
    for file in sorted(files, key=lambda one: (not one.name.startswith("store"), one.name)):
        file.rename(place / file.name)
    for changed in (place, place.parent, folder):
        handle = os.open(changed, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return place
