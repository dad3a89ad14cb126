"""What the ledger's documents say, as facts; `reading` makes them. Source: docs/api.md."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from boxoffice import exchange_deadlines, pricing
from boxoffice.members import PayType
from boxoffice.questions import Question
from kiosk.plans import Plan


@dataclass(frozen=True)
class Extras:
    """What the house offers besides seats; amounts in minor units. See docs/api.md."""

    round_to: int = 0
    donations: tuple[int, ...] = ()
    rate_bp: int = 0
    outside: bool = False
    programme: int | None = None
    question: Question | None = None

    @property
    def anything(self) -> bool:
        """Whether there is anything to ask a guest for."""
        return bool(self.round_to or self.donations or self.question) or (
            self.programme is not None
        )


@dataclass(frozen=True)
class House:
    """The house's settings."""

    name: str = ""
    address: str = ""
    currency: str = "EUR"
    zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    tax_number: str = ""
    max_seats: int = 8
    hold_minutes: int = 15
    idle_s: int = 45
    exchange_rule: str = ""
    exchange_until: str = ""
    box_office_words: str = ""
    extras: Extras = Extras()
    own_words: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def own(self, text: str, language: str) -> str:
        """Say a text of the house's own in a language; as it is where none is known."""
        return self.own_words.get(language, {}).get(text, text)

    def together(self, names: Iterable[str], language: str) -> str:
        """Say several of them, as on paper: "Door A, Door B"."""
        return ", ".join(self.own(name, language) for name in names)

    def rule_for(self, starts_ms: int, now_ms: int) -> str:
        """Give the rule of exchanges as far as it can still apply; blank: too late."""
        late = exchange_deadlines.passed(
            self.exchange_until,
            starts=datetime.fromtimestamp(starts_ms / 1000, ZoneInfo(self.zone)),
            now=datetime.fromtimestamp(now_ms / 1000, UTC),
        )
        return "" if late else self.exchange_rule


@dataclass(frozen=True)
class DoorSettings:
    """A door's settings, checkin.md §2; fields are those of docs/api.md."""

    name: str
    space: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Performance:
    """A performance as devices know it. home_doors: section to its home door's name."""

    id: str
    number: int
    production: str
    title: str
    starts_ms: int
    ends_ms: int | None
    doors_open_ms: int | None
    kind: Literal["reserved", "ga"]
    hall: str
    zone: str
    on_sale_from_ms: int | None
    on_sale_until_ms: int | None
    public: bool
    cancelled: bool
    price_from: int
    currency: str
    seats_left: int
    access: tuple[str, ...]
    doors: tuple[DoorSettings, ...]
    home_doors: Mapping[str, str]

    def entrances(self, plan: Plan | None, section: str) -> tuple[str, ...]:
        """Name the door that a ticket sends its guest to; none if nobody has said.

        Without numbered seats every door of the hall serves everybody.
        """
        if plan is not None and plan.chart is None:
            return tuple(dict.fromkeys(door.name for door in self.doors))
        doors = plan.section_doors(section)[0] if plan is not None else ()
        home = self.home_doors.get(section)
        return (home,) if home else doors[:1]


@dataclass(frozen=True)
class PriceType:
    """One price type. check: somebody looks at this guest at the door.

    code: hash of the promo code that opens it; blank: anybody may have it. counted: the
    ledger counts its uses, and is asked; most: how many tickets of one order it opens.
    """

    id: str
    name: str
    buyer: pricing.Buyer
    default: bool
    note: str
    check: bool
    code: str = ""
    counted: bool = False
    most: int | None = None

    @property
    def asks_who(self) -> bool:
        """Whether buyers must say who subscribes, which no kiosk asks. Source: ORD1."""
        return self.buyer is pricing.Buyer.SUBSCRIBER


# A seat paid with a credit: it costs nothing, on every list. Source: MEM2.
MEMBERSHIP = PriceType(
    PayType.MEMBERSHIP.value, "Member", pricing.Buyer.MEMBER, False, "", False
)


@dataclass(frozen=True)
class Level:
    """One price level and what each type costs in it."""

    id: str
    name: str
    prices: Mapping[str, int]


@dataclass(frozen=True)
class Prices:
    """Levels, types and fees of a performance. pos: how new, for `price_pos` of a sale."""

    currency: str
    levels: tuple[Level, ...]
    types: tuple[PriceType, ...]
    fees: tuple[pricing.FeeRule, ...]
    ver: int = 0

    def level(self, id: str | None) -> Level | None:
        """Find a level; without an id, as in general admission, the first."""
        if not id:
            return self.levels[0] if self.levels else None
        return next((level for level in self.levels if level.id == id), None)

    def type(self, id: str) -> PriceType | None:
        """Find a price type."""
        if id == MEMBERSHIP.id:
            return MEMBERSHIP
        return next((kind for kind in self.types if kind.id == id), None)

    def whole(self, level: Level, kind: PriceType) -> int | None:
        """What a guest pays here for one such ticket, with the fee that comes on top.

        None: this type is not sold in this level. Whole prices come first (lobby.md §2).
        """
        if kind.id not in level.prices:
            return None
        wanted = [pricing.SeatLine(level.prices[kind.id], kind.buyer)]
        return pricing.quote(
            seller=pricing.Seller.KIOSK, rules=self.fees, seats=wanted
        ).charge

    def lowest(self, level: Level | None = None, wished: Sequence[PriceType] = ()) -> int:
        """The lowest whole price: of one level or of all.

        wished: for these types; without any, of one level for any type that needs no code,
        of all levels for the usual types.
        """
        usual = [kind for kind in self.types if kind.default] or list(self.types)
        open_to_all = [k for k in (self.types if level else usual) if not k.code]
        wholes = [
            self.whole(one, kind)
            for one in ([level] if level else self.levels)
            for kind in (wished or open_to_all)
        ]
        return min((whole for whole in wholes if whole is not None), default=0)


@dataclass(frozen=True)
class Seat:
    """Who owns a seat, as the ledger last said."""

    state: str
    device: str | None
    incarnation: int | None
    epoch: int
    ticket: str | None


@dataclass(frozen=True)
class Allotment:
    """A seat that the ledger gives to a device in one incarnation, under an epoch."""

    incarnation: int
    epoch: int
    sell_by_ms: int | None


@dataclass(frozen=True)
class KnownDevice:
    """Another device of the house, or this one."""

    id: str
    name: str
    role: str
    place: str
    revoked: bool
    last_seq: int | None


@dataclass(frozen=True)
class Member:
    """Somebody who works here. pin: the verifier (Argon2id), never the PIN.

    code: the hash of the staff code on their card, blank without one.
    """

    id: str
    name: str
    roles: frozenset[str]
    pin: str
    code: str = ""
