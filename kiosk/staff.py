"""Call staff to this device, hear who comes, and say that one was helped."""

from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import documents
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.shown.help import CallShown
from kiosk.store import statements
from kiosk.store.tables.device import CallRow

ANSWER_S: Final = 1.5
_words = structlog.get_logger()


def call(device: Device, page: str) -> CallShown:
    """Call staff from a page; a second call while one is open is the same call."""
    row = device.store.write(open_call, device, page)
    if not row.reached:
        _post(device, row)
    return called(device) or CallShown(row.id, False, row.since_ms)


def called(device: Device) -> CallShown | None:
    """Give the open call of this device, with who is coming once that is known."""
    with device.store.read() as session:
        row = _newest(session)
        if row is None:
            return None
        told = documents.call(session, row.id)
    if told is None:
        # Staff have ended what was heard of before; else the feed has yet to bring it.
        return None if row.id in device.calls_heard else _unanswered(row)
    device.calls_heard.add(row.id)
    eta = told.get("eta_min")
    return CallShown(
        row.id,
        row.reached,
        row.since_ms,
        by=str(told.get("by") or ""),
        eta_min=eta if isinstance(eta, int) else None,
    )


def call_again(device: Device) -> None:
    """Try once more to reach somebody, and forget calls that were answered or grew old."""
    with device.store.read() as session:
        if statements.first(session, _UNDER_WAY) is None:
            return
        row = _newest(session)
    if row is not None:
        if not row.reached:
            _post(device, row)
        device.store.write(_close_old, device)
    _withdraw(device)


_UNDER_WAY: Final = "SELECT 1 FROM staff_call WHERE NOT closed OR reached LIMIT 1"


def helped(device: Device) -> None:
    """The guest needs nobody any more; staff hear of it, later if the line is down."""
    device.store.write(_close, device)
    _withdraw(device)


def _withdraw(device: Device) -> None:
    """End at the ledger what ended here: closed, and still known to have been reached."""
    with device.store.read() as session:
        query = select(CallRow.id).where(
            CallRow.closed.is_(True), CallRow.reached.is_(True)
        )
        ended = session.scalars(query.limit(5)).all()
    for id in ended:
        try:
            device.line.request("DELETE", f"/api/calls/{id}", None, timeout_s=ANSWER_S)
        except LineDown as why:
            _words.warning("call not withdrawn", call=id, why=str(why))
            return
        except (NotUnderstood, Refused) as why:
            _words.warning("call ended before", call=id, why=str(why))
        device.store.write(_withdrawn, id)


def _post(device: Device, row: CallRow) -> None:
    body = {"call": row.id, "place": device.me.name, "page": row.page}
    try:
        device.line.post("/api/calls", body, timeout_s=ANSWER_S, request=row.id)
    except (LineDown, NotUnderstood, Refused) as why:
        _words.warning("staff not reached", call=row.id, why=str(why))
        return
    device.store.write(_reached, row.id)


def open_call(session: Session, device: Device, page: str) -> CallRow:
    """Note that somebody is wanted here, in the caller's transaction; once while one is.

    The device tells by itself, as soon as there is a line.
    """
    row = _newest(session)
    if row is None:
        row = CallRow(
            id=device.new_id(),
            page=page[:200],
            since_ms=device.clock.now_ms(),
            reached=False,
            closed=False,
        )
        session.add(row)
        session.flush()
    return row


def _newest(session: Session) -> CallRow | None:
    query = select(CallRow).where(CallRow.closed.is_(False))
    return session.scalars(query.order_by(CallRow.since_ms.desc()).limit(1)).first()


def _reached(session: Session, id: str) -> None:
    session.get_one(CallRow, id).reached = True


def _unanswered(row: CallRow) -> CallShown:
    return CallShown(row.id, row.reached, row.since_ms)


def _close(session: Session, device: Device) -> None:
    for row in session.scalars(select(CallRow).where(CallRow.closed.is_(False))):
        row.closed = True
        device.calls_heard.discard(row.id)


def _withdrawn(session: Session, id: str) -> None:
    session.get_one(CallRow, id).reached = False


def _close_old(session: Session, device: Device) -> None:
    """A call ends when staff end it at the ledger, or after ten minutes."""
    for row in session.scalars(select(CallRow).where(CallRow.closed.is_(False))):
        age_ms = device.clock.now_ms() - row.since_ms
        told = documents.call(session, row.id)
        heard = row.id in device.calls_heard
        ended = row.reached and told is None and (heard or age_ms > 30_000)
        if ended:
            # Staff have ended it: there is nothing to withdraw.
            row.reached = False
        if ended or age_ms > 600_000:
            row.closed = True
            device.calls_heard.discard(row.id)
