"""The 31 bytes of a ticket's code that say what it is; big-endian, in one form only."""

import uuid
from dataclasses import dataclass

from boxoffice.bad_input import BadInput, OutOfRange

VERSION = 1
BODY_BYTES = 31
_CHECK, _PARTY = 0x01, 0x02


@dataclass(frozen=True)
class Code:
    """What one of our codes says.

    performance: its number in the ledger. ticket: lower-case UUID. seat: its number in
    the performance chart, None for general admission and for parties. people: 1, or from
    2 on for a party. check: look at this guest. seq: position of the sale in the device's
    log, 0 for the ledger's own.
    """

    key_id: int
    performance: int
    ticket: str
    seat: int | None = None
    people: int = 1
    issue: int = 1
    check: bool = False
    seq: int = 0


class BadTicketId(BadInput):
    """A ticket id that is not a lower-case UUID, or the one that is all zero."""


def unpack(body: bytes) -> Code | None:
    """Take 31 bytes of version 1 apart; None when a field holds what it never may."""
    key_id, performance, ticket, place, issue, flags, seq = (
        int.from_bytes(body[start:end], "big")
        for start, end in ((1, 3), (3, 7), (7, 23), (23, 25), (25, 26), (26, 27), (27, 31))
    )
    party = bool(flags & _PARTY)
    if not (key_id and performance and ticket and issue):
        return None
    if flags & ~(_CHECK | _PARTY) or (party and place < 2):
        return None
    return Code(
        key_id=key_id,
        performance=performance,
        ticket=str(uuid.UUID(int=ticket)),
        seat=None if party else place or None,
        people=place if party else 1,
        issue=issue,
        check=bool(flags & _CHECK),
        seq=seq,
    )


def pack(code: Code) -> bytes:
    """Put the 31 bytes together.

    Raises OutOfRange or BadTicketId for what no code can say.
    """
    party = code.people != 1
    if party and code.seat is not None:
        raise OutOfRange(code.seat, "code.seat", "cannot stand in the code of a party")
    flags = _CHECK * code.check | _PARTY * party
    return b"".join(
        (
            bytes([VERSION]),
            _number(code.key_id, "code.key_id", 2, least=1),
            _number(code.performance, "code.performance", 4, least=1),
            _ticket(code.ticket),
            _number(code.people, "code.people", 2, least=2)
            if party
            else _number(code.seat or 0, "code.seat", 2, least=0),
            _number(code.issue, "code.issue", 1, least=1),
            bytes([flags]),
            _number(code.seq, "code.seq", 4, least=0),
        )
    )


def _number(value: int, where: str, size: int, *, least: int) -> bytes:
    most = 256**size - 1
    if not least <= value <= most:
        raise OutOfRange(value, where, f"is not from {least} to {most}")
    return value.to_bytes(size, "big")


def _ticket(ticket: str) -> bytes:
    try:
        value = uuid.UUID(ticket)
    except ValueError:
        raise BadTicketId(ticket, "code.ticket", "is not a UUID") from None
    if str(value) != ticket or not value.int:
        raise BadTicketId(ticket, "code.ticket", "is not a lower-case UUID, or is zero")
    return value.bytes
