"""The talk with the terminal: one attempt at a time, by one thread.

`turn` does one step and says how long to rest. What an answer means is for
`boxoffice.payments` to say; here each step is durable before anything leaves the device,
and silence is never taken for "declined". Source: sync.md §6.
"""

from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from boxoffice import failpoints, payments
from boxoffice.payments import Do, Event, State
from kiosk import basket, collecting, documents, faults, log, staff
from kiosk.device import Device
from kiosk.payments import (
    aftercare,
    attempts,
    box_office,
    codes,
    doubt,
    sale,
    terminals,
)
from kiosk.payments.port import (
    REMOVED_EARLY,
    RUNNING,
    Attempt,
    Busy,
    Step,
    Terminal,
    TerminalDown,
)
from kiosk.store.tables.orders import IntentRow, OrderRow, PledgedRow

REST_S: Final = 5.0
BETWEEN_QUESTIONS_S: Final = 0.4
WHILE_UNKNOWN_S: Final = 2.0
# A terminal that cannot be reached before anything was sent gets this long.
REACH_MS: Final = 3_000
BUSY_MS: Final = 10_000
_words = structlog.get_logger()


def recover(device: Device) -> None:
    """At boot: attempts of which no byte was sent end; the others are looked up by `turn`.

    Source: sync.md §6, the table of crashes.
    """
    device.store.write(_recover, device)


def turn(device: Device) -> float:
    """Do one step of the conversation; give how many seconds to rest at most."""
    terminal = device.terminal
    if terminal is None:
        return REST_S
    rest_s = _turn(device, terminal)
    faults.note(device, faults.TERMINAL_UNREACHABLE, not device.terminal_answers)
    return rest_s


def _turn(device: Device, terminal: Terminal) -> float:
    with device.store.read() as session:
        intent = terminals.open_intent(session, terminal.name)
        resolved = documents.resolutions(session) if intent is not None else {}
    in_doubt = intent is not None and intent.state == State.UNKNOWN
    faults.note(device, faults.PAYMENT_IN_DOUBT, in_doubt)
    if intent is None:
        return aftercare.turn(device, terminal, _tell)
    decision = str((resolved.get(intent.id) or {}).get("decision", ""))
    if decision in {"approved", "declined"}:
        # Staff have read the terminal's own record.
        _tell(device, intent, Event(decision), Attempt(Step(decision)))
        return 0.0
    if intent.state == State.CREATED:
        return _open(device, terminal, intent)
    if intent.state == State.APPROVED:
        _tell(device, intent, Event.APPROVED, Attempt(Step.APPROVED, ref=intent.ref))
        return 0.0
    return _follow(device, terminal, intent)


def _open(device: Device, terminal: Terminal, intent: IntentRow) -> float:
    """Before the first byte: everything may still be called off."""
    if intent.give_up:
        _tell(device, intent, Event.GIVEN_UP, reason="cancelled")
        return 0.0
    try:
        ready = terminal.status() == "ready"
        device.terminal_answers = True
    except TerminalDown:
        if device.doubt(intent.id) >= REACH_MS:
            device.terminal_answers = False
            _tell(device, intent, Event.GIVEN_UP, reason="unreachable")
        return BETWEEN_QUESTIONS_S
    if not ready:
        if device.doubt(intent.id) >= BUSY_MS:
            _tell(device, intent, Event.GIVEN_UP, reason="busy")
        return BETWEEN_QUESTIONS_S
    device.doubt(intent.id, clear=True)
    if Do.SEND not in _tell(device, intent, Event.SENT):
        return 0.0
    try:
        answer = terminal.authorise(
            intent.id, amount=intent.amount, currency=intent.currency, order=intent.order
        )
    except (TerminalDown, Busy) as why:
        failpoints.reached("pay: first byte sent")
        _words.warning("authorise unanswered", intent=intent.id, why=repr(why))
        return 0.0
    failpoints.reached("pay: first byte sent")
    return _answered(device, terminal, intent, answer)


def _follow(device: Device, terminal: Terminal, intent: IntentRow) -> float:
    """Ask how far it is, by our key, for as long as it takes."""
    try:
        if intent.give_up and intent.step not in _CARD_TAKEN:
            _abort(terminal, intent)
        answer = terminal.lookup(intent.id) if device.doubt_ms(intent.id) else None
        answer = answer or terminal.poll(intent.id)
        if answer.step is Step.NOT_FOUND:
            # Final only after an abort and another look-up.
            _abort(terminal, intent)
            answer = terminal.lookup(intent.id)
            if answer.step is Step.NOT_FOUND:
                _tell(device, intent, Event.NOT_FOUND_AFTER_ABORT, reason="cancelled")
                return 0.0
    except TerminalDown as why:
        return _silent(device, intent, str(why))
    device.terminal_answers = True
    return _answered(device, terminal, intent, answer)


def _too_long(device: Device, intent: IntentRow) -> bool:
    """Whether the guest has to be told that we do not know. Source: lobby.md §2."""
    doubted_s = device.doubt(intent.id) / 1000
    return doubted_s >= device.config.unknown_after_s and intent.state == State.SENT


def _answered(
    device: Device, terminal: Terminal, intent: IntentRow, answer: Attempt
) -> float:
    if answer.step in RUNNING:
        if answer.step is Step.PROCESSING:
            # A card is in it and no word comes: that is doubt as well.
            if _too_long(device, intent):
                _tell(device, intent, Event.SILENCE)
        else:
            device.doubt(intent.id, clear=True)
        if answer.step != intent.step:
            device.store.write(_note_step, intent.id, answer.step.value)
        return BETWEEN_QUESTIONS_S if intent.state == State.SENT else WHILE_UNKNOWN_S
    device.doubt(intent.id, clear=True)
    match answer.step:
        case Step.APPROVED if answer.amount not in (None, intent.amount):
            _tell(device, intent, Event.PART_APPROVED, answer, reason="part")
        case Step.APPROVED:
            _tell(device, intent, Event.APPROVED, answer)
        case Step.PART:
            _tell(device, intent, Event.PART_APPROVED, answer, reason="part")
        case Step.CANCELLED | Step.VOIDED:
            _tell(device, intent, Event.DECLINED, answer, reason="cancelled")
        case _:
            _tell(
                device, intent, Event.DECLINED, answer, reason=answer.reason or "declined"
            )
    return 0.0


def _silent(device: Device, intent: IntentRow, why: str) -> float:
    device.terminal_answers = False
    if _too_long(device, intent):
        _words.error("payment unknown", intent=intent.id, why=why)
        _tell(device, intent, Event.SILENCE)
    return BETWEEN_QUESTIONS_S if intent.state == State.SENT else WHILE_UNKNOWN_S


def _abort(terminal: Terminal, intent: IntentRow) -> None:
    try:
        terminal.abort(intent.id)
    except Busy:
        _words.info("abort came too late", intent=intent.id)


def _tell(
    device: Device,
    intent: IntentRow,
    event: Event,
    answer: Attempt | None = None,
    *,
    reason: str = "",
) -> tuple[Do, ...]:
    """Write what happened and what follows from it; give what is left to do outside."""
    late = intent.boot_id != device.clock.boot_id
    late = late or intent.created_boot_ms < device.started_boot_ms
    do = device.store.write(_happened, device, intent.id, event, answer, reason, late=late)
    if Do.WRITE_SALE in do:
        failpoints.reached("sale: written, not yet printed")
    _words.info("payment", intent=intent.id, order=intent.order, step=event.value)
    return do


def _happened(
    session: Session,
    device: Device,
    id: str,
    event: Event,
    answer: Attempt | None,
    reason: str,
    *,
    late: bool,
) -> tuple[Do, ...]:
    intent = session.get_one(IntentRow, id)
    before = State(intent.state)
    step = payments.step(before, event)
    intent.state = step.state.value
    intent.was_unknown = intent.was_unknown or step.state is State.UNKNOWN
    intent.sent = intent.sent or step.state is State.SENT
    intent.reason = reason or intent.reason
    if answer is not None:
        intent.ref = answer.ref or intent.ref
        if event in {Event.APPROVED, Event.PART_APPROVED}:
            intent.taken = intent.amount if answer.amount is None else answer.amount
        intent.brand, intent.last4 = (
            answer.brand or intent.brand,
            answer.last4 or intent.last4,
        )
    for do in step.do:
        _do(session, device, intent, do, late=late)
    _report(session, device, intent, before)
    return step.do


def _do(session: Session, device: Device, intent: IntentRow, do: Do, *, late: bool) -> None:
    match do:
        case Do.WRITE_SALE if sale.seats_owned(session, intent):
            sale.write(session, device, intent, late=late)
            intent.state = payments.step(State.APPROVED, Event.SALE_WRITTEN).state.value
        case Do.WRITE_SALE:
            # Staff broke the allotment meanwhile: the money goes back.
            intent.state = payments.step(State.APPROVED, Event.SEATS_LOST).state.value
            intent.reason = "seats lost"
            _unpledge(session, intent)
            _free_order(session, intent)
        case Do.UNPLEDGE:
            _unpledge(session, intent)
            _free_order(session, intent)
        case _:
            pass  # Talking is done outside; staff hear through the log.


def _report(session: Session, device: Device, intent: IntentRow, before: State) -> None:
    """Log what the ledger must hear, in the transaction of the change itself."""
    now = State(intent.state)
    if now is before:
        return
    if now in payments.NOTHING_CHARGED or now in {State.SOLD, State.REVERSED}:
        intent.ended_boot_ms = device.clock.boot_ms()
    match now:
        case State.DECLINED | State.CANCELLED:
            body: dict[str, object] = {"intent": intent.id, "reason": intent.reason}
            _append(session, device, "payment.declined", body)
            _count_decline(session, device, intent)
        case State.UNKNOWN:
            since_ms = device.clock.now_ms() - device.doubt_ms(intent.id)
            body = {
                "intent": intent.id,
                "since_ms": since_ms,
                "reference": intent.reference,
                "pickup_hash": codes.hash_of(doubt.code(device, intent)),
            }
            _append(session, device, "payment.unknown", body)
            staff.open_call(session, device, "payment in doubt")
            doubt.queue_slip(session, device, intent)
        case State.REVERSED:
            body = {"intent": intent.id, "ref": intent.ref, "amount": intent.taken}
            if intent.brand:
                body["brand"] = intent.brand
            _append(session, device, "payment.approved", body)
        case _:
            pass


def _count_decline(session: Session, device: Device, intent: IntentRow) -> None:
    row = session.get(OrderRow, intent.order)
    if row is None or intent.state != State.DECLINED or intent.reason in _NO_DECLINE:
        return
    row.declines += 1
    if row.declines >= attempts.DECLINES_BEFORE_BOX_OFFICE:
        if basket.debt(row) is None:
            box_office.leave(session, device, row)
        else:
            collecting.forgo(session, device, row)
            row.stage = "parked"


def _unpledge(session: Session, intent: IntentRow) -> None:
    session.execute(delete(PledgedRow).where(PledgedRow.intent == intent.id))
    session.flush()


def _free_order(session: Session, intent: IntentRow) -> None:
    row = session.get(OrderRow, intent.order)
    if row is not None and row.stage == "paying":
        row.stage = "held"


def _note_step(session: Session, id: str, step: str) -> None:
    intent = session.get_one(IntentRow, id)
    intent.step = step


def _append(session: Session, device: Device, type: str, body: dict[str, object]) -> None:
    log.append(session, device.clock, device.new_id(), type, body)


def _recover(session: Session, device: Device) -> None:
    query = select(IntentRow).where(IntentRow.state == State.CREATED.value)
    for intent in session.scalars(query).all():
        found = payments.restart(payments.AfterRestart(State.CREATED))
        before = State(intent.state)
        intent.state, intent.reason = found.state.value, "cancelled"
        for do in found.do:
            _do(session, device, intent, do, late=True)
        _report(session, device, intent, before)


# The bank was not asked, or has not refused.
_NO_DECLINE: Final = frozenset({"cancelled", REMOVED_EARLY})
_CARD_TAKEN: Final = frozenset({Step.PROCESSING.value})
