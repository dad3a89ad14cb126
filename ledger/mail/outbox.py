"""Letters that wait: written with what caused them, sent afterwards, one at a time.

A letter is sent outside any transaction and marked afterwards, so a crash in between sends
it again under the same Message-ID rather than never.
"""

import json
from dataclasses import dataclass
from email.message import EmailMessage

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.themes import STANDARD, Theme
from ledger import bank_refunds, choices, gift_cards, outbox, passed_on
from ledger.clock import Clock
from ledger.mail import post
from ledger.store import Store
from ledger.tables.records import OutboxRow

log = structlog.get_logger()
MOST_TRIES = 30
# The trouble of a letter whose tickets were all void before it could go.
NOTHING_TO_SAY = ""
# Their codes are their readers' alone once they are out.
_SECRET = {
    gift_cards.LETTER,
    outbox.TICKETS,
    passed_on.LETTER,
    bank_refunds.LETTER,
    choices.LETTER,
}
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 2_000, 3_600_000


@dataclass(frozen=True)
class Waiting:
    """A letter whose time has come."""

    id: str
    to: str
    kind: str
    order: str
    facts: str


def step(
    store: Store,
    server: tuple[str, int],
    clock: Clock,
    *,
    address: str = "",
    theme: Theme = STANDARD,
) -> bool:
    """Send the next letter that is due, if any; say whether there was one.

    address: where patrons reach us, for letters with a link. theme: how letters look.
    """
    with store.read() as session:
        found = _due(session, clock())
        if found is None:
            return False
        trouble = None
        try:
            message = _write(session, found, clock(), address, theme)
        except Exception as broken:  # one bad letter must not hold up the others
            log.exception("letter cannot be written", letter=found.id, order=found.order)
            message, trouble = None, post.NotSent(type(broken).__name__, again=False)
        else:
            if message is None:
                trouble = post.NotSent(NOTHING_TO_SAY, again=False)
    if message is not None:
        try:
            post.send(message, server)
        except post.NotSent as not_sent:
            trouble = not_sent
    if trouble is None:
        store.write(_sent, found.id, now_ms=clock())
        log.info("letter sent", letter=found.id, order=found.order)
    else:
        store.write(_not_sent, found.id, str(trouble), again=trouble.again, now_ms=clock())
        log.warning("letter not sent", letter=found.id, order=found.order, why=str(trouble))
    return True


def _due(session: Session, now_ms: int) -> Waiting | None:
    row = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.state == "waiting", OutboxRow.next_try_ms <= now_ms)
        .order_by(OutboxRow.next_try_ms)
        .limit(1)
    ).first()
    if row is None:
        return None
    return Waiting(row.id, row.to, row.kind, row.order or "", row.facts)


def _write(
    session: Session, waiting: Waiting, now_ms: int, address: str, theme: Theme
) -> EmailMessage | None:
    """Write a letter; None: its tickets have become void meanwhile."""
    # What draws tickets and PDFs is loaded with the first letter, not at the start.
    from ledger.documents import order as orders
    from ledger.mail import letters, notes

    facts = json.loads(waiting.facts) | {"address": address}
    if waiting.kind == outbox.TICKETS:
        described = orders.describe(session, waiting.order, None)
        if not described.live.tickets:
            return None
        told = described.own if described.own.tickets else described.live
        path = facts.get("link", "")
        return letters.tickets(
            told,
            to=waiting.to,
            letter=waiting.id,
            now_ms=now_ms,
            theme=theme,
            link=address + path if path else "",
        )
    if waiting.kind == passed_on.LETTER:
        language = str(facts["language"])
        described = orders.describe(session, waiting.order, language)
        return letters.tickets(
            described.alone(str(facts["ticket"])),
            to=waiting.to,
            letter=waiting.id,
            now_ms=now_ms,
            theme=theme,
            link=address + str(facts["link"]) if "link" in facts else "",
            giver=described.patron,
        )
    if waiting.kind == "membership":
        facts |= notes.membership(session, waiting.order)
    if waiting.kind == choices.LETTER:
        facts |= notes.credit(
            session, waiting.order, int(facts["amount"]), str(facts["language"])
        )
    if waiting.kind == bank_refunds.LETTER:
        language, refund = str(facts["language"]), str(facts["refund"])
        facts |= notes.bank_form(session, waiting.order, refund, language)
    if waiting.kind in {gift_cards.LETTER, gift_cards.BOUGHT}:
        facts |= notes.gift_card(session, waiting.order, str(facts.get("language", "en")))
    return notes.note(
        session,
        waiting.kind,
        facts,
        to=waiting.to,
        letter=waiting.id,
        now_ms=now_ms,
        theme=theme,
    )


def _sent(session: Session, letter: str, *, now_ms: int) -> None:
    row = session.get_one(OutboxRow, letter)
    row.state, row.sent_ms, row.tries = "sent", now_ms, row.tries + 1
    _forget(row)


def _forget(row: OutboxRow) -> None:
    """Keep no code that was for the reader alone."""
    if row.kind in _SECRET or "links" in json.loads(row.facts):
        row.facts = "{}"


def _not_sent(session: Session, letter: str, why: str, *, again: bool, now_ms: int) -> None:
    row = session.get_one(OutboxRow, letter)
    row.tries, row.trouble = row.tries + 1, why
    if not again or row.tries >= MOST_TRIES:
        row.state = "given_up"
    if why == NOTHING_TO_SAY:
        _forget(row)
    row.next_try_ms = now_ms + min(FIRST_PAUSE_MS << min(row.tries, 12), LONGEST_PAUSE_MS)
