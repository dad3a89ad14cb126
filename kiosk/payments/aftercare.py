"""After a payment: capture, void, and one more look at what ended without money.

Tried for as long as it takes; nobody waits for it. Source: sync.md §6.
"""

from typing import Final, Protocol

import structlog
from sqlalchemy.orm import Session

from boxoffice.payments import Do, Event, State
from kiosk import log
from kiosk.device import Device
from kiosk.payments.port import Attempt, Busy, Step, Terminal, TerminalDown
from kiosk.store import statements
from kiosk.store.tables.orders import IntentRow

REST_S: Final = 5.0
RECHECK_AFTER_MS: Final = 60_000
_words = structlog.get_logger()


class Tell(Protocol):
    """Writes what happened to an attempt and what follows from it."""

    def __call__(
        self,
        device: Device,
        intent: IntentRow,
        event: Event,
        answer: Attempt | None = None,
        *,
        reason: str = "",
    ) -> tuple[Do, ...]: ...


def turn(device: Device, terminal: Terminal, tell: Tell) -> float:
    """Settle one attempt with the terminal; give how many seconds to rest at most.

    tell: writes what happened to an attempt, as the conversation does.
    """
    with device.store.read() as session:
        intent = _to_settle(session, terminal.name)
        doubtful = _to_recheck(session, device, terminal.name) if intent is None else None
    try:
        if intent is not None:
            return _settle(device, terminal, intent)
        if doubtful is not None:
            return _recheck(device, terminal, doubtful, tell)
        terminal.status()
    except TerminalDown as why:
        device.terminal_answers = False
        _words.info("terminal later", why=repr(why))
    except Busy as why:
        _words.warning("terminal later", why=repr(why))
    else:
        device.terminal_answers = True
    return REST_S


def _settle(device: Device, terminal: Terminal, intent: IntentRow) -> float:
    if intent.state == State.SOLD:
        answer = terminal.capture(intent.id)
        if answer.step is not Step.APPROVED:
            _words.error("not captured", intent=intent.id, step=answer.step.value)
            return REST_S
        device.store.write(_settled, device, intent.id, "payment.captured", answer)
        return 0.0
    try:
        answer = terminal.void(intent.id)
    except Busy:
        # It was captured, or is still busy: what it took goes back as a refund.
        answer = terminal.refund(intent.id, intent.taken)
    if answer.step in {Step.VOIDED, Step.CANCELLED, Step.NOT_FOUND}:
        device.store.write(_settled, device, intent.id, "payment.voided", answer)
        return 0.0
    if answer.step is Step.APPROVED:
        device.store.write(_settled, device, intent.id, "payment.refunded", answer)
        return 0.0
    return REST_S


def _settled(session: Session, device: Device, id: str, type: str, answer: Attempt) -> None:
    intent = session.get_one(IntentRow, id)
    if type == "payment.captured":
        intent.captured = True
    else:
        intent.returned = True
    body: dict[str, object] = {
        "intent": intent.id,
        "ref": answer.ref or intent.ref,
        "amount": intent.taken,
        "why": "sale" if intent.captured else intent.reason,
    }
    log.append(session, device.clock, device.new_id(), type, body)


def _recheck(device: Device, terminal: Terminal, intent: IntentRow, tell: Tell) -> float:
    """An attempt ended without money; was that so? Approved meanwhile: it goes back."""
    answer = terminal.lookup(intent.id)
    if answer.step is Step.APPROVED:
        tell(device, intent, Event.APPROVED, answer, reason="approved late")
    elif answer.step is Step.PART:
        tell(device, intent, Event.PART_APPROVED, answer, reason="approved late")
    device.store.write(_rechecked, intent.id)
    return 0.0


def _rechecked(session: Session, id: str) -> None:
    session.get_one(IntentRow, id).rechecked = True


def _to_settle(session: Session, terminal: str) -> IntentRow | None:
    found = statements.first(session, _TO_SETTLE, (terminal,))
    return None if found is None else session.get_one(IntentRow, found[0])


def _to_recheck(session: Session, device: Device, terminal: str) -> IntentRow | None:
    long_ago_ms = device.clock.boot_ms() - RECHECK_AFTER_MS
    given = (terminal, device.clock.boot_id, long_ago_ms)
    found = statements.first(session, _TO_RECHECK, given)
    return None if found is None else session.get_one(IntentRow, found[0])


# The terminal's thread looks all the time, and nearly always finds nothing.
_TO_SETTLE: Final = (
    "SELECT id FROM intent WHERE terminal = ?"
    " AND (state = 'sold' AND NOT captured OR state = 'reversed' AND NOT returned)"
    " ORDER BY place LIMIT 1"
)
_TO_RECHECK: Final = (
    "SELECT id FROM intent WHERE terminal = ? AND state IN ('declined', 'cancelled')"
    " AND sent AND NOT rechecked"
    " AND (boot_id <> ? OR coalesce(ended_boot_ms, 0) <= ?) ORDER BY place LIMIT 1"
)
