"""Jobs, proof, and trouble: on a real port, with the lobby's printer at the other end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from boxoffice import tickets
from kiosk import documents, figures, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.payments import attempts
from kiosk.printing import gauge, profile, slot, spool, status
from kiosk.printing.transport import Ending, Wired
from kiosk.shown.printing import Status
from kiosk.store.tables.printing import PrintJobRow
from lobby.printer.faults import Ambush
from tests.parts.kiosk.guests import choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, Time, hear


@pytest.fixture
def sold(kiosk: Device) -> str:
    """An order that is paid, its two tickets still to be printed."""
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    return order


def states(kiosk: Device, order: str) -> list[str]:
    return [ticket.state for ticket in spool.progress(kiosk, order).tickets]


def told(kiosk: Device, ledger: LedgerDouble, type: str) -> list[dict]:
    sync.everything(kiosk)
    return ledger.events("kiosk-1", type)


# --- what a printer says ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({}, Status.READY),
        ({"near_end": True}, Status.NEAR_END),
        ({"out": True}, Status.OUT),
        ({"cover": True}, Status.COVER),
        ({"cutter": True}, Status.CUTTER),
        ({"jam": True}, Status.JAM),
        ({"hot": True}, Status.HOT),
        ({"offline": True}, Status.OFFLINE),
        ({"silent": True}, Status.UNKNOWN),
        ({"garbage": True}, Status.UNKNOWN),
        ({"off": True}, Status.UNKNOWN),
    ],
)
def test_a_printer_is_asked_and_not_believed_blindly(
    paper: Paper, fault: dict[str, bool], said: Status
):
    if fault:
        paper.fault(**fault)

    assert paper.line.status() is said


OK = b"\x12"


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [OK, OK, OK],
        [OK, OK, OK, b""],
        [OK, OK, OK, b"\x12\x12"],
        [OK, OK, OK, OK, OK],
        [b"\x00", OK, OK, OK],
        [b"\xff", OK, OK, OK],
        [OK, OK, OK, b"\x93"],
    ],
)
def test_silence_and_nonsense_are_unknown(replies: list[bytes]):
    assert status.read(replies) is Status.UNKNOWN


# --- proof ------------------------------------------------------------------------------


def test_tickets_are_counted_by_the_printers_proof(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    counts = [spool.progress(kiosk, sold).printed]
    for _ in range(2):
        spool.turn(kiosk)
        counts.append(spool.progress(kiosk, sold).printed)

    assert counts == [0, 1, 2]
    assert spool.progress(kiosk, sold).done
    assert len(paper.slips) == 2
    proofs = told(kiosk, ledger, "ticket.printed")
    assert len({event["proof"] for event in proofs}) == 2


def test_the_job_is_written_down_before_paper_moves(
    kiosk: Device, paper: Paper, sold: str, monkeypatch: pytest.MonkeyPatch
):
    seen = []
    honest = paper.line.send

    def looking(job: bytes, name: bytes):
        seen.append(states(kiosk, sold))
        return honest(job, name)

    monkeypatch.setattr(paper.line, "send", looking)
    spool.turn(kiosk)

    assert seen == [["sending", "queued"]]


def test_refused_before_the_first_byte_is_failed_and_not_uncertain(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.fault(out=True)

    spool.turn(kiosk)

    assert states(kiosk, sold) == ["failed", "failed"]
    progress = spool.progress(kiosk, sold)
    assert progress.trouble is Status.OUT
    assert len(progress.owed) == 2
    assert [e["reason"] for e in told(kiosk, ledger, "ticket.failed")] == ["out", "out"]
    assert paper.codes == []


def test_paper_out_after_the_first_ticket_leaves_one_printed_and_one_owed(
    kiosk: Device, paper: Paper, sold: str
):
    paper.printer.ambush = Ambush({"out": True}, slips_left=1)

    print_all(kiosk, 4)

    assert states(kiosk, sold)[0] == "printed"
    assert states(kiosk, sold)[1] in {"failed", "uncertain"}
    books = figures.figures(kiosk)
    assert (len(books["printed"]), len(books["owed"])) == (1, 1)
    assert len(spool.progress(kiosk, sold).code) == 6


@pytest.mark.slow
def test_a_fault_in_the_middle_of_a_ticket_is_uncertain_and_stops_the_rest(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.printer.ambush = Ambush({"jam": True}, bytes_left=100)

    spool.turn(kiosk)

    assert states(kiosk, sold) == ["uncertain", "failed"]
    assert len(told(kiosk, ledger, "ticket.uncertain")) == 1


@pytest.mark.slow
def test_no_ghost_comes_out_after_the_trouble(
    kiosk: Device, paper: Paper, sold: str, time: Time
):
    paper.printer.ambush = Ambush({"jam": True}, bytes_left=100)
    spool.turn(kiosk)
    time.pass_ms(61_000)  # Nobody waits any more: nothing prints by itself.

    paper.fault(jam=False)
    print_all(kiosk)

    assert paper.codes == []
    assert states(kiosk, sold) == ["uncertain", "failed"]


@pytest.mark.slow
def test_within_a_minute_what_failed_prints_by_itself_and_what_is_uncertain_never(
    kiosk: Device, paper: Paper, sold: str
):
    paper.printer.ambush = Ambush({"jam": True}, bytes_left=100)
    spool.turn(kiosk)
    still_to_print = figures.figures(kiosk)["printing"]

    paper.fault(jam=False)
    print_all(kiosk)

    assert len(still_to_print) == 1
    assert figures.figures(kiosk)["printing"] == []
    assert states(kiosk, sold) == ["uncertain", "printed"]
    assert len(paper.codes) == 1


@pytest.mark.slow
def test_failed_paper_that_the_ledger_knows_of_is_claimed_before_it_prints_again(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    first, second = (t.ticket for t in spool.progress(kiosk, sold).tickets)
    assert len(told(kiosk, ledger, "ticket.failed")) == 2
    ledger.claims["of-kiosk-2"] = {"granted": True, "pickup": first}

    paper.fault(cover=False)
    print_all(kiosk)

    assert states(kiosk, sold) == ["failed", "printed"]
    assert len(paper.codes) == 1
    (pickup,) = told(kiosk, ledger, "pickup")
    assert pickup["tickets"] == [second]
    assert ledger.claims[pickup["claim"]]["pickup"] == second


@pytest.mark.slow
def test_failed_paper_prints_again_once_another_kiosk_has_given_up(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    first = spool.progress(kiosk, sold).tickets[0].ticket
    sync.everything(kiosk)
    ledger.claims["of-kiosk-2"] = {"granted": True, "pickup": first}
    paper.fault(cover=False)
    print_all(kiosk)

    del ledger.claims["of-kiosk-2"]
    print_all(kiosk)

    assert states(kiosk, sold) == ["printed", "printed"]


def test_failed_paper_that_another_kiosk_printed_is_no_longer_ours(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    both = [t.ticket for t in spool.progress(kiosk, sold).tickets]
    sync.everything(kiosk)
    there = [{"ticket": ticket, "print_state": "printed"} for ticket in both]
    ledger.orders[sold] = {"answer": {"tickets": there}}

    paper.fault(cover=False)
    print_all(kiosk)

    assert spool.progress(kiosk, sold).tickets == ()
    assert paper.codes == []


def test_cut_off_failed_paper_of_which_nobody_can_know_prints_again(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    sync.everything(kiosk)
    ledger.up = False
    paper.fault(cover=True)
    spool.turn(kiosk)
    with suppress(LineDown):
        sync.upload(kiosk)

    paper.fault(cover=False)
    print_all(kiosk)

    assert states(kiosk, sold) == ["printed", "printed"]


@pytest.mark.slow
@pytest.mark.parametrize("answered", [True, False])
def test_cut_off_failed_paper_that_the_ledger_may_know_of_waits(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str, answered: bool
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    ledger.answers_lost = 0 if answered else 1
    with suppress(LineDown):
        sync.upload(kiosk)
    ledger.up = False

    paper.fault(cover=False)
    print_all(kiosk)
    assert paper.codes == []

    ledger.up = True
    sync.everything(kiosk)
    print_all(kiosk)
    assert states(kiosk, sold) == ["printed", "printed"]


def test_a_claim_whose_answer_was_lost_is_given_back_when_nobody_waits_any_more(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str, time: Time
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    sync.everything(kiosk)
    paper.fault(cover=False)
    ledger.answers_lost = 1
    spool.turn(kiosk)
    (claim,) = ledger.claims

    time.pass_ms(61_000)
    print_all(kiosk)

    assert [event["claim"] for event in told(kiosk, ledger, "claim.dropped")] == [claim]
    assert paper.codes == []


def test_a_printer_whose_buffer_cannot_be_cleared_prints_nothing_more(
    kiosk: Device, paper: Paper, sold: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(paper.line, "clear", lambda: False)
    kiosk.printer_buffer_doubtful = True

    print_all(kiosk, 3)

    assert paper.codes == []
    assert spool.progress(kiosk, sold).trouble is Status.UNKNOWN


@pytest.mark.slow
def test_a_printer_that_cannot_clear_must_be_switched_off_and_on(
    kiosk: Device, paper: Paper, sold: str
):
    paper.line.profile = replace(paper.line.profile, clears=False)
    paper.printer.ambush = Ambush({"jam": True}, bytes_left=100)
    kiosk.printer_buffer_doubtful = False
    spool.turn(kiosk)
    print_all(kiosk, 2)
    assert kiosk.printer_buffer_doubtful

    paper.fault(off=True)
    spool.turn(kiosk)
    paper.fault(off=False, jam=False)
    print_all(kiosk)

    assert states(kiosk, sold) == ["uncertain", "printed"]
    assert len(paper.codes) == 1


@pytest.mark.slow
def test_a_printer_that_prints_and_says_nothing_leaves_a_doubt(
    kiosk: Device, paper: Paper, sold: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(paper.line, "status", lambda: Status.READY)
    paper.fault(silent=True)

    spool.turn(kiosk)

    assert states(kiosk, sold) == ["uncertain", "failed"]
    assert len(paper.codes) == 1  # It came out, and nobody knows.


def test_a_switched_off_printer_fails_every_ticket_without_doubt(
    kiosk: Device, paper: Paper, sold: str
):
    paper.fault(off=True)

    print_all(kiosk, 2)

    assert states(kiosk, sold) == ["failed", "failed"]


def test_a_receipt_prints_once_and_then_as_a_copy(kiosk: Device, paper: Paper, sold: str):
    print_all(kiosk, 3)

    spool.receipt(kiosk, sold)
    spool.turn(kiosk)
    spool.receipt(kiosk, sold)
    spool.turn(kiosk)

    assert len(paper.slips) == 4
    first, second = paper.slips[2:]
    assert not any("COPY" in line for line in first)
    assert any("COPY" in line for line in second)
    assert any("VISA" in line and "4242" in line for line in first)


def test_a_ticket_that_another_kiosk_has_printed_meanwhile_is_not_printed_here(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    first = spool.progress(kiosk, sold).tickets[0].ticket
    body = {"order": sold, "performance": HAMLET, "seat": "A-1", "issue": 1}
    ledger.put(f"perf:{HAMLET}", "ticket", first, {**body, "print_state": "printed"})
    hear(kiosk)

    print_all(kiosk)

    assert len(paper.codes) == 1
    assert len(spool.progress(kiosk, sold).tickets) == 1


# --- owed -------------------------------------------------------------------------------


def test_on_the_phone_a_ticket_that_never_moved_keeps_its_issue(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.fault(out=True)
    spool.turn(kiosk)

    given = spool.on_phone(kiosk, sold)
    again = spool.on_phone(kiosk, sold)

    assert not hasattr(given, "key")
    assert [ticket.issue for ticket in given] == [1, 1]
    assert given == again
    assert spool.progress(kiosk, sold).done
    assert len(told(kiosk, ledger, "ticket.delivered")) == 2
    paper.fault(out=False)
    print_all(kiosk)
    assert paper.codes == []


@pytest.mark.slow
def test_on_the_phone_an_uncertain_ticket_gets_the_next_issue(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, sold: str
):
    paper.printer.ambush = Ambush({"jam": True}, bytes_left=100)
    spool.turn(kiosk)

    given = spool.on_phone(kiosk, sold)

    assert [ticket.issue for ticket in given] == [2, 1]
    hear(kiosk)
    with kiosk.store.read() as session:
        read = tickets.read(given[0].code, documents.keys(session))
    assert isinstance(read, tickets.Valid)
    assert read.code.issue == 2
    (reprinted,) = told(kiosk, ledger, "ticket.reprinted")
    assert reprinted["issue"] == 2
    assert ledger.devices["kiosk-1"].events[read.code.seq - 1].type == "ticket.reprinted"
    books = figures.figures(kiosk)
    assert (len(books["phone"]), len(books["owed"])) == (2, 0)


@pytest.mark.slow
def test_somebody_at_the_printer_prints_what_is_owed(
    kiosk: Device, paper: Paper, sold: str, time: Time
):
    paper.fault(cover=True)
    spool.turn(kiosk)
    time.pass_ms(120_000)
    paper.fault(cover=False)
    print_all(kiosk, 3)
    assert paper.codes == []

    spool.resume(kiosk, sold)
    print_all(kiosk)

    assert len(paper.codes) == 2


def test_the_gauge_follows_the_paper(kiosk: Device, sold: str):
    spool.new_roll(kiosk)
    full = spool.paper(kiosk).left
    print_all(kiosk)

    assert full is not None
    after = spool.paper(kiosk).left
    assert after is not None
    assert 0 < after < 80_000 / 80


def test_the_sensor_near_the_end_of_the_roll_puts_the_gauge_right(
    kiosk: Device, paper: Paper
):
    spool.new_roll(kiosk)
    spool.turn(kiosk)
    paper.fault(near_end=True)
    spool.turn(kiosk)
    assert spool.paper(kiosk).left == 3_000 // gauge.USUAL_MM


def test_a_roll_that_nobody_told_of_is_not_called_short(kiosk: Device, paper: Paper):
    kiosk.store.write(gauge.set, 150)
    paper.fault(out=True)
    spool.turn(kiosk)
    assert not spool.paper(kiosk).can_print
    paper.fault(out=False)
    spool.turn(kiosk)
    assert (spool.paper(kiosk).can_print, spool.paper(kiosk).left) == (True, None)


def test_a_gauge_that_ran_down_too_early_stops_nothing(kiosk: Device):
    spool.turn(kiosk)
    kiosk.store.write(gauge.set, 20)
    assert (spool.paper(kiosk).can_print, spool.paper(kiosk).left) == (True, None)


# --- the line to the printer --------------------------------------------------------------


class Strange:
    """Something that answers a printer's questions as it likes."""

    def __init__(self, answer: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(OSError):  # Hosts hang up on it, and it does not care.
            while line.recv(4096):
                line.sendall(self._answer)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def strange(request: pytest.FixtureRequest) -> Iterator[Strange]:
    found = Strange(request.param)
    yield found
    found.close()


@pytest.mark.parametrize(
    "strange", [b"HTTP/1.1 400\r\n\r\n", b"\x37\x22XXXX\x00", b"\x00" * 500], indirect=True
)
def test_only_our_own_fence_is_a_proof(strange: Strange):
    line = Wired(strange.address, profile.load("80"), proof_s=0.3)

    assert line.status() is Status.UNKNOWN
    assert line.clear() is False
    assert line.send(b"hello", b"abcd")[0] is Ending.DOUBTFUL


def test_a_printer_without_process_ids_proves_with_its_paper_status(paper: Paper):
    simple = replace(profile.load("80"), fence="status")
    line = Wired(f"tcp://127.0.0.1:{paper.port.number}", simple, proof_s=4)

    assert line.send(b"\x1b@hello\n\x1dV\x00", b"abcd")[0] is Ending.PROVEN


@pytest.fixture
def presenting(kiosk: Device, paper: Paper) -> Device:
    """A kiosk whose printer tells whether its paper was taken."""
    address = f"tcp://127.0.0.1:{paper.port.number}"
    kiosk.printer = Wired(address, profile.load("80-presenter"), proof_s=2)
    spool.recover(kiosk)
    return kiosk


def take_all(paper: Paper) -> None:
    for slip in paper.tray.slips():
        paper.tray.take(slip.number)


def test_a_printer_that_can_tells_when_its_paper_is_taken(
    presenting: Device, sold: str, paper: Paper, time: Time
):
    kiosk = presenting
    assert kiosk.paper_waits is False
    print_all(kiosk)
    assert spool.turn(kiosk) <= 0.5
    assert kiosk.paper_waits is True

    time.pass_ms(5_000)
    take_all(paper)
    spool.turn(kiosk)
    time.pass_ms(3_000)
    spool.turn(kiosk)

    assert kiosk.paper_waits is False
    assert slot.since_ms(kiosk) == 3_000


def test_paper_that_is_left_in_the_slot_is_told_and_stops_nothing(
    presenting: Device, sold: str, paper: Paper, time: Time, ledger: LedgerDouble
):
    kiosk = presenting
    print_all(kiosk)
    time.pass_ms(61_000)
    spool.turn(kiosk)

    assert [one["code"] for one in told(kiosk, ledger, "device.fault")] == ["P6"]
    assert spool.paper(kiosk).can_print
    take_all(paper)
    spool.turn(kiosk)
    assert [one["code"] for one in told(kiosk, ledger, "device.healed")] == ["P6"]


@pytest.mark.parametrize("fault", ["silent", "garbage"])
def test_of_nonsense_nobody_concludes_that_paper_was_taken(
    presenting: Device, sold: str, paper: Paper, fault: str
):
    print_all(presenting)
    paper.fault(**{fault: True})
    spool.turn(presenting)

    assert presenting.paper_waits is None


def test_nobody_there_means_not_a_byte_left():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = Wired(f"tcp://127.0.0.1:{port}", profile.load("80"))

    assert line.status() is Status.UNKNOWN
    assert line.send(b"x", b"abcd")[0] is Ending.REFUSED


def test_a_device_without_a_printer_offers_the_phone(rooms, card):
    kiosk = rooms.device(terminal=card)
    order = choose(kiosk)

    assert not spool.paper(kiosk).can_print
    assert not hasattr(attempts.pay(kiosk, order, on_phone=True), "key")
    talk(kiosk)
    with kiosk.store.read() as session:
        assert set(session.scalars(select(PrintJobRow.state))) == {"phone"}
