"""What members do themselves: choose a password by a link, change address and password.

A link works once and for a week. Every change is told to whoever looks after members.
Source: MEM8.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from boxoffice import ids, log
from boxoffice.refusals import Code
from ledger import catalogue, guessing, members, outbox, rows
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.members import MemberLinkRow, MemberRow, SeatCreditRow
from ledger.tables.orders import OrderRow, TicketRow

LINK_LASTS_MS = 7 * 86_400_000
SHORTEST_PASSWORD = 8
_SECRET_CHARACTERS = 26
PLACE = "shop member"
MOST_ORDERS = 20


@dataclass(frozen=True)
class Left:
    """Seat credits of one production: what is left of how many."""

    title: str
    left: int
    total: int


@dataclass(frozen=True)
class Bought:
    """An order that a member made with seat credits of their own."""

    order: str
    number: str
    title: str
    starts_ms: int


def orders(session: Session, member: str) -> list[Bought]:
    """Give a member's own orders, the latest evening first.

    An order in which somebody else's seat was paid by this member's credit is that one's.
    """
    used = (
        select(TicketRow.order, func.min(TicketRow.performance).label("performance"))
        .join(SeatCreditRow, SeatCreditRow.ticket == TicketRow.id)
        .where(SeatCreditRow.member == member)
        .group_by(TicketRow.order)
        .subquery()
    )
    found = session.execute(
        select(OrderRow.id, OrderRow.number, ProductionRow.title, PerformanceRow.starts_ms)
        .join(used, used.c.order == OrderRow.id)
        .join(PerformanceRow, PerformanceRow.id == used.c.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(OrderRow.member == member)
        .order_by(PerformanceRow.starts_ms.desc(), OrderRow.id)
        .limit(MOST_ORDERS)
    )
    return [
        Bought(id, ids.shown(number), title, starts) for id, number, title, starts in found
    ]


def open_order(session: Session, means: Means, member: str, order: str) -> str | None:
    """Draw a link to the page of a member's own order; None: it is not theirs."""
    if order not in {one.order for one in orders(session, member)}:
        return None
    return outbox.link_to(session, means, order)


def invite(session: Session, means: Means, member: str, language: str = "en") -> None:
    """Mail a member a link to choose a password; nobody without an address gets one."""
    row = session.get_one(MemberRow, member)
    if not row.email:
        return
    token = "".join(ids.ALPHABET[b & 31] for b in means.chance(_SECRET_CHARACTERS))
    made = {
        "hash": _hash(token),
        "member": member,
        "expires_ms": means.now_ms + LINK_LASTS_MS,
        "used_ms": None,
    }
    rows.add(session, MemberLinkRow, [made])
    facts = {
        "name": row.name,
        "number": row.number,
        "link": f"/shop/member/links/{token}",
        "language": language,
    }
    outbox.add(session, means, to=row.email, kind="member_link", facts=facts)


def ask(session: Session, means: Means, email: str, language: str = "en") -> None:
    """Mail links to everybody of an address: whether there is anybody is not said."""
    found = session.scalars(
        select(MemberRow.id).where(
            func.lower(MemberRow.email) == email.strip().casefold(),
            MemberRow.left_ms.is_(None),
        )
    ).all()
    open_ = select(func.count()).where(
        MemberLinkRow.member.in_(found), MemberLinkRow.expires_ms > means.now_ms
    )
    # A mailbox is not flooded: a few links at a time are enough.
    if (session.scalar(open_) or 0) < 5 * max(1, len(found)):
        for member in found:
            invite(session, means, member, language)


def by_link(session: Session, token: str, now_ms: int) -> MemberRow | None:
    """Give the member that a link belongs to, while it works."""
    link = session.get(MemberLinkRow, _hash(token))
    if link is None or link.used_ms is not None or link.expires_ms <= now_ms:
        return None
    return session.get(MemberRow, link.member)


def choose(session: Session, means: Means, token: str, hashed: str) -> str | None:
    """Set the password that a link allows, once; give whose it is. None: no such link."""
    won = session.execute(
        update(MemberLinkRow)
        .where(
            MemberLinkRow.hash == _hash(token),
            MemberLinkRow.used_ms.is_(None),
            MemberLinkRow.expires_ms > means.now_ms,
        )
        .values(used_ms=means.now_ms)
        .returning(MemberLinkRow.member)
    ).all()
    if not won:
        return None
    row = session.get_one(MemberRow, won[0].member, with_for_update=True)
    row.password = hashed
    _tell(session, means, row, ["password"])
    return row.id


def welcome(
    session: Session, means: Means, email: str, *, member: str | None
) -> str | Refused:
    """Let a member in. member: who proved to be it.

    Refuses BAD_EMAIL_OR_PASSWORD, LOCKED (`wait_s`).
    """
    place = f"{PLACE} {email.strip().casefold()[:100]}"
    refused = guessing.judge(session, means, place, found=member is not None)
    if refused is not None and refused.code is Code.LOCKED:
        return refused
    return member or Refused(Code.BAD_EMAIL_OR_PASSWORD)


def change(
    session: Session,
    means: Means,
    member: str,
    *,
    email: str,
    address: str,
    hashed: str | None = None,
) -> list[str]:
    """Change what a member may change; give what was. hashed: of a new password."""
    row = session.get_one(MemberRow, member, with_for_update=True)
    changed = []
    if email != row.email:
        row.email = email
        changed.append("e-mail")
    if address != row.address:
        row.address = address
        changed.append("address")
    if hashed is not None:
        row.password = hashed
        changed.append("password")
    if changed:
        _tell(session, means, row, changed)
    session.flush()
    return changed


def credits(session: Session, member: str, now_ms: int) -> list[Left]:
    """Give what is left for each production that is still played, by its next evening."""
    row = session.get_one(MemberRow, member)
    played = session.execute(
        select(ProductionRow.id, ProductionRow.title)
        .join(PerformanceRow, PerformanceRow.production == ProductionRow.id)
        .where(PerformanceRow.starts_ms > now_ms)
        .group_by(ProductionRow.id, ProductionRow.title)
        .order_by(func.min(PerformanceRow.starts_ms))
    ).all()
    found = []
    for production, title in played:
        fact = members.record(session, row, production)
        found.append(Left(title, fact.left(production), fact.credits_per_production))
    return found


def _tell(session: Session, means: Means, row: MemberRow, what: list[str]) -> None:
    manager = catalogue.house(session).mail_from
    if manager:
        facts = {"name": row.name, "number": row.number, "what": what}
        outbox.add(session, means, to=manager, kind="member_changed", facts=facts)


def _hash(token: str) -> str:
    return log.encoded(log.digest(f"member link {token}".encode()))
