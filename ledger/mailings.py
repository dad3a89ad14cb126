"""One letter to everybody who holds a ticket for a performance. Source: MAI1, CAN1."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice import mailings as rule
from boxoffice.mailings import Holder
from boxoffice.orders import TicketStatus
from ledger import audit, catalogue, choices, evenings, outbox, passed_on
from ledger.clock import Means
from ledger.mail import called_off
from ledger.tables.catalogue import PerformanceRow, ProductionRow
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

    With each the language in which it bought last. Friends to whom tickets were passed on
    are among them until the performance is cancelled: what is written then is about the
    money, and friends are told by a letter of their own.
    """
    found = buyers(session, performance, statuses)
    if not evenings.called_off(session, performance):
        found |= friends(session, performance, statuses)
    return dict(sorted(found.items()))


def buyers(
    session: Session, performance: str, statuses: Collection[TicketStatus] = LIVE
) -> dict[str, str]:
    """Give the addresses that bought a ticket of these statuses, as recipients does."""
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


def friends(
    session: Session, performance: str, statuses: Collection[TicketStatus] = LIVE
) -> dict[str, str]:
    """Give to whom tickets were passed on, with their languages.

    Left out is who bought a ticket besides, and who has heard of the cancellation.
    """
    found = passed_on.friends(session, performance, [s.value for s in statuses])
    bought = buyers(session, performance, statuses)
    row = session.get_one(PerformanceRow, performance)
    return {
        address: language
        for address, language in found.items()
        if address not in bought and session.get(OutboxRow, _off(row, address)) is None
    }


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
        more = {"links": links[address]} if address in links else {}
        id = _name(letter.key, number)
        _add(session, means, address, spoken, subject, words, id, **more)
    told = _tell_friends(session, means, performance, statuses)
    audit.note(
        session,
        means,
        staff=by,
        action="write_to_guests",
        subject=performance,
        reason=letter.subject,
        facts={"letters": len(found) + told},
    )
    return len(found) + told


def _tell_friends(
    session: Session, means: Means, performance: str, statuses: Collection[TicketStatus]
) -> int:
    """Tell friends, each once, that their performance is cancelled; give how many."""
    row = session.get_one(PerformanceRow, performance)
    if row.cancelled_ms is None:
        return 0
    title = session.get_one(ProductionRow, row.production).title
    zone = catalogue.house(session).zone
    said = called_off.wordings(title, row.starts_ms, zone, called_off.FRIEND)
    found = friends(session, performance, statuses)
    for address, language in found.items():
        spoken = language if language in said else FIRST
        _add(session, means, address, spoken, *said[spoken], _off(row, address))
    return len(found)


def _add(
    session: Session,
    means: Means,
    to: str,
    language: str,
    subject: str,
    words: str,
    id: str,
    **more: Any,
) -> None:
    facts = {"title": subject, "words": words, "language": language, **more}
    outbox.add(session, means, to=to, kind=LETTER, subject=subject, facts=facts, id=id)


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


def _off(row: PerformanceRow, address: str) -> str:
    """Name the letter that tells a friend of this cancellation."""
    known = f"{row.id} {row.cancelled_ms} {address}"
    return "off-" + hashlib.sha256(known.encode()).hexdigest()[:32]
