"""A patron says to which account a refund goes: a link, used once. Source: BNK1, BNK2."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code
from ledger import audit, bank_refunds
from ledger.shop import frame, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.tables.orders import OrderRow
from ledger.tables.self_service import BankRefundRow
from ledger.web.typed import Form

MOST = 100


@bp.get("/bank/<code>")
def bank(code: str) -> ResponseReturnValue:
    """Ask for the account, or say that this link was used."""
    with frame.ledger().store.read() as session:
        row = _row(session, code)
        return _page(session, code, row, Form({})) if row else _used(session)


@bp.post("/bank/<code>")
def tell_account(code: str) -> ResponseReturnValue:
    """Keep the account that was typed."""
    form = Form({name: request.form.get(name, "")[:MOST] for name in request.form})
    account = bank_refunds.read(form.get("iban"), form.get("bank"), form.get("number"))
    holder = " ".join(form.get("holder").split())
    if not holder:
        form.faults["holder"] = _("Please say whose account it is.")
    if isinstance(account, Code):
        field = "iban" if form.get("iban").strip() or not _local(form) else "number"
        form.faults[field] = _("Please check the account number.")
    with frame.ledger().store.read() as session:
        row = _row(session, code)
        if row is None:
            return _used(session)
        if form.faults or isinstance(account, Code):
            return _page(session, code, row, form), 422
        id, hash_ = row.id, row.hash
    kept = frame.write(
        bank_refunds.fill_in,
        id,
        holder=holder,
        account=account,
        by=audit.PATRON,
        link=hash_ or "",
    )
    with frame.ledger().store.read() as session:
        if not kept:
            return _used(session)
        words = _("Thank you. The box office transfers the money to this account.")
        return frame.page("trouble.html", session, title=_("We have it"), words=words)


def _local(form: Form) -> bool:
    return bool(form.get("bank").strip() or form.get("number").strip())


def _row(session: Session, code: str) -> BankRefundRow | None:
    phone.checked(code)
    return bank_refunds.find(session, code)


def _used(session: Session) -> ResponseReturnValue:
    words = _(
        "This link was used, or a newer letter has another one. If something is wrong"
        " with the account, the box office can help."
    )
    return frame.page("trouble.html", session, title=_("Your refund"), words=words), 410


def _page(session: Session, code: str, row: BankRefundRow, form: Form) -> str:
    order = session.get_one(OrderRow, row.order)
    return frame.page(
        "bank_form.html",
        session,
        code=code,
        number=ids.shown(order.number),
        amount=row.amount,
        currency=order.currency,
        form=form,
        faults=form.faults,
    )
