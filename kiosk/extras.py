"""What the house offers besides seats, once, before the review: nothing is ever ticked."""

from sqlalchemy.orm import Session

from kiosk import basket, documents, evening
from kiosk.device import Device
from kiosk.shown.reviewing import ExtrasShown
from kiosk.store.tables.orders import OrderRow
from kiosk.told import Extras

MOST_DONATIONS = 3
MOST_PROGRAMMES = 4


def offered(device: Device, order: str) -> ExtrasShown | None:
    """Give what this order may have besides; None when the house offers nothing."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        house = documents.house(session)
        if row is None or not house.extras.anything:
            return None
        here = evening.look(session, device, row.performance, order=order)
    lines = here.lines(row.seats, row.types) if here else None
    if here is None or lines is None:
        return None
    total = sum(line.charge for line in lines)
    return ExtrasShown(
        order=order,
        total=total,
        currency=here.prices.currency,
        donations=_donations(house.extras, total),
        donation=int(row.extras.get("donation") or 0),
        programme=house.extras.programme,
        programmes=int(row.extras.get("programmes") or 0),
        most_programmes=min(MOST_PROGRAMMES, len(row.seats)),
        question=house.extras.question,
        answer=str((row.extras.get("answer") or ["", ""])[1]),
        asked=basket.was_asked(row),
    )


def choose(
    device: Device, order: str, *, donation: int = 0, programmes: int = 0, answer: str = ""
) -> None:
    """Keep what the guest chose; what was not offered is not taken."""
    shown = offered(device, order)
    if shown is not None:
        device.store.write(_choose, shown, donation, programmes, answer)


def _choose(
    session: Session, shown: ExtrasShown, donation: int, programmes: int, answer: str
) -> None:
    row = session.get_one(OrderRow, shown.order)
    question = shown.question
    known = {option.id for option in question.options} if question else set()
    count = min(max(programmes, 0), shown.most_programmes)
    basket.put(
        row,
        asked=True,
        donation=donation if donation in shown.donations else None,
        programmes=count if shown.programme is not None and count else None,
        answer=[question.id, answer] if question and answer in known else None,
    )


def _donations(offers: Extras, total: int) -> tuple[int, ...]:
    """The first rounds the total up; the others are as the house set them."""
    found: list[int] = []
    if offers.round_to and total % offers.round_to:
        found.append(offers.round_to - total % offers.round_to)
    found += [amount for amount in offers.donations if amount not in found]
    return tuple(found[:MOST_DONATIONS])
