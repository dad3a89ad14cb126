"""The slip for a guest whose payment nobody can vouch for yet. Source: lobby.md §2."""

from sqlalchemy.orm import Session

from kiosk.device import Device
from kiosk.printing import jobs
from kiosk.printing.receipt import Receipt
from kiosk.printing.report import Entry, Report
from kiosk.printing.words import Words
from kiosk.store.tables.orders import IntentRow


def queue_slip(session: Session, device: Device, intent: IntentRow) -> None:
    """Give them the reference on paper, in the caller's transaction: it is no ticket."""
    if device.printer is None:
        return
    agreed = Receipt.read(intent.document["receipt"])
    words, at_ms, zone = Words(agreed.language), device.clock.now_ms(), agreed.zone
    amount = f"{words.amount(intent.amount, intent.currency)} {intent.currency}"
    report = Report(
        title=words.say("reference", ref=intent.reference),
        head=(
            agreed.seller,
            words.say("dont_pay_again"),
            words.say("seats_safe"),
            f"{words.date(at_ms, zone)}  {words.time(at_ms, zone)}",
        ),
        entries=(Entry(words.say("perhaps_taken"), amount, strong=True),),
        foot=(words.say("show_slip"),),
    )
    jobs.queue_report(session, device.clock, device.new_id, report)
