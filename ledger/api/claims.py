"""One door, one pickup at a time. Claims carry ids of their own, so no answer is kept."""

import json
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import claims, collecting
from ledger.answers import Answer
from ledger.api import fields
from ledger.api.errors import Failed
from ledger.api.signed import BOTH, DOOR, Request, straight
from ledger.clock import Means
from ledger.jobs import Steps
from ledger.running import Running
from ledger.tables.orders import OrderRow, TicketRow

MOST_TICKETS = 100


@straight(*BOTH, limited=False)
def claim(ledger: Running, asked: Request) -> Steps[Answer]:
    """Grant a claim, or say who was quicker."""
    if asked.book.recovering:
        raise Failed(503, "recovering", retry_after_s=10)
    body = asked.json()
    kind = fields.text(body, "kind")
    if kind not in {"admission", "pickup", "reissue"}:
        raise Failed(400, "malformed", "kind must be admission, pickup or reissue.")
    if asked.device.role == DOOR and kind == "pickup":
        raise Failed(403, "role")
    wanted = fields.texts(body, "tickets", most=MOST_TICKETS) if "tickets" in body else []
    ticket = fields.text_or(body, "ticket")
    if ticket and ticket not in wanted:
        wanted = [ticket, *wanted]
    issue = body.get("issue")
    count = body.get("count")
    opened = body.get("opened_ms")
    wish = claims.Asked(
        claim=fields.uuid(body, "claim"),
        device=asked.device.id,
        place=asked.device.place,
        ticket=ticket or (wanted[0] if wanted else ""),
        performance=fields.text_or(body, "performance"),
        issue=None if issue is None else fields.whole(body, "issue", most=255),
        space=fields.text_or(body, "space", "auditorium"),
        count=None if count is None else fields.whole(body, "count", least=1, most=65_535),
        door=fields.text_or(body, "door"),
        payload=fields.text_or(body, "payload") or None,
        pays=bool(body.get("pays")),
        opened_ms=None if opened is None else fields.whole(body, "opened_ms"),
    )
    order = fields.text_or(body, "order")
    answer = yield partial(
        _answer, means=ledger.means(), kind=kind, wish=wish, wanted=wanted, order=order
    )
    if answer is None:
        raise Failed(404, "not_found")
    return Answer(200, json.dumps(answer.document))


def _answer(
    session: Session,
    means: Means,
    kind: str,
    wish: claims.Asked,
    wanted: list[str],
    order: str,
) -> claims.Answered | None:
    if kind == "admission":
        return claims.admit(session, means, wish)
    if kind == "reissue":
        return collecting.reissue(session, means, wish)
    return collecting.pick_up(session, means, wish, wanted or _all_of(session, order))


def _all_of(session: Session, order: str) -> list[str]:
    return list(
        session.scalars(
            select(TicketRow.id)
            .join(OrderRow, OrderRow.id == TicketRow.order)
            .where(OrderRow.number == order)
            .order_by(TicketRow.line)
        )
    )
