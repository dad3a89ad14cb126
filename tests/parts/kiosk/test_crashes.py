"""The plug is pulled in the middle of a purchase, at every named place.

Afterwards: no charge and the seats are ours; or one charge, one sale, printed or owed.
Source: sync.md §6, P6, P8.
"""

import pytest
from sqlalchemy import select

from kiosk import figures, sync, tenders
from kiosk.device import Device
from kiosk.payments import attempts, conversation
from kiosk.payments.port import Step
from kiosk.printing import spool
from kiosk.shown.paying import Outcome
from kiosk.store.tables.orders import IntentRow, PledgedRow, SaleRow
from kiosk.store.tables.printing import PrintJobRow
from tests.parts.kiosk.conftest import Plug, PulledPlug
from tests.parts.kiosk.guests import choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, Rooms, Time

pytestmark = pytest.mark.slow

PLACES = [
    "pay: intent written",
    "pay: first byte sent",
    "sale: before commit",
    "sale: written, not yet printed",
    "print: bytes sent",
]


def purchase(kiosk: Device) -> None:
    """Everything from the first touch to the last ticket."""
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    print_all(kiosk)


def restart(rooms: Rooms, kiosk: Device, card: Card, paper: Paper, **how) -> Device:
    rooms.unplug(kiosk)
    return rooms.device(terminal=card, printer=paper.line, **how)


def plugged_in_again(
    rooms: Rooms, kiosk: Device, card: Card, paper: Paper, time: Time, plug: Plug
) -> Device:
    plug.back()
    time.pass_ms(2_000)
    kiosk = restart(rooms, kiosk, card, paper)
    talk(kiosk)
    print_all(kiosk)
    return kiosk


def the_order(kiosk: Device) -> str:
    with kiosk.store.read() as session:
        return session.scalars(select(IntentRow.order)).one()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_purchase_is_never_split(
    rooms: Rooms,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    paper: Paper,
    time: Time,
    plug: Plug,
    place: str,
    nth: int,
):
    plug.at(place, nth)
    try:
        purchase(kiosk)
    except PulledPlug:
        kiosk = plugged_in_again(rooms, kiosk, card, paper, time, plug)
    sync.everything(kiosk)

    books = figures.figures(kiosk)
    sold = ledger.events("kiosk-1", "sale")
    assert len(card.charged) == len(sold) <= 1
    assert set(books["paid_tickets"]) == {*books["printed"], *books["owed"]}
    assert set(books["printed"]) & set(books["owed"]) == set()
    assert len(paper.codes) == len(set(paper.codes)) <= 2
    with kiosk.store.read() as session:
        assert session.scalars(select(PledgedRow)).all() == []
    if not sold:
        assert (
            ledger.seat(HAMLET, "A-1")["state"] == "allotted"
        )  # Ours, and sold to nobody.


@pytest.mark.parametrize("place", PLACES)
def test_nor_is_a_purchase_that_a_gift_card_pays_in_part(
    rooms: Rooms,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    paper: Paper,
    time: Time,
    plug: Plug,
    place: str,
):
    """Source: P6, two tenders: what the gift card gave is with the sale, or on the card."""
    ledger.vouchers["GIFT2222"] = 2000
    spool.turn(kiosk)
    order = choose(kiosk)
    assert tenders.redeem(kiosk, order, "GIFT2222") is None
    plug.at(place, 1)
    try:
        pay(kiosk, order)
        talk(kiosk)
        print_all(kiosk)
    except PulledPlug:
        kiosk = plugged_in_again(rooms, kiosk, card, paper, time, plug)
    sync.everything(kiosk)

    sold = ledger.events("kiosk-1", "sale")
    books = figures.figures(kiosk)
    assert len(card.charged) == len(sold) <= 1
    assert set(books["paid_tickets"]) == {*books["printed"], *books["owed"]}
    for sale in sold:
        paid = {tender["kind"]: tender["amount"] for tender in sale["tenders"]}
        assert paid == {"gift_card": 2000, "card": card.amounts[card.charged[0]]}
        assert ledger.vouchers["GIFT2222"] == 0
    with kiosk.store.read() as session:
        assert session.scalars(select(PledgedRow)).all() == []


def test_an_intent_of_which_no_byte_was_sent_is_cancelled_at_boot(
    rooms: Rooms, kiosk: Device, card: Card, paper: Paper, plug: Plug
):
    spool.turn(kiosk)
    order = choose(kiosk)
    plug.at("pay: intent written")
    with pytest.raises(PulledPlug):
        pay(kiosk, order)
    plug.back()

    again = restart(rooms, kiosk, card, paper)

    assert attempts.state(again, order).outcome is Outcome.CANCELLED
    assert card.book == {}
    spool.turn(again)
    pay(again, order)  # The guest still stands there.
    talk(again)
    assert attempts.state(again, order).outcome is Outcome.APPROVED


def test_a_charge_that_was_not_written_down_becomes_a_sale_and_tickets_are_owed(
    rooms: Rooms,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    paper: Paper,
    time: Time,
    plug: Plug,
):
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    plug.at("sale: before commit")
    with pytest.raises(PulledPlug):
        talk(kiosk)
    plug.back()
    assert len(card.charged) == 1
    time.pass_ms(2_000)

    again = restart(rooms, kiosk, card, paper)
    talk(again)
    print_all(again)

    assert attempts.state(again, order).outcome is Outcome.APPROVED
    assert paper.codes == []  # The guest may have gone.
    assert len(figures.figures(again)["owed"]) == 2
    sync.everything(again)
    assert len(ledger.events("kiosk-1", "ticket.owed")) == 2

    assert spool.resume(again, order) == 2  # Staff stand at the printer.
    print_all(again)
    assert len(paper.codes) == 2


def test_while_the_terminal_is_silent_after_a_restart_nobody_else_pays(
    rooms: Rooms, kiosk: Device, card: Card, paper: Paper, plug: Plug
):
    spool.turn(kiosk)
    order = choose(kiosk)
    card.outcome = Step.WAITING_FOR_CARD
    pay(kiosk, order)
    talk(kiosk, 2)
    card.silent = True

    again = restart(rooms, kiosk, card, paper)
    conversation.turn(again)

    assert attempts.state(again, order).outcome in {
        Outcome.WAITING_FOR_CARD,
        Outcome.STARTING,
        Outcome.ASKING,
    }
    with again.store.read() as session:
        assert len(session.scalars(select(PledgedRow)).all()) == 2


def test_paper_that_was_moving_when_the_power_went_is_uncertain_and_not_printed_again(
    rooms: Rooms,
    kiosk: Device,
    ledger: LedgerDouble,
    card: Card,
    paper: Paper,
    time: Time,
    plug: Plug,
):
    plug.at("print: bytes sent")
    with pytest.raises(PulledPlug):
        purchase(kiosk)
    plug.back()
    time.pass_ms(2_000)

    again = restart(rooms, kiosk, card, paper)
    order = the_order(again)
    print_all(again)

    states = [ticket.state for ticket in spool.progress(again, order).tickets]
    assert states == ["uncertain", "printed"]
    sync.everything(again)
    assert len(ledger.events("kiosk-1", "ticket.uncertain")) == 1


def test_jobs_older_than_a_minute_wait_for_somebody(
    rooms: Rooms, kiosk: Device, card: Card, paper: Paper, time: Time, plug: Plug
):
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    time.pass_ms(61_000)

    again = restart(rooms, kiosk, card, paper)
    print_all(again)

    assert paper.codes == []
    assert len(spool.progress(again, order).owed) == 2


def test_jobs_of_another_boot_wait_for_somebody(
    rooms: Rooms, kiosk: Device, card: Card, paper: Paper
):
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)

    again = restart(rooms, kiosk, card, paper, boot="boot-2")
    print_all(again)

    assert paper.codes == []
    assert len(spool.progress(again, order).owed) == 2


def test_a_sale_is_there_or_not_there(kiosk: Device, plug: Plug):
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    plug.at("sale: before commit")
    with pytest.raises(PulledPlug):
        talk(kiosk)
    plug.back()

    with kiosk.store.read() as session:
        assert session.get(SaleRow, order) is None
        assert session.scalars(select(PrintJobRow)).all() == []
        assert session.scalars(select(IntentRow.state)).one() == "sent"
