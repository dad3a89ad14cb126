"""What the terminal will do with the next card, or with the one in it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    SILENCE = "silence"
    LATE = "late"
    UNREACHABLE = "unreachable"
    PART = "part"
    REMOVED = "removed"
    UNKNOWN = "unknown"


WORDS = {
    Outcome.APPROVE: "Approve",
    Outcome.DECLINE: "Decline",
    Outcome.PART: "Only half the amount",
    Outcome.REMOVED: "Be pulled out too early, once",
    Outcome.SILENCE: "Take it, then say nothing",
    Outcome.LATE: "Approve late, silent till then",
    Outcome.UNKNOWN: "Never decide",
    Outcome.UNREACHABLE: "Not reachable",
}


class Tap(StrEnum):
    AUTO = "auto"
    BUTTON = "button"


class BadPlan(ValueError):
    """A plan that cannot be; the text says why."""


@dataclass(frozen=True)
class Plan:
    """It stays until another is set.

    outcome: a card that is removed too early comes once more, and is approved.
    tap: whether the card comes by itself after tap_s, or when somebody presses a button.
    pin_s, think_s: how long the PIN takes, and then the bank.
    silent_s: how long a late approval is silent.
    part_amount: minor units that the card can pay; None means half.
    reason: the bank's words for a decline.
    """

    outcome: Outcome = Outcome.APPROVE
    tap: Tap = Tap.AUTO
    tap_s: float = 0
    pin_s: float = 0
    think_s: float = 0
    silent_s: float = 90
    part_amount: int | None = None
    reason: str = "declined by the bank"


def read(document: Mapping[str, Any]) -> Plan:
    """Return the plan that a request describes; what it leaves out is default.

    "late_approval" is another word for "late". Raises BadPlan.
    """
    known = {field.name for field in fields(Plan)}
    if strange := document.keys() - known:
        raise BadPlan(f"There is no {', '.join(sorted(strange))} in a plan.")
    outcome = document.get("outcome", Outcome.APPROVE)
    try:
        return Plan(
            outcome=Outcome("late" if outcome == "late_approval" else outcome),
            tap=Tap(document.get("tap", Tap.AUTO)),
            **{
                name: _seconds(document[name])
                for name in ("tap_s", "pin_s", "think_s", "silent_s")
                if name in document
            },
            part_amount=_amount(document.get("part_amount")),
            reason=str(document.get("reason", Plan.reason))[:100],
        )
    except (TypeError, ValueError) as trouble:
        raise BadPlan(str(trouble)) from trouble


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 <= seconds <= 3600:
        raise ValueError(f"{value} is not between 0 and 3600 seconds")
    return seconds


def _amount(value: Any) -> int | None:
    return None if value in (None, "") else max(int(value), 0)
