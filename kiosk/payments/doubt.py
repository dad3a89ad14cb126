"""What a guest has in hand whose payment nobody can vouch for yet: a slip, and a code.

The code is that of the order to be: if the payment turns out to be taken, it fetches the
tickets. Until then staff find by it what is in doubt. Source: lobby.md §2.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.payments import State
from kiosk.device import Device
from kiosk.payments import codes
from kiosk.printing import jobs
from kiosk.printing.receipt import Receipt
from kiosk.printing.report import Entry, Report
from kiosk.printing.words import Words
from kiosk.store.tables.orders import IntentRow

# What staff see as open: under way, or nobody can say yet how it ended.
OPEN: Final = (State.CREATED, State.SENT, State.UNKNOWN, State.APPROVED)
_DOTS: Final = 8  # a module: 25 modules are 25 mm


def code(device: Device, intent: IntentRow) -> str:
    """Give the text of the QR for a payment in doubt, drawn once, in the transaction."""
    if "pickup" not in intent.document:
        intent.document = {**intent.document, "pickup": codes.pickup(device.chance)}
    return pickup(intent)


def pickup(intent: IntentRow) -> str:
    """Give the text that was drawn, blank before."""
    return str(intent.document.get("pickup") or "")


def find(session: Session, text: str) -> IntentRow | None:
    """Give the payment, still in doubt, whose code or reference this is."""
    query = select(IntentRow).where(IntentRow.state == State.UNKNOWN.value)
    typed = ids.clean_code(text)
    return next(
        (
            one
            for one in session.scalars(query)
            if text == pickup(one) or (typed and typed == one.reference)
        ),
        None,
    )


def queue_slip(session: Session, device: Device, intent: IntentRow) -> None:
    """Give them the reference on paper, in the caller's transaction: it is no ticket."""
    if device.printer is None:
        return
    agreed = Receipt.read(intent.document["receipt"])
    words, at_ms, zone = Words(agreed.language), device.clock.now_ms(), agreed.zone
    amount = words.amount(intent.amount, intent.currency)
    report = Report(
        title=words.say("reference", ref=intent.reference),
        head=(
            agreed.seller,
            words.say("dont_pay_again"),
            words.say("seats_safe"),
            f"{words.date(at_ms, zone)}  {words.time(at_ms, zone)}",
        ),
        entries=(Entry(words.say("perhaps_taken"), amount, strong=True),),
        codes=((code(device, intent), _DOTS),),
        foot=(words.say("show_slip"),),
    )
    jobs.queue_report(session, device.clock, device.new_id, report)
