"""What a house may have otherwise at one kiosk, each with its usual value.

All are settings of lobby.md that it marks with †; `systemd/kiosk.env.example` has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final


class BadHabit(ValueError):
    """A setting makes no sense; the text is a sentence for people."""


@dataclass(frozen=True)
class Habits:
    """Usual values. Idle times in s until a guest is asked for more time.

    long_s: on seats, extras and typing. access_s: with Access in use. ask_s: how long that
    question stands. release_min: so many minutes before the curtain what a guest walked
    away from is given back at once; 0: never, its hold runs out. taken_s, done_s: how long
    the last page stands after the last ticket is taken, and where the printer cannot tell.
    paper_low: tickets left when staff are told. roll_m: metres on a new roll, 0 for what
    the printer's profile says. night: when a shift ends and the self-test runs by
    themselves, by the house's clock; None: never.
    """

    long_s: int = 90
    access_s: int = 180
    release_min: int = 0
    ask_s: int = 20
    taken_s: int = 12
    done_s: int = 20
    paper_low: int = 50
    roll_m: int = 0
    night: time | None = time(4)


USUAL: Final = Habits()
# Name, field, least, most.
_NUMBERS: Final = (
    ("FOH_IDLE_LONG_S", "long_s", 30, 600),
    ("FOH_IDLE_ACCESS_S", "access_s", 60, 1200),
    ("FOH_IDLE_ASK_S", "ask_s", 20, 120),
    ("FOH_RELEASE_MIN", "release_min", 0, 240),
    ("FOH_DONE_TAKEN_S", "taken_s", 5, 120),
    ("FOH_DONE_S", "done_s", 10, 120),
    ("FOH_PAPER_LOW", "paper_low", 0, 500),
    ("FOH_ROLL_M", "roll_m", 0, 500),
)
_HOUR: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read(environment: Mapping[str, str]) -> Habits:
    """Read them. Raises BadHabit with a sentence that names the setting."""
    found: dict[str, int] = {}
    for name, field, least, most in _NUMBERS:
        text = environment.get(name, "")
        if not text:
            continue
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise BadHabit(f"{name} must be a number from {least} to {most}, not {text!r}.")
        found[field] = int(text)
    return Habits(**found, night=_night(environment.get("FOH_NIGHT", "4:00")))


def _night(text: str) -> time | None:
    if text == "never":
        return None
    hour = _HOUR.fullmatch(text)
    if hour is None:
        raise BadHabit(f"FOH_NIGHT must be an hour such as 4:00, or never, not {text!r}.")
    return time(int(hour[1]), int(hour[2]))
