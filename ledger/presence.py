"""Who is inside, by ticket and space, counted along movements as doors count them.

Source: checkin.md §2, §5.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.movements import Allowance, Movement, Trail
from ledger import clearings, doors, facts
from ledger.tables.doors import MovementRow
from ledger.tables.orders import TicketRow


@dataclass(frozen=True)
class Presence:
    """What is known of a performance's movements, from one reading; spaces: by name."""

    spaces: Sequence[str]
    _moved: Mapping[tuple[str, str], Sequence[Movement]]
    _cleared: Mapping[str, datetime]

    def inside(self, ticket: TicketRow) -> tuple[int, ...]:
        """Give how many people of a ticket are in each of the spaces."""
        return tuple(self._inside(ticket, space) for space in self.spaces)

    def _inside(self, ticket: TicketRow, space: str) -> int:
        moved = self._moved.get((ticket.id, space))
        if not moved:
            return 0
        allowance = Allowance(ticket.admits, ticket.entries)
        return Trail(tuple(moved), allowance, self._cleared.get(space)).inside


def of(session: Session, performance: str, now_ms: int) -> Presence:
    """Read a performance's movements; now_ms: whoever came before a clearing is out."""
    moved: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for movement in facts.moved(session, performance):
        moved[movement.ticket, movement.space].append(movement)
    cleared = clearings.last(facts.evening(session, performance), now_ms)
    return Presence(spaces(session, performance), moved, cleared)


def spaces(session: Session, performance: str) -> tuple[str, ...]:
    """Name the spaces of a performance: as its doors are set, then any other entered."""
    evening = facts.evening(session, performance)
    led_to = doors.read(json.loads(evening.spaces)) if evening is not None else ()
    entered = session.scalars(
        select(MovementRow.space)
        .where(MovementRow.performance == performance)
        .distinct()
        .order_by(MovementRow.space)
    )
    named = [leads.space for leads in led_to]
    return tuple(dict.fromkeys([*named, *entered])) or ("auditorium",)
