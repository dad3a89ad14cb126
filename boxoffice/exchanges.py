"""Exchange and replacement: the first value and fee travel with the ticket.

When a performance falls out, the organiser lists others; patrons exchange as often as they
like and, whatever the others cost, get back once what they first paid.
Amounts are minor units of the order's one currency.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from boxoffice.bad_input import BadInput, positive, whole
from boxoffice.refusals import Code


class CyclicExchange(BadInput):
    """A ticket that was exchanged for itself, by however many steps."""


@dataclass(frozen=True)
class Value:
    """A performance, and the value and outside fee that were first paid.

    Raises FractionalMoney and NegativeMoney.
    """

    performance: str
    value: int
    fee: int

    def __post_init__(self) -> None:
        positive(self.value, f"value at {self.performance}")
        positive(self.fee, f"fee at {self.performance}")


@dataclass(frozen=True)
class Chain:
    """One value on its way. exchanges: one per exchange done. refunded: None until then."""

    original: Value
    exchanges: tuple[Value, ...] = ()
    refunded: int | None = None

    @property
    def now(self) -> Value:
        """Where the value is."""
        return self.exchanges[-1] if self.exchanges else self.original


def exchange(chain: Chain, to: str, offers: Mapping[str, Collection[str]]) -> Chain | Code:
    """Exchange for another performance, or say why not.

    offers: performance to the replacements that the organiser lists. Source: REP1.
    """
    if chain.refunded is not None:
        return Code.ALREADY_REFUNDED
    if to not in offers.get(chain.now.performance, ()):
        return Code.REPLACEMENT_NOT_OFFERED
    moved = replace(chain.now, performance=to)
    return replace(chain, exchanges=(*chain.exchanges, moved))


def refund(chain: Chain, *, include_fees: bool) -> Chain | Code:
    """Give back the first value, once, with its fee if chosen so. Source: REP1."""
    if chain.refunded is not None:
        return Code.ALREADY_REFUNDED
    back = chain.now.value + (chain.now.fee if include_fees else 0)
    return replace(chain, refunded=back)


def first_ticket(ticket: str, exchanged_from: Mapping[str, str]) -> str:
    """Follow a ticket back to the one that was first paid.

    exchanged_from: ticket to the one that it replaced.
    Raises CyclicExchange when there is no first one.
    """
    seen = [ticket]
    while seen[-1] in exchanged_from:
        before = exchanged_from[seen[-1]]
        if before in seen:
            raise CyclicExchange(
                " ← ".join([*seen, before]),
                f"exchanges of ticket {ticket}",
                "runs in a circle",
            )
        seen.append(before)
    return seen[-1]


def refunded_too_much(original: Value, refunded: int) -> bool:
    """Whether refunds of a chain exceed its first value and fee; asked nightly (4.6).

    Raises FractionalMoney.
    """
    return whole(refunded, "refunds of a chain") > original.value + original.fee
