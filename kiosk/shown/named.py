"""What every page of a device may have to name: a seat, and an expected *no*.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Fact = int | str


@dataclass(frozen=True)
class SeatShown:
    """One seat as it is named: "Stalls", "F", "12".

    x_m, y_m: metres, None without a plan.
    """

    code: str
    section: str
    row: str
    seat: str
    level: str = ""
    x_m: float | None = None
    y_m: float | None = None


@dataclass(frozen=True)
class Refusal:
    """An expected *no*. key: a row of the table in lobby.md §2, such as `seat.gone`.

    seats: those the sentence names or offers instead. wanted: those that were asked for,
    where the sentence names them too and no order holds them. facts: what else the
    sentence needs: `left`, `limit`, `starts_ms`, `at_ms`, `place`, `due`, `currency`,
    `wait_s`, `on_ms`.
    """

    key: str
    seats: tuple[SeatShown, ...] = ()
    wanted: tuple[SeatShown, ...] = field(default=(), kw_only=True)
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
