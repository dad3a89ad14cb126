"""Gift cards: handed out before the evening, used at kiosks until they are empty."""

import json
from collections.abc import Iterator
from random import Random

from sqlalchemy import func, select

from kiosk import tenders
from kiosk.store.tables.orders import IntentRow
from ledger import voucher_balances
from ledger.tables.members import PromisedRow, VoucherRow
from ledger.tables.seats import SeatStateRow
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.world import World


def hand_out(world: World) -> None:
    """Sell three gift cards: a small one, one of about a ticket, and a large one."""
    for amount in (500, 2_500, 20_000):
        code = world.ledger.write(
            voucher_balances.issue, kind="gift_card", currency="EUR", amount=amount
        )
        world.gift_cards[code] = amount


def redeem(world: World, kiosk: Kiosk, chance: Random, order: str) -> None:
    """Type the code of one of them, whatever is left on it. Raises Dark."""
    code = chance.choice(sorted(world.gift_cards))
    refused = kiosk.touch(tenders.redeem, order, code)
    said = "taken" if refused is None else refused.key
    world.tell(kiosk.name, f"a gift card: {said}")
    world.counts[f"gift card {said}"] += 1


def perhaps_take_off(world: World, kiosk: Kiosk, order: str) -> None:
    """Pay without gift cards after all, one time in three. Raises Dark."""
    # A chance of its own: guests of the seeds that ever failed decide what they decided.
    if Random(f"{order} {world.time.now_ms}").random() < 1 / 3:
        refused = kiosk.touch(tenders.take_off, order)
        said = "taken off" if refused is None else refused.key
        world.tell(kiosk.name, f"a gift card: {said}")
        world.counts[f"gift card {said}"] += 1


def check(world: World) -> Iterator[str]:
    """What is gone from the cards is what the sales say, and what is still promised."""
    if not world.gift_cards:
        return
    with world.ledger.running.store.read() as session:
        balances = list(session.scalars(select(VoucherRow.balance)))
        promised = session.scalar(
            select(func.coalesce(func.sum(PromisedRow.amount), 0)).where(
                PromisedRow.state.in_(("held", "allotted")), PromisedRow.kind != "credit"
            )
        )
    spent = 0
    for kiosk in world.kiosks:
        with kiosk.device.store.read() as session:
            made = select(IntentRow).where(IntentRow.state == "sold")
            for row in session.scalars(made):
                spent += sum(
                    int(tender["amount"])
                    for tender in row.document.get("tenders", ())
                    if tender["kind"] == "gift_card"
                )
    gone = sum(world.gift_cards.values()) - sum(balances)
    if world.counts["restores"] or world.graves:
        return  # What a lost book promised, or a lost kiosk sold, is told to staff.
    if gone != spent + (promised or 0):
        yield (
            f"P10 {gone} is gone from gift cards, {spent} was spent and {promised} promised"
        )
    if min(balances) < 0 and not world.broken:
        yield "P10 a gift card was spent twice"
    yield from _forgotten(world)


def _forgotten(world: World) -> Iterator[str]:
    """A promise that came with seats ends with them, sold or not."""
    with world.ledger.running.store.read() as session:
        allotted = select(PromisedRow).where(PromisedRow.state == "allotted")
        for promise in session.scalars(allotted).all():
            for performance, seat, epoch in json.loads(promise.seats):
                row = session.get_one(SeatStateRow, (performance, seat))
                if (row.state, row.device, row.epoch) == (
                    "allotted",
                    promise.device,
                    epoch,
                ):
                    break
            else:
                yield f"P5 {promise.amount} of a gift card is promised to nobody"
