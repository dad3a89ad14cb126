"""Touched paper comes out of one kiosk alone, and with the line down, too."""

from contextlib import suppress
from typing import Any

import pytest

from kiosk import reprints, sync, will_call
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.printing import spool
from kiosk.shown.collecting import Found
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import SaleRow
from tests.parts.kiosk.guests import buy, choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Time

pytestmark = pytest.mark.slow

CLAIMS = "POST /api/claims"


def fails(kiosk: Device, paper: Paper) -> str:
    """An order that is paid, with the printer's cover open as it prints."""
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    paper.fault(cover=True)
    spool.turn(kiosk)
    return order


@pytest.fixture
def owed(kiosk: Device, ledger: LedgerDouble, paper: Paper, time: Time) -> str:
    """Paper that failed two minutes ago; the ledger knows, and the printer is well."""
    order = fails(kiosk, paper)
    sync.everything(kiosk)
    time.pass_ms(120_000)
    paper.fault(cover=False)
    return order


def states(kiosk: Device, order: str) -> list[str]:
    return [ticket.state for ticket in spool.progress(kiosk, order).tickets]


def tickets(kiosk: Device, order: str) -> list[str]:
    return [ticket.ticket for ticket in spool.progress(kiosk, order).tickets]


def told(kiosk: Device, ledger: LedgerDouble, type: str) -> list[dict[str, Any]]:
    sync.everything(kiosk)
    return ledger.events("kiosk-1", type)


def test_a_sale_prints_without_asking_anybody(kiosk: Device, ledger: LedgerDouble):
    buy(kiosk)

    assert CLAIMS not in ledger.asked


def test_touched_paper_is_claimed_and_prints(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    spool.resume(kiosk, owed)
    print_all(kiosk)

    assert states(kiosk, owed) == ["printed", "printed"]
    claims = {event["claim"] for event in told(kiosk, ledger, "pickup")}
    assert claims == set(ledger.claims)


def test_touched_paper_that_another_kiosk_has_claimed_stays_there(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    first, second = tickets(kiosk, owed)
    ledger.claims["of-kiosk-2"] = {"granted": True, "pickup": first}

    spool.print_owed(kiosk)
    print_all(kiosk)

    assert states(kiosk, owed) == ["failed", "printed"]
    assert [event["tickets"] for event in told(kiosk, ledger, "pickup")] == [[second]]
    # Nothing failed a second time: the other kiosk's paper is on its way.
    assert len(told(kiosk, ledger, "ticket.failed")) == 2


def test_touched_paper_prints_by_itself_when_the_other_kiosk_gives_up(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    ledger.claims["of-kiosk-2"] = {"granted": True, "pickup": tickets(kiosk, owed)[0]}
    spool.resume(kiosk, owed)
    print_all(kiosk)

    del ledger.claims["of-kiosk-2"]
    print_all(kiosk)

    assert states(kiosk, owed) == ["printed", "printed"]


def test_touched_paper_that_came_out_elsewhere_is_no_longer_ours(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    there = [{"ticket": t, "print_state": "printed"} for t in tickets(kiosk, owed)]
    ledger.orders[owed] = {"answer": {"tickets": there}}

    spool.resume(kiosk, owed)
    print_all(kiosk)

    assert paper.codes == []
    assert spool.progress(kiosk, owed).tickets == ()


def test_cut_off_touched_paper_prints_and_only_the_first_is_waited_for(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    asked = []
    kiosk.line.post, honest = (
        lambda *a, **k: asked.append(a) or honest(*a, **k),
        (kiosk.line.post),
    )
    ledger.up = False

    spool.resume(kiosk, owed)
    print_all(kiosk)

    assert states(kiosk, owed) == ["printed", "printed"]
    assert len(asked) == 1
    ledger.up = True
    assert len(told(kiosk, ledger, "pickup")) == 2


def test_a_claim_whose_answer_was_lost_is_spent_by_the_paper(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    ledger.answers_lost = 1

    spool.resume(kiosk, owed)
    print_all(kiosk)

    assert states(kiosk, owed) == ["printed", "printed"]
    claims = {event["claim"] for event in told(kiosk, ledger, "pickup")}
    assert set(ledger.claims) <= claims


def test_while_the_printer_is_ill_a_touch_says_nothing_new(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    paper.fault(out=True)

    spool.resume(kiosk, owed)
    print_all(kiosk, 3)

    assert states(kiosk, owed) == ["failed", "failed"]
    assert CLAIMS not in ledger.asked
    assert len(told(kiosk, ledger, "ticket.failed")) == 2


def test_paper_of_whose_failure_nobody_can_know_is_not_asked_for(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, time: Time
):
    order = fails(kiosk, paper)
    time.pass_ms(120_000)
    paper.fault(cover=False)

    spool.resume(kiosk, order)
    print_all(kiosk)

    assert states(kiosk, order) == ["printed", "printed"]
    assert CLAIMS not in ledger.asked


def test_a_sale_that_is_scanned_where_it_was_sold_is_claimed_as_well(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str
):
    first, second = tickets(kiosk, owed)
    ledger.claims["of-kiosk-2"] = {"granted": True, "pickup": second}
    with kiosk.store.read() as session:
        code = session.get_one(SaleRow, owed).code
    spool.turn(kiosk)  # It hears that the cover is closed.
    found = will_call.find_code(kiosk, code)
    assert isinstance(found, Found)

    will_call.collect(kiosk, found.ref, [first, second])
    print_all(kiosk)

    assert states(kiosk, owed) == ["printed", "failed"]


def test_a_claim_of_a_touch_that_waited_too_long_is_given_back(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, owed: str, time: Time
):
    ledger.answers_lost = 1
    honest, kiosk.store.write = kiosk.store.write, failing(kiosk)
    spool.resume(kiosk, owed)
    with suppress(OSError):
        spool.turn(kiosk)
    kiosk.store.write = honest
    assert len(ledger.claims) == 1

    time.pass_ms(61_000)
    print_all(kiosk)

    assert paper.codes == []
    dropped = {event["claim"] for event in told(kiosk, ledger, "claim.dropped")}
    assert len(dropped) == 1
    assert ledger.claims == {}


def failing(kiosk: Device) -> Any:
    """A store that loses its power once the ledger was asked."""
    honest = kiosk.store.write

    def write(case: Any, *args: Any, **kwargs: Any) -> Any:
        if case.__name__ == "_cut_off":
            raise OSError("the power is gone")
        return honest(case, *args, **kwargs)

    return write


# --- the next issue of a sale of ours -----------------------------------------------------


def test_the_next_issue_is_not_printed_here_while_another_kiosk_prints_it(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    ticket = tickets(kiosk, buy(kiosk))[0]
    sync.everything(kiosk)
    ledger.claims["of-kiosk-2"] = {"granted": True, "reissue": ticket}

    again = reprints.again(kiosk, ticket, staff="anna", why="torn")

    assert isinstance(again, Refusal)
    assert again.key == "reprint.busy"
    assert told(kiosk, ledger, "ticket.reprinted") == []


@pytest.mark.parametrize("up", [True, False])
def test_the_next_issue_prints_with_the_line_and_without(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, up: bool
):
    order = buy(kiosk)
    ticket = tickets(kiosk, order)[0]
    ledger.up = up
    with suppress(LineDown):
        sync.everything(kiosk)

    again = reprints.again(kiosk, ticket, staff="anna", why="torn")
    print_all(kiosk)

    assert isinstance(again, reprints.Paper)
    assert again.issue == 2
    assert len(paper.codes) == 3
