"""Approved: one transaction writes sale, tickets, print jobs and the event.

Before it nothing is sold, after it everything is: a power cut never splits a purchase.
Source: sync.md §3.3, P6.
"""

from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from boxoffice import failpoints, ids
from kiosk import allotment, contacts, signing
from kiosk import log as device_log
from kiosk.device import Device
from kiosk.payments import booked, codes, debts
from kiosk.printing import jobs
from kiosk.printing.ticket import Ticket
from kiosk.store.tables.orders import IntentRow, OrderRow, PledgedRow, SaleLineRow
from kiosk.store.tables.seats import AllottedRow


def seats_owned(session: Session, intent: IntentRow) -> bool:
    """Whether every seat of the attempt is still allotted to us as it was pledged."""
    for line in intent.document["lines"]:
        row = session.get(AllottedRow, (line["performance"], line["seat"]))
        if row is None or row.epoch != line["epoch"]:
            return False
    return True


def write(session: Session, device: Device, intent: IntentRow, *, late: bool) -> None:
    """Write the sale of an approved attempt, in the caller's transaction.

    late: the device was away meanwhile and the guest may have gone, so nothing prints by
    itself: the tickets are owed.
    """
    agreed = intent.document
    if "debt" in agreed:
        debts.write(session, device, intent)
        return
    seq = device_log.head(session)[0] + 1
    lines = [_signed(device, agreed, line, seq) for line in agreed["lines"]]
    code = ids.short_code(device.chance)
    # Who was in doubt has the code on a slip already.
    pickup = agreed.get("pickup") or codes.pickup(device.chance)
    body = {
        "order": agreed["order"],
        "performance": agreed["performance"],
        "currency": agreed["currency"],
        "seller": "kiosk",
        "lines": [{k: line[k] for k in _TOLD} for line in lines],
        "other": agreed.get("other", []),
        "tenders": [*agreed.get("tenders", ()), *booked.tenders(intent)],
        "let_go": agreed.get("let_go", []),
        "member": agreed.get("member"),
        "answers": agreed.get("answers", []),
        "price_pos": agreed["price_pos"],
        "pickup_hash": codes.hash_of(pickup),
        "code_hash": codes.hash_of(code),
    }
    written = device_log.append(session, device.clock, device.new_id(), "sale", body)
    assert written == seq, "tickets carry the number of the event that sold them"
    session.add(booked.order(device, intent, pickup=pickup, code=code, seq=seq))
    session.flush()
    _own_lines(session, agreed["order"], lines, seq)
    contacts.keep(session, device, agreed["order"], last_four=intent.last4)
    session.execute(delete(PledgedRow).where(PledgedRow.intent == intent.id))
    _paper(session, device, agreed, lines, late=late)
    device.used_boot_ms[agreed["performance"]] = device.clock.boot_ms()
    row = session.get(OrderRow, agreed["order"])
    if row is not None:
        row.stage = "sold"
    failpoints.reached("sale: before commit")


_TOLD: Final = (
    "ticket",
    "performance",
    "seat",
    "epoch",
    "level",
    "price_type",
    "price",
    "fee_outside",
    "fee_inside",
    "payload",
)


def _signed(
    device: Device, agreed: dict[str, Any], line: dict[str, Any], seq: int
) -> dict[str, Any]:
    payload = signing.payload(
        device,
        performance=agreed["performance_number"],
        ticket=line["ticket"],
        seat=line["number"],
        issue=1,
        seq=seq,
        check=line["check"],
    )
    return {**line, "payload": payload}


def _own_lines(session: Session, order: str, lines: list[dict[str, Any]], seq: int) -> None:
    session.add_all(
        SaleLineRow(
            ticket=line["ticket"],
            order=order,
            place=place,
            performance=line["performance"],
            seat=line["seat"],
            epoch=line["epoch"],
            level=line["level"],
            price_type=line["price_type"],
            price=line["price"],
            fee_outside=line["fee_outside"],
            fee_inside=line["fee_inside"],
            payload=line["payload"],
        )
        for place, line in enumerate(lines)
    )
    for line in lines:
        seats = {line["seat"]: line["epoch"]}
        allotment.spend(session, line["performance"], seats, how="sold", seq=seq)


def _paper(
    session: Session,
    device: Device,
    agreed: dict[str, Any],
    lines: list[dict[str, Any]],
    *,
    late: bool,
) -> None:
    tickets = [
        Ticket.read(dict(line["paper"]) | {"code": line["payload"]}) for line in lines
    ]
    for job in jobs.queue(session, device.clock, device.new_id, tickets):
        if agreed["on_phone"]:
            job.state = "phone"
            body = {"ticket": job.ticket, "issue": job.issue, "way": "phone"}
            device_log.append(
                session, device.clock, device.new_id(), "ticket.delivered", body
            )
        elif late:
            jobs.owe(session, device.clock, device.new_id, job, "restart")
