"""The few words on paper, in the languages of the house; dates and amounts as they write.

Paper prints in the language of the sale, on a thread that knows no request.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time
from babel.numbers import format_currency

from boxoffice import money

ENGLISH: Final[Mapping[str, str]] = {
    "unreserved": "UNRESERVED",
    "row": "ROW {row}",
    "seat": "SEAT {seat}",
    "door_opens": "{door}, doors open {time}",
    "door": "{door}",
    "opens": "Doors open {time}",
    "fee_included": "(fee {fee} incl.)",
    "order": "Order {order}",
    "ticket": "Ticket {n} of {of}",
    "issue": "Issue {issue}",
    "one_person": "One person per code.",
    "people": "{people} people on this code.",
    "reprint": "REPRINT",
    "demo": "DEMO",
    "receipt": "Receipt",
    "copy": "COPY",
    "tax_number": "Tax number {number}",
    "fee": "Fee",
    "total": "Total",
    "paid_by": "Paid by {kind}",
    "card": "card",
    "donation": "Donation",
    "programme": "Programme",
    "claim": "Paid: {count} x Programme. Show this ticket at the box office.",
    "claim_where": "Paid: {count} x Programme."
    " Show this ticket at the box office, {where}.",
    "voucher": "voucher",
    "gift_card": "gift card",
    "with_left": "{kind}, left on it: {amount}",
    "reference": "Reference {ref}",
    "thanks": "Thank you, enjoy the show.",
    "shift_end": "Shift end",
    "since": "Since",
    "sales": "Sales",
    "returned": "Returned",
    "owed": "Tickets owed",
    "uncertain": "of these uncertain",
    "in_doubt": "Payments in doubt",
    "reprints": "Reprints",
    "signed": "Signed by PIN: {name}",
    "by_itself": "Ended by itself at night; not signed.",
    "test_page": "Test page",
    "dont_pay_again": "Please do not pay again. We can't see yet if your card was charged.",
    "seats_safe": "Your seats are safe.",
    "perhaps_taken": "Perhaps taken",
    "show_slip": "Please show this slip to our staff. It is no ticket.",
    "shred": "Please shred",
    "as_of": "as of {time}",
    "by_name": "By name",
    "by_seat": "By seat",
    "group": "Group",
    "group_row": "row {row}",
    "group_tickets": "{n} of {of} tickets",
    "group_waiting": "Still to be collected: {n}",
    "group_no_ticket": "For handing out. It is no ticket.",
}
DANISH: Final[Mapping[str, str]] = {
    "unreserved": "UNUMMERERET",
    "row": "RÆKKE {row}",
    "seat": "PLADS {seat}",
    "door_opens": "{door}, dørene åbner {time}",
    "door": "{door}",
    "opens": "Dørene åbner {time}",
    "fee_included": "(heraf gebyr {fee})",
    "order": "Ordre {order}",
    "ticket": "Billet {n} af {of}",
    "issue": "Udgave {issue}",
    "one_person": "Én person pr. kode.",
    "people": "{people} personer på denne kode.",
    "reprint": "GENTRYK",
    "demo": "DEMO",
    "receipt": "Kvittering",
    "copy": "KOPI",
    "tax_number": "CVR-nr. {number}",
    "fee": "Gebyr",
    "total": "I alt",
    "paid_by": "Betalt med {kind}",
    "card": "kort",
    "donation": "Bidrag",
    "programme": "Program",
    "claim": "Betalt: {count} x Program. Vis denne billet i billetkontoret.",
    "claim_where": "Betalt: {count} x Program. Vis denne billet i billetkontoret, {where}.",
    "voucher": "gavebevis",
    "gift_card": "gavekort",
    "with_left": "{kind}, rest på det: {amount}",
    "reference": "Reference {ref}",
    "thanks": "Tak, og god fornøjelse.",
    "shift_end": "Vagt slut",
    "since": "Siden",
    "sales": "Salg",
    "returned": "Tilbageført",
    "owed": "Skyldige billetter",
    "uncertain": "heraf usikre",
    "in_doubt": "Betalinger i tvivl",
    "reprints": "Gentryk",
    "signed": "Underskrevet med PIN: {name}",
    "by_itself": "Afsluttet automatisk om natten; ikke underskrevet.",
    "test_page": "Testside",
    "dont_pay_again": "Betal ikke igen. Vi kan endnu ikke se, om dit kort er trukket.",
    "seats_safe": "Dine pladser er sikre.",
    "perhaps_taken": "Måske trukket",
    "show_slip": "Vis denne seddel til personalet. Den er ikke en billet.",
    "shred": "Skal makuleres",
    "as_of": "pr. {time}",
    "by_name": "Efter navn",
    "by_seat": "Efter plads",
    "group": "Gruppe",
    "group_row": "række {row}",
    "group_tickets": "{n} af {of} billetter",
    "group_waiting": "Endnu ikke afhentet: {n}",
    "group_no_ticket": "Til uddeling. Den er ikke en billet.",
}
_LANGUAGES: Final = {"en": ENGLISH, "da": DANISH}
_DATES: Final = {"en": "EEE d MMMM y", "da": "EEE d. MMMM y"}
_LOCALES: Final = {"en": Locale("en", "GB"), "da": Locale("da", "DK")}


class Words:
    """One language on paper; unknown ones are English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in _LANGUAGES else "en"
        self._words = _LANGUAGES[self.language]
        self._locale = _LOCALES[self.language]

    def say(self, key: str, **facts: object) -> str:
        """Give a phrase with its facts."""
        return self._words[key].format(**facts)

    def date(self, at_ms: int, zone: str) -> str:
        """Sat 14 March 2026."""
        pattern = _DATES[self.language]
        return format_datetime(_local(at_ms, zone), pattern, locale=self._locale)

    def time(self, at_ms: int, zone: str) -> str:
        """19:30 or 19.30."""
        return format_time(_local(at_ms, zone), "short", locale=self._locale)

    def amount(self, amount: int, currency: str) -> str:
        """€24.00 or 24,00 €, as on screens, in letters and in the shop."""
        shown = money.shown(amount, currency)
        return format_currency(Decimal(shown), currency, locale=self._locale)


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
