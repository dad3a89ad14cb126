"""Which module owns which type of event. Source: sync.md §2.6."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from ledger import (
    admissions,
    allotments,
    audit,
    collecting,
    debts,
    devices,
    drawers,
    issues,
    parked,
    payments,
    sales,
)
from ledger.allotments import Owner, Seat
from ledger.clock import Means
from ledger.happened import Happened, text, whole

Effect = Callable[[Session, Means, Happened], None]
VERSION = 1


def returned(session: Session, means: Means, event: Happened) -> None:
    """A device gives seats back that it did not sell."""
    seats = [
        Seat(text(body, "performance"), text(body, "seat"), whole(body, "epoch"))
        for body in event.parts("seats")
    ]
    allotments.take_back(session, means, Owner(event.device, event.incarnation), seats)


def health(session: Session, means: Means, event: Happened) -> None:
    """How a device is: started, clock, fault, healed."""
    told = {k: v for k, v in event.body.items() if isinstance(v, str | int | bool)}
    kind = event.type.removeprefix("device.")
    devices.health(session, event.device, {kind: {**told, "at_ms": means.now_ms}})


def staff_action(session: Session, means: Means, event: Happened) -> None:
    """What a member of staff did at the device."""
    audit.note(
        session,
        means,
        staff=event.text("staff", ""),
        device=event.device,
        action=event.text("action"),
        subject=event.text("subject", ""),
        reason=event.text("reason", ""),
    )


EFFECTS: dict[str, Effect] = {
    "sale": sales.record,
    "order.parked": parked.record,
    "order.paid": debts.paid,
    "payment.started": payments.started,
    "payment.declined": payments.declined,
    "payment.unknown": payments.unknown,
    "payment.approved": payments.approved,
    "payment.captured": payments.captured,
    "payment.voided": payments.voided,
    "payment.refunded": payments.refunded,
    "ticket.printed": issues.printed,
    "ticket.uncertain": issues.owed,
    "ticket.failed": issues.owed,
    "ticket.owed": issues.owed,
    "ticket.reprinted": issues.reprinted,
    "ticket.delivered": issues.delivered,
    "pickup": collecting.collected,
    "admission": admissions.admission,
    "exit": admissions.exit,
    "admission.undone": admissions.undone,
    "claim.dropped": admissions.dropped,
    "scan.refused": admissions.refused,
    "allotment.returned": returned,
    "device.started": health,
    "device.clock": health,
    "device.fault": health,
    "device.healed": health,
    "device.closed": parked.closed,
    "cash.opened": drawers.moved,
    "cash.moved": drawers.moved,
    "cash.counted": drawers.counted,
    "staff.action": staff_action,
}
