"""One ticket admitted twice: what two doors did that could not talk.

No clock decides and no order of arrival; nothing is refused or undone by it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from boxoffice.door_facts import Facts
from boxoffice.movements import Allowance, Movement, Reentry, Trail, along, links


@dataclass(frozen=True)
class Double:
    """Admissions that follow the same movement and together exceed what was left.

    after: id of that movement, None for none. admissions: sorted ids. One discrepancy,
    named by (ticket, after).
    """

    ticket: str
    after: str | None
    admissions: tuple[str, ...]


def doubles(facts: Facts) -> list[Double]:
    """Find every double in the door's space, sorted by ticket and then by `after`.

    A ticket that is not listed admits one person.
    Source: DOR5, sync.md 5, vectors/README-admission.md, doubles.
    """
    allowances = {ticket.id: ticket.allowance for ticket in facts.tickets}
    by_ticket: dict[str, list[Movement]] = defaultdict(list)
    for movement in facts.movements:
        if movement.space == facts.door.space:
            by_ticket[movement.ticket].append(movement)
    found = [
        double
        for ticket, movements in by_ticket.items()
        for double in _of_ticket(
            ticket, movements, allowances.get(ticket, Allowance()), facts.door.reentry
        )
    ]
    return sorted(found, key=lambda double: (double.ticket, double.after or ""))


def _of_ticket(
    ticket: str, movements: Sequence[Movement], allowance: Allowance, reentry: Reentry
) -> list[Double]:
    if reentry == "free" and not allowance.is_pass:
        return []
    trail = Trail(tuple(movements), allowance)
    follows = links(movements, trail.live)
    together: dict[str | None, list[Movement]] = defaultdict(list)
    for admission in trail.admissions:
        together[follows[admission.id]].append(admission)
    if allowance.entries is not None:
        limit, used = allowance.entries, along(trail.live, follows, _entered)
    elif reentry == "never":
        limit, used = allowance.admits, along(trail.live, follows, _entered)
    else:
        limit, used = allowance.admits, along(trail.live, follows, trail.state_after)
    return [
        Double(ticket, after, tuple(sorted(each.id for each in admissions)))
        for after, admissions in together.items()
        if len(admissions) > 1
        and sum(each.count for each in admissions) > limit - used.get(after, 0)
    ]


def _entered(before: int, movement: Movement) -> int:
    return before + movement.count if movement.kind == "admission" else before
