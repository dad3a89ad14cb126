"""Staff move an order to other seats, all at once or not at all.

Source: ORD3.
"""

from collections.abc import Mapping, Sequence

from boxoffice.bad_input import Missing, once
from boxoffice.refusals import Code
from boxoffice.seating import Op, Refused, Seat, State, change


def move(
    seats: Mapping[str, State], from_: Sequence[str], to: Sequence[str]
) -> dict[str, State] | Refused | Code:
    """Give the seats after an order moved from some of its seats to others.

    seats: every seat that is named, and its state. The box office may use reserved seats,
    and seats of the order itself. Nothing changes unless everything can.
    Raises Missing for a seat without a state, Repeated.
    """
    for moved, where in ((from_, "seats of the order"), (to, "seats to move to")):
        once(moved, where)
        for seat in moved:
            if seat not in seats:
                raise Missing(seat, where, "is not known")
    if len(from_) != len(to):
        return Code.SEAT_COUNT_DIFFERS
    for seat in to:
        if seats[seat] not in (State.AVAILABLE, State.RESERVED) and seat not in from_:
            return Refused(seat, Code.SEAT_NOT_FREE)
    after = dict(seats)
    for seat in from_:
        left = change(Seat(seats[seat]), Op.REASSIGNED_AWAY)
        if isinstance(left, Code):
            return Refused(seat, left)
        after[seat] = left.state
    return after | dict.fromkeys(to, State.SOLD)
