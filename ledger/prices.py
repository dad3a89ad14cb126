"""A performance's price list: levels, types and fees, and the document that travels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from boxoffice.members import PayType
from boxoffice.pricing import (
    Buyer,
    FeeRule,
    PriceType,
    SeatLine,
    Seller,
    repeated_title,
)


@dataclass(frozen=True)
class Level:
    """One price level: what each type costs on its seats, in minor units."""

    id: str
    name: str
    prices: Mapping[str, int]


@dataclass(frozen=True)
class Type:
    """One price type, such as Student. check: somebody looks at this guest at the door.

    code: hash of the promo code that it needs; blank: anybody may have it. counted: the
    ledger counts that code's uses; most: how many tickets of one order it opens; None: any.
    admits: people who come in on one such ticket, as a box or a class does; above 1 the box
    office alone sells it (checkin.md §3).
    """

    id: str
    name: str
    buyer: Buyer = Buyer.GUEST
    default: bool = False
    note: str = ""
    check: bool = False
    code: str = ""
    counted: bool = False
    most: int | None = None
    admits: int = 1

    @property
    def public(self) -> bool:
        """Whether the public may buy it by itself, with its code if it needs one.

        A party takes one place of the plan; staff keep the others free for it.
        """
        return self.admits == 1


# A seat that is paid with a credit: at every price of 0, on every list. Source: MEM2.
MEMBERSHIP = Type(PayType.MEMBERSHIP.value, "Member", Buyer.MEMBER)


@dataclass(frozen=True)
class PriceList:
    """All prices of a performance. Source: INV9, FEE1."""

    currency: str
    levels: tuple[Level, ...]
    types: tuple[Type, ...]
    fees: tuple[FeeRule, ...] = field(default=())

    def price(self, level: str | None, price_type: str) -> int | None:
        """Give what a type costs on a level, in minor units; None if it is not sold there.

        Without a level, as in general admission, the first level's prices hold. A seat that
        a credit pays for costs 0 everywhere (MEM2).
        """
        if price_type == MEMBERSHIP.id:
            return 0
        wanted = self.levels[0].id if level is None and self.levels else level
        for found in self.levels:
            if found.id == wanted:
                return found.prices.get(price_type)
        return None

    def type_of(self, price_type: str) -> Type | None:
        """Find a type by its id."""
        if price_type == MEMBERSHIP.id:
            return MEMBERSHIP
        return next((kind for kind in self.types if kind.id == price_type), None)

    def line(self, level: str | None, price_type: str) -> SeatLine:
        """Give one ticket to be priced. Raises KeyError where its type is not sold."""
        price, kind = self.price(level, price_type), self.type_of(price_type)
        if price is None or kind is None:
            raise KeyError(f"{price_type} is not sold on level {level}")
        return SeatLine(price, kind.buyer)

    def at_least(self, level: str) -> frozenset[str]:
        """Give the levels on which the usual ticket costs as much as on this, or more."""
        usual = next((t.id for t in self.types if t.default), None) or self.types[0].id
        bar = self.price(level, usual) or 0
        return frozenset(
            found.id for found in self.levels if found.prices.get(usual, 0) >= bar
        )

    def open_to_all(self, promo: str = "") -> list[Type]:
        """Give the types that the public may buy. promo: hash of a promo code."""
        return [k for k in self.types if k.public and (not k.code or k.code == promo)]

    def offered(self, level: str | None, promo: str) -> list[tuple[Type, int]]:
        """Give the types that staff may sell on a level, and what they cost.

        promo: hash of a promo code; types that need another one are left out.
        """
        return [
            (kind, price)
            for kind in self.types
            if not kind.code or kind.code == promo
            if (price := self.price(level, kind.id)) is not None
        ]

    @property
    def lowest(self) -> int | None:
        """What the cheapest ticket for the default type costs."""
        usual = [t.id for t in self.types if t.default] or [t.id for t in self.types]
        found = [
            level.prices[kind]
            for level in self.levels
            for kind in usual
            if kind in level.prices
        ]
        return min(found, default=None)

    @property
    def title_twice(self) -> str | None:
        """The title that stands there twice, if one does: PRICE_TITLE_TWICE."""
        return repeated_title([PriceType(kind.name, 0) for kind in self.types])


def cover(prices: PriceList, levels: Iterable[str]) -> PriceList:
    """Give the list with a price for every level of a chart.

    A level that the list does not know costs what its first level costs, until staff say
    otherwise: a seat without a price could not be sold.
    """
    known = {level.id for level in prices.levels}
    fresh = tuple(
        Level(level, level, dict(prices.levels[0].prices))
        for level in levels
        if level not in known
    )
    return replace(prices, levels=(*prices.levels, *fresh))


def document(prices: PriceList) -> dict[str, Any]:
    """Give the list as it is kept and travels: the `price` document of docs/api.md."""
    return {
        "currency": prices.currency,
        "levels": [
            {"id": level.id, "name": level.name, "prices": dict(level.prices)}
            for level in prices.levels
        ],
        "types": [
            {
                "id": kind.id,
                "name": kind.name,
                "buyer": kind.buyer.value,
                "default": kind.default,
                "note": kind.note,
                "check": kind.check,
                "code": kind.code,
            }
            | ({"counted": True} if kind.counted else {})
            | ({"most": kind.most} if kind.most is not None else {})
            | ({"admits": kind.admits} if kind.admits > 1 else {})
            for kind in prices.types
        ],
        "fees": [
            {
                "buyer": rule.buyer.value if rule.buyer else None,
                "seller": rule.seller.value if rule.seller else None,
                "fee": rule.fee,
                "outside": rule.outside,
                "on_zero_price": rule.on_zero_price,
            }
            for rule in prices.fees
        ],
    }


def read(body: Mapping[str, Any]) -> PriceList:
    """Read a list from its document. Ours, so anything wrong with it is a mistake."""
    return PriceList(
        currency=body["currency"],
        levels=tuple(
            Level(level["id"], level["name"], dict(level["prices"]))
            for level in body["levels"]
        ),
        types=tuple(
            Type(
                kind["id"],
                kind["name"],
                Buyer(kind["buyer"]),
                kind["default"],
                kind["note"],
                kind["check"],
                kind.get("code", ""),
                kind.get("counted", False),
                kind.get("most"),
                kind.get("admits", 1),
            )
            for kind in body["types"]
        ),
        fees=tuple(
            FeeRule(
                Buyer(rule["buyer"]) if rule["buyer"] else None,
                Seller(rule["seller"]) if rule["seller"] else None,
                rule["fee"],
                rule["outside"],
                rule["on_zero_price"],
            )
            for rule in body["fees"]
        ),
    )
