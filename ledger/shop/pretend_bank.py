"""The pretend bank's page: one chooses what the bank says. Only in a demo."""

from urllib.parse import urlsplit

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from ledger.gateways import pretend
from ledger.shop import frame
from ledger.shop.blueprint import bp


@bp.get("/pretend-bank/<key>")
def pretend_bank(key: str) -> ResponseReturnValue:
    """Show what is to be paid, and the answers that a bank might give."""
    _only_in_a_demo()
    with frame.ledger().store.read() as session:
        row = pretend.find(session, key)
        if row is None:
            abort(404)
        back = urlsplit(row.back).path
        if row.state != "waiting":
            return redirect(back, 303)
        return frame.page("pretend_bank.html", session, card=row, later=pretend.LATER)


@bp.post("/pretend-bank/<key>")
def answer(key: str) -> ResponseReturnValue:
    """Answer, once, and go back to the shop."""
    _only_in_a_demo()
    chosen = request.form.get("answer", "")
    if chosen not in pretend.ANSWERS:
        abort(400)
    with frame.ledger().store.read() as session:
        row = pretend.find(session, key)
        if row is None:
            abort(404)
        back = urlsplit(row.back).path
    later = request.form.get("later", "")
    frame.ledger().store.write(pretend.answer, key, chosen, later)
    return redirect(back, 303)


def _only_in_a_demo() -> None:
    config = frame.ledger().config
    if not config.demo or config.stripe_key_file is not None:
        abort(404)
