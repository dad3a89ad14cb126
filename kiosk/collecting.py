"""Claim tickets at the ledger and queue their paper: each ticket at one kiosk only.

Claim ids are saved before they are sent, and given back when nobody answers: the guest may
go to another kiosk. Jobs and events are written together once everything was granted.
Source: sync.md §2.3, COL4.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import wire
from kiosk import basket, documents, groups, log, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.printing import jobs
from kiosk.printing.ticket import Ticket
from kiosk.shown.collecting import Collecting
from kiosk.shown.named import Fact, Refusal
from kiosk.store.tables.orders import CollectionRow, OrderRow

CLAIM_S: Final = 1.5


def read(answer: Any) -> dict[str, Any]:
    """Read the answer to a look-up, without any name in it. Raises NotUnderstood."""
    try:
        return {
            "order": str(answer["order"]),
            "state": str(answer.get("state") or ""),
            "due": int(answer.get("due") or 0),
            "currency": str(answer["currency"]),
            "performance": str(answer["performance"]),
            "tickets": [_ticket(ticket) for ticket in answer["tickets"]],
            "note": str(answer.get("note") or ""),
            "photo_id": bool(answer.get("photo_id")),
            "group": None if answer.get("group") is None else str(answer["group"]),
            "collected_at_ms": answer.get("collected_at_ms"),
            "collected_by": str(answer.get("collected_by") or ""),
            "cancelled_ms": answer.get("cancelled_ms"),
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotUnderstood(0, "lookup") from None


def collect(
    device: Device, row: CollectionRow, tickets: Sequence[str], *, language: str
) -> Collecting | Refusal:
    """Claim each ticket; when all are granted, write jobs and events together."""
    refused = claim(device, row, tickets)
    if refused is not None:
        return refused
    device.store.write(print_claimed, device, row.ref, tickets, language)
    return Collecting(row.ref, row.order, tuple(tickets))


def claim(
    device: Device, row: CollectionRow, tickets: Sequence[str], *, pays: bool = False
) -> Refusal | None:
    """Claim each ticket, all of them or none; say why not.

    pays: what they still owe is paid here before they print.
    """
    if device.up and _gives_back(device):
        # The ledger must hear of it first, or it takes us for another kiosk.
        with suppress(LineDown, NotUnderstood, wire.Malformed):
            sync.everything(device)
    claims: dict[str, str] = device.store.write(_claims, device, row.ref, tickets)
    granted: dict[str, str] = {}
    for ticket in tickets:
        try:
            answer = _claim(device, row, ticket, claims[ticket], pays=pays)
        except (LineDown, NotUnderstood) as why:
            if isinstance(why, LineDown) and row.document.get("copied") and not pays:
                # Cut off, our copy decides: the pickup carries the claim all the same.
                granted[ticket] = ""
                continue
            # Nobody knows whether it was granted, and the guest may go to another kiosk.
            device.store.write(drop, device, row.ref, sorted({*granted, ticket}))
            return Refusal("link.collect")
        if not answer.get("granted"):
            refused = _refusal(device, answer)
            device.store.write(drop, device, row.ref, sorted({*granted, ticket}))
            return refused
        granted[ticket] = str(answer.get("payload") or "")
    device.store.write(_note_payloads, row.ref, granted)
    return None


def settle(
    session: Session, device: Device, ref: str, owing: Sequence[Mapping[str, Any]]
) -> None:
    """Note in the collection what was paid for its tickets, in the caller's transaction."""
    row = session.get_one(CollectionRow, ref)
    paid = {str(one["ticket"]): int(one["amount"]) for one in owing}
    tickets = [
        {**ticket, "paid": ticket["paid"] + paid.get(ticket["ticket"], 0)}
        for ticket in row.document["tickets"]
    ]
    due = max(0, int(row.document["due"]) - sum(paid.values()))
    row.document = {**row.document, "tickets": tickets, "due": due}


def drop(session: Session, device: Device, ref: str, tickets: Sequence[str]) -> None:
    """Give claims back: the guest chooses again, or leaves."""
    row = session.get_one(CollectionRow, ref)
    claims = dict(row.claims)
    for ticket in tickets:
        if ticket in claims and ticket not in row.collected:
            body = {"claim": claims.pop(ticket)}
            log.append(session, device.clock, device.new_id(), "claim.dropped", body)
    row.claims = claims


def recover(session: Session, device: Device) -> int:
    """At boot: give back what was claimed for guests who have nothing of it; how many.

    What an order is about to pay for stays claimed as long as that order stands.
    """
    query = select(OrderRow).where(OrderRow.stage.in_(("held", "paying")))
    debts = [basket.debt(order) for order in session.scalars(query)]
    owed = {debt.ref for debt in debts if debt is not None}
    dropped = 0
    for row in session.scalars(select(CollectionRow).where(CollectionRow.claims != {})):
        wanted = {ticket["ticket"] for ticket in row.document["tickets"]}
        left = sorted(row.claims.keys() & wanted - set(row.collected))
        if left and row.ref not in owed:
            drop(session, device, row.ref, left)
            dropped += len(left)
    return dropped


def forgo(session: Session, device: Device, order: OrderRow) -> None:
    """Let go of what an order was about to pay for: others may collect it."""
    found = basket.debt(order)
    if found is not None and session.get(CollectionRow, found.ref) is not None:
        drop(session, device, found.ref, found.tickets)


def _ticket(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ticket": str(given["ticket"]),
        "seat": str(given.get("seat") or ""),
        "seat_name": str(given.get("seat_name") or ""),
        "price_type": str(given.get("price_type") or ""),
        "price": int(given.get("price") or 0),
        "paid": int(given.get("paid") or 0),
        "issue": int(given.get("issue") or 1),
        "status": str(given.get("status") or "active"),
        "print_state": str(given.get("print_state") or "not_printed"),
        "payload": str(given.get("payload") or ""),
        # Of later issues, by number, in a copy for when nobody can sign.
        "payloads": {str(k): str(v) for k, v in (given.get("payloads") or {}).items()},
    }


def _claims(
    session: Session, device: Device, ref: str, tickets: Sequence[str]
) -> dict[str, str]:
    row = session.get_one(CollectionRow, ref)
    claims = dict(row.claims)
    # An answer may have been lost, and the order found once more: it is the same claim.
    before = select(CollectionRow).where(CollectionRow.order == row.order)
    for other in session.scalars(before.order_by(CollectionRow.found_ms)):
        for ticket in set(tickets) & other.claims.keys() - set(other.collected):
            claims.setdefault(ticket, other.claims[ticket])
    for ticket in tickets:
        claims.setdefault(ticket, device.new_id())
    row.claims = claims
    return claims


def _claim(
    device: Device, row: CollectionRow, ticket: str, claim: str, *, pays: bool
) -> dict[str, Any]:
    known = next(t for t in row.document["tickets"] if t["ticket"] == ticket)
    body = {
        "claim": claim,
        "kind": "pickup",
        "ticket": ticket,
        "issue": known["issue"],
        "performance": row.performance,
        "order": row.order,
        "pays": pays,
    }
    try:
        answer = device.line.post("/api/claims", body, timeout_s=CLAIM_S)
    except Refused as why:
        return {**why.facts, "granted": False, "refused": why.code}
    return answer if isinstance(answer, dict) else {}


def _gives_back(device: Device) -> bool:
    """Whether the ledger has yet to hear of a claim that we gave back."""
    with device.store.read() as session:
        return log.waits(session, "claim.dropped")


def _refusal(device: Device, answer: Mapping[str, Any]) -> Refusal:
    match answer.get("refused"):
        case "PRINT_IN_PROGRESS" | "claimed":
            return Refusal("link.collect" if _gives_back(device) else "collect.busy")
        case "SEE_STAFF":
            return Refusal("collect.uncertain")
        case "SEE_STAFF_PHOTO_ID":
            return Refusal("collect.id")
        case "AMOUNT_DUE":
            facts: dict[str, Fact] = {
                "due": int(answer.get("due") or 0),
                "currency": str(answer.get("currency") or "EUR"),
            }
            return Refusal("collect.due", facts=facts)
        case "NOT_FOUND":
            return Refusal("collect.none")
        case _:
            at_ms = answer.get("at_ms")
            facts = {
                "at_ms": at_ms if isinstance(at_ms, int) else device.clock.now_ms(),
                "place": str(answer.get("by") or ""),
            }
            return Refusal("collect.done", facts=facts)


def _note_payloads(session: Session, ref: str, granted: Mapping[str, str]) -> None:
    """Keep the codes as they were granted: a reissue may have made newer ones."""
    row = session.get_one(CollectionRow, ref)
    tickets = [
        {**ticket, "payload": granted.get(ticket["ticket"]) or ticket["payload"]}
        for ticket in row.document["tickets"]
    ]
    row.document = {**row.document, "tickets": tickets}


def print_claimed(
    session: Session, device: Device, ref: str, tickets: Sequence[str], language: str
) -> None:
    """Queue the paper of claimed tickets and write their pickup, in one transaction."""
    row = session.get_one(CollectionRow, ref)
    fresh = set(tickets).difference(row.collected)
    if not fresh:
        return  # The second of two quick taps.
    # Paper of this issue that failed here goes out now: an issue has one job for good.
    issues = {ticket["ticket"]: ticket["issue"] for ticket in row.document["tickets"]}
    begun = {
        job.ticket
        for job in jobs.of_order(session, row.order)
        if job.issue == issues.get(job.ticket)
    }
    jobs.touch(session, device.clock, row.order, sorted(fresh & begun), claimed=True)
    papers = [
        _paper(session, device, row, n, ticket, language)
        for n, ticket in enumerate(row.document["tickets"], 1)
        if ticket["ticket"] in fresh - begun
    ]
    if len(papers) > 1 and row.document.get("group") is not None:
        slip = groups.cover(session, device, row, fresh, language)
        jobs.queue_report(session, device.clock, device.new_id, slip)
    if papers:
        jobs.queue(session, device.clock, device.new_id, papers)
    codes = {ticket["ticket"]: ticket["payload"] for ticket in row.document["tickets"]}
    for ticket in sorted(fresh):
        body = {
            "claim": row.claims[ticket],
            "order": row.order,
            "tickets": [ticket],
            "way": row.way,
            # For a ledger that was restored and has forgotten the sale.
            "payload": codes[ticket],
        }
        log.append(session, device.clock, device.new_id(), "pickup", body)
    row.collected = sorted({*row.collected, *fresh})


def _paper(
    session: Session,
    device: Device,
    row: CollectionRow,
    n: int,
    ticket: Mapping[str, Any],
    language: str,
) -> Ticket:
    performance = documents.performance(session, row.performance)
    plan = documents.plan(session, row.performance)
    prices = documents.prices(session, row.performance)
    house = documents.house(session)
    numbered = plan is not None and plan.chart is not None
    seat = plan.shown(ticket["seat"]) if plan and numbered else None
    kind = prices.type(ticket["price_type"]) if prices else None
    section = seat.section if seat else ""
    general = performance is not None and plan is not None and not numbered
    return Ticket(
        venue=house.name,
        title=performance.title if performance else "",
        starts_ms=performance.starts_ms if performance else device.clock.now_ms(),
        zone=performance.zone if performance else house.zone,
        section=house.own(
            performance.hall if performance and general else section, language
        ),
        row=seat.row if seat else "",
        seat=seat.seat if seat else "",
        door=house.together(
            performance.entrances(plan, section) if performance else (), language
        ),
        doors_open_ms=performance.doors_open_ms if performance else None,
        note="",
        price_type=house.own(kind.name, language) if kind else ticket["price_type"],
        amount=ticket["price"],
        fee=0,
        currency=row.document["currency"],
        order=row.order,
        n=n,
        of=len(row.document["tickets"]),
        issue=ticket["issue"],
        device=device.me.name,
        at_ms=device.clock.now_ms(),
        people=1,
        rule=house.own(
            house.rule_for(performance.starts_ms, device.clock.now_ms()), language
        )
        if performance
        else "",
        ticket=ticket["ticket"],
        code=ticket["payload"],
        language=language,
        demo=device.config.demo,
        performance=row.performance,
        seat_code=ticket["seat"],
    )
