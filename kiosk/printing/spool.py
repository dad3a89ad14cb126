"""Print jobs: durable before paper moves, proven by the printer, never printed twice.

One thread talks to the printer: `turn` does one piece of work and says how long to rest.
At the first doubt the rest of the order stops, and the printer's buffer is cleared before
anything prints again, so no ghost tickets come out. Source: design.md §7, lobby.md §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import documents, faults, log, pins, staff
from kiosk.device import Device
from kiosk.printing import escpos, gauge, jobs, logo, owed, retries, slot, status
from kiosk.printing import receipt as receipts
from kiosk.printing import report as reports
from kiosk.printing import ticket as paper_ticket
from kiosk.printing.pieces import Piece
from kiosk.printing.receipt import Receipt
from kiosk.printing.report import Report
from kiosk.printing.ticket import Ticket
from kiosk.printing.transport import Ending
from kiosk.shown.named import Refusal, SeatShown
from kiosk.shown.printing import Paper, PhoneTicket, Progress, Status, TicketProgress
from kiosk.store import statements
from kiosk.store.tables.orders import SaleRow
from kiosk.store.tables.printing import PrintJobRow

AT_REST_S: Final = 10.0
WHILE_SELLING_S: Final = 1.5
AFTER_TROUBLE_S: Final = 1.0
_SHOWN: Final = frozenset({"queued", "sending", "printed", "uncertain", "failed", "phone"})
_words = structlog.get_logger()


@dataclass(frozen=True)
class _Work:
    id: str
    kind: str
    order: str
    ticket: str | None
    issue: int
    document: dict[str, Any]
    touched: bool


# --- what pages ask -----------------------------------------------------------------


def paper(device: Device) -> Paper:
    """Say whether tickets can be printed now, as the spool's thread last heard.

    It asks every 1.5 s while an order is open here, else every 10 s.
    """
    if device.printer is None:
        return Paper(Status.OFFLINE, can_print=False)
    found = device.paper_status
    with device.store.read() as session:
        left, owes = gauge.left(session), owed.lately(session, device.clock)
    return Paper(found, can_print=found in status.CAN_PRINT, left=left, owes=owes)


def progress(device: Device, order: str) -> Progress:
    """Say how the paper of a paid or collected order comes out."""
    with device.store.read() as session:
        found = jobs.asked_for(session, order)
        sale = session.get(SaleRow, order)
        tickets = tuple(_shown(job) for job in found)
        code, pickup = (sale.code, sale.pickup) if sale else ("", "")
        trouble = _trouble(device, found)
    return Progress(order, tickets, trouble, code, pickup)


def receipt(device: Device, order: str) -> None:
    """Print the receipt of a sale, once; a second wish prints a COPY."""
    device.store.write(_queue_receipt, device, order)


def receipt_state(
    session: Session, order: str
) -> Literal["none", "queued", "printed", "failed"]:
    """Say how the newest receipt of an order stands: none, queued, printed or failed."""
    query = select(PrintJobRow.state).where(
        PrintJobRow.order == order, PrintJobRow.kind == "receipt"
    )
    found = session.scalars(query.order_by(PrintJobRow.place.desc()).limit(1)).first()
    if found is None:
        return "none"
    if found == "printed":
        return "printed"
    return "queued" if found in {"queued", "sending"} else "failed"


def on_phone(
    device: Device, order: str, tickets: Sequence[str] | None = None
) -> list[PhoneTicket] | Refusal:
    """Put owed tickets on the guest's phone instead of paper.

    tickets: all owed ones when None. A queued or failed ticket keeps its issue, an
    uncertain one gets the next, so that a half-printed twin is dead. Refuses:
    collect.uncertain.
    """
    return owed.on_phone(device, order, tickets)


def resume(device: Device, order: str) -> int:
    """Somebody stands at the printer: print what failed; give how many tickets."""
    return device.store.write(jobs.touch, device.clock, order)


def new_roll(device: Device) -> None:
    """A full roll is in: the gauge begins again."""
    assert device.printer is not None
    length_mm = 1000 * device.config.habits.roll_m or device.printer.profile.roll_mm
    device.store.write(gauge.set, length_mm)


def print_owed(device: Device) -> int:
    """Somebody stands at the printer: print all failed tickets; give how many."""
    with device.store.read() as session:
        orders = {job.order for job in owed.owed(session)}
    return sum(resume(device, order) for order in sorted(orders))


def settle(device: Device, ticket: str, who: str) -> bool:
    """Staff have looked: the uncertain ticket is whole and handed over."""
    return device.store.write(_settle, device, ticket, who)


# --- the spool's thread -------------------------------------------------------------


def recover(device: Device) -> int:
    """At boot: what was being printed is uncertain. Gives how many jobs."""
    found = device.store.write(jobs.recover, device.clock, device.new_id)
    if device.printer is not None and not device.printer.profile.clears:
        device.printer_buffer_doubtful = found > 0
    return found


def turn(device: Device) -> float:
    """Do one piece of work with the printer; give how many seconds to rest at most."""
    printer = device.printer
    if printer is None:
        return AT_REST_S
    before, device.paper_status = device.paper_status, printer.status()
    gauge.heard(device, before, device.paper_status)
    slot.ask(device)
    faults.printer(device, slot.told(device, device.paper_status))
    _clear(device)
    ready = device.paper_status in status.CAN_PRINT and not device.printer_buffer_doubtful
    retries.let_go(device)
    if ready:
        retries.again(device)
    with device.store.read() as session:
        work, selling = _next(session), _selling(session)
    if work is None:
        if device.paper_waits and not slot.left(device):
            return slot.ASKED_S
        return WHILE_SELLING_S if selling or not ready else AT_REST_S
    if not ready:
        why = device.paper_status.value
        if device.printer_buffer_doubtful and device.paper_status in status.CAN_PRINT:
            device.paper_status, why = Status.UNKNOWN, "buffer not cleared"
        device.store.write(_stop, device, work, why)
        return AFTER_TROUBLE_S
    if not work.touched or retries.leave(device, work.id):
        _print(device, work)
    return 0.0


def _clear(device: Device) -> None:
    """Empty a doubtful buffer, at once and while the trouble lasts.

    A printer prints what it still holds the moment somebody closes its cover.
    """
    printer = device.printer
    if printer is None or not device.printer_buffer_doubtful:
        return
    if printer.profile.clears:
        device.printer_buffer_doubtful = not printer.clear()
    elif device.paper_status is Status.UNKNOWN:
        device.printer_was_gone = True
    elif device.printer_was_gone:
        # Staff have switched it off and on: its memory is empty.
        device.printer_buffer_doubtful = device.printer_was_gone = False


def _print(device: Device, work: _Work) -> None:
    printer = device.printer
    assert printer is not None
    if not device.store.write(_begin, device, work):
        return
    pieces = _pieces(work, printer.profile.columns)
    if work.kind != "report":
        pieces = [*logo.pieces(device.config.theme), *pieces]
    job = escpos.bytes_of(pieces, printer.profile)
    name = work.id.replace("-", "")[-4:].encode("ascii")
    ending, why = printer.send(job, name)
    length = escpos.length_mm(pieces, printer.profile)
    device.store.write(_end, device, work, ending, why, length)
    _words.info("printed", job=work.id, order=work.order, ending=ending.value, why=why)
    if ending is Ending.PROVEN:
        slot.came_out(device)
    else:
        device.printer_buffer_doubtful = True
        _clear(device)
        device.paper_status = Status.UNKNOWN


def _begin(session: Session, device: Device, work: _Work) -> bool:
    job = session.get_one(PrintJobRow, work.id)
    if not jobs.fresh(job, device.clock) and job.kind == "ticket":
        jobs.owe(session, device.clock, device.new_id, job, "waited")
        return False
    if work.ticket and _printed_elsewhere(session, work):
        job.state = "replaced"
        return False
    return jobs.begin(session, work.id)


def _end(
    session: Session, device: Device, work: _Work, ending: Ending, why: str, length: int
) -> None:
    clock, new_id = device.clock, device.new_id
    job = session.get_one(PrintJobRow, work.id)
    if ending is Ending.REFUSED:
        jobs.fail(session, clock, new_id, work.id, why)
    elif ending is Ending.PROVEN:
        jobs.proven(session, clock, new_id, work.id, why)
        job.length_mm = length
        gauge.take(session, length)
        return
    else:
        jobs.doubt(session, clock, new_id, work.id, why)
    jobs.fail_rest(session, clock, new_id, work.order, why)
    _call(session, device, work)


def _stop(session: Session, device: Device, work: _Work, why: str) -> None:
    jobs.fail_rest(session, device.clock, device.new_id, work.order, why)
    _call(session, device, work)


def _call(session: Session, device: Device, work: _Work) -> None:
    """Paid tickets that did not print bring somebody at once. Source: lobby.md §3."""
    if work.ticket:
        staff.open_call(session, device, "tickets owed")


def _next(session: Session) -> _Work | None:
    job = jobs.waiting(session)
    if job is None:
        return None
    return _Work(
        job.id, job.kind, job.order, job.ticket, job.issue, job.document, job.touched
    )


def _printed_elsewhere(session: Session, work: _Work) -> bool:
    """Whether another kiosk has printed this ticket meanwhile, or a later issue exists."""
    performance = work.document.get("performance", "")
    known = documents.ticket(session, str(performance), work.ticket or "")
    if known is None:
        return False
    issue = int(known.get("issue") or 0)
    return issue > work.issue or (
        issue == work.issue and known.get("print_state") == "printed"
    )


def _pieces(work: _Work, columns: int) -> list[Piece]:
    if work.kind == "receipt":
        return receipts.pieces(Receipt.read(work.document), columns=columns)
    if work.kind == "report":
        return reports.pieces(Report.read(work.document), columns=columns)
    return paper_ticket.pieces(Ticket.read(work.document), columns=columns)


def _queue_receipt(session: Session, device: Device, order: str) -> None:
    sale = session.get(SaleRow, order)
    if sale is None:
        return
    earlier = receipt_state(session, order) != "none"
    document = sale.document["receipt"] | {"copy": earlier}
    jobs.queue_receipt(session, device.clock, device.new_id, Receipt.read(document))


def _trouble(device: Device, found: Sequence[PrintJobRow]) -> Status | None:
    states = {job.state for job in found}
    if not states & {"queued", "sending", "uncertain", "failed"}:
        return None
    stands = device.paper_status in status.CAN_PRINT
    if states & {"uncertain", "failed"}:
        return Status.UNKNOWN if stands else device.paper_status
    if "sending" in states or stands or device.printer is None:
        return None
    return device.paper_status


def _shown(job: PrintJobRow) -> TicketProgress:
    document = job.document
    seat = None
    if document.get("seat"):
        seat = SeatShown(
            str(document.get("seat_code", "")),
            str(document.get("section", "")),
            str(document.get("row", "")),
            str(document.get("seat", "")),
        )
    assert job.ticket is not None
    assert job.state in _SHOWN
    return TicketProgress(job.ticket, job.issue, seat, job.state)  # type: ignore[arg-type]


def _selling(session: Session) -> bool:
    asked = "SELECT 1 FROM open_order WHERE stage IN ('held', 'paying') LIMIT 1"
    return statements.first(session, asked) is not None


def _settle(session: Session, device: Device, ticket: str, who: str) -> bool:
    query = select(PrintJobRow).where(
        PrintJobRow.ticket == ticket, PrintJobRow.state == "uncertain"
    )
    job = session.scalars(query.limit(1)).first()
    if job is None:
        return False
    job.state, job.printed_ms = "printed", device.clock.now_ms()
    body = {"ticket": job.ticket, "issue": job.issue, "way": "hand"}
    log.append(session, device.clock, device.new_id(), "ticket.delivered", body)
    pins.note(session, device, who, "handed over", ticket, "whole")
    return True
