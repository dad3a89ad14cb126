"""Refunds that no card will take any more: a mail, a form, a transfer.

The patron gets a link, fills in an account, the house pays. What is still to be paid is
always visible, nothing is paid twice, and account details go 90 days after payment.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from boxoffice.bad_input import among
from boxoffice.moments import moment
from boxoffice.refusals import Code

REMIND_AFTER = timedelta(days=7)
FORGET_DETAILS_AFTER = timedelta(days=90)


class State(StrEnum):
    """Where a transfer stands. Everything but paid is outstanding."""

    REQUESTED = "requested"
    AWAITING_DETAILS = "awaiting_details"
    PAYABLE = "payable"
    PAID = "paid"


class Event(StrEnum):
    """What happens to it. MARK_PAID_OTHER: handled in another way."""

    LINK_SENT = "link_sent"
    FORM_OK = "form_ok"
    FORM_BAD_ACCOUNT = "form_bad_account"
    MARK_PAID = "mark_paid"
    MARK_PAID_OTHER = "mark_paid_other"
    BANK_RETURNED = "bank_returned"


_NEXT: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.LINK_SENT): State.AWAITING_DETAILS,
    (State.AWAITING_DETAILS, Event.LINK_SENT): State.AWAITING_DETAILS,
    (State.AWAITING_DETAILS, Event.FORM_BAD_ACCOUNT): State.AWAITING_DETAILS,
    (State.AWAITING_DETAILS, Event.FORM_OK): State.PAYABLE,
    (State.AWAITING_DETAILS, Event.MARK_PAID_OTHER): State.PAID,
    (State.PAYABLE, Event.MARK_PAID): State.PAID,
    (State.PAYABLE, Event.MARK_PAID_OTHER): State.PAID,
    (State.PAYABLE, Event.BANK_RETURNED): State.AWAITING_DETAILS,
    (State.PAID, Event.BANK_RETURNED): State.AWAITING_DETAILS,
}


def step(state: State, event: Event) -> State | None:
    """Give the state after an event, or None when the event does not fit.

    Raises UnknownWord. Source: BNK1.
    """
    among(State, state, "state of a bank transfer")
    among(Event, event, "event of a bank transfer")
    return _NEXT.get((state, event))


def outstanding(state: State) -> bool:
    """Whether it is still to be paid."""
    return state is not State.PAID


def reminder_due(state: State, link_sent_at: datetime, now: datetime) -> bool:
    """Whether to remind the patron of the form. Raises NaiveTime. Source: BNK1."""
    due = moment(link_sent_at, "sending of the link") + REMIND_AFTER
    return state is State.AWAITING_DETAILS and moment(now, "the ledger's time") >= due


def details_expired(state: State, paid_at: datetime, now: datetime) -> bool:
    """Whether the account details have to go. Raises NaiveTime. Source: BNK1."""
    due = moment(paid_at, "payment of the refund") + FORGET_DETAILS_AFTER
    return state is State.PAID and moment(now, "the ledger's time") >= due


@dataclass(frozen=True)
class Iban:
    """An account by its IBAN (ISO 13616), without blanks."""

    number: str


@dataclass(frozen=True)
class LocalAccount:
    """An account by bank and account digits."""

    bank: str
    number: str


def read_iban(typed: str) -> Iban | Code:
    """Read an IBAN, or answer BAD_ACCOUNT. Source: BNK2; ISO 7064 MOD 97-10."""
    number = re.sub(r"[\s-]", "", typed).upper()
    if re.fullmatch(r"[A-Z]{2}(?!00|01|99)[0-9]{2}[A-Z0-9]{11,30}", number) is None:
        return Code.BAD_ACCOUNT
    moved = number[4:] + number[:4]
    digits = "".join(str(int(character, 36)) for character in moved)
    return Iban(number) if int(digits) % 97 == 1 else Code.BAD_ACCOUNT


def read_local(bank: str, number: str) -> LocalAccount | Code:
    """Read bank and account digits, or answer BAD_ACCOUNT. Source: BNK2.

    Bank codes have 3–9 digits, accounts 4–17, in all countries that use them.
    """
    bank, number = (re.sub(r"[\s.-]", "", text) for text in (bank, number))
    if re.fullmatch(r"[0-9]{3,9}", bank) and re.fullmatch(r"[0-9]{4,17}", number):
        return LocalAccount(bank, number)
    return Code.BAD_ACCOUNT
