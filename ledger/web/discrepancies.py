"""What staff must settle: both sides' facts, one proposal, one press.

The words for each kind and each remedy stand here; what a press does, in
`ledger.remedies`. Source: sync.md §8, lobby.md §7.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import cases, catalogue, remedies, reports
from ledger.cases import Case
from ledger.refused import Refused
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.web import desk
from ledger.written import money

bp = Blueprint("discrepancies", __name__, url_prefix="/staff/discrepancies")

KINDS = {
    "seat_conflict": (
        "Two claims to one seat",
        "A sale came in for a seat that was not its seller's to sell.",
    ),
    "allotment_broken": (
        "Seat taken back from a device",
        "Staff took this seat from a device that had not answered. If the device sold"
        " it meanwhile, that sale will show up here.",
    ),
    "admitted_twice": (
        "One ticket, two admissions",
        "More people went in on this ticket than it is for.",
    ),
    "admitted_void": (
        "Let in on a void ticket",
        "Somebody was admitted on a ticket that was no longer valid, or was inside when"
        " it ended. Nobody has to be fetched out.",
    ),
    "sale_unseen": (
        "A ticket without its sale",
        "A door scanned a genuine ticket before its sale reached the ledger.",
    ),
    "payment_unknown": (
        "Nobody knows whether the card was charged",
        "The terminal went silent in the middle of a payment. Look the amount up in "
        "the terminal's own record, and press what it shows.",
    ),
    "charge_without_sale": (
        "Charged, but nothing was sold",
        "The card was charged and no sale followed. The money has to go back.",
    ),
    "sale_without_charge": (
        "Sold, but the charge is gone",
        "The tickets were sold, and the terminal took the charge back.",
    ),
    "money_mismatch": (
        "Paid is not what it cost",
        "What was paid for this order differs from its charge.",
    ),
    "price_differs": (
        "Sold at another price",
        "A device sold by a price list that is not today's.",
    ),
    "late_sale": (
        "Sold after selling had ended",
        "A device sold a seat of its own after its time.",
    ),
    "ticket_owed": (
        "Paid, and no proof of paper",
        "The printer could not prove that this ticket came out.",
    ),
    "printed_twice": (
        "Printed twice",
        "Two devices printed this ticket. The first to be scanned gets in.",
    ),
    "log_forked": (
        "A device tells two stories",
        "This device's log does not follow from what it told before. It was probably "
        "copied or restored; pair it again.",
    ),
    "log_lost": (
        "Part of a device's log is lost",
        "The device was paired anew before everything it knew had arrived.",
    ),
    "ledger_restored": (
        "The ledger was restored",
        "Selling waits until every kiosk has told what it knows, or is struck off.",
    ),
    "event_unreadable": (
        "Something this version cannot read",
        "It is kept as it came; a newer version will read it.",
    ),
    "cash_differs": (
        "The cash count differs",
        "The drawer holds another amount than the book expects.",
    ),
    "paper_unmatched": (
        "A paper sale that fits no seat",
        "A line of a paper form names a seat that is not there, or a serial that was "
        "used before.",
    ),
    "charged_twice": (
        "A card was charged twice",
        "This order was paid by card, and then by card again; it does not need the second "
        "charge.",
    ),
    "transfer_owed": (
        "A refund to be paid by bank transfer",
        "The refund is booked, and its card takes no money back any more: its time has "
        "passed. The patron is asked for an account by mail; Bank refunds shows it.",
    ),
    "refund_refused": (
        "The bank did not take a refund",
        "The refund is booked, and the bank would not give the money back to the card. "
        "Pay it back another way.",
    ),
}
RULES = {
    "UNKNOWN_SEAT": "There is no such seat, so the sale needs one.",
    "OWNED_ELSEWHERE": (
        "Another device or order still has the seat; nobody moves before it has told."
    ),
    "STALE_EPOCH": (
        "Its allotment had been broken and the seat was free: the sale keeps it."
    ),
    "BOTH_ADMITTED": "Both are in the house. A manager decides.",
    "ADMITTED_KEEPS_SEAT": "Whoever sits there keeps the seat.",
    "OWNER_KEEPS_SEAT": "The sale whose seller owned the seat keeps it.",
    "FIRST_RECORDED": (
        "Nobody has the better right: the sale recorded first keeps the seat."
    ),
}
REMEDIES = {
    "reseat": "Move them",
    "refund": "Give the money back",
    "keep": "Leave everybody where they are",
    "note": "Noted, nothing to do",
    "book": "Accept as a sale",
    "not_taken": "The terminal shows no charge",
    "taken": "The terminal shows the charge",
    "device_lost": "The charge is there, the device is lost",
    "returned": "The money went back at the terminal",
    "collect": "Collect it at the window",
    "waive": "Let it go",
    "settle_difference": "Settle the difference",
    "give_back": "Give the second charge back",
    "paid_back": "It was paid back another way",
    "by_transfer": "Ask for a bank account",
    "transferred": "It was transferred",
    "in_hand": "The guest has it in hand",
    "reissue": "Void it and send a new one",
    "strike_off": "Strike off the silent devices and sell",
    "book_difference": "Book it as over or short",
}


# What a device was told and has not answered yet.
TOLD = {
    "taken": "{} is told that the card was charged. It makes the sale and prints, and "
    "this closes by itself. Nobody pays back.",
    "not_taken": "{} is told that nothing was charged. It frees the seats, and this "
    "closes by itself.",
}


@bp.get("")
@desk.needs_login
def index() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/discrepancies.html",
            open=[cases.read(session, row) for row in reports.discrepancies(session)],
            settled=[
                cases.read(session, row)
                for row in reports.discrepancies(session, settled=True)
            ],
            zone=catalogue.house(session).zone,
            kinds=KINDS,
            rules=RULES,
            remedies=REMEDIES,
            proposal=proposal,
            undecided=remedies.UNDECIDED,
            usual_reason=usual_reason,
        )


@bp.post("/<id>/settlement")
@desk.needs(*desk.SELLERS)
def settle(id: str) -> ResponseReturnValue:
    """Do what was pressed, and say what became of it."""
    with desk.ledger().store.read() as session:
        row = session.get(DiscrepancyRow, id)
        if row is None:
            abort(404)
        case = cases.read(session, row)
    remedy = request.form.get("remedy") or case.usual
    if remedy not in remedies.REMEDIES[case.kind]:
        abort(400)
    reason = desk.field("reason") or usual_reason(case, remedy)
    done = desk.write(remedies.apply, id, remedy=remedy, staff=desk.me().id, reason=reason)
    title = KINDS[case.kind][0]
    if isinstance(done, Refused):
        desk.refuse(done)
    elif told := _told(id):
        desk.say(f"{title}: {told}")
    else:
        desk.say(f"{title}: settled. {REMEDIES[remedy]}.")
    return redirect(url_for("discrepancies.index"), 303)


def _told(id: str) -> str:
    """Say what waits for a device after a press; empty when it is settled."""
    with desk.ledger().store.read() as session:
        case = cases.read(session, session.get_one(DiscrepancyRow, id))
    return proposal(case) if case.settled_ms is None and case.facts.get("told") else ""


def proposal(case: Case) -> str:
    """Put into one sentence what the first button does."""
    if told := case.facts.get("told"):
        return TOLD[told].format(case.device)
    match case.usual:
        case "reseat" if case.proposed:
            return f"Move the sale without a seat to {case.proposed}, which is kept for it."
        case "reseat":
            return "Move the sale without a seat to the best one that is free."
        case "refund":
            return "No seat is left of this price or better: give the money back."
        case "settle_difference":
            more = int(case.facts.get("paid", 0)) - int(case.facts.get("charge", 0))
            amount = money(abs(more), case.currency)
            return f"Pay back {amount} in cash." if more > 0 else f"Let {amount} go."
        case "not_taken":
            return (
                f"If the terminal shows the charge, {case.device or 'the device'} makes the"
                " sale and the guest keeps the seats; if not, the seats are free again."
            )
        case "returned":
            return "Refund the charge at the terminal, then press here."
        case "strike_off":
            return "Wait for the devices; strike off only those that are lost."
        case _:
            return ""


def usual_reason(case: Case, remedy: str) -> str:
    """Give the reason that is written down when nobody typed a better one."""
    return f"{KINDS[case.kind][0]}: {REMEDIES[remedy].lower()}"
