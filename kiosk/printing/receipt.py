"""What is on a receipt: its own piece of paper, after the tickets. Source: lobby.md §3."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from boxoffice import ids
from kiosk.printing.pieces import Cut, Gap, Piece, Text, plain, wrapped
from kiosk.printing.words import Words


@dataclass(frozen=True)
class Line:
    """One line of the receipt: words, and an amount in minor units."""

    words: str
    amount: int


@dataclass(frozen=True)
class Receipt:
    """One receipt. kind: of the tender, with brand and last four where it is a card.

    paid: what was paid with something else before the card, such as a voucher.
    """

    seller: str
    address: str
    tax_number: str
    order: str
    at_ms: int
    zone: str
    title: str
    starts_ms: int
    lines: tuple[Line, ...]
    fee: int
    total: int
    currency: str
    kind: str
    brand: str
    last4: str
    ref: str
    device: str
    language: str
    copy: bool = False
    demo: bool = False
    paid: tuple[Line, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` gave."""
        lines = tuple(Line(**line) for line in document["lines"])
        paid = tuple(Line(**line) for line in document.get("paid") or ())
        return cls(**{**document, "lines": lines, "paid": paid})

    def document(self) -> dict[str, Any]:
        """Give what is kept with the job."""
        return asdict(self)


def pieces(receipt: Receipt, *, columns: int) -> list[Piece]:
    """Lay the receipt out for a line of so many characters."""
    words = Words(receipt.language)
    found: list[Piece] = []
    if receipt.demo:
        found.append(Text(words.say("demo"), bold=True, inverse=True))
    if receipt.copy:
        found.append(Text(words.say("copy"), bold=True, inverse=True))
    found += _lines(receipt.seller, columns, bold=True)
    for line in receipt.address.splitlines():
        found += _lines(line, columns)
    if receipt.tax_number:
        found += _lines(words.say("tax_number", number=receipt.tax_number), columns)
    found.append(Gap())
    found += _lines(words.say("receipt"), columns, bold=True)
    day = words.date(receipt.at_ms, receipt.zone)
    order = words.say("order", order=ids.shown(receipt.order))
    found += _lines(f"{order} · {receipt.device}", columns)
    found += _lines(f"{day}  {words.time(receipt.at_ms, receipt.zone)}", columns)
    starts = words.date(receipt.starts_ms, receipt.zone)
    found += _lines(
        f"{receipt.title}, {starts} {words.time(receipt.starts_ms, receipt.zone)}", columns
    )
    found.append(Gap())
    for entry in receipt.lines:
        found += _entry(entry.words, words.amount(entry.amount, receipt.currency), columns)
    if receipt.fee:
        found += _entry(
            words.say("fee"), words.amount(receipt.fee, receipt.currency), columns
        )
    total = words.amount(receipt.total, receipt.currency)
    found += _entry(words.say("total"), total, columns, bold=True)
    found.append(Gap())
    for entry in receipt.paid:
        said = words.say("paid_by", kind=entry.words)
        found += _entry(said, words.amount(entry.amount, receipt.currency), columns)
    if receipt.kind:
        found += _rest(receipt, words, columns)
    if receipt.ref:
        found += _lines(words.say("reference", ref=receipt.ref), columns)
    found += _lines(words.say("thanks"), columns)
    return [*found, Cut()]


def _rest(receipt: Receipt, words: Words, columns: int) -> Sequence[Text]:
    """Say what paid: with its amount, where something else paid a part before it."""
    said = _tender(receipt, words)
    if not receipt.paid:
        return _lines(said, columns)
    left = receipt.total - sum(entry.amount for entry in receipt.paid)
    return _entry(said, words.amount(left, receipt.currency), columns)


def _tender(receipt: Receipt, words: Words) -> str:
    if receipt.kind != "card":
        return words.say("paid_by", kind=receipt.kind)
    said = words.say("paid_by", kind=words.say("card"))
    digits = f" **** {receipt.last4}" if receipt.last4 else ""
    return f"{said}: {receipt.brand}{digits}" if receipt.brand or digits else said


def _entry(words: str, amount: str, columns: int, *, bold: bool = False) -> Sequence[Text]:
    room = columns - len(amount) - 1
    lines = wrapped(plain(words), max(room, 8)) or [""]
    last = Text(f"{lines[-1]:<{room}} {amount}", bold=bold, end=amount)
    return [*(Text(line, bold=bold) for line in lines[:-1]), last]


def _lines(text: str, columns: int, *, bold: bool = False) -> list[Text]:
    clean = plain(text)
    broken = [clean] if 0 < len(clean) <= columns else wrapped(clean, columns)
    return [Text(line, bold=bold) for line in broken]
