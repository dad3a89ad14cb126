"""This device's card terminal, as its pages need to know it."""

from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import payments
from kiosk.device import Device
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
    query = select(IntentRow).where(
        IntentRow.terminal == terminal, IntentRow.state.in_(OPEN)
    )
    return session.scalars(query).first()
