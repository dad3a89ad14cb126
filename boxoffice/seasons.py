"""Season packages: what rolls into the next season, and what to look at before.

A control house is a performance that is never sold: it holds every subscriber's favourite
seats. The rollover itself is in `rollover`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from boxoffice.bad_input import OutOfRange, among, once
from boxoffice.refusals import Code

ROLLING = frozenset(
    {
        "Renewed",
        "Change Requested",
        "Change Completed",
        "New-Subscription Completed",
        "New-Needs Seats or booking",
    }
)
_IGNORED = frozenset({"Not Started", "Notice Printed"})
_IGNORED_START = "Cancelled"


class Fate(StrEnum):
    """What a rollover does with a subscription by its status."""

    ROLLS = "rolls"
    IGNORED = "ignored"


def fate(status: str) -> Fate | Code:
    """Say whether a subscription rolls, or UNKNOWN_STATUS.

    A typing mistake in an import must not cost anybody a seat. Source: ROL1, R9.
    """
    if status in ROLLING:
        return Fate.ROLLS
    if status in _IGNORED or status.startswith(_IGNORED_START):
        return Fate.IGNORED
    return Code.UNKNOWN_STATUS


@dataclass(frozen=True)
class ControlHouse:
    """A control house, and the season year that it was made for."""

    id: str
    season: int
    on_public_sale: bool = False


def check_control_house(old: ControlHouse, new: ControlHouse | None) -> Code | None:
    """Say what is wrong with a control house for the next season, if anything.

    Source: ROL3. Playoffs roll within one season, so a house of the same year will do, not
    the same house.
    """
    if new is None:
        return Code.CONTROL_HOUSE_MISSING
    if new.id == old.id or new.season < old.season:
        return Code.CONTROL_HOUSE_SAME_AS_PREVIOUS
    return Code.CONTROL_HOUSE_PUBLIC if new.on_public_sale else None


@dataclass(frozen=True)
class Subscription:
    """A subscription as the precheck sees it.

    seats: favourite seats. desired: seats wanted. refunded: its money went back.
    Raises OutOfRange for less than no seats, Repeated for a seat that stands there twice.
    """

    id: str
    status: str
    series: str
    seats: tuple[str, ...]
    desired: int
    refunded: bool = False

    def __post_init__(self) -> None:
        if self.desired < 0:
            raise OutOfRange(self.desired, f"desired seats of {self.id}", "is negative")
        once(self.seats, f"favourite seats of {self.id}")


class Finding(StrEnum):
    """What the precheck finds."""

    REFUNDED_BUT_ROLLS = "refunded_but_rolls"
    SEATS_WITHOUT_PACKAGE = "seats_without_package"
    SEAT_COUNT_MISMATCH = "seat_count_mismatch"
    FAVOURITE_SEAT_SHARED = "favourite_seat_shared"


class Fix(StrEnum):
    """What puts it right."""

    CHANGE_STATUS = "change_status"
    CREATE_FAVOURITES = "create_favourites"
    EDIT_FAVOURITES = "edit_favourites"


_FIX = {
    Finding.REFUNDED_BUT_ROLLS: Fix.CHANGE_STATUS,
    Finding.SEATS_WITHOUT_PACKAGE: Fix.CREATE_FAVOURITES,
    Finding.SEAT_COUNT_MISMATCH: Fix.EDIT_FAVOURITES,
    Finding.FAVOURITE_SEAT_SHARED: Fix.EDIT_FAVOURITES,
}


@dataclass(frozen=True)
class Warning:
    """One row of the precheck: about these subscriptions (or patrons) and seats."""

    finding: Finding
    about: tuple[str, ...]
    seats: tuple[str, ...] = ()

    @property
    def fix(self) -> Fix:
        """What staff can do about it."""
        return _FIX[self.finding]


def mismatched(seats: Sequence[str], desired: int) -> bool:
    """Whether favourite seats and wish differ in number; an icon in the list says so."""
    return len(seats) != desired


def precheck(
    subscriptions: Sequence[Subscription],
    without_package: Iterable[tuple[str, tuple[str, ...]]] = (),
) -> list[Warning]:
    """List what staff should look at before a rollover; it blocks nothing.

    without_package: patrons who hold seats at the season's performances and have no
    package. Subscriptions that do not roll are left out. Raises Repeated. Source: ROL2.
    """
    once((subscription.id for subscription in subscriptions), "subscriptions")
    rolling = [sub for sub in subscriptions if fate(sub.status) is Fate.ROLLS]
    found = [Warning(Finding.REFUNDED_BUT_ROLLS, (s.id,)) for s in rolling if s.refunded]
    found += [
        Warning(Finding.SEATS_WITHOUT_PACKAGE, (patron,), seats)
        for patron, seats in without_package
    ]
    found += [
        Warning(Finding.SEAT_COUNT_MISMATCH, (sub.id,), sub.seats)
        for sub in rolling
        if mismatched(sub.seats, sub.desired)
    ]
    holders: dict[tuple[str, str], list[str]] = {}
    for sub in rolling:
        for seat in sub.seats:
            holders.setdefault((sub.series, seat), []).append(sub.id)
    found += [
        Warning(Finding.FAVOURITE_SEAT_SHARED, tuple(ids), (seat,))
        for (_, seat), ids in holders.items()
        if len(ids) > 1
    ]
    return found


@dataclass(frozen=True)
class Package:
    """A season package. season: its year."""

    id: str
    name: str
    season: int
    control_house: str
    active: bool = True


def advance(package: Package, *, id: str, house: ControlHouse) -> tuple[Package, Package]:
    """Give the old package, now inactive, and the new one, ready for its performances.

    The old one can be reactivated, to roll again. Source: ROL11.
    """
    old = replace(package, active=False)
    return old, Package(id, package.name, house.season, house.id)


def reactivate(package: Package) -> Package:
    """Make an old package active again. Source: ROL11."""
    return replace(package, active=True)


class PlayoffOption(StrEnum):
    """How playoff games are packed."""

    ONE_FOR_ALL = "1"
    ONE_PER_ROUND = "2"
    ONE_PER_GAME = "3"


PLAYOFF_SERIES = "GAME"


@dataclass(frozen=True)
class Playoffs:
    """What playoffs need: a control house and a rollover for every package."""

    packages: int
    games_per_package: int

    @property
    def control_houses(self) -> int:
        """Control houses to make."""
        return self.packages

    @property
    def rollovers(self) -> int:
        """Rollovers to run; the regular package is reactivated before each further one."""
        return self.packages


def playoffs(option: PlayoffOption, *, rounds: int, games_per_round: int) -> Playoffs:
    """Say what playoffs need. Raises OutOfRange for less than one round or game.

    Raises UnknownWord. Source: ROL11.
    """
    among(PlayoffOption, option, "playoff option")
    for number, where in ((rounds, "rounds"), (games_per_round, "games per round")):
        if number < 1:
            raise OutOfRange(number, where, "is less than 1")
    games = rounds * games_per_round
    packages = {
        PlayoffOption.ONE_FOR_ALL: 1,
        PlayoffOption.ONE_PER_ROUND: rounds,
        PlayoffOption.ONE_PER_GAME: games,
    }[option]
    return Playoffs(packages, games // packages)
