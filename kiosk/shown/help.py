"""What pages show of a call for staff.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CallShown:
    """A call for staff. reached: the ledger has it; by: who comes, eta_min: how soon."""

    call: str
    reached: bool
    since_ms: int
    by: str = ""
    eta_min: int | None = None
