"""Pay here what an order of somebody else's making still owes, and collect it.

The tickets are claimed before the card is asked, so that nobody pays twice: only with a
link, and until the claims are dropped no other kiosk takes money for them. Approved, one
transaction writes payment, pickup and paper. Source: COL3, lobby.md §2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from boxoffice import failpoints, ids
from kiosk import basket, collecting, documents, log, will_call
from kiosk.device import Device
from kiosk.payments import booked, codes
from kiosk.printing.receipt import Line, Receipt
from kiosk.shown.collecting import DebtShown
from kiosk.shown.named import Fact, Refusal
from kiosk.store.tables.orders import CollectionRow, IntentRow, OrderRow


def begin(
    device: Device, ref: str, tickets: Sequence[str], *, language: str = "en"
) -> str | Refusal:
    """Claim the chosen tickets, to be paid for and collected; give the order's number.

    tickets: ids, paid ones too. Refuses as `will_call.collect` does; without a link
    collect.due_offline (`due`, `currency`).
    """
    row = will_call.chosen(device, ref, tickets, pays=True)
    if isinstance(row, Refusal):
        return row
    refused = collecting.claim(device, row, tickets, pays=True)
    if refused is not None and refused.key == "link.collect":
        # Known here, but nobody says that it is not paid elsewhere meanwhile.
        return Refusal("collect.due_offline", facts=_due(row, tickets))
    if refused is not None:
        return refused
    device.store.write(_open, device, ref, tickets, language)
    return row.order


def shown(device: Device, order: str) -> DebtShown | None:
    """Give what is to be paid, as its page shows it; None for an order that buys seats."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        found = basket.debt(row) if row else None
        if found is None:
            return None
        kept = session.get(CollectionRow, found.ref)
    tickets = will_call.found(device, found.ref)
    if kept is None or isinstance(tickets, Refusal):
        return None
    chosen = tuple(one for one in tickets.tickets if one.ticket in found.tickets)
    return DebtShown(
        order=order,
        ref=found.ref,
        title=tickets.title,
        starts_ms=tickets.starts_ms,
        zone=tickets.zone,
        tickets=chosen,
        due=sum(one.due for one in chosen),
        currency=tickets.currency,
    )


def agree(session: Session, device: Device, row: OrderRow) -> dict[str, Any] | None:
    """Write down what Pay agrees to; None when the claims are gone meanwhile."""
    found = basket.debt(row)
    kept = session.get(CollectionRow, found.ref) if found else None
    if found is None or kept is None or not set(found.tickets) <= kept.claims.keys():
        return None
    owing = [
        {"ticket": one["ticket"], "amount": one["price"] - one["paid"]}
        for one in kept.document["tickets"]
        if one["ticket"] in found.tickets and one["price"] > one["paid"]
    ]
    return {
        "order": row.number,
        "performance": row.performance,
        "currency": kept.document["currency"],
        "debt": found.document(),
        "owing": owing,
        "lines": [],
        "receipt": _receipt(session, device, row, kept, found).document(),
    }


def amount(agreed: Mapping[str, Any]) -> int:
    """What an agreement costs, in minor units."""
    return sum(int(one["amount"]) for one in agreed["owing"])


def write(session: Session, device: Device, intent: IntentRow) -> None:
    """Write payment, pickup and paper of an approved attempt, in the caller's transaction.

    Ours even if the guest has left meanwhile: the tickets are claimed and paid.
    """
    agreed = intent.document
    code = ids.short_code(device.chance)
    pickup = agreed.get("pickup") or codes.pickup(device.chance)
    body = {
        "order": agreed["order"],
        "currency": agreed["currency"],
        "tickets": agreed["owing"],
        "tenders": booked.tenders(intent),
        "pickup_hash": codes.hash_of(pickup),
        "code_hash": codes.hash_of(code),
    }
    seq = log.append(session, device.clock, device.new_id(), "order.paid", body)
    session.merge(booked.order(device, intent, pickup=pickup, code=code, seq=seq))
    debt = agreed["debt"]
    collecting.settle(session, device, debt["ref"], agreed["owing"])
    collecting.print_claimed(
        session, device, debt["ref"], debt["tickets"], str(debt["language"])
    )
    row = session.get(OrderRow, agreed["order"])
    if row is not None:
        row.stage = "sold"
    failpoints.reached("sale: before commit")


def _due(row: CollectionRow, tickets: Sequence[str]) -> dict[str, Fact]:
    owing = sum(
        one["price"] - one["paid"]
        for one in row.document["tickets"]
        if one["ticket"] in tickets
    )
    return {"due": owing, "currency": str(row.document["currency"])}


def _open(
    session: Session, device: Device, ref: str, tickets: Sequence[str], language: str
) -> None:
    kept = session.get_one(CollectionRow, ref)
    made = OrderRow(
        number=kept.order,
        stage="held",
        performance=kept.performance,
        counts={},
        step_free=False,
        seats=[],
        types=[],
        hold=None,
        hold_until_ms=None,
        extended=False,
        on_phone=False,
        declines=0,
        code="",
        opened_ms=device.clock.now_ms(),
        touched_boot_ms=device.clock.boot_ms(),
        boot_id=device.clock.boot_id,
        extras={"debt": basket.Debt(ref, tuple(tickets), language).document()},
    )
    # An order that was left for the box office here may come back to be paid.
    session.merge(made)


def _receipt(
    session: Session,
    device: Device,
    row: OrderRow,
    kept: CollectionRow,
    found: basket.Debt,
) -> Receipt:
    performance = documents.performance(session, row.performance)
    house = documents.house(session)
    lines = tuple(
        Line(f"{one['price_type']}, {one['seat_name']}", one["price"] - one["paid"])
        for one in kept.document["tickets"]
        if one["ticket"] in found.tickets and one["price"] > one["paid"]
    )
    return Receipt(
        seller=house.name,
        address=house.address,
        tax_number=house.tax_number,
        order=row.number,
        at_ms=device.clock.now_ms(),
        zone=performance.zone if performance else house.zone,
        title=performance.title if performance else "",
        starts_ms=performance.starts_ms if performance else device.clock.now_ms(),
        lines=lines,
        fee=0,
        total=sum(line.amount for line in lines),
        currency=kept.document["currency"],
        kind="card",
        brand="",
        last4="",
        ref="",
        device=device.me.name,
        language=found.language,
        demo=device.config.demo,
    )
