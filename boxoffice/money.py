"""Minor units and a currency; sharing without losing a unit.

Inside one order, one statement or one rule there is one currency, and amounts are plain
integers of its minor units (cents, øre). Where amounts of different origin meet, they are
`Money`, and mixing currencies is an error. There are no fractions anywhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boxoffice.bad_input import BadInput, FractionalMoney, OutOfRange, positive, whole

# ISO 4217: codes in use, by number of decimals of the minor unit.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP "
    "GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD "
    "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
    "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS "
    "VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DECIMALS = {code: places for places, codes in _CODES.items() for code in codes.split()}


class MixedCurrencies(BadInput):
    """Amounts of two currencies were put together."""


class UnknownCurrency(BadInput):
    """A currency code that ISO 4217 does not list."""


class NotAnAmount(BadInput):
    """A text that is no amount of money."""


@dataclass(frozen=True)
class Money:
    """A whole number of minor units of one currency (ISO 4217); may be negative.

    Raises FractionalMoney and UnknownCurrency.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        whole(self.amount, "money")
        if self.currency not in _DECIMALS:
            raise UnknownCurrency(repr(self.currency), "money", "is not in ISO 4217")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{shown(self.amount, self.currency)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(
                other.currency, "money", f"cannot be put together with {self.currency}"
            )
        return other.amount


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up; nothing at all is 0 of the currency. Raises MixedCurrencies."""
    return sum(amounts, Money(0, currency))


def decimals(currency: str) -> int:
    """Give the decimals of the minor unit: EUR 2, JPY 0. Raises UnknownCurrency."""
    Money(0, currency)
    return _DECIMALS[currency]


def shown(amount: int, currency: str) -> str:
    """Write an amount as people read it, without its currency: 34.00, −5.50 as -5.50."""
    places = decimals(currency)
    digits = f"{abs(whole(amount, 'money')):0{places + 1}d}"
    sign = "-" if amount < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def read(text: str, currency: str) -> Money:
    """Read a typed amount such as 16.75 or 16,75.

    Raises NotAnAmount, and FractionalMoney when there are more decimals than the currency
    has.
    """
    match = re.fullmatch(r"(-?)([0-9]{1,15})(?:[.,]([0-9]+))?", text.strip())
    if match is None:
        raise NotAnAmount(repr(text), "amount", "is no amount of money")
    sign, major, minor = match[1], match[2], match[3] or ""
    places = decimals(currency)
    if len(minor) > places:
        raise FractionalMoney(text, "amount", f"is finer than the minor unit of {currency}")
    return Money(int(f"{sign}{major}{minor:0<{places}}"), currency)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share an amount over weights so that the parts add up to it.

    total: minor units, may be negative: then the exact mirror of the positive sharing.
    weights: at least one, all ≥ 0; if all are 0, as if all were 1.
    Floors first, then one spare unit each to the largest remainders, ties to the earlier.
    Raises OutOfRange without weights, FractionalMoney, NegativeMoney. Source: 4.6.
    """
    amount = abs(whole(total, "total"))
    if not weights:
        raise OutOfRange("no weights", "weights", "cannot share anything")
    for place, weight in enumerate(weights):
        positive(weight, f"weights[{place}]")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole_weight = sum(shares)
    parts = [amount * share // whole_weight for share in shares]
    # Python sorts stably, so equal remainders keep the order of the lines.
    by_remainder = sorted(
        range(len(shares)), key=lambda place: -(amount * shares[place] % whole_weight)
    )
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return [-part for part in parts] if total < 0 else parts


def percentage(amount: int, rate_bp: int) -> int:
    """Take a rate in basis points of an amount, half up on the magnitude. Source: FEE5."""
    portion = (abs(whole(amount, "amount")) * rate_bp * 2 + 10_000) // 20_000
    return -portion if amount < 0 else portion
