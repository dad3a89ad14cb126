"""Refunds that go to a bank account: asked for by a letter, filled in, paid, forgotten.

What is still to be paid is always in sight, nothing is paid twice, and account details go
90 days after payment. The rule is `boxoffice.bank_transfers`. Source: BNK1, BNK2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import bank_transfers as rule
from boxoffice import ids
from boxoffice.bank_transfers import Event, Iban, LocalAccount, State
from boxoffice.refusals import Code
from ledger import audit, discrepancies, outbox, pickups
from ledger.clock import Means
from ledger.tables.contacts import ContactRow
from ledger.tables.orders import OrderRow, PatronRow
from ledger.tables.self_service import BankRefundRow

OWED, LETTER = "transfer_owed", "bank_form"
AT_ONCE = 50
SHOWN = 200


@dataclass(frozen=True)
class Owed:
    """One refund as staff read it, in minor units.

    asked: whom a letter goes to. linked: one went, and its link was not used.
    """

    id: str
    order: str
    number: str
    patron: str
    asked: str
    amount: int
    currency: str
    state: str
    holder: str
    account: str
    made_ms: int
    link_ms: int
    paid_ms: int | None
    paid_how: str
    linked: bool


def request(
    session: Session, means: Means, *, tender: str, order: OrderRow, amount: int
) -> None:
    """Have a refund wait for an account; whoever has an address is asked for it at once."""
    row = BankRefundRow(
        id=tender,
        order=order.id,
        amount=amount,
        state=State.REQUESTED,
        hash=None,
        holder="",
        account="",
        made_ms=means.now_ms,
        link_ms=means.now_ms,
        reminded=False,
        paid_ms=None,
        paid_how="",
    )
    session.add(row)
    _note(session, means, row)
    ask(session, means, row)


def ask(session: Session, means: Means, row: BankRefundRow) -> bool:
    """Write to the patron with a new link; the older one opens nothing any more.

    False: there is no address, so staff ask; or there is nothing to ask.
    """
    if not _step(row, Event.LINK_SENT):
        return False
    row.link_ms, row.hash = means.now_ms, None
    to, language = _address(session, row.order)
    if to:
        code = pickups.draw(means.chance, pickups.BANK)
        row.hash = pickups.hash_of(code)
        link = "/shop/bank/" + code.removeprefix(pickups.BANK)
        facts = {"link": link, "refund": row.id, "language": language}
        outbox.add(session, means, to=to, kind=LETTER, order=row.order, facts=facts)
    session.flush()
    return bool(to)


def find(session: Session, code: str) -> BankRefundRow | None:
    """Give the refund of a link that was not used yet."""
    hash_ = pickups.hash_of(pickups.BANK + code)
    return session.scalars(
        select(BankRefundRow).where(BankRefundRow.hash == hash_)
    ).one_or_none()


def read(iban: str, bank: str, number: str) -> Iban | LocalAccount | Code:
    """Read what was typed: an IBAN, else bank and account digits. Refuses BAD_ACCOUNT."""
    return rule.read_iban(iban) if iban.strip() else rule.read_local(bank, number)


def fill_in(
    session: Session,
    means: Means,
    id: str,
    *,
    holder: str,
    account: Iban | LocalAccount,
    by: str,
    link: str | None = None,
) -> bool:
    """Keep the account; the link is used up. link: the hash that has to be out still.

    by: who of the staff was told it, or the patron. False: that was told already.
    """
    row = _lock(session, id)
    if (link is not None and row.hash != link) or not _step(row, Event.FORM_OK):
        return False
    words = account.number
    if isinstance(account, LocalAccount):
        words = f"{account.bank} {account.number}"
    row.holder, row.account, row.hash = holder, words, None
    audit.note(session, means, staff=by, action="tell_account", subject=row.order)
    return True


def settle(session: Session, means: Means, id: str, event: Event, *, by: str) -> bool:
    """Say that it was paid, or that the bank sent it back. False: that does not fit.

    What came back asks for another account, and is in sight again.
    """
    row = _lock(session, id)
    if not _step(row, event):
        return False
    if event is Event.BANK_RETURNED:
        row.holder = row.account = row.paid_how = ""
        row.paid_ms, row.reminded = None, False
        _note(session, means, row)
        ask(session, means, row)
    else:
        row.paid_ms, row.hash = means.now_ms, None
        row.paid_how = "transferred" if event is Event.MARK_PAID else "other"
        discrepancies.close(session, means, OWED, row.id, how=row.paid_how)
    facts = {"amount": row.amount}
    action = f"bank_refund_{event.removeprefix('mark_')}"
    audit.note(session, means, staff=by, action=action, subject=row.order, facts=facts)
    return True


def paid(session: Session, means: Means, id: str, *, other: bool) -> bool:
    """The discrepancy was settled: so is the refund. True where it was not listed."""
    row = session.get(BankRefundRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        return True
    row.state, row.hash = State.PAID, None
    row.paid_ms, row.paid_how = means.now_ms, "other" if other else "transferred"
    return True


def remind(session: Session, means: Means) -> int:
    """Write once more to who has not answered in a week. Source: BNK1."""
    waiting = session.scalars(
        select(BankRefundRow)
        .where(
            BankRefundRow.state == State.AWAITING_DETAILS,
            BankRefundRow.reminded.is_(False),
            BankRefundRow.hash.is_not(None),
            BankRefundRow.link_ms <= means.now_ms - _ms(rule.REMIND_AFTER),
        )
        .order_by(BankRefundRow.link_ms)
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    for row in waiting:
        assert rule.reminder_due(State(row.state), _at(row.link_ms), _at(means.now_ms))
        row.reminded = True
        ask(session, means, row)
    return len(waiting)


def forget(session: Session, means: Means) -> None:
    """Erase accounts whose refunds were paid long enough ago. Source: BNK1."""
    session.execute(
        update(BankRefundRow)
        .where(
            BankRefundRow.state == State.PAID,
            BankRefundRow.account != "",
            BankRefundRow.paid_ms <= means.now_ms - _ms(rule.FORGET_DETAILS_AFTER),
        )
        .values(holder="", account="")
    )


def outstanding(session: Session) -> list[Owed]:
    """Give what is still to be paid, the oldest first."""
    return _read(session, State.PAID, settled=False)


def done(session: Session) -> list[Owed]:
    """Give what was paid, the newest first."""
    return _read(session, State.PAID, settled=True)


def _read(session: Session, state: State, *, settled: bool) -> list[Owed]:
    fits = BankRefundRow.state == state if settled else BankRefundRow.state != state
    when = BankRefundRow.paid_ms.desc() if settled else BankRefundRow.made_ms
    found: Sequence[tuple[BankRefundRow, str, str, str | None]] = session.execute(
        select(BankRefundRow, OrderRow.number, OrderRow.currency, PatronRow.name)
        .join(OrderRow, OrderRow.id == BankRefundRow.order)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(fits)
        .order_by(when, BankRefundRow.id)
        .limit(SHOWN)
    ).all()
    return [
        Owed(
            row.id, row.order, ids.shown(number), name or "",
            _address(session, row.order)[0] if not settled else "", row.amount, currency,
            row.state, row.holder, row.account, row.made_ms, row.link_ms, row.paid_ms,
            row.paid_how, row.hash is not None,
        )
        for row, number, currency, name in found
    ]  # fmt: skip


def _address(session: Session, order: str) -> tuple[str, str]:
    """Give whom to write to about an order, and in which language."""
    found = session.execute(
        select(PatronRow.email, PatronRow.language, ContactRow.email)
        .select_from(OrderRow)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(ContactRow, ContactRow.order == OrderRow.id)
        .where(OrderRow.id == order)
    ).one()
    patron, language, told = found
    return patron or told or "", language or "en"


def _note(session: Session, means: Means, row: BankRefundRow) -> None:
    # What is still to be paid stands among what staff settle, too.
    # New evidence each time: the bank may have sent it back.
    facts = {"order": row.order, "amount": row.amount}
    again = [means.new_id()]
    discrepancies.note(session, means, OWED, row.id, facts=facts, evidence=again)


def _step(row: BankRefundRow, event: Event) -> bool:
    after = rule.step(State(row.state), event)
    if after is None:
        return False
    row.state = after
    return True


def _lock(session: Session, id: str) -> BankRefundRow:
    return session.get_one(BankRefundRow, id, with_for_update=True, populate_existing=True)


def _ms(after: timedelta) -> int:
    return int(after.total_seconds() * 1000)


def _at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
