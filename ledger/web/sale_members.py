"""The rows of a sale that members pay for with their credits, checked all at once.

Source: MEM2-MEM4, MEM6.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from boxoffice import members as rule
from boxoffice.refusals import sentence
from ledger import members, prices, seat_credits
from ledger.tables.members import MemberRow
from ledger.web.typed import Form

NOBODY = "Please give the member's number, or choose another price."


def read(
    session: Session, form: Form, seats: Sequence[tuple[str, str]], production: str
) -> tuple[dict[str, str], str]:
    """Say whose credits pay for which seats, and as what the first one was named.

    A row without a number is paid by the member of the row above, the first one by whoever
    stands as subscriber. Where the house has no file of members, nobody is known, and the
    order goes to those that staff verify. What is wrong stands in the form, by row.
    """
    named: dict[str, str] = {}
    above = form.get("subscriber")
    for seat, kind in seats:
        if kind != prices.MEMBERSHIP.id:
            continue
        above = form.get(f"member-{seat}") or above
        if above:
            named[seat] = above
        else:
            form.faults[f"member-{seat}"] = NOBODY
    said = next(iter(named.values()), "")
    if not named or not seat_credits.have_file(session):
        return {}, said
    return _known(session, form, named, production), said


def _known(
    session: Session, form: Form, named: dict[str, str], production: str
) -> dict[str, str]:
    found: dict[str, MemberRow] = {}
    for seat, number in named.items():
        member = members.by_number(session, number)
        if member is None:
            form.faults[f"member-{seat}"] = f"There is no member {number[:40]}."
        else:
            found[seat] = member
    wanted = Counter(member.id for member in found.values())
    for seat, member in found.items():
        record = members.record(session, member, production)
        asked = rule.use(record, production, wanted[member.id])
        if isinstance(asked, rule.NotEnough):
            form.faults[f"member-{seat}"] = sentence(
                asked.code, left=asked.left, total=asked.total, needed=asked.needed
            )
    return {seat: member.id for seat, member in found.items()}
