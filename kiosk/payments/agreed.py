"""What the guest agreed to when Pay was pressed: kept with the attempt, so that the sale
needs nothing else, whatever happens in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from boxoffice.charts import SeatType
from kiosk import basket
from kiosk.device import Device
from kiosk.evening import Evening, Line
from kiosk.printing.receipt import Line as ReceiptLine
from kiosk.printing.receipt import Receipt
from kiosk.printing.ticket import Ticket
from kiosk.printing.words import Words
from kiosk.store.tables.orders import OrderRow


def document(
    device: Device,
    here: Evening,
    row: OrderRow,
    lines: Sequence[Line],
    epochs: Mapping[str, int],
    *,
    price_pos: int,
    language: str,
    on_phone: bool,
) -> dict[str, Any]:
    """Write the agreement down: lines with ticket ids made now, paper, receipt."""
    others = basket.others(row, here.house.extras)
    total = sum(line.charge for line in lines) + sum(one.priced.charge for one in others)
    tenders = basket.tenders(row, total)
    agreed = []
    for n, line in enumerate(lines, 1):
        assert line.seat is not None
        ticket = device.new_id()
        kind = here.prices.type(line.price_type)
        agreed.append(
            {
                "ticket": ticket,
                "performance": row.performance,
                "seat": line.seat,
                "epoch": epochs[line.seat],
                "level": line.level,
                "price_type": line.price_type,
                "price": line.price,
                "fee_outside": line.fee_outside,
                "fee_inside": line.fee_inside,
                "number": here.plan.numbers.get(line.seat) if here.plan.chart else None,
                "check": bool(kind and kind.check),
                "paper": _ticket(
                    device, here, row, line, n, len(lines), ticket, language, others
                ).document(),
            }
        )
    return {
        "order": row.number,
        "performance": row.performance,
        "performance_number": here.performance.number,
        "currency": here.prices.currency,
        "price_pos": price_pos,
        "on_phone": on_phone,
        "lines": agreed,
        "other": [one.document() for one in others],
        "tenders": [one.document() for one in tenders],
        "let_go": basket.let_go(row, total),
        "member": found.id if (found := basket.member(row)) else None,
        "answers": basket.answers(row),
        "left": [asdict(one) for one in basket.left(row, total)],
        "receipt": _receipt(device, here, row, lines, others, tenders, language).document(),
    }


def amount(agreement: Mapping[str, Any]) -> int:
    """What is left for the card, in minor units."""
    whole = sum(line["price"] + line["fee_outside"] for line in agreement["lines"])
    whole += sum(one["amount"] + one["fee_outside"] for one in agreement.get("other", ()))
    return int(whole - sum(one["amount"] for one in agreement.get("tenders", ())))


def _ticket(
    device: Device,
    here: Evening,
    row: OrderRow,
    line: Line,
    n: int,
    of: int,
    ticket: str,
    language: str,
    others: Sequence[basket.Other],
) -> Ticket:
    assert line.seat is not None
    performance, chart = here.performance, here.plan.chart
    seat = here.plan.shown(line.seat)
    kind = here.prices.type(line.price_type)
    step_free = chart is not None and chart.type_of(line.seat) is SeatType.ACCESSIBLE
    return Ticket(
        venue=here.house.name,
        title=performance.title,
        starts_ms=performance.starts_ms,
        zone=performance.zone,
        section=here.house.own(seat.section if chart else performance.hall, language),
        row=seat.row if chart else "",
        seat=seat.seat if chart else "",
        door=here.house.together(performance.entrances(here.plan, seat.section), language),
        doors_open_ms=performance.doors_open_ms,
        note="  ".join(
            words
            for words in (
                "♿" if step_free else "",
                _claim(here, others, language) if n == 1 else "",
            )
            if words
        ),
        price_type=here.house.own(kind.name, language) if kind else line.price_type,
        amount=line.charge,
        fee=line.fee_outside,
        currency=here.prices.currency,
        order=row.number,
        n=n,
        of=of,
        issue=1,
        device=device.me.name,
        at_ms=device.clock.now_ms(),
        people=1,
        rule=here.house.own(
            here.house.rule_for(performance.starts_ms, device.clock.now_ms()), language
        ),
        ticket=ticket,
        code="",
        language=language,
        demo=device.config.demo,
        performance=performance.id,
        seat_code=line.seat,
    )


def _claim(here: Evening, others: Sequence[basket.Other], language: str) -> str:
    """Say on the first ticket which programmes are paid for, and where they are had."""
    count = sum(one.count for one in others if one.kind == "programme")
    if not count:
        return ""
    where = here.house.own(here.house.box_office_words, language)
    key = "claim_where" if where else "claim"
    return Words(language).say(key, count=count, where=where)


def _receipt(
    device: Device,
    here: Evening,
    row: OrderRow,
    lines: Sequence[Line],
    others: Sequence[basket.Other],
    tenders: Sequence[basket.Tender],
    language: str,
) -> Receipt:
    shown = []
    for line in lines:
        kind = here.prices.type(line.price_type)
        name = here.house.own(kind.name, language) if kind else line.price_type
        assert line.seat is not None
        seat = here.plan.shown(line.seat)
        where = f", {seat.row} {seat.seat}" if here.plan.chart else ""
        shown.append(ReceiptLine(f"{name}{where}", line.price))
    words = Words(language)
    for other in others:
        many = f"{other.count} x " if other.kind == "programme" else ""
        shown.append(ReceiptLine(f"{many}{words.say(other.kind)}", other.priced.price))
    total = sum(line.charge for line in lines) + sum(one.priced.charge for one in others)
    left = {one.tender: one.amount for one in basket.left(row, total)}
    paid = [
        ReceiptLine(_kind(words, one, left, here.prices.currency), one.amount)
        for one in tenders
        if one.amount
    ]
    return Receipt(
        seller=here.house.name,
        address=here.house.address,
        tax_number=here.house.tax_number,
        order=row.number,
        at_ms=device.clock.now_ms(),
        zone=here.performance.zone,
        title=here.performance.title,
        starts_ms=here.performance.starts_ms,
        lines=tuple(shown),
        fee=sum(line.fee_outside for line in lines)
        + sum(one.priced.fee_outside for one in others),
        total=total,
        currency=here.prices.currency,
        kind="card",
        brand="",
        last4="",
        ref="",
        device=device.me.name,
        language=language,
        demo=device.config.demo,
        paid=tuple(paid),
    )


def _kind(
    words: Words, tender: basket.Tender, left: Mapping[str, int], currency: str
) -> str:
    kind = words.say(tender.kind)
    if tender.id not in left:
        return kind
    amount = words.amount(left[tender.id], currency)
    return words.say("with_left", kind=kind, amount=amount)
