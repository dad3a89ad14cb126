"""What the variables of a rule are worth for one guest at one moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from boxoffice.entry_rule_syntax import FUNCTIONS, Time
from boxoffice.moments import daily, moment, moment_or_none, parse

NEVER_ENTERED = -1

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Circumstances:
    """What a rule may ask about.

    zone: of the venue. starts, ends, doors: of the performance, None if not known.
    entries: moments of this ticket's live admissions to this space, in their order.
    inside: the last live movement was one of them. door, price_type, price_level: None
    if not known. Raises NaiveTime.
    """

    zone: tzinfo
    now: datetime
    starts: datetime | None = None
    ends: datetime | None = None
    doors: datetime | None = None
    entries: tuple[datetime, ...] = ()
    inside: bool = False
    door: str | None = None
    price_type: str | None = None
    price_level: str | None = None
    clock_trusted: bool = True

    def __post_init__(self) -> None:
        entries = tuple(moment(at, "circumstances.entries") for at in self.entries)
        object.__setattr__(self, "entries", entries)
        object.__setattr__(self, "now", moment(self.now, "circumstances.now"))
        for name in ("starts", "ends", "doors"):
            at = moment_or_none(getattr(self, name), f"circumstances.{name}")
            object.__setattr__(self, name, at)


def time(given: Time, circumstances: Circumstances) -> datetime | None:
    """Give the moment that a rule means, None if it is not known.

    Source: vectors/README-admission.md, time.
    """
    if given.source == "at":
        return parse(given.text, circumstances.zone)
    if given.source == "daily":
        today = _day(circumstances.now, circumstances)
        return daily(today, given.clock, circumstances.zone)
    later = {"ends": circumstances.ends, "doors": circumstances.doors}
    return later.get(given.source) or circumstances.starts


def value(what: str, at: datetime | None, circumstances: Circumstances) -> int | str | None:
    """Give the value of a variable, or of a function of a time; None if it is not known."""
    if what in FUNCTIONS:
        return None if at is None else _counted(what, at, circumstances)
    entries = circumstances.entries
    match what:
        case "presence":
            return "inside" if circumstances.inside else "outside"
        case "weekday":
            return _day(circumstances.now, circumstances).isoweekday()
        case "minutes_since_first_entry":
            return _minutes_since(min(entries, default=None), circumstances)
        case "minutes_since_last_entry":
            return _minutes_since(max(entries, default=None), circumstances)
        case "entries":
            return len(entries)
        case "entries_today":
            today = _day(circumstances.now, circumstances)
            return sum(_day(entry, circumstances) == today for entry in entries)
        case "days_entered":
            return _days(entries, circumstances)
        case "door":
            return circumstances.door
        case "price_type":
            return circumstances.price_type
    return circumstances.price_level


def _counted(function: str, at: datetime, circumstances: Circumstances) -> int:
    """Entries, or their days, since or before a moment; since includes it."""
    since = function in ("entries_since", "days_since")
    entries = tuple(entry for entry in circumstances.entries if (entry >= at) == since)
    by_day = function in ("days_since", "days_before")
    return _days(entries, circumstances) if by_day else len(entries)


def _day(at: datetime, circumstances: Circumstances) -> date:
    return at.astimezone(circumstances.zone).date()


def _days(entries: tuple[datetime, ...], circumstances: Circumstances) -> int:
    return len({_day(entry, circumstances) for entry in entries})


def _minutes_since(entry: datetime | None, circumstances: Circumstances) -> int:
    """Whole minutes since an entry; one that another clock dates ahead of us is 0 ago."""
    if entry is None:
        return NEVER_ENTERED
    return max(0, (circumstances.now - entry) // _MINUTE)
