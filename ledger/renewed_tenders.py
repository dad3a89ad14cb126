"""A device's promise moves from a hold that has ended to the order's new hold.

Nobody types a code twice because a hold ran out; and what was spent elsewhere meanwhile is
refused like any other. Source: sync.md §2.3.
"""

from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import promised_tenders, promises, tenders, voucher_balances
from ledger.clock import Means
from ledger.promises import Promised
from ledger.refused import Refused
from ledger.tables.members import PromisedRow

AGAIN = "again"


def renew(
    session: Session, means: Means, *, device: str, hold: str, tender: str, amount: int
) -> Promised | Refused:
    """Promise what a promise of this device came from once more, to another hold.

    amount: as in `tenders.promise`. The old promise ends, whether the new one is made or
    not. Refuses NOT_HELD, NOT_FOUND, NOT_ENOUGH_SEAT_CREDITS, PROMO_USED_UP,
    PROMO_FOR_FEWER.
    """
    held = tenders.live(session, means, hold, device)
    if held is None:
        return Refused(Code.NOT_HELD)
    row = session.get(PromisedRow, tender, with_for_update=True)
    if row is None or row.device != device or not row.hold or row.state == "spent":
        return Refused(Code.NOT_FOUND)
    kind, source = row.kind, row.source
    promised_tenders.let_go(session, row.id)
    if kind == tenders.CREDIT:
        return tenders.promise_credits(
            session, means, held=held, member=source, seats=amount
        )
    if kind == tenders.PROMO:
        return tenders.promise_promo(
            session, means, held=held, source=source, tickets=amount
        )
    found = voucher_balances.take(session, means, source, amount)
    if found is None:
        return Refused(Code.NOT_FOUND)
    return promises.write(
        session,
        means,
        kind=kind,
        source=source,
        order=held.order,
        by=device,
        hold=held.id,
        production=tenders.production_of(session, held),
        amount=found[1],
        left=found[0].balance,
    )
