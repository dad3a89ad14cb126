"""Members in the shop: who they are is proven at order time, and credits are set aside.

Source: MEM2, MEM5-MEM7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import members as rule
from boxoffice.refusals import Code
from ledger import guessing, members, passwords, promised_tenders, tenders
from ledger.baskets import SHOP, Basket, Details
from ledger.clock import Means
from ledger.prices import MEMBERSHIP
from ledger.refused import Refused
from ledger.shop import frame
from ledger.shop.words import sorry
from ledger.tables.baskets import BasketRow
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import MemberRow
from ledger.web.typed import Form


def honoured(session: Session) -> bool:
    """Whether the house has members who can prove themselves by a password."""
    found = select(MemberRow.id).where(
        MemberRow.left_ms.is_(None), MemberRow.password.is_not(None)
    )
    return session.scalar(found.limit(1)) is not None


def seats(basket: Basket) -> list[str]:
    """Give the seats that are to be paid with credits."""
    return [seat for seat, kind in basket.seats if kind == MEMBERSHIP.id]


def prove(basket: Basket, form: Form) -> tuple[str, ...]:
    """Check every membership row at once and set the credits aside; faults by row.

    Gives who pays each of these seats; nobody while a row is wrong. A basket whose members
    have proven themselves with the same addresses does not ask for passwords again.
    """
    count = basket.member_seats
    if not count:
        return ()
    rows = [
        rule.Row(form.get(f"member-{n}"), form.get(f"password-{n}") or None)
        for n in range(1, count + 1)
    ]
    emails = tuple(row.email for row in rows)
    known = basket.details
    if known.members and known.emails == emails and not any(r.password for r in rows):
        return known.members
    admitted = _judge(basket, rows)
    match admitted:
        case Refused():
            form.faults["member-1"] = sorry(admitted)
            return ()
        case rule.Rejected():
            for number, code in admitted.errors.items():
                form.faults[f"member-{number + 1}"] = sorry(Refused(code))
            return ()
        case rule.Accepted():
            refused = frame.write(_set_aside, basket.id, admitted.drawn)
            if refused is not None:
                form.faults["member-1"] = sorry(refused)
                return ()
            return tuple(
                member for member, count in admitted.drawn.items() for _n in range(count)
            )
        case never:
            assert_never(never)


def _judge(
    basket: Basket, rows: Sequence[rule.Row]
) -> rule.Accepted | rule.Rejected | Refused:
    ledger = frame.ledger()
    with ledger.store.read() as session:
        production = _production(session, basket)
        found = _records(session, {row.email.strip().casefold() for row in rows})
        kept = {row.id: row.password for row in found}
        # What this very basket has set aside is its own to use.
        own = tenders.held(session, basket.hold) if basket.hold else {}
        facts = [
            rule.give_back(
                members.record(session, row, production), production, own.get(row.id, 0)
            )
            for row in found
        ]
    tried: dict[tuple[str, str], bool] = {}

    def fits(member: rule.Member | None, password: str) -> bool:
        # Hashing takes a while: not in a transaction, and once for each pair.
        asked = (member.id if member else "", password)
        if asked not in tried:
            tried[asked] = passwords.fits(kept.get(asked[0]), password)
        return tried[asked]

    judged = rule.admit(production, facts, rows, fits)
    missed = isinstance(judged, rule.Rejected) and (
        Code.BAD_EMAIL_OR_PASSWORD in judged.errors.values()
    )
    # Guesses are counted against the address that is guessed at, from wherever they come.
    place = f"shop {rows[0].email.strip().casefold()[:100]}"
    refused = ledger.store.write(guessing.judge, ledger.means(), place, found=not missed)
    locked = refused is not None and refused.code is Code.LOCKED
    return refused if locked and refused else judged


def fill(session: Session, member: str, said: Details) -> Details:
    """Fill blank fields in from a member's record. Source: MEM5."""
    row = session.get_one(MemberRow, member)
    return replace(said, name=said.name or row.name, email=said.email or row.email)


def _set_aside(
    session: Session, means: Means, id: str, drawn: Mapping[str, int]
) -> Refused | None:
    """Promise the credits to the basket's hold: all of them, or none.

    Refuses NOT_HELD, NOT_ENOUGH_SEAT_CREDITS.
    """
    row = session.get(BasketRow, id, with_for_update=True)
    if row is None or row.state != "open" or row.hold is None:
        return Refused(Code.NOT_HELD)
    promised_tenders.hold_ended(session, row.hold)
    for member, count in drawn.items():
        promised = tenders.promise(
            session,
            means,
            device=SHOP,
            hold=row.hold,
            kind=tenders.CREDIT,
            code=member,
            amount=count,
        )
        if isinstance(promised, Refused):
            promised_tenders.hold_ended(session, row.hold)
            return promised
    return None


def _production(session: Session, basket: Basket) -> str:
    return session.scalars(
        select(PerformanceRow.production).where(PerformanceRow.id == basket.performance)
    ).one()


def _records(session: Session, emails: set[str]) -> list[MemberRow]:
    found = select(MemberRow).where(
        MemberRow.left_ms.is_(None), func.lower(MemberRow.email).in_(emails)
    )
    return list(session.scalars(found.order_by(MemberRow.number)))
