"""One letter to everybody who holds a ticket for a performance. Source: MAI1, CAN1."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice import mailings as rule
from boxoffice.mailings import Holder
from boxoffice.orders import TicketStatus
from ledger import audit, choices, outbox
from ledger.clock import Means
from ledger.tables.contacts import ContactRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import OutboxRow

LETTER = "message"
# The language of whoever told none.
FIRST = "en"
LIVE = frozenset({TicketStatus.ACTIVE})


@dataclass(frozen=True)
class Letter:
    """What is written. key: drawn with the page, so that two presses are one.

    others: subject and words in other languages; whoever bought in one that is not there
    gets the first ones.
    """

    subject: str
    words: str
    key: str
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def said(self, language: str) -> tuple[str, str]:
        """Give subject and words as somebody of this language gets them."""
        return self.others.get(language, (self.subject, self.words))


def recipients(
    session: Session, performance: str, statuses: Collection[TicketStatus] = LIVE
) -> dict[str, str]:
    """Give the addresses that hold a ticket of these statuses, each once, sorted.

    With each the language in which it bought last.
    """
    rows = session.execute(
        select(TicketRow.status, PatronRow.email, PatronRow.language, ContactRow.email)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(ContactRow, ContactRow.order == OrderRow.id)
        .where(TicketRow.performance == performance)
        .order_by(OrderRow.made_ms, OrderRow.id)
    )
    known = {status.value for status in TicketStatus}
    holders, languages = [], {}
    for status, patron, language, told in rows:
        if status not in known:
            continue
        address = patron or told or ""
        holders.append(Holder(performance, TicketStatus(status), address))
        languages[address.strip().lower()] = language if patron else FIRST
    found = rule.recipients(performance, holders, statuses)
    return {address: languages[address] for address in found}


def send(
    session: Session,
    means: Means,
    performance: str,
    letter: Letter,
    *,
    by: str,
    statuses: Collection[TicketStatus] = LIVE,
) -> int:
    """Write to everybody who holds a ticket; give how many letters go out.

    The same letter a second time goes to nobody.
    """
    if session.get(OutboxRow, _name(letter.key, 0)) is not None:
        return 0
    found = recipients(session, performance, statuses)
    links = _links(session, means, performance)
    for number, (address, language) in enumerate(found.items()):
        subject, words = letter.said(language)
        spoken = language if language in letter.others else FIRST
        outbox.add(
            session,
            means,
            to=address,
            kind=LETTER,
            subject=subject,
            facts={
                "title": subject,
                "words": words,
                "language": spoken,
                **({"links": links[address]} if address in links else {}),
            },
            id=_name(letter.key, number),
        )
    audit.note(
        session,
        means,
        staff=by,
        action="write_to_guests",
        subject=performance,
        reason=letter.subject,
        facts={"letters": len(found)},
    )
    return len(found)


def _links(
    session: Session, means: Means, performance: str
) -> dict[str, list[dict[str, str]]]:
    """Give each address the links of its orders, where guests have something to choose."""
    found: dict[str, list[dict[str, str]]] = {}
    if choices.offered(session, performance) is None:
        return found
    concerned = select(TicketRow.order).where(
        TicketRow.performance == performance, TicketRow.status == "active"
    )
    rows = session.execute(
        select(OrderRow, PatronRow.email, ContactRow.email)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(ContactRow, ContactRow.order == OrderRow.id)
        .where(OrderRow.id.in_(concerned))
        .order_by(OrderRow.made_ms, OrderRow.id)
    ).all()
    for order, patron, told in rows:
        address = (patron or told or "").strip().lower()
        if address and performance in choices.waiting(session, order):
            link = outbox.link_to(session, means, order.id)
            one = {"number": ids.shown(order.number), "link": link}
            found.setdefault(address, []).append(one)
    return found


def _name(key: str, number: int) -> str:
    return f"{key}-{number}"
