"""Short letters: to members and buyers of gift cards, and to staff. Source: MEM1, MEM8."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.themes import STANDARD, Theme
from ledger import assets, catalogue, gift_cards, memberships
from ledger.documents import speech
from ledger.mail import look as looks
from ledger.mail.letters import line, mailbox
from ledger.tables.orders import OrderRow, PatronRow
from ledger.tables.self_service import BankRefundRow
from ledger.written import money

# Plain text alone: whoever looks after members reads many of them.
FOR_STAFF = "member_changed"
SUBJECTS = {
    "membership": "Your membership, order %(number)s",
    "member_link": "Your membership: please choose a password",
    "message": "%(title)s",
    "seats_free": "Seats have come free: %(title)s",
    "gift_card": "A gift card for you: %(house)s",
    "gift_card_bought": "Your gift card, order %(number)s",
    "bank_form": "Your refund: please tell us an account",
    "credit": "A gift card for you: %(house)s",
    "member_changed": "Member %(number)s has changed: %(changes)s",
}


def note(
    session: Session,
    kind: str,
    facts: Mapping[str, Any],
    *,
    to: str,
    letter: str,
    now_ms: int,
    theme: Theme = STANDARD,
) -> EmailMessage:
    """Write a letter. facts: what its template says."""
    house = catalogue.house(session)
    changes = ", ".join(facts.get("what", ()))
    message = EmailMessage()
    say = speech.speaker(str(facts.get("language", "en")))
    named = {name: facts.get(name, "") for name in ("number", "title")}
    named |= {"changes": changes, "house": house.name}
    message["Subject"] = line(say(SUBJECTS[kind], **named))
    message["From"] = mailbox(house.mail_from, house.name)
    message["To"] = mailbox(to, str(facts.get("name", "")))
    message["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    message["Message-ID"] = f"<{letter}@front-of-house>"
    pages = assets.paper()
    look = looks.of(theme, letter)
    # What not every letter of its kind has.
    usual = {"links": (), "number_ended": "", "buyer": "", "words": ""}
    said = {**usual, "house": house, "look": look, "changes": changes, "_": say, **facts}
    message.set_content(pages.get_template(f"mail/{kind}.txt").render(said))
    if kind != FOR_STAFF:
        page = pages.get_template(f"mail/{kind}.html").render(said)
        message.add_alternative(page, subtype="html")
        looks.bring(message, look)
    return message


def membership(session: Session, order: str) -> dict[str, Any]:
    """Give what the letter about a membership order says."""
    row = session.get_one(OrderRow, order)
    patron = session.get(PatronRow, row.patron) if row.patron else None
    language = patron.language if patron else "en"
    names = [name for _row, name in memberships.of_order(session, order)]
    return {
        "number": ids.shown(row.number),
        "name": patron.name if patron else "",
        "lines": [(name, names.count(name)) for name in dict.fromkeys(names)],
        "total": money(row.charge, row.currency, speech.locale(language)),
        "language": language,
    }


def bank_form(session: Session, order: str, refund: str, language: str) -> dict[str, Any]:
    """Give what the letter says that asks for a bank account."""
    row = session.get_one(OrderRow, order)
    patron = session.get(PatronRow, row.patron) if row.patron else None
    owed = session.get_one(BankRefundRow, refund)
    return {
        "number": ids.shown(row.number),
        "name": patron.name if patron else "",
        "amount": money(owed.amount, row.currency, speech.locale(language)),
    }


def credit(session: Session, order: str, amount: int, language: str) -> dict[str, Any]:
    """Give what the letter says that brings a gift card instead of money."""
    row = session.get_one(OrderRow, order)
    patron = session.get(PatronRow, row.patron) if row.patron else None
    return {
        "number_ended": ids.shown(row.number),
        "name": patron.name if patron else "",
        "amount": money(amount, row.currency, speech.locale(language)),
    }


def gift_card(session: Session, order: str, language: str) -> dict[str, Any]:
    """Give what the letters about a gift card say besides its code."""
    row = session.get_one(OrderRow, order)
    [card] = gift_cards.of_order(session, order)
    locale = speech.locale(language)
    return {
        "number": ids.shown(row.number),
        "amount": money(card.left, row.currency, locale),
        "total": money(row.charge, row.currency, locale),
    }
