"""This device's card terminal, as its pages need to know it."""

from typing import Final, Literal

from sqlalchemy.orm import Session

from boxoffice import payments
from kiosk.device import Device
from kiosk.store import statements
from kiosk.store.tables.orders import IntentRow

OPEN: Final = tuple(state.value for state in payments.OPEN)


def state(device: Device) -> Literal["ready", "busy", "unreachable", "in_doubt", "none"]:
    """Say whether a card can be taken; as last heard, without asking now."""
    if device.terminal is None:
        return "none"
    with device.store.read() as session:
        found = open_intent(session, device.terminal.name)
    if found is not None:
        return "in_doubt" if found.state == "unknown" else "busy"
    return "ready" if device.terminal_answers else "unreachable"


def open_intent(session: Session, terminal: str) -> IntentRow | None:
    """Give the attempt that keeps this terminal, if any."""
    found = statements.first(session, _OPEN_AT, (terminal,))
    return None if found is None else session.get_one(IntentRow, found[0])


# `OPEN`, in the words of its index.
_OPEN_AT: Final = (
    "SELECT id FROM intent WHERE terminal = ?"
    " AND state IN ('created', 'sent', 'unknown', 'approved')"
)
