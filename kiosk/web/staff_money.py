"""Staff menu: payments in doubt, and the end of a shift."""

from flask import Blueprint, url_for
from sqlalchemy import select

from boxoffice.payments import State
from kiosk import shifts
from kiosk.payments.doubt import OPEN
from kiosk.store.tables.orders import IntentRow
from kiosk.web import formats, house
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.staff import Answer, only, person, shown
from kiosk.web.words import Button

bp = Blueprint("staff_money", __name__, url_prefix="/staff")


@bp.get("/payments")
@only("box_office")
def payments() -> Answer:
    """Say how the terminal is, and which payments are open or in doubt."""
    here = device()
    answers = _("answers") if here.terminal_answers else _("is not answering")
    lines = [(_("Card terminal"), answers if here.terminal else _("none"))]
    zone = house.read(here).zone
    with here.store.read() as session:
        query = select(IntentRow).where(IntentRow.state.in_([one.value for one in OPEN]))
        found = session.scalars(query.order_by(IntentRow.place)).all()
    for row in found:
        amount = formats.money(row.amount, row.currency)
        doubt = _("in doubt") if row.state == State.UNKNOWN else _("under way")
        when = formats.clock(row.created_ms, zone)
        lines.append((f"{when} · {row.reference}", f"{amount}, {doubt}"))
    note = ""
    if any(row.state == State.UNKNOWN for row in found):
        note = _("Compare with the terminal's own record; the box office settles it.")
    elif not found:
        note = _("No payment is open or in doubt.")
    test = Button(_("Test the terminal"), url_for("staff_senses.terminal"))
    return shown(_("Payments"), lines, [test] if here.terminal else [], note=note)


@bp.get("/shift")
@only("box_office")
def shift() -> Answer:
    """Show what was taken since the last shift end."""
    return _shift(shifts.totals(device()), ended=False)


@bp.post("/shift")
@only("box_office")
def end() -> Answer:
    """End the shift: printed, and signed by whose PIN it was."""
    who = person()
    language = house.read(device()).languages[0]
    return _shift(shifts.end(device(), who.id, who.name, language), ended=True)


def _shift(found: shifts.Totals, *, ended: bool) -> str:
    zone = house.read(device()).zone

    def money(minor: int) -> str:
        return formats.money(minor, found.currency)

    lines = []
    if found.from_ms is not None:
        lines.append((_("Since"), formats.clock(found.from_ms, zone)))
    lines.append((_("Sales"), str(found.sales)))
    kinds = {"card": _("Card"), "voucher": _("Voucher")}
    lines += [(kinds.get(k, k), money(v)) for k, v in sorted(found.taken.items())]
    if found.returned:
        lines.append((_("Returned"), money(-found.returned)))
    lines.append((_("Total"), money(found.total)))
    lines += [
        (f"{count} × {what}", money(minor))
        for what, (count, minor) in sorted(found.types.items())
    ]
    lines += [
        (_("Tickets owed"), str(found.owed)),
        (_("of these uncertain"), str(found.uncertain)),
        (_("Payments in doubt"), str(found.in_doubt)),
        (_("Reprints"), str(len(found.reprints))),
    ]
    button = Button(_("End the shift and print it"), url_for("staff_money.end"), {})
    note = _("The shift has ended; its totals are printing.") if ended else ""
    return shown(_("Shift end"), lines, [] if ended else [button], note=note)
