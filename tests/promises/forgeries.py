"""Codes that nobody may get in with, made by the thousand.

Each text is derived from a genuine ticket: damaged, altered, spliced, signed by somebody
else, for another night, under an old key, for a seat that was not the signer's. A door that
lists the genuine ticket judges it, cut off, with everything a guest could hope for: nobody
is inside, the doors are open. None may be let in. The genuine text itself always is.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import base45, tickets
from boxoffice.admission import judge
from boxoffice.door_facts import Door, Facts, Performance, Ticket
from boxoffice.presented import SeatOwner, of_reading
from boxoffice.scans import Scan

TONIGHT, ANOTHER_NIGHT = 1204, 1205
LEDGER, KIOSK, STOLEN, STRANGER = 7, 300, 301, 999
GOOD = "0199a2b4-6c1e-7a3f-8d52-4be1c09f7733"
NOW = datetime(2026, 3, 6, 18, tzinfo=UTC)

_PRIVATE = {
    number: Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
    for number in (LEDGER, KIOSK, STOLEN, STRANGER)
}
_PUBLIC = {number: key.public_key().public_bytes_raw() for number, key in _PRIVATE.items()}
KEYS = {
    LEDGER: tickets.Key(LEDGER, "ledger", "active", _PUBLIC[LEDGER]),
    KIOSK: tickets.Key(KIOSK, "device", "active", _PUBLIC[KIOSK]),
    STOLEN: tickets.Key(STOLEN, "device", "revoked", _PUBLIC[STOLEN], last_seq=40),
}
CODE = tickets.Code(LEDGER, TONIGHT, GOOD, seat=214, issue=2)
GENUINE = tickets.write(CODE, _PRIVATE[LEDGER].sign)
FACTS = Facts(
    UTC,
    Door("Left", performances=("tonight",)),
    {"tonight": Performance(NOW)},
    [Ticket(GOOD, "tonight", issue=2)],
)

Forger = Callable[[random.Random], str]


@dataclass
class Haul:
    """What came of it; green: forgeries that were let in; evidence: their texts."""

    tried: int = 0
    green: int = 0
    crashed: int = 0
    slowest_ms: float = 0
    answers: Counter[str] = field(default_factory=Counter)
    evidence: list[str] = field(default_factory=list)


def try_many(tries: int, seed: int) -> Haul:
    """Try that many forgeries, the same ones for the same seed."""
    chance, haul = random.Random(seed), Haul()
    forgers = list(FORGERS.values())
    while haul.tried < tries:
        text = chance.choice(forgers)(chance)
        if _cleaned(text) == GENUINE:
            continue
        haul.tried += 1
        begun = perf_counter()
        try:
            answer = at_the_door(text)
        except Exception as trouble:  # A door that stops is as bad as one that lets in.
            haul.crashed += 1
            haul.evidence.append(f"{trouble!r}: {text!r}")
            continue
        haul.slowest_ms = max(haul.slowest_ms, (perf_counter() - begun) * 1000)
        haul.answers[answer] += 1
        if answer in ("ADMIT", "RE_ADMIT", "ADMIT_UNVERIFIED"):
            haul.green += 1
            haul.evidence.append(text)
    return haul


def at_the_door(text: str) -> str:
    """Give the answer of a door that is cut off and otherwise expects this guest."""
    reading = tickets.read(text, KEYS)
    owner: SeatOwner | None = None
    performance = None
    if isinstance(reading, tickets.Valid):
        # Every seat but one is the ledger's; seat 5 was allotted to the kiosk.
        own = reading.signer == "ledger" or reading.code.seat == 5
        owner = "signer" if own else "another"
        performance = {TONIGHT: "tonight"}.get(reading.code.performance)
    presented = of_reading(reading, performance=performance, seat_owner=owner)
    verdict = judge(presented, FACTS, Scan("new", NOW, "door", link="alone"))
    return verdict.answer.value


def _cleaned(text: str) -> str:
    """The text without what scanners may add, found without the code under test."""
    for size, marks in (
        (7, text[:1] == "\\" and text[1:7].isdecimal()),
        (3, "]Q" in text[:2]),
    ):
        if marks and text[size:].startswith("FOH:"):
            text = text[size:]
            break
    return text.rstrip("\r\n\t")


def signed(code: tickets.Code, by: int) -> str:
    """A well-formed code, signed by one of the keys."""
    return tickets.write(code, _PRIVATE[by].sign)


def _bytes() -> bytearray:
    return bytearray(base45.decode(GENUINE.removeprefix("FOH:")))


def _text(data: bytes) -> str:
    return "FOH:" + base45.encode(bytes(data))


def flipped(chance: random.Random) -> str:
    """One to three bits turned over."""
    data = _bytes()
    for _ in range(chance.randint(1, 3)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return _text(data)


def overwritten(chance: random.Random) -> str:
    """A field of the body given other content."""
    data = _bytes()
    start, end = chance.choice(
        [(0, 1), (1, 3), (3, 7), (7, 23), (23, 25), (25, 26), (27, 31)]
    )
    data[start:end] = chance.randbytes(end - start)
    return _text(data)


def resigned(chance: random.Random) -> str:
    """The signature replaced: by chance, by nothing, by the twin of the real one."""
    data = _bytes()
    order = 2**252 + 27742317777372353535851937790883648493
    twin = (int.from_bytes(data[63:], "little") + order).to_bytes(32, "little")
    data[31:] = chance.choice([chance.randbytes(64), bytes(64), bytes(data[31:63]) + twin])
    return _text(data)


def retyped(chance: random.Random) -> str:
    """One character changed, dropped, doubled or moved."""
    at, text = chance.randrange(len(GENUINE)), GENUINE
    return chance.choice(
        [
            text[:at] + chance.choice(base45.ALPHABET) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[at:] + text[:at],
            text[:at] + text[at:].lower(),
            text[:at],
            text[:at] + chr(chance.randrange(0x2FF)) + text[at:],
        ]
    )


def decorated(chance: random.Random) -> str:
    """Something in front or behind that no scanner adds."""
    extra = "".join(chance.choices(" \0FOH:]Q\\0123\u00a0é", k=chance.randint(1, 8)))
    return chance.choice([extra + GENUINE, GENUINE + extra + ".", extra])


def spliced(chance: random.Random) -> str:
    """Half of one genuine code and half of another."""
    other = signed(replace(CODE, seat=chance.randint(1, 900), issue=1), LEDGER)
    at = chance.randrange(4, len(GENUINE))
    return GENUINE[:at] + other[at:] if chance.random() < 0.5 else other[:at] + GENUINE[at:]


def by_a_stranger(chance: random.Random) -> str:
    """Well made under a key of ours, or of nobody's, by somebody who holds neither."""
    claimed = chance.choice([LEDGER, KIOSK, STRANGER])
    return signed(replace(CODE, key_id=claimed, seq=chance.randrange(99)), STRANGER)


def under_a_stolen_key(chance: random.Random) -> str:
    """Genuine, after the last sale that was on record; or before, and not listed."""
    late = chance.random() < 0.5
    ticket = GOOD if late else _any_ticket(chance)
    seq = chance.randint(41, 2**32 - 1) if late else chance.randint(0, 40)
    return signed(replace(CODE, key_id=STOLEN, ticket=ticket, seq=seq), STOLEN)


def for_another_night(chance: random.Random) -> str:
    """Genuine, of a ticket that is not listed, for a performance that is not tonight's."""
    night = chance.choice([ANOTHER_NIGHT, chance.randint(1, 2**32 - 1)])
    night = ANOTHER_NIGHT if night == TONIGHT else night
    by = chance.choice([LEDGER, KIOSK])
    code = replace(CODE, key_id=by, performance=night, ticket=_any_ticket(chance), seat=5)
    return signed(code, by)


def replaced_since(_: random.Random) -> str:
    """Genuine, and an older issue than the one that is known."""
    return signed(replace(CODE, issue=1), LEDGER)


def for_anothers_seat(chance: random.Random) -> str:
    """Genuine, by a kiosk that never owned the seat."""
    seat = chance.choice([seat for seat in range(1, 99) if seat != 5])
    code = replace(CODE, key_id=KIOSK, ticket=_any_ticket(chance), seat=seat)
    return signed(code, KIOSK)


def anything(chance: random.Random) -> str:
    """Any characters, sometimes with our prefix."""
    length = chance.choice([0, 1, 50, 143, 147, 600])
    alphabet = chance.choice([base45.ALPHABET, "".join(map(chr, range(0x250)))])
    text = "".join(chance.choices(alphabet, k=length))
    return "FOH:" + text if chance.random() < 0.5 else text


def _any_ticket(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128) or 1:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


FORGERS: dict[str, Forger] = {
    forger.__name__: forger
    for forger in (
        flipped,
        overwritten,
        resigned,
        retyped,
        decorated,
        spliced,
        by_a_stranger,
        under_a_stolen_key,
        for_another_night,
        replaced_since,
        for_anothers_seat,
        anything,
    )
}
