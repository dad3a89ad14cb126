"""What an order has besides its seats, as it is kept with it.

Extras are lines without a seat; tenders are what pays besides the card. Promised tenders
end with the hold that they belong to: `forget_tenders` puts prices back as they were,
and remembers what was lost, so that it can be promised to the next hold (`renewals`).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boxoffice import pricing
from boxoffice.members import PayType
from boxoffice.pricing import Priced, Seller
from kiosk.store.tables.orders import OrderRow
from kiosk.told import Extras

MEMBERSHIP = PayType.MEMBERSHIP.value
# A tender that pays nothing: one use of a promo code that the ledger counts.
PROMO = "promo"


@dataclass(frozen=True)
class Debt:
    """Tickets of an order that was made elsewhere and is paid and collected here.

    ref: of the collection. tickets: ids, all of those to be collected. language: of the
    paper.
    """

    ref: str
    tickets: tuple[str, ...]
    language: str

    def document(self) -> dict[str, Any]:
        """Give what is kept with the order."""
        return {"ref": self.ref, "tickets": list(self.tickets), "language": self.language}


@dataclass(frozen=True)
class Tender:
    """What pays besides the card: id of the ledger's promise, minor units, or seats.

    left: what a voucher or gift card has beside its promise, None where nobody said; card:
    tells one from another.
    """

    id: str
    kind: str
    amount: int
    credits: int
    left: int | None = None
    card: str = ""

    def document(self) -> dict[str, Any]:
        """Give the tender as a sale tells it."""
        told: dict[str, Any] = {"kind": self.kind, "ref": self.id, "amount": self.amount}
        return told | ({"credits": self.credits} if self.credits else {})


@dataclass(frozen=True)
class Left:
    """What a voucher or gift card has left, in minor units. tender: its last promise."""

    kind: str
    amount: int
    tender: str


@dataclass(frozen=True)
class Member:
    """Who buys. left: seat credits for this production, as last heard."""

    id: str
    number: str
    left: int


@dataclass(frozen=True)
class Other:
    """A line without a seat: a donation, or so many programmes."""

    kind: str
    priced: Priced
    count: int = 1

    def document(self) -> dict[str, Any]:
        """Give the line as a sale tells it."""
        return {
            "kind": self.kind,
            "amount": self.priced.price,
            "fee_outside": self.priced.fee_outside,
            "fee_inside": self.priced.fee_inside,
        }


def debt(row: OrderRow) -> Debt | None:
    """Give the debt that this order pays; None for one that buys seats."""
    kept: Mapping[str, Any] | None = row.extras.get("debt")
    if not kept:
        return None
    return Debt(str(kept["ref"]), tuple(kept["tickets"]), str(kept["language"]))


def was_asked(row: OrderRow) -> bool:
    """Whether the guest has answered the page of extras."""
    return bool(row.extras.get("asked"))


def others(row: OrderRow, offered: Extras) -> list[Other]:
    """Price the lines without seats, as the house charges them now. Source: FEE5."""
    return priced(
        offered,
        donation=int(row.extras.get("donation") or 0),
        programmes=int(row.extras.get("programmes") or 0),
    )


def priced(offered: Extras, *, donation: int, programmes: int) -> list[Other]:
    """Price a donation, in minor units, and so many programmes."""
    wanted = [("donation", donation, 1)]
    if offered.programme is not None:
        wanted.append(("programme", offered.programme * programmes, programmes))
    kinds = [one for one in wanted if one[1]]
    quote = pricing.quote(
        seller=Seller.KIOSK,
        rules=(),
        others=[
            pricing.OtherLine(amount, offered.rate_bp, offered.outside)
            for _, amount, _ in kinds
        ],
    )
    return [
        Other(kind, priced, count)
        for (kind, _, count), priced in zip(kinds, quote.others, strict=True)
    ]


def answers(row: OrderRow) -> list[list[str]]:
    """Give the answered question as a sale tells it. Source: ORD8."""
    found = row.extras.get("answer")
    return [list(found)] if found else []


def tenders(row: OrderRow, total: int) -> list[Tender]:
    """Give what pays for this order besides the card, never more than its total.

    More may be promised than is needed in the end; the sale gives the rest back.
    """
    found, left = [], total
    for one in row.extras.get("tenders") or ():
        amount = min(int(one["amount"]), left)
        left -= amount
        credits = int(one["credits"])
        if amount or credits:
            found.append(Tender(one["id"], one["kind"], amount, credits))
    return found


def left(row: OrderRow, total: int) -> list[Left]:
    """Say what vouchers and gift cards have left once they have paid for this order."""
    used = {one.id: one.amount for one in tenders(row, total)}
    found: dict[str, Left] = {}
    spare: Counter[str] = Counter()
    for one in row.extras.get("tenders") or ():
        if one.get("left") is None:
            continue
        # The same card may have been taken twice; what was heard last holds.
        card = str(one["card"])
        spare[card] += int(one["amount"]) - used.get(one["id"], 0)
        found[card] = Left(one["kind"], int(one["left"]) + spare[card], one["id"])
    return list(found.values())


def covered(row: OrderRow, total: int) -> int:
    """What tenders pay of a total, in minor units."""
    return sum(tender.amount for tender in tenders(row, total))


def member(row: OrderRow) -> Member | None:
    """Give the member who buys, if one has said so."""
    kept: Mapping[str, Any] | None = row.extras.get("member")
    if not kept:
        return None
    return Member(str(kept["id"]), str(kept["number"]), int(kept["left"]))


def put(row: OrderRow, **change: Any) -> None:
    """Change what is kept; None takes it out."""
    kept = {**row.extras, **change}
    row.extras = {name: value for name, value in kept.items() if value is not None}


def add_tender(row: OrderRow, tender: Tender) -> None:
    """Keep a promise of the ledger."""
    kept = {
        "id": tender.id,
        "kind": tender.kind,
        "amount": tender.amount,
        "credits": tender.credits,
        "left": tender.left,
        "card": tender.card,
    }
    put(row, tenders=[*(row.extras.get("tenders") or ()), kept], gone=None)


def money(row: OrderRow) -> list[str]:
    """Name the promises of vouchers and gift cards, which can be taken off one by one."""
    kinds = ("voucher", "gift_card")
    return [one["id"] for one in row.extras.get("tenders") or () if one["kind"] in kinds]


def take_off(row: OrderRow, promises: list[str]) -> None:
    """Pay without these, which the ledger is still to be told: `unwanted`, `let_go`."""
    kept = [one for one in row.extras.get("tenders") or () if one["id"] not in promises]
    unwanted = [*(row.extras.get("unwanted") or ()), *promises]
    put(row, tenders=kept or None, lost=None, gone=None, unwanted=unwanted)


def let_go(row: OrderRow, total: int) -> list[str]:
    """Name the promises that pay nothing of this order after all.

    The sale tells them: they may have come to this device with the seats, and then nothing
    else would ever end them.
    """
    used = {tender.id for tender in tenders(row, total)}
    kept = (str(one["id"]) for one in row.extras.get("tenders") or ())
    return [*(row.extras.get("unwanted") or ()), *(id for id in kept if id not in used)]


def forget_tenders(row: OrderRow) -> None:
    """The hold ended, and with it what was promised to it."""
    found, before = row.extras.get("tenders"), row.extras.get("types_before")
    if found:
        put(row, lost={"tenders": found, "types": list(row.types)})
    if before and len(before) == len(row.types):
        row.types = list(before)
    if found or before or row.extras.get("gone"):
        put(row, tenders=None, types_before=None, gone=None)


def personal(row: OrderRow) -> bool:
    """Whether somebody's membership, voucher or code is, or was, on the order."""
    return any(row.extras.get(name) for name in ("member", "tenders", "lost"))


def handed_on(row: OrderRow) -> dict[str, Any]:
    """Give what a new order of the same guest begins with."""
    return {name: row.extras[name] for name in ("member", "lost") if name in row.extras}
