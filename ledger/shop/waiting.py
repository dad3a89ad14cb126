"""The waiting list of a performance that has no seat left."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, on_sale, waiting_list
from ledger.shop import frame, performances
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.web.sale_form import plausible


@bp.post("/performances/<performance>/waiting")
def wait(performance: str) -> ResponseReturnValue:
    """Put an address on the list; every fault is told, and nothing is kept then."""
    name = " ".join(request.form.get("name", "")[:200].split())
    email = request.form.get("email", "")[:200].strip()
    typed = request.form.get("people", "").strip()
    back = redirect(url_for("shop.evening", performance=performance), 303)
    with frame.ledger().store.read() as session:
        show = performances.wanted(session, performance)
        most = catalogue.house(session).max_seats
        left = on_sale.free(session, performance)
    if show.refusal or left:
        return back
    people = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
    if not name or not name.isprintable():
        flash(_("Please give your name."), "sorry")
    elif not plausible(email):
        flash(_("This is no e-mail address."), "sorry")
    elif not 1 <= people <= most:
        flash(_("Please say how many with a number."), "sorry")
    elif frame.write(
        waiting_list.join,
        performance=performance,
        name=name,
        email=email,
        people=people,
        language=language(),
    ):
        flash(_("You are on the waiting list. We write to you if seats come free."), "done")
    else:
        flash(_("The waiting list is full."), "sorry")
    return back
