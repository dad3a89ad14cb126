"""Payment attempts: written down, then spoken about with the terminal, then settled.

Pages call `pay`, then show `state` until it says how the payment ended. The talking is
done by one thread of the device, `conversation.turn`, never by a page.
Source: design.md §6, sync.md §6.
"""

from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import failpoints, payments
from boxoffice.payments import State
from kiosk import (
    allotment,
    basket,
    documents,
    evening,
    holds,
    log,
    offers,
    promises,
    told,
)
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.payments import agreed, debts, doubt, sale, terminals
from kiosk.payments.port import REMOVED_EARLY
from kiosk.printing import spool
from kiosk.shown.named import Refusal
from kiosk.shown.paying import TO_CHOOSE, Intent, Outcome, PayState
from kiosk.store import statements
from kiosk.store.tables.orders import IntentRow, OrderRow, PledgedRow

# Silence shorter than this is just a slow answer.
ASKING_AFTER_MS: Final = 2_500
DECLINES_BEFORE_BOX_OFFICE: Final = 3
# No terminal is asked for an order that costs nothing.
NO_TERMINAL: Final = "none"


def pay(
    device: Device, order: str, *, on_phone: bool = False, language: str = "en"
) -> Intent | Refusal:
    """Press Pay: own the seats, write the intent, wake the terminal.

    A second press or a reload gives the same attempt; after a decline it begins a new one.
    Refuses: hold.ended, link.pay (`seats`), link.empty, paper.before, paper.short (`left`;
    unless on_phone), `terminal.busy`, `terminal.none`, sale.closed (its seats go back).
    """
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        found = _latest(session, order)
        if found is not None and found.state in _LASTING:
            return _shown(found)
        if row is None or row.stage not in {"held", "paying"}:
            return Refusal("hold.ended")
        here = evening.look(session, device, row.performance, order=order)
    if basket.debt(row) is not None:
        return _pay_debt(device, order, language=language)
    lines = here.lines(row.seats, row.types) if here is not None and here.selling else None
    if here is None or lines is None:
        return _closed(device, order)
    others = basket.others(row, here.house.extras)
    amount = sum(line.charge for line in lines) + sum(o.priced.charge for o in others)
    amount -= basket.covered(row, amount)
    for refusal in (
        _no_terminal(device) if amount else None,
        None if on_phone else _no_paper(device, len(lines)),
        _not_owned(device, row),
    ):
        if refusal is not None:
            closed = refusal.key == "sale.closed"
            return _closed(device, order) if closed else refusal
    begun = device.store.write(_begin, device, order, language=language, on_phone=on_phone)
    failpoints.reached("pay: intent written")
    return begun


def state(device: Device, order: str) -> PayState:
    """Say how far the payment of this order has come."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        intent = _latest(session, order)
        performance = documents.performance(session, row.performance) if row else None
    if intent is None:
        currency = performance.currency if performance else "EUR"
        parked = row is not None and row.stage == "parked"
        return PayState(
            order,
            Outcome.THIRD_DECLINE if parked else Outcome.IDLE,
            0,
            currency,
            order[:6],
            code=row.code if row else "",
            pickup=_pickup(row),
            kept_until_ms=kept_until_ms(performance) if row and row.code else None,
        )
    debt = row is not None and basket.debt(row) is not None
    asking_ms = device.doubt_ms(intent.id)
    outcome = _outcome(intent, row, asking_ms)
    over = outcome in TO_CHOOSE
    return PayState(
        order=order,
        outcome=outcome,
        amount=intent.amount,
        currency=intent.currency,
        reference=intent.reference,
        may_cancel=outcome in _MAY_CANCEL and not intent.give_up,
        may_retry=over,
        may_park=over and device.up and not debt,
        debt=debt,
        asking_s=asking_ms // 1000 if outcome is Outcome.ASKING else 0,
        late=intent.was_unknown,
        code=row.code if row and row.stage == "parked" else "",
        pickup=doubt.pickup(intent) if outcome is Outcome.UNKNOWN else _pickup(row),
        kept_until_ms=kept_until_ms(performance) if row and row.code else None,
    )


def cancel(device: Device, order: str) -> PayState:
    """Ask the terminal to stop; what the card has answered meanwhile counts."""
    device.store.write(_give_up, order)
    return state(device, order)


def own(device: Device, order: str) -> Refusal | None:
    """Have the seats of an order allotted to this device. Refuses as `pay` does."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        here = evening.look(session, device, row.performance, order=order) if row else None
    if row is None or here is None or row.stage != "held":
        return Refusal("hold.ended")
    return _not_owned(device, row)


def _pay_debt(device: Device, order: str, *, language: str) -> Intent | Refusal:
    """Press Pay for what an order of somebody else's making still owes."""
    for refusal in (_no_terminal(device), _no_paper(device, 1)):
        if refusal is not None:
            return refusal
    begun = device.store.write(_begin, device, order, language=language, on_phone=False)
    failpoints.reached("pay: intent written")
    return begun


def _no_terminal(device: Device) -> Refusal | None:
    known = terminals.state(device)
    if known == "none":
        return Refusal("terminal.none")
    return Refusal("terminal.busy") if known in {"busy", "in_doubt"} else None


def _no_paper(device: Device, tickets: int) -> Refusal | None:
    paper = spool.paper(device)
    if not paper.can_print:
        return Refusal("paper.before")
    if paper.left is not None and paper.left < tickets:
        return Refusal("paper.short", facts={"left": paper.left})
    return None


def _not_owned(device: Device, row: OrderRow) -> Refusal | None:
    """Have the held seats allotted to this device, and see that they are."""
    if _owns(device, row) and not holds.over(device, row, owned=True):
        return _overdue(device, row)
    if row.hold is None:
        return Refusal("hold.ended")
    if not promises.give_back(device, row.number):
        return offers.without_line(device, row)
    try:
        given = allotment.pull_held(device, row.hold)
    except (LineDown, NotUnderstood):
        return offers.without_line(device, row)
    if given and _owns(device, row):
        device.store.write(holds.allotted, row.number)
        return _overdue(device, row)
    ended = holds.ended(device, row)
    if device.store.write(holds.lose, row.number):
        return ended
    return _overdue(device, row)  # Another press of the same guest was quicker.


def _owns(device: Device, row: OrderRow) -> bool:
    with device.store.read() as session:
        return allotment.epochs(session, row.performance, row.seats) is not None


def _closed(device: Device, order: str) -> Refusal:
    """Give its seats back at once: the box office, where its guest goes, may sell them."""
    holds.release(device, order)
    return Refusal("sale.closed")


def _overdue(device: Device, row: OrderRow) -> Refusal | None:
    with device.store.read() as session:
        late = allotment.overdue(session, device.clock, row.performance, row.seats)
    return Refusal("sale.closed") if late else None


def _begin(
    session: Session, device: Device, order: str, *, language: str, on_phone: bool
) -> Intent | Refusal:
    """Pledge the seats and write the intent, all in one transaction."""
    found = _latest(session, order)
    if found is not None and found.state in _LASTING:
        return _shown(found)  # The second of two quick taps.
    row = session.get_one(OrderRow, order)
    found_debt = basket.debt(row) is not None
    agreement = (
        debts.agree(session, device, row)
        if found_debt
        else _agree(session, device, row, language=language, on_phone=on_phone)
    )
    if agreement is None:
        return Refusal("hold.ended")
    amount = debts.amount(agreement) if found_debt else agreed.amount(agreement)
    terminal = device.terminal.name if device.terminal and amount else NO_TERMINAL
    if terminals.open_intent(session, terminal) is not None:
        return Refusal("terminal.busy")
    intent = _intent(device, order, terminal, amount, agreement["currency"], agreement)
    intent.place = (session.scalar(select(func.max(IntentRow.place))) or 0) + 1
    session.add(intent)
    session.flush()
    if amount:
        _started(session, device, intent)
        session.add_all(
            PledgedRow(
                performance=line["performance"],
                seat=line["seat"],
                epoch=line["epoch"],
                intent=intent.id,
            )
            for line in agreement["lines"]
        )
        row.stage = "paying"
    else:
        intent.state = State.SOLD.value
        intent.captured = True
        sale.write(session, device, intent, late=False)
    row.on_phone = on_phone
    return _shown(intent)


def _agree(
    session: Session, device: Device, row: OrderRow, *, language: str, on_phone: bool
) -> dict[str, Any] | None:
    here = evening.look(session, device, row.performance, order=row.number)
    epochs = allotment.epochs(session, row.performance, row.seats)
    if here is None or not epochs:
        return None
    lines = here.lines(row.seats, row.types)
    assert lines is not None
    return agreed.document(
        device,
        here,
        row,
        lines,
        epochs,
        price_pos=documents.price_pos(session, row.performance),
        language=language,
        on_phone=on_phone,
    )


def _intent(
    device: Device,
    order: str,
    terminal: str,
    amount: int,
    currency: str,
    document: dict[str, Any],
) -> IntentRow:
    return IntentRow(
        id=device.new_id(),
        order=order,
        terminal=terminal,
        amount=amount,
        currency=currency,
        state=State.CREATED.value,
        reference=order[:6],
        document=document,
        created_ms=device.clock.now_ms(),
        created_boot_ms=device.clock.boot_ms(),
        boot_id=device.clock.boot_id,
        step="",
        reason="",
        ref="",
        brand="",
        last4="",
        sent=False,
        give_up=False,
        was_unknown=False,
        taken=0,
        captured=False,
        returned=False,
        rechecked=False,
    )


def _started(session: Session, device: Device, intent: IntentRow) -> None:
    body = {
        "intent": intent.id,
        "order": intent.order,
        "terminal": intent.terminal,
        "kind": device.terminal.kind if device.terminal else "",
        "amount": intent.amount,
        "currency": intent.currency,
    }
    log.append(session, device.clock, device.new_id(), "payment.started", body)


def _give_up(session: Session, order: str) -> None:
    intent = _latest(session, order)
    if intent is not None and intent.state in {"created", "sent", "unknown"}:
        intent.give_up = True


def _pickup(row: OrderRow | None) -> str:
    """Give the text of the QR under which the box office finds a parked order."""
    parked = row is not None and row.stage == "parked" and row.code
    return str(row.extras.get("pickup") or "") if row is not None and parked else ""


def _latest(session: Session, order: str) -> IntentRow | None:
    found = statements.first(
        session,
        'SELECT id FROM intent WHERE "order" = ? ORDER BY place DESC LIMIT 1',
        (order,),
    )
    return None if found is None else session.get_one(IntentRow, found[0])


# The box office keeps seats until so long before the curtain.
KEPT_BEFORE_START_MS: Final = 10 * 60_000
# A second tap or a reload finds these; after any other a new attempt may begin.
_LASTING: Final = {*(state.value for state in payments.OPEN), State.SOLD.value}
_MAY_CANCEL: Final = {
    Outcome.STARTING,
    Outcome.WAITING_FOR_CARD,
    Outcome.ENTER_PIN,
    Outcome.CARD_REMOVED,
}


def _outcome(intent: IntentRow, row: OrderRow | None, asking_ms: int) -> Outcome:
    parked = row is not None and row.stage == "parked"
    match State(intent.state):
        case State.CREATED:
            return Outcome.STARTING
        case State.SENT if asking_ms >= ASKING_AFTER_MS:
            return Outcome.ASKING
        case State.SENT:
            return Outcome(intent.step) if intent.step else Outcome.STARTING
        case State.UNKNOWN:
            return Outcome.UNKNOWN
        case State.APPROVED:
            return Outcome.PROCESSING
        case State.SOLD:
            return Outcome.APPROVED
        case State.DECLINED | State.CANCELLED if parked:
            return Outcome.THIRD_DECLINE
        case State.DECLINED if intent.reason == REMOVED_EARLY:
            return Outcome.REMOVED_EARLY
        case State.DECLINED:
            return Outcome.CANCELLED if intent.reason == "cancelled" else Outcome.DECLINED
        case State.CANCELLED:
            return (
                Outcome.UNREACHABLE
                if intent.reason in {"unreachable", "busy"}
                else Outcome.CANCELLED
            )
        case State.REVERSED if intent.reason == "part":
            # "Nothing was charged" only once the void is certain.
            return Outcome.PART if intent.returned else Outcome.ASKING
        case State.REVERSED:
            return Outcome.REVERSED


def kept_until_ms(performance: told.Performance | None) -> int | None:
    """Say how long the box office keeps seats that are to be paid there."""
    return None if performance is None else performance.starts_ms - KEPT_BEFORE_START_MS


def _shown(intent: IntentRow) -> Intent:
    return Intent(intent.id, intent.order, intent.amount, intent.currency, intent.reference)
