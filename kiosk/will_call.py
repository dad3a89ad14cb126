"""Collect an order: find it, choose tickets, print them once.

Failures sound all the same to the guest, whatever was wrong. The ledger knows the orders;
owed tickets that were sold here are found without it. Source: COL1-COL4, lobby.md §2.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import collecting, copies, documents, groups, last_pages, obstacles
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.payments import codes, doubt
from kiosk.plans import Plan
from kiosk.printing import jobs, spool
from kiosk.shown.collecting import Collecting, Found, FoundTicket
from kiosk.shown.named import Refusal
from kiosk.shown.printing import Done
from kiosk.store.tables.orders import CollectionRow, SaleRow

LOOKUP_S: Final = 3.0
LONGEST_TEXT: Final = 512
LOCKED_S: Final = 60
_OURS: Final = ("FOH", "foh")
# Where a payment stands that another kiosk sent somebody away with.
_STANDS: Final = {
    "taken": "pay.taken",
    "not_taken": "pay.not_taken",
    "returned": "pay.returned",
}


def find(device: Device, number: str, last_name: str) -> Found | Refusal:
    """Look an order up by what was typed.

    Refuses: collect.typo, collect.none, collect.locked (`wait_s`), link.collect (the line
    is down and this order is not in the device's copy).
    """
    if ids.has_typing_mistake(number):
        return Refusal("collect.typo")
    now_s = device.clock.boot_ms() / 1000
    if device.typing.locked(now_s):
        return _locked()
    last_name = last_name[:200]
    body = {"order": ids.clean_code(number), "last_name": last_name}
    found = _look_up(
        device, body, "number", lambda: copies.by_name(device, number, last_name)
    )
    if not isinstance(found, Refusal):
        device.typing = device.typing.attempt(now_s, found=True)[1]
    elif found.key in {"collect.none", "link.collect"}:
        device.typing = device.typing.attempt(now_s, found=False)[1]
    return found


def find_code(device: Device, text: str) -> Found | Refusal:
    """Look an order up by a QR code or a pickup code.

    Refuses: scan.other, link.collect, and for the slip of a payment that nobody could see:
    pay.doubt, pay.taken, pay.not_taken, pay.returned (`reference`).
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        return Refusal("scan.other")
    with device.store.read() as session:
        sold_here = _sold_here(session, text)
        doubted = doubt.find(session, text)
    if doubted is not None:
        return Refusal("pay.doubt", facts={"reference": doubted.reference})
    if sold_here is not None:
        return _shown_after(device, device.store.write(_remember_ours, device, sold_here))
    found = _look_up(
        device, {"code": text}, "code", lambda: copies.by_code(device, codes.hash_of(text))
    )
    if isinstance(found, Refusal) and found.key == "collect.none":
        return found if text.startswith(_OURS) else Refusal("scan.other")
    return found


def find_card(device: Device, card: str) -> Found | Refusal:
    """Look up a member's next evening by the card. Refuses: collect.none, link.collect."""
    return _look_up(device, {"card": card[:LONGEST_TEXT]}, "card")


def find_member(device: Device, number: str, password: str) -> Found | Refusal:
    """Look up a member's next evening by number and password; both are typed.

    Refuses: collect.none, collect.locked (`wait_s`), link.collect: nobody else knows
    passwords.
    """
    now_s = device.clock.boot_ms() / 1000
    if device.typing.locked(now_s):
        return _locked()
    body = {"number": number[:200].strip(), "password": password[:200]}
    found = _look_up(device, body, "member")
    if not isinstance(found, Refusal) or found.key == "collect.none":
        hit = not isinstance(found, Refusal)
        device.typing = device.typing.attempt(now_s, found=hit)[1]
    return found


def found(device: Device, ref: str) -> Found | Refusal:
    """Show what was found again after a reload. Refuses: collect.none."""
    return _shown_after(device, ref)


def collect(
    device: Device, ref: str, tickets: Sequence[str], *, language: str = "en"
) -> Collecting | Refusal:
    """Claim the chosen tickets and queue their paper.

    Refuses: collect.done (`at_ms`, `place`), collect.busy, collect.uncertain, collect.id,
    collect.due_offline (`due`, `currency`), collect.due (the same, with a link),
    collect.void (`on_ms`), collect.later (`starts_ms`), collect.off, link.collect,
    paper.before.
    """
    row = chosen(device, ref, tickets)
    if isinstance(row, Refusal):
        return row
    if set(tickets) <= set(row.collected):
        return Collecting(ref, row.order, tuple(tickets))  # Pressed twice, or reloaded.
    if row.ours:
        device.store.write(_print_ours, device, ref, tickets)
        return Collecting(ref, row.order, tuple(tickets))
    return collecting.collect(device, row, tickets, language=language)


def chosen(
    device: Device, ref: str, tickets: Sequence[str], *, pays: bool = False
) -> CollectionRow | Refusal:
    """Give the collection, if these tickets of it may print here now; see `collect`.

    pays: what they owe is about to be paid here, so it is no obstacle.
    """
    with device.store.read() as session:
        row = session.get(CollectionRow, ref)
        performance = documents.performance(session, row.performance) if row else None
    if row is None:
        return Refusal("collect.none")
    known = {ticket["ticket"] for ticket in row.document["tickets"]}
    if not tickets or not set(tickets) <= known:
        return Refusal("collect.none")
    if set(tickets) <= set(row.collected):
        return row
    return (
        obstacles.now(device, row, performance)
        or obstacles.these(device, row, tickets, pays=pays)
        or (None if spool.paper(device).can_print else Refusal("paper.before"))
        or row
    )


def done(device: Device, ref: str) -> Done | None:
    """Give the last page of a collection; None before anything was collected."""
    with device.store.read() as session:
        row = session.get(CollectionRow, ref)
        if row is None or not row.collected:
            return None
        seats = [
            str(ticket.get("seat") or "")
            for ticket in row.document["tickets"]
            if ticket["ticket"] in row.collected
        ]
        shown = last_pages.last_page(session, device, row.order, row.performance, seats)
    if shown is None:
        return None
    left = found(device, ref)
    waiting = () if isinstance(left, Refusal) else left.tickets
    seats_left = tuple(one.seat for one in waiting if one.seat and not one.printed)
    return replace(shown, waiting=seats_left)


def _look_up(
    device: Device,
    body: dict[str, str],
    way: str,
    kept: Callable[[], dict[str, Any] | None] = lambda: None,
) -> Found | Refusal:
    """Ask the ledger. kept: opens our own copy of the order when nobody answers."""
    try:
        answer = device.line.post("/api/lookups", body, timeout_s=LOOKUP_S)
        document = collecting.read(answer)
    except Refused as why:
        return _refusal(why)
    except NotUnderstood:
        return Refusal("link.collect")
    except LineDown:
        try:
            document = collecting.read(kept())
        except NotUnderstood:  # No copy, or one of a later version.
            return Refusal("link.collect")
        with device.store.read() as session:
            document = copies.as_here(session, document)
    ref = device.store.write(_remember, device, document, way)
    return _shown_after(device, ref)


def _refusal(why: Refused) -> Refusal:
    match why.code:
        case "LOCKED":
            return _locked()
        case "PAYMENT_STANDS":
            state = str(why.facts.get("state"))
            key = _STANDS.get(state, "pay.doubt")
            return Refusal(key, facts={"reference": str(why.facts.get("reference", ""))})
        case _:
            return Refusal("collect.none")


def _locked() -> Refusal:
    return Refusal("collect.locked", facts={"wait_s": LOCKED_S})


def _remember(session: Session, device: Device, document: dict[str, Any], way: str) -> str:
    row = CollectionRow(
        ref=device.new_id(),
        order=document["order"],
        performance=document["performance"],
        document=document,
        way=way,
        ours=False,
        claims={},
        collected=[],
        found_ms=device.clock.now_ms(),
    )
    session.add(row)
    return row.ref


def _sold_here(session: Session, text: str) -> str | None:
    """Find a sale of ours by its pickup code, with or without a link."""
    query = select(SaleRow.order).where(
        or_(SaleRow.pickup == text, SaleRow.code == ids.clean_code(text))
    )
    return session.scalars(query).first()


def _remember_ours(session: Session, device: Device, order: str) -> str:
    sale = session.get_one(SaleRow, order)
    tickets = [
        {
            "ticket": job.ticket,
            "seat": job.document["seat_code"],
            "seat_name": _name(job.document),
            "price_type": job.document["price_type"],
            "price": 0,
            "paid": 0,
            "issue": job.issue,
            "status": "active",
            "print_state": "not_printed"
            if job.state in {"failed", "queued"}
            else job.state,
            "payload": job.document["code"],
        }
        for job in jobs.of_order(session, order)
    ]
    document: dict[str, Any] = {
        "order": order,
        "state": "confirmed",
        "due": 0,
        "currency": sale.currency,
        "performance": sale.performance,
        "tickets": tickets,
        "note": "",
        "photo_id": False,
        "collected_at_ms": sale.sold_ms,
        "collected_by": device.me.name,
    }
    ref = _remember(session, device, document, "code")
    session.flush()
    session.get_one(CollectionRow, ref).ours = True
    return ref


def _name(document: dict[str, Any]) -> str:
    parts = (document["section"], document["row"], document["seat"])
    return " ".join(part for part in parts if part)


def _print_ours(session: Session, device: Device, ref: str, tickets: Sequence[str]) -> None:
    row = session.get_one(CollectionRow, ref)
    jobs.touch(session, device.clock, row.order, tickets)
    row.collected = sorted({*row.collected, *tickets})


def _shown_after(device: Device, ref: str) -> Found | Refusal:
    with device.store.read() as session:
        row = session.get(CollectionRow, ref)
        if row is None:
            return Refusal("collect.none")
        performance = documents.performance(session, row.performance)
        plan = documents.plan(session, row.performance)
    document = row.document
    group = document.get("group")
    tickets = [_ticket(ticket, set(row.collected), plan) for ticket in document["tickets"]]
    if group is not None:
        rows = groups.in_rows(plan, [ticket["seat"] for ticket in document["tickets"]])
        tickets.sort(key=lambda ticket: rows.index(ticket.seat.code) if ticket.seat else 0)
    due = sum(ticket.due for ticket in tickets)
    everything = bool(tickets) and all(ticket.collectable for ticket in tickets)
    return Found(
        ref=row.ref,
        order=row.order,
        performance=row.performance,
        title=performance.title if performance else "",
        starts_ms=performance.starts_ms if performance else 0,
        zone=performance.zone if performance else "UTC",
        tickets=tuple(tickets),
        due=due,
        currency=document["currency"],
        note=document["note"],
        at_once=row.way == "code"
        and everything
        and group is None
        and not document["photo_id"]
        and document["state"] not in obstacles.VOID,
        group=group,
    )


def _ticket(ticket: dict[str, Any], collected: set[str], plan: Plan | None) -> FoundTicket:
    due = max(0, ticket["price"] - ticket["paid"])
    printed = ticket["ticket"] in collected or ticket["print_state"] in {"printed", "phone"}
    return FoundTicket(
        ticket=ticket["ticket"],
        seat_name=ticket["seat_name"],
        price_type=ticket["price_type"],
        due=due,
        printed=printed,
        collectable=not printed and not due and ticket["status"] == "active",
        payable=not printed and due > 0 and ticket["status"] == "active",
        seat=plan.shown(ticket["seat"]) if plan and plan.chart else None,
    )
