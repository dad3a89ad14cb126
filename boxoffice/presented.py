"""What a guest presented: a reading, and what this house knows of such a code."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, assert_never, get_args

from boxoffice import tickets
from boxoffice.bad_input import one_of
from boxoffice.moments import EARLIEST, LATEST, moment_or_none

SeatOwner = Literal["signer", "another"]
Signer = Literal["ledger", "device", "foreign"]
Form = Literal[
    "valid", "revoked", "unknown_key", "bad_signature", "malformed", "other", "foreign"
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Presented:
    """What was read, in the words of the house.

    form: as read; "foreign" was found in the table of foreign codes. tickets: ids the
    code stands for; an unlisted code stands for the first. issue: in the code.
    performance (id), price_type, price_level, doors, valid_from, valid_until: what the
    code, or the seating chart, says; used for unlisted codes only. people: of a party
    code. seat_owner: whether the seat is or was allotted to the device that signed, as
    far as is known here, None when it is not. seq_known: of a revoked key, the ledger had
    this sale before. check: look at this guest. Raises UnknownWord,
    NaiveTime.
    """

    form: Form = "valid"
    signer: Signer = "ledger"
    tickets: tuple[str, ...] = ()
    issue: int | None = None
    performance: str | None = None
    price_type: str | None = None
    price_level: str | None = None
    doors: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    people: int = 1
    seat_owner: SeatOwner | None = None
    seq_known: bool = False
    check: bool = False

    def __post_init__(self) -> None:
        one_of(get_args(Form), self.form, "presented.form")
        one_of(get_args(Signer), self.signer, "presented.signer")
        if self.seat_owner is not None:
            one_of(get_args(SeatOwner), self.seat_owner, "presented.seat_owner")
        for name in ("valid_from", "valid_until"):
            at = moment_or_none(getattr(self, name), f"presented.{name}")
            object.__setattr__(self, name, at)


def of_reading(
    reading: tickets.Reading,
    *,
    tickets_found: tuple[str, ...] = (),
    performance: str | None = None,
    price_type: str | None = None,
    price_level: str | None = None,
    doors: tuple[str, ...] = (),
    seat_owner: SeatOwner | None = None,
) -> Presented:
    """Join what was read with what is known here.

    tickets_found: ids for this text in the table of foreign codes; of a pretix code, the
    ids of its ticket if it is listed. performance: id of the code's performance, None if
    its number or item is not known. price_type, price_level: mapped from a pretix code.
    doors: of the code's seat, home door first. seat_owner: see Presented.
    """
    match reading:
        case tickets.Valid(code, signer):
            return Presented(
                signer=signer,
                tickets=(code.ticket,),
                issue=code.issue,
                performance=performance or unknown_performance(code.performance),
                doors=doors,
                people=code.people,
                seat_owner=seat_owner,
                check=code.check,
            )
        case tickets.Revoked(code, seq_known):
            return Presented(
                form="revoked",
                tickets=(code.ticket,),
                issue=code.issue,
                seq_known=seq_known,
                check=code.check,
            )
        case tickets.ForeignValid(foreign, _) if performance is not None:
            return Presented(
                signer="foreign",
                tickets=tickets_found or (f"sig1:{foreign.seed}",),
                performance=performance,
                price_type=price_type,
                price_level=price_level,
                valid_from=_since_1970(foreign.valid_from),
                valid_until=_since_1970(foreign.valid_until),
            )
        case tickets.ForeignRevoked(foreign, _):
            found = tickets_found or (f"sig1:{foreign.seed}",)
            return Presented(form="revoked", tickets=found)
        case tickets.ForeignValid():
            return Presented(form="other")
        case tickets.BadSignature():
            return Presented(form="bad_signature")
        case tickets.UnknownKey():
            return Presented(form="unknown_key")
        case tickets.Malformed():
            return Presented(form="malformed")
        case tickets.Other():
            form: Form = "foreign" if tickets_found else "other"
            return Presented(form=form, tickets=tickets_found)
    assert_never(reading)


def unknown_performance(number: int) -> str:
    """Name a performance that only a code has told us of; no door is for it."""
    return f"number {number}"


def _since_1970(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST
