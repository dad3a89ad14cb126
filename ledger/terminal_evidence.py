"""What staff read in a terminal's own record, told to the device that is in doubt.

The device holds the seats and the intent, so it makes the sale or frees the seats, and its
event settles the discrepancy. Source: sync.md §2.5 `resolution`, §6, §8.
"""

import json

from sqlalchemy.orm import Session

from ledger import audit, feed
from ledger.clock import Means
from ledger.tables.devices import DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import PaymentRow

# By the remedy that staff press: what the device shall take as the terminal's answer.
DECISIONS = {"taken": "approved", "not_taken": "declined"}


def tell(
    session: Session,
    means: Means,
    row: DiscrepancyRow,
    *,
    remedy: str,
    staff: str,
    reason: str,
) -> bool:
    """Tell the device, if it can still act on it; the discrepancy stays open until it has.

    False: the device is revoked, or lost what it knew of this payment.
    """
    facts = json.loads(row.facts)
    payment = session.get(PaymentRow, row.subject)
    device = session.get(DeviceRow, payment.device) if payment else None
    if payment is None or payment.state not in {"started", "unknown"}:
        return False
    if device is None or device.revoked_ms is not None:
        return False
    if device.incarnation != facts.get("incarnation"):
        return False
    said = {"subject": payment.intent, "decision": DECISIONS[remedy], "why": reason}
    stream = feed.device(device.id)
    feed.publish(session, stream, "resolution", payment.intent, said, now_ms=means.now_ms)
    row.facts = json.dumps({**facts, "told": remedy})
    audit.note(
        session,
        means,
        staff=staff,
        action="tell_terminal_record",
        subject=payment.intent,
        reason=reason,
        facts={"decision": DECISIONS[remedy]},
    )
    session.flush()
    return True
