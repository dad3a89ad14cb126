"""The table of prices and fees of a performance, as it was typed."""

from dataclasses import replace

from flask import request

from boxoffice import ids
from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import pickups, prices
from ledger.web import amounts, desk

# Empty rows below those that are there.
SPARE = 2
# So many people may come in on one ticket.
MOST_PEOPLE = 99
# Stands for a code whose word nobody kept.
KEPT = "(kept)"
SHORTEST_CODE, LONGEST_CODE = 4, 40


class Wrong(ValueError):
    """What was typed into a field cannot be; the text says why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def read(before: prices.PriceList) -> prices.PriceList:
    """Read the table of prices: a row a type, a column a level, and the rules of fees.

    Raises Wrong, and ValueError where no field is to blame.
    """
    types: list[prices.Type] = []
    amounts_of: dict[str, dict[str, int]] = {level.id: {} for level in before.levels}
    usual = desk.field("default")
    for place in range(len(before.types) + SPARE):
        name = desk.field(f"name-{place}", most=60)
        if not name:
            continue
        old = before.types[place] if place < len(before.types) else None
        id = old.id if old else _new_id(name, [t.id for t in (*before.types, *types)])
        code = old.code if old else ""
        if f"code-{place}" in request.form and (word := _word(place)) != KEPT:
            code = pickups.hash_of(word) if word else ""
        if code and usual == str(place):
            raise Wrong(f"code-{place}", "The usual price cannot need a promo code.")
        people = _people(place)
        if people > 1 and usual == str(place):
            raise Wrong(f"people-{place}", "The usual price cannot be for a party.")
        # What this page does not show stays as it was.
        types.append(
            replace(
                old or prices.Type(id, name),
                name=name,
                buyer=Buyer(desk.field(f"buyer-{place}") or "guest"),
                default=usual == str(place),
                note=desk.field(f"note-{place}", most=100),
                check=request.form.get(f"check-{place}") == "1",
                code=code,
                admits=people,
            )
        )
        for level in before.levels:
            typed = desk.field(f"price-{place}-{level.id}")
            if typed:
                what = f"price of {name}, {level.name}"
                field = f"price-{place}-{level.id}"
                amount = _amount(field, before.currency, what)
                amounts_of[level.id][id] = amount
    if not types:
        raise ValueError("At least one price has to stay.")
    fees = []
    for place in range(len(before.fees) + SPARE):
        if not desk.field(f"fee-{place}"):
            continue
        fee = _amount(f"fee-{place}", before.currency, "fee")
        outside = _amount(f"outside-{place}", before.currency, "fee")
        if outside > fee:
            raise Wrong(f"outside-{place}", "The outside part of a fee exceeds the fee.")
        buyer, seller = desk.field(f"fee-buyer-{place}"), desk.field(f"fee-seller-{place}")
        fees.append(
            FeeRule(
                Buyer(buyer) if buyer else None,
                Seller(seller) if seller else None,
                fee,
                outside,
                request.form.get(f"zero-{place}") == "1",
            )
        )
    levels = tuple(
        prices.Level(level.id, level.name, amounts_of[level.id]) for level in before.levels
    )
    return prices.PriceList(before.currency, levels, tuple(types), tuple(fees))


def words() -> list[str]:
    """Give the promo codes that stand in the table."""
    places = [name[5:] for name in request.form if name.startswith("code-")]
    found = [_word(int(place)) for place in places if place.isdecimal()]
    return [word for word in found if word and word != KEPT]


def _word(place: int) -> str:
    word = desk.field(f"code-{place}", most=LONGEST_CODE)
    if word and word != KEPT and len(ids.clean_code(word)) < SHORTEST_CODE:
        why = f"A promo code has at least {SHORTEST_CODE} letters or digits."
        raise Wrong(f"code-{place}", why)
    return word


def _people(place: int) -> int:
    field = f"people-{place}"
    typed = desk.field(field) or "1"
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:4]) <= MOST_PEOPLE):
        raise Wrong(field, f"People on one ticket are a number from 1 to {MOST_PEOPLE}.")
    return int(typed)


def _amount(field: str, currency: str, what: str) -> int:
    try:
        return amounts.read(desk.field(field), currency, what=what)
    except amounts.NotAnAmount as why:
        raise Wrong(field, str(why)) from None


def _new_id(name: str, taken: list[str]) -> str:
    plain_ = "".join(c for c in name.lower() if c.isascii() and c.isalnum()) or "price"
    id, number = plain_, 2
    while id in taken:
        id, number = f"{plain_}{number}", number + 1
    return id
