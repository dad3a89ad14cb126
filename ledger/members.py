"""Members: who they are, by card or by number and password, and their seat credits.

Credits are per production and record. They are used when they are promised to an order's
hold and come back with it, so that orders at the same moment cannot overspend.
Source: MEM4-MEM7.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import members
from boxoffice.refusals import Code
from ledger import guessing, passwords, pickups, rows
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import MemberCreditRow, MemberRow
from ledger.tables.memberships import MemberAllowanceRow

# Look-ups of members are counted apart from those of orders.
PLACE = "member"


@dataclass(frozen=True)
class Known:
    """A member as a kiosk may know them: no name, no address."""

    id: str
    number: str
    credits: dict[str, int]

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels; credits: what is left for each production."""
        return {"member": self.id, "number": self.number, "credits": self.credits}


def enrol(
    session: Session,
    means: Means,
    *,
    number: str,
    name: str,
    email: str,
    credits_per_production: int,
    password: str | None = None,
    card: str | None = None,
) -> str:
    """Add a member and give its id. card: the text of the card's code; not kept."""
    row = MemberRow(
        id=means.new_id(),
        number=number,
        name=name,
        email=email,
        password=passwords.hash_of(password) if password else None,
        card=pickups.hash_of(card) if card else None,
        credits_per_production=credits_per_production,
        added_ms=means.now_ms,
        left_ms=None,
    )
    session.add(row)
    session.flush()
    return row.id


def by_number(session: Session, number: str) -> MemberRow | None:
    """Find a member by the number on the card; case and outer blanks do not matter."""
    return session.scalars(
        select(MemberRow).where(
            MemberRow.number == number.strip().upper(), MemberRow.left_ms.is_(None)
        )
    ).first()


def by_card(session: Session, card: str) -> MemberRow | None:
    """Find a member by the text of the card's code."""
    return session.scalars(
        select(MemberRow).where(
            MemberRow.card == pickups.hash_of(card), MemberRow.left_ms.is_(None)
        )
    ).first()


def welcome(
    session: Session, means: Means, place: str, *, member: str | None, now_ms: int
) -> Known | Refused:
    """Answer whoever shows a card or types a number. member: who it proved to be.

    Refuses NOT_FOUND, LOCKED (`wait_s`).
    """
    row = session.get(MemberRow, member) if member else None
    refused = guessing.judge(session, means, f"{PLACE} {place}", found=row is not None)
    if refused is not None or row is None:
        return refused or Refused(Code.NOT_FOUND)
    return Known(row.id, row.number, _credits(session, row, now_ms))


def use(session: Session, member: str, production: str, needed: int) -> Refused | MemberRow:
    """Take credits, compare-and-set. Refuses NOT_FOUND, NOT_ENOUGH_SEAT_CREDITS."""
    row = session.get(MemberRow, member)
    if row is None or row.left_ms is not None:
        return Refused(Code.NOT_FOUND)
    session.execute(
        rows.insert(session, MemberCreditRow)
        .values(member=member, production=production, used=0)
        .on_conflict_do_nothing()
    )
    won = rows.changed(
        session,
        update(MemberCreditRow)
        .where(
            MemberCreditRow.member == member,
            MemberCreditRow.production == production,
            MemberCreditRow.used + needed <= allowance(session, member, production),
        )
        .values(used=MemberCreditRow.used + needed),
    )
    if won:
        return row
    asked = members.use(record(session, row, production), production, needed)
    assert isinstance(asked, members.NotEnough), "the rule and the book disagree"
    facts = {"left": asked.left, "total": asked.total, "needed": asked.needed}
    return Refused(asked.code, facts)


def allowance(session: Session, member: str, production: str) -> int:
    """Give how many seats of a production a member has in all, used or not."""
    own = session.get(MemberAllowanceRow, (member, production), populate_existing=True)
    return own.credits if own else session.get_one(MemberRow, member).credits_per_production


def give_back(session: Session, member: str, production: str, returned: int) -> None:
    """Return credits that were promised and not used."""
    session.execute(
        update(MemberCreditRow)
        .where(MemberCreditRow.member == member, MemberCreditRow.production == production)
        .values(used=MemberCreditRow.used - returned)
    )


def record(session: Session, row: MemberRow, production: str) -> members.Member:
    """Give what is known of a member's credits for a production."""
    used = session.get(MemberCreditRow, (row.id, production), populate_existing=True)
    return members.Member(
        row.id,
        row.email,
        allowance(session, row.id, production),
        {production: used.used} if used else {},
    )


def _credits(session: Session, row: MemberRow, now_ms: int) -> dict[str, int]:
    """What is left for each production that is still played."""
    played = session.scalars(
        select(PerformanceRow.production)
        .where(PerformanceRow.starts_ms > now_ms - 6 * 3_600_000)
        .distinct()
    )
    return {
        production: record(session, row, production).left(production)
        for production in played
    }
