"""Each book checked against another: OK, waiting for sync, or stopped at the first id.

A lamp never trusts the book it is about: paper is checked against sales, the kiosk's
payments against the terminal's charges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lobby.terminal.charges import TAKEN, Charge

Figures = Mapping[str, Any]


class Face(StrEnum):
    OK = "ok"
    WAITING = "waiting"
    STOP = "stop"


@dataclass(frozen=True)
class Lamp:
    """One invariant: its sentence, how many ids break it, and the first of them."""

    name: str
    state: Face
    words: str
    first: str | None = None
    broken: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state.value,
            "words": self.words,
            "first": self.first,
            "broken": self.broken,
        }


# How a payment ends: with money at the terminal, or without.
_SOLD = frozenset({"sold"})
_ENDED_WITHOUT = frozenset({"declined", "cancelled", "reversed"})


def lamps(
    *,
    kiosk: Figures | None,
    ledger: Figures | None,
    charges: Sequence[Charge],
    unsent: int,
) -> list[Lamp]:
    """Return the five lamps.

    kiosk, ledger: what each tells of itself, None while it does not answer.
    unsent: events that devices have yet to upload.
    """
    return [
        _paper(kiosk),
        _journal(ledger, unsent),
        _seats(ledger, unsent),
        _charges(kiosk, charges),
        _admissions(ledger, unsent),
    ]


def _paper(kiosk: Figures | None) -> Lamp:
    if kiosk is None:
        return _no_answer("paper", "kiosk")
    paid, printed, phone, owed = (
        set(kiosk.get(name, ())) for name in ("paid_tickets", "printed", "phone", "owed")
    )
    words = (
        f"paid {len(paid)} = printed {len(printed)} + phone {len(phone)} + owed {len(owed)}"
    )
    lost = paid - printed - phone - owed
    unpaid = (printed | phone | owed) - paid
    twice = (printed & phone) | (printed & owed) | (phone & owed)
    return _lamp("paper", words, stops=lost | unpaid | twice)


def _journal(ledger: Figures | None, unsent: int) -> Lamp:
    if ledger is None:
        return _no_answer("journal", "ledger")
    total = int(ledger.get("journal_sum", 0))
    words = f"The journal sums to {total}"
    return _lamp("journal", words, stops={str(total)} if total else set(), unsent=unsent)


def _seats(ledger: Figures | None, unsent: int) -> Lamp:
    if ledger is None:
        return _no_answer("seats", "ledger")
    sold = ledger.get("seats_sold", ())
    twice = {
        f"{row['performance']} {row['seat']}"
        for row in sold
        if len(set(row["tickets"])) > 1
    }
    how = f"{len(twice)} of them twice" if twice else "each once"
    return _lamp("seats", f"{len(sold)} sold, {how}", stops=twice, unsent=unsent)


def _charges(kiosk: Figures | None, charges: Sequence[Charge]) -> Lamp:
    if kiosk is None:
        return _no_answer("charges", "kiosk")
    by_key = {charge.key: charge for charge in charges}
    intents = {intent["key"]: intent for intent in kiosk.get("intents", ())}
    stops, waits = set(), set()
    for key, intent in intents.items():
        taken = _taken(by_key.get(key))
        if intent["state"] in _SOLD:
            if taken != int(intent["amount"]):
                stops.add(key)
        elif intent["state"] in _ENDED_WITHOUT:
            if taken:
                stops.add(key)
        else:
            waits.add(key)
    stops |= {
        key for key, charge in by_key.items() if key not in intents and _taken(charge)
    }
    taken_once = sum(1 for charge in charges if _taken(charge))
    words = f"{taken_once} charged, each once"
    return _lamp("charges", words, stops=stops, waits=waits)


def _taken(charge: Charge | None) -> int:
    """What the terminal holds of the patron's money, by its own book."""
    return charge.amount - charge.refunded if charge and charge.state in TAKEN else 0


def _admissions(ledger: Figures | None, unsent: int) -> Lamp:
    if ledger is None:
        return _no_answer("admissions", "ledger")
    admissions = ledger.get("admissions", ())
    # A party comes in parts, each an admission of its own.
    twice = {
        str(row["ticket"])
        for row in admissions
        if int(row["count"]) > 1 and int(row["people"]) > int(row["admits"])
    }
    how = f"{len(twice)} of them twice" if twice else "each once"
    words = f"{len(admissions)} admitted, {how}"
    return _lamp("admissions", words, stops=twice, unsent=unsent)


def _lamp(
    name: str,
    words: str,
    *,
    stops: set[str],
    waits: set[str] | None = None,
    unsent: int = 0,
) -> Lamp:
    if stops:
        return Lamp(name, Face.STOP, words, min(stops), len(stops))
    if waits:
        return Lamp(name, Face.WAITING, words, min(waits))
    if unsent:
        events = "1 event" if unsent == 1 else f"{unsent} events"
        return Lamp(name, Face.WAITING, f"{words}; {events} to send")
    return Lamp(name, Face.OK, words)


def _no_answer(name: str, who: str) -> Lamp:
    return Lamp(name, Face.WAITING, f"The {who} does not answer")
