"""Tell programs of others what happened: an event waits in the book until it is delivered.

An event names its subject and nothing about a person: who wants more reads it with a key
of the read API. It is written with what caused it, signed when it is sent
(`ledger.hooks`), and tried again with growing pauses.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from ledger import audit, rows
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.tables.webhooks import WebhookDeliveryRow, WebhookRow

EVENTS = {
    "order.sold": "An order was made, here or at a device",
    "order.paid": "Money was taken for an order",
    "order.refunded": "Money was given back",
    "order.cancelled": "An order was cancelled",
    "order.restored": "A cancelled order was restored",
    "statement.drawn": "A statement was drawn",
}
TEST = "test"
SECRET_BYTES = 32
# Minutes between tries; after the last one it is given up, and stays in the log.
PAUSES_MIN = (1, 5, 15, 60, 180, 720, 1440)
PAGE = 20
KEPT_MS = 90 * 86_400_000


@dataclass(frozen=True)
class Hook:
    """An address that hears of events. failing: deliveries that wait to be tried again."""

    id: str
    address: str
    events: tuple[str, ...]
    made_ms: int
    ended_ms: int | None
    failing: int


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come. seen_ms: what claims it."""

    id: str
    address: str
    secret: str
    event: str
    body: str
    tries: int
    seen_ms: int


def note(session: Session, means: Means, event: str, subject: str, **facts: Any) -> None:
    """Leave an event for everybody who wants to hear of it; usually that is nobody."""
    wanted = _WANTING.all(session, {"like": f'%"{event}"%'})
    for hook in wanted:
        _leave(session, means, hook.id, event, subject, facts)


def _leave(
    session: Session,
    means: Means,
    hook: str,
    event: str,
    subject: str,
    facts: Mapping[str, Any],
) -> str:
    id = means.new_id()
    body = {"id": id, "event": event, "at_ms": means.now_ms, "subject": subject, **facts}
    entry = {
        "id": id,
        "webhook": hook,
        "event": event,
        "body": json.dumps(body, separators=(",", ":")),
        "state": "waiting",
        "tries": 0,
        "next_ms": means.now_ms,
        "answer": "",
        "made_ms": means.now_ms,
        "tried_ms": None,
    }
    rows.add(session, WebhookDeliveryRow, [entry])
    return id


def add(
    session: Session, means: Means, *, address: str, events: Sequence[str], by: str
) -> str:
    """Begin to tell an address; give the secret that its program checks us by."""
    secret = "whsec_" + base64.urlsafe_b64encode(means.chance(SECRET_BYTES)).decode()
    row = WebhookRow(
        id=means.new_id(),
        address=address,
        secret=secret,
        events=json.dumps(list(events)),
        staff=by,
        made_ms=means.now_ms,
        ended_ms=None,
    )
    session.add(row)
    facts = {"address": address, "events": list(events)}
    audit.note(session, means, staff=by, action="add_webhook", subject=row.id, facts=facts)
    session.flush()
    return secret


def end(session: Session, means: Means, id: str, *, by: str) -> bool:
    """Tell an address nothing more; what waits is given up. False: it hears nothing."""
    row = session.get(WebhookRow, id, with_for_update=True)
    if row is None or row.ended_ms is not None:
        return False
    row.ended_ms = means.now_ms
    session.execute(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.webhook == id, WebhookDeliveryRow.state == "waiting")
        .values(state="given_up", answer="The webhook was ended.")
    )
    audit.note(session, means, staff=by, action="end_webhook", subject=id)
    return True


def test(session: Session, means: Means, id: str) -> bool:
    """Send an address something to try it with. False: it hears nothing."""
    row = session.get(WebhookRow, id)
    if row is None or row.ended_ms is not None:
        return False
    _leave(session, means, id, TEST, "", {})
    return True


def again(session: Session, means: Means, delivery: str, *, by: str) -> bool:
    """Send a delivery again, under its old id. False: it waits, or nobody hears."""
    row = session.get(WebhookDeliveryRow, delivery, with_for_update=True)
    hook = session.get(WebhookRow, row.webhook) if row else None
    if row is None or hook is None or hook.ended_ms is not None:
        return False
    if row.state == "waiting" and row.tries == 0:
        return False
    row.state, row.tries, row.next_ms = "waiting", 0, means.now_ms
    audit.note(session, means, staff=by, action="send_webhook_again", subject=delivery)
    return True


def all_(session: Session) -> list[Hook]:
    """Give the addresses, those that hear first."""
    failing: dict[str, int] = dict(
        session.execute(
            select(WebhookDeliveryRow.webhook, func.count())
            .where(WebhookDeliveryRow.state == "waiting", WebhookDeliveryRow.tries > 0)
            .group_by(WebhookDeliveryRow.webhook)
        ).all()
    )
    found = session.scalars(
        select(WebhookRow).order_by(WebhookRow.ended_ms.is_not(None), WebhookRow.made_ms)
    )
    return [_hook(row, failing.get(row.id, 0)) for row in found]


def read(session: Session, id: str) -> Hook | None:
    """Give one address."""
    row = session.get(WebhookRow, id)
    return _hook(row, 0) if row is not None else None


def deliveries(
    session: Session, id: str, page: int
) -> tuple[int, Sequence[WebhookDeliveryRow]]:
    """Give how many deliveries an address had, and a page of them, newest first."""
    mine = WebhookDeliveryRow.webhook == id
    count = session.scalar(select(func.count()).where(mine)) or 0
    newest = (WebhookDeliveryRow.made_ms.desc(), WebhookDeliveryRow.id.desc())
    shown = select(WebhookDeliveryRow).where(mine).order_by(*newest)
    return count, session.scalars(shown.limit(PAGE).offset(page * PAGE)).all()


def due(session: Session, now_ms: int) -> Due | None:
    """Give the next delivery whose time has come."""
    found = session.execute(
        select(WebhookDeliveryRow, WebhookRow)
        .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook)
        .where(
            WebhookDeliveryRow.state == literal_column("'waiting'"),
            WebhookDeliveryRow.next_ms <= now_ms,
        )
        .order_by(WebhookDeliveryRow.next_ms)
        .limit(1)
    ).first()
    if found is None:
        return None
    row, hook = found
    return Due(
        row.id, hook.address, hook.secret, row.event, row.body, row.tries, row.next_ms
    )


def claim(session: Session, found: Due, until_ms: int) -> bool:
    """Take a delivery for oneself until a moment. False: another process was quicker."""
    changed = rows.changed(
        session,
        update(WebhookDeliveryRow)
        .where(
            WebhookDeliveryRow.id == found.id,
            WebhookDeliveryRow.state == "waiting",
            WebhookDeliveryRow.next_ms == found.seen_ms,
        )
        .values(next_ms=until_ms),
    )
    return changed > 0


def tried(session: Session, id: str, answer: str, *, heard: bool, now_ms: int) -> None:
    """Write down what came of a try. heard: it was taken."""
    row = session.get(WebhookDeliveryRow, id, with_for_update=True)
    if row is None or row.state != "waiting":
        return
    row.tries, row.tried_ms, row.answer = row.tries + 1, now_ms, answer
    if heard:
        row.state = "delivered"
    elif row.tries > len(PAUSES_MIN):
        row.state = "given_up"
    else:
        row.next_ms = now_ms + PAUSES_MIN[row.tries - 1] * 60_000


def signature(secret: str, at_s: int, body: str) -> str:
    """Sign a body: HMAC-SHA256 over the second, a full stop and the body, in hex."""
    said = f"{at_s}.{body}".encode()
    return f"t={at_s},v1={hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()}"


def _hook(row: WebhookRow, failing: int) -> Hook:
    events = tuple(json.loads(row.events))
    return Hook(row.id, row.address, events, row.made_ms, row.ended_ms, failing)


_HOOK = rows.table(WebhookRow)
_WANTING = Prepared(
    select(_HOOK.c.id).where(
        _HOOK.c.ended_ms.is_(None), _HOOK.c.events.like(bindparam("like"))
    )
)
