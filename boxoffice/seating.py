"""The life of a seat: six states, who sees what, and what may happen next.

The same rule runs in the ledger and on every device. It never asks whether we are online:
a seat has exactly one owner at any moment, and what stands in the way has a name.
Source: INV1-INV4, INV11, spec.md 4.1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from boxoffice.bad_input import Missing, OutOfRange, among
from boxoffice.pricing import Seller
from boxoffice.refusals import Code

FLIP_RULE = "only reserved and available seats can be flipped"


class State(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    HELD = "held"
    ALLOTTED = "allotted"
    SOLD = "sold"
    KILLED = "killed"


class Op(StrEnum):
    """What can happen to a seat: the rows of table 4.1."""

    FLIP = "flip"
    HOLD_ONLINE = "hold_online"
    HOLD_BOX_OFFICE = "hold_box_office"
    HOLD_EXPIRED = "hold_expired"
    HOLD_CANCELLED = "hold_cancelled"
    CONFIRM = "confirm"
    ALLOT = "allot"
    DEVICE_SOLD = "device_sold"
    DEVICE_RETURNED = "device_returned"
    SELL_BY_PASSED = "sell_by_passed"
    BREAK = "break"
    CANCEL_ORDER = "cancel_order"
    REASSIGNED_AWAY = "reassigned_away"
    REFUNDED = "refunded"
    EXCHANGED_AWAY = "exchanged_away"
    KILL = "kill"
    UNKILL = "unkill"


class MissingPrior(Missing):
    """A held or killed seat that does not know what it was before."""


@dataclass(frozen=True)
class Seat:
    """What is known of one seat.

    prior: the state before a hold or a kill, with held and killed seats only.
    epoch: grows with every change of owner. Raises UnknownWord, OutOfRange.
    """

    state: State
    prior: State | None = None
    epoch: int = 0

    def __post_init__(self) -> None:
        among(State, self.state, "state of a seat")
        if self.prior is not None:
            among(State, self.prior, "state of a seat before")
        if self.epoch < 0:
            raise OutOfRange(self.epoch, "epoch of a seat", "is negative")


@dataclass(frozen=True)
class View:
    """What one seat is to whom. `box_office` is None for a buffer seat of distancing."""

    public: bool
    box_office: State | None
    sellable_online: bool
    sellable_box_office: bool


@dataclass(frozen=True)
class Refused:
    """Which seat of several stands in the way, and why."""

    seat: str
    code: Code


def see(state: State, *, buffer: bool = False) -> View:
    """Say who sees and may sell a seat; patrons learn no more than free or not.

    buffer: too near to another order; it says something of free and reserved seats only.
    The box office may sell a buffer seat with a reason. Raises UnknownWord. Source: INV1,
    DIS4.
    """
    among(State, state, "state of a seat")
    ours = state in (State.AVAILABLE, State.RESERVED)
    near = buffer and ours
    free = state is State.AVAILABLE and not near
    return View(free, None if near else state, free, ours)


def public_sale(seller: Seller) -> bool:
    """Whether this seller is the public, who may have available seats only.

    Raises UnknownWord.
    """
    match among(Seller, seller, "seller"):
        case Seller.ONLINE | Seller.KIOSK:
            return True
        case Seller.PHONE | Seller.MAIL | Seller.WINDOW:
            return False
        case _ as never:
            assert_never(never)


def within_limit(count: int, limit: int, seller: Seller) -> Code | None:
    """Refuse the public more seats in one order than the house sells. Source: INV8."""
    if public_sale(seller) and count > limit:
        return Code.TOO_MANY_SEATS
    return None


def change(
    seat: Seat,
    op: Op,
    *,
    own_hold: bool = False,
    people: Collection[str] = (),
    reason: str = "",
) -> Seat | Code:
    """Do one thing to a seat, or name what stands in the way.

    own_hold: with `allot`, the seat is held by an order of the device that asks.
    people, reason: with `break`, the staff ids of those who confirm, and why.
    Raises MissingPrior, UnknownWord. Source: spec.md 4.1.
    """
    state = seat.state
    match among(Op, op, "what happens to a seat"):
        case Op.FLIP:
            return _flipped(seat)
        case Op.HOLD_ONLINE:
            if state is not State.AVAILABLE:
                return Code.SEAT_UNAVAILABLE  # The public is never told why.
            return replace(seat, state=State.HELD, prior=state)
        case Op.HOLD_BOX_OFFICE | Op.KILL:
            if state not in (State.AVAILABLE, State.RESERVED):
                return in_the_way(state)
            after = State.KILLED if op is Op.KILL else State.HELD
            return replace(seat, state=after, prior=state)
        case Op.HOLD_EXPIRED | Op.HOLD_CANCELLED:
            return _as_before(seat) if state is State.HELD else Code.NOT_HELD
        case Op.UNKILL:
            return _as_before(seat) if state is State.KILLED else Code.NOT_KILLED
        case Op.CONFIRM:
            return _now(seat, State.SOLD) if state is State.HELD else Code.NOT_HELD
        case Op.ALLOT:
            if state is State.AVAILABLE or (state is State.HELD and own_hold):
                return _new_owner(seat, State.ALLOTTED)
            return in_the_way(state)
        case Op.DEVICE_SOLD | Op.DEVICE_RETURNED | Op.SELL_BY_PASSED | Op.BREAK:
            if state is not State.ALLOTTED:
                return Code.NOT_ALLOTTED
            return _allotted(seat, op, people, reason)
        case Op.CANCEL_ORDER | Op.REASSIGNED_AWAY | Op.REFUNDED | Op.EXCHANGED_AWAY:
            return _now(seat, State.AVAILABLE) if state is State.SOLD else Code.NOT_SOLD
        case _ as never:
            assert_never(never)


def change_all(
    seats: Mapping[str, Seat], op: Op, *, own_hold: bool = False
) -> dict[str, Seat] | Refused:
    """Do the same to several seats, all or none: the first that refuses decides.

    Source: INV2 for holds, `design.md` §3 for allotments.
    """
    changed: dict[str, Seat] = {}
    for name, seat in seats.items():
        after = change(seat, op, own_hold=own_hold)
        if isinstance(after, Code):
            return Refused(name, after)
        changed[name] = after
    return changed


def flip(seats: Mapping[str, Seat]) -> tuple[dict[str, Seat], tuple[Refused, ...]]:
    """Flip what can be flipped, and list what cannot. Source: INV3, INV10."""
    flipped: dict[str, Seat] = {}
    refused: list[Refused] = []
    for name, seat in seats.items():
        after = change(seat, Op.FLIP)
        if isinstance(after, Code):
            refused.append(Refused(name, after))
        else:
            flipped[name] = after
    return flipped, tuple(refused)


def in_the_way(state: State) -> Code:
    """Name the state that stands in the way. Raises UnknownWord."""
    match among(State, state, "state of a seat"):
        case State.AVAILABLE:
            return Code.SEAT_AVAILABLE
        case State.RESERVED:
            return Code.SEAT_RESERVED
        case State.HELD:
            return Code.SEAT_HELD
        case State.ALLOTTED:
            return Code.SEAT_ALLOTTED
        case State.SOLD:
            return Code.SEAT_SOLD
        case State.KILLED:
            return Code.SEAT_KILLED
        case _ as never:
            assert_never(never)


def _flipped(seat: Seat) -> Seat | Code:
    if seat.state is State.AVAILABLE:
        return _now(seat, State.RESERVED)
    if seat.state is State.RESERVED:
        return _now(seat, State.AVAILABLE)
    return in_the_way(seat.state)


def _allotted(seat: Seat, op: Op, people: Collection[str], reason: str) -> Seat | Code:
    """What becomes of a seat that a device owns. No clock ever takes it back."""
    if op is Op.DEVICE_SOLD:
        return _now(seat, State.SOLD)
    if op is Op.SELL_BY_PASSED:
        return seat
    if op is Op.BREAK:
        if len({name.strip() for name in people if name.strip()}) < 2:
            return Code.TWO_PEOPLE_NEEDED
        if not reason.strip():
            return Code.REASON_NEEDED
    return _new_owner(seat, State.AVAILABLE)


def _as_before(seat: Seat) -> Seat:
    """Give a seat back its state before the hold or the kill, so that none leaks online."""
    if seat.prior not in (State.AVAILABLE, State.RESERVED):
        raise MissingPrior(seat.prior, f"{seat.state} seat", "is not what it was before")
    return _now(seat, seat.prior)


def _now(seat: Seat, state: State) -> Seat:
    return replace(seat, state=state, prior=None)


def _new_owner(seat: Seat, state: State) -> Seat:
    return replace(seat, state=state, prior=None, epoch=seat.epoch + 1)
