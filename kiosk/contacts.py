"""Names, addresses and last digits of cards: sealed at once, sent, and forgotten here.

Nothing personal stands in events; the ledger alone opens what is sent beside them. Without
the ledger's key nothing is kept at all. Source: sync.md §2.3, §9.
"""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import envelopes, log
from kiosk import documents
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.store.tables.orders import ContactRow

SEND_S = 5.0


def keep(session: Session, device: Device, order: str, **told: str) -> None:
    """Seal what is known of an order's guest, in the caller's transaction.

    told: name, email, phone, last_four.
    """
    known = {name: text for name, text in told.items() if text}
    public = _key(session)
    if not known or public is None:
        return
    text = json.dumps(known, ensure_ascii=False)
    sealed = envelopes.seal(public, device.chance(envelopes.KEY_BYTES), order, text)
    session.merge(ContactRow(order=order, sealed=sealed, request=device.new_id()))


def send(device: Device) -> int:
    """Send what waits; give how much the ledger has now.

    What it will never take is forgotten: it is of use to nobody here.
    """
    with device.store.read() as session:
        waiting = [
            (row.order, row.sealed, row.request)
            for row in session.scalars(select(ContactRow).order_by(ContactRow.request))
        ]
    sent = 0
    for order, sealed, request in waiting:
        try:
            device.line.request(
                "PUT",
                f"/api/contacts/{order}",
                {"sealed": sealed},
                timeout_s=SEND_S,
                request=request,
            )
        except NotUnderstood as why:
            if why.status != 400:
                continue  # The sale itself is still on its way, or we are revoked.
        except Refused:
            continue
        except LineDown:
            break
        device.store.write(_forget, order, request)
        sent += 1
    return sent


def _forget(session: Session, order: str, request: str) -> None:
    row = session.get(ContactRow, order)
    if row is not None and row.request == request:
        session.delete(row)


def _key(session: Session) -> bytes | None:
    told = documents.plain(session, "config", "contacts")
    try:
        key = log.decoded(str((told or {})["key"]))
    except (KeyError, ValueError):
        return None
    return key if len(key) == envelopes.KEY_BYTES else None
