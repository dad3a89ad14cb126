"""A verdict in words: what the usher reads, and what the patron may be told.

Exact English: lobby.md §4 and checkin.md §4. The largest word is a destination or a reason,
never "valid".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kiosk.shown.door import Class, Shown
from kiosk.web import formats, house
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext


@dataclass(frozen=True)
class Said:
    """usher: the largest words. more: a second line for the usher. patron: to be said."""

    usher: str
    patron: str
    more: str = ""

    @property
    def patron_size(self) -> str:
        """The class for a sentence that the patron's screen has to write smaller."""
        longest = max((len(word) for word in self.patron.split()), default=0)
        if longest > 11 or len(self.patron) > 45:
            return " patron__verdict--long"
        wide = longest > 8 or len(self.patron) > 24
        return " patron__verdict--wide" if wide else ""


def said(shown: Shown) -> Said:
    """Put a verdict into words; one that is not known here sends to the box office."""
    found = _let_in(shown) or _asks(shown) or _refuses(shown)
    if found and shown.left_house and shown.shape is Class.NO:
        # Whoever leaves has left: the usher at the exit need not scan again.
        return replace(found, more=_("Counted out · %(seat)s", seat=_seat(shown)))
    return found or Said(shown.answer.replace("_", " "), _("Please see the box office."))


def ended_words(status: str) -> str:
    """Say in one word what became of a ticket that lives no more."""
    match status:
        case "exchanged":
            return _("EXCHANGED")
        case "refunded":
            return _("REFUNDED")
        case "cancelled":
            return _("CANCELLED")
        case "unconfirmed":
            return _("ORDER NOT CONFIRMED")
        case _:
            return status.upper()


def _let_in(shown: Shown) -> Said | None:
    seat, more = _seat(shown), _where(shown)
    match shown.answer:
        case "ADMIT":
            return Said(seat, _("Enjoy the show."), more)
        case "RE_ADMIT":
            words = _("WELCOME BACK · %(seat)s", seat=seat)
            return Said(words, _("Welcome back."), more)
        case "ADMIT_UNVERIFIED":
            words = _("%(seat)s · signed, sale not seen yet", seat=seat)
            return Said(words, _("Enjoy the show."), more)
        case "EXIT_OK":
            return Said(_("OUT · %(seat)s", seat=seat), _("See you soon."), more)
        case "UNDONE":
            words = _("Not in any more: %(seat)s", seat=seat)
            return Said(_("UNDONE"), _("One moment, please."), words)
        case _:
            return None


def _asks(shown: Shown) -> Said | None:
    zone, office = shown.zone, _("Please see the box office.")
    match shown.answer:
        case "ALREADY_ADMITTED":
            since = (
                formats.clock(shown.since_ms, zone) if shown.since_ms is not None else ""
            )
            door = house.own(shown.since_door)
            words = _("ALREADY IN %(time)s, %(door)s", time=since, door=door)
            patron = _("This ticket has been used. Is it your companion's?")
            return Said(words.replace(" ,", ",").rstrip(", "), patron, place(shown))
        case "WRONG_DOOR":
            doors = formats.together([house.own(door) for door in shown.go_to])
            way = house.own(shown.go_to_words)
            # The usher points: "DOOR C, UPSTAIRS". The patron hears the whole way there.
            words = ", ".join(part for part in (doors, way.partition(",")[0]) if part)
            if not words:
                return Said(_("ANOTHER DOOR"), office, place(shown))
            patron = _("Your door is %(where)s.", where=way or doors)
            return Said(words.upper(), patron, place(shown))
        case "UNPAID":
            due = formats.money(shown.due, shown.currency) if shown.currency else ""
            words = _("%(due)s DUE", due=due).strip()
            patron = _("Please pay at a kiosk; your seat is kept.")
            return Said(words, patron, place(shown))
        case "NOT_OPEN_YET":
            return _not_open(shown)
        case "CLOSED":
            time = formats.clock(shown.hold_until_ms, zone) if shown.hold_until_ms else ""
            return Said(_("DOORS CLOSED %(time)s", time=time).strip(), office)
        case "LATE_HOLD":
            patron = _("We will seat you at the next pause.")
            if shown.hold_until_ms is None:
                return Said(_("WAIT: latecomers are held"), patron, place(shown))
            time = formats.clock(shown.hold_until_ms, zone)
            return Said(_("WAIT: seating at %(time)s", time=time), patron, place(shown))
        case "EXCHANGED":
            patron = _("You have a newer ticket; look in your mail.")
            return Said(_("NOW %(seat)s", seat=_now(shown)), patron)
        case "NOT_INSIDE":
            return Said(_("NOT SCANNED IN"), "–", place(shown))
        case "UNVERIFIED":
            return Said(_("NOT ITS SEAT"), _("One moment, please."), place(shown))
        case "UNCONFIRMED":
            return Said(_("ORDER NOT CONFIRMED"), office, place(shown))
        case "NOT_YET_VALID":
            day = _day(shown.valid_from_ms, zone)
            return Said(
                _("FROM %(day)s", day=day.upper()), _date_words(shown.valid_from_ms, zone)
            )
        case "WRONG_TYPE":
            return Said(_("OTHER TICKETS ONLY"), office, place(shown))
        case "RULE":
            reason = _reason(shown)
            return Said(reason, reason.capitalize(), place(shown))
        case "USED_UP":
            return Said(
                _("%(used)s OF %(of)s VISITS USED", used=shown.of or 0, of=shown.of or 0),
                office,
            )
        case "PARTY_FULL":
            left = shown.left or 0
            return Said(
                ngettext("%(num)s LEFT", "%(num)s LEFT", left),
                _("One moment, please."),
                place(shown),
            )
        case "BEING_CHECKED":
            door = house.own(shown.since_door).upper()
            words = _("BEING CHECKED AT %(door)s", door=door)
            return Said(words, _("One moment, please."), place(shown))
        case "QUESTIONS":
            count = max(len(shown.ask), 1)
            words = ngettext("%(num)s QUESTION", "%(num)s QUESTIONS", count)
            return Said(words, _("One moment, please."), place(shown))
        case "AMBIGUOUS":
            count = len(shown.candidates)
            words = ngettext("%(num)s TICKET: choose", "%(num)s TICKETS: choose", count)
            return Said(words, _("One moment, please."))
        case "STAFF_CODE" if shown.staff:
            return Said(_("STAFF CARD"), _("One moment, please."), shown.staff_name)
        case "STAFF_CODE":
            more = _("It opens nothing here. A manager can make a new one.")
            return Said(_("NOT A STAFF CARD OF OURS"), office, more)
        case "UNDO_REFUSED":
            return Said(_("CANNOT BE UNDONE"), _("One moment, please."), place(shown))
        case _:
            return None


def _refuses(shown: Shown) -> Said | None:
    zone, office = shown.zone, _("Please see the box office.")
    help_words = _("The box office can help.")
    match shown.answer:
        case "WRONG_PERFORMANCE":
            if shown.starts_ms is None:
                return Said(_("ANOTHER PERFORMANCE"), help_words)
            time = formats.clock(shown.starts_ms, zone)
            when = f"{formats.short_day(shown.starts_ms, zone)} {time}"
            if formats.short_day(shown.starts_ms, zone) == formats.short_day(
                shown.at_ms, zone
            ):
                # The right day: what is wrong is the performance, and often the door.
                patron = _(
                    "This is for %(title)s at %(time)s. The box office can help.",
                    title=shown.title,
                    time=time,
                )
            else:
                day = formats.weekday(shown.starts_ms, zone)
                patron = _("This is for %(day)s. The box office can help.", day=day)
            return Said(when.upper(), patron, shown.title)
        case "REPLACED":
            time = formats.clock(shown.since_ms, zone) if shown.since_ms is not None else ""
            return Said(
                _("REPRINTED %(time)s", time=time).strip(),
                _("Please use the newer ticket."),
            )
        case "REFUNDED":
            day = _day(shown.since_ms, zone)
            patron = _("The money went back on %(day)s.", day=day) if day else help_words
            return Said(_("REFUNDED %(day)s", day=day.upper()).strip(), patron)
        case "CANCELLED":
            day = _day(shown.since_ms, zone).upper()
            return Said(_("ORDER CANCELLED %(day)s", day=day).strip(), help_words)
        case "PERFORMANCE_CANCELLED":
            return Said(_("PERFORMANCE CANCELLED"), _("Your e-mail has your choices."))
        case "FORGED" | "UNKNOWN":
            return Said(_("NOT A TICKET OF OURS"), office)
        case "REVOKED":
            return Said(_("CODE NOT VALID ANY MORE"), office)
        case "BLOCKED":
            return Said(_("CALL THE BOX OFFICE"), office)
        case "EXPIRED":
            day = _day(shown.valid_until_ms, zone).upper()
            return Said(
                _("UNTIL %(day)s", day=day).strip(), _date_words(shown.valid_until_ms, zone)
            )
        case "CANNOT_CHECK" | "CANT_CHECK":
            return Said(_("CAN'T CHECK: search"), _("One moment, please."))
        case _:
            return None


def _seat(shown: Shown) -> str:
    if shown.seat and formats.seat_name(shown.seat):
        return formats.seat_name(shown.seat)
    return shown.seat_name or _("UNRESERVED")


def place(shown: Shown) -> str:
    """Name the seat with its section, where the largest words say something else."""
    section = house.own(shown.seat.section).upper() if shown.seat else ""
    return " · ".join(part for part in (_seat(shown), section) if part)


def _where(shown: Shown) -> str:
    """The second line: where to go, and how many of a party are in."""
    words = house.own(shown.seat.section).upper() if shown.seat else ""
    if shown.of and shown.of > 1 and shown.inside is not None:
        count = _("(%(inside)s of %(of)s in)", inside=shown.inside, of=shown.of)
        return f"{words} {count}".strip()
    return words


def _not_open(shown: Shown) -> Said:
    if shown.opens_ms is None:
        return Said(_("DOORS NOT OPEN YET"), _("One moment, please."))
    time = formats.clock(shown.opens_ms, shown.zone)
    minutes = max(1, -(-(shown.opens_ms - shown.at_ms) // 60_000))
    return Said(
        _("DOORS %(time)s, in %(minutes)s min", time=time, minutes=minutes),
        _("Doors open at %(time)s.", time=time),
        place(shown),
    )


def _now(shown: Shown) -> str:
    return ", ".join(
        part for part in (_seat(shown), _day(shown.starts_ms, shown.zone)) if part
    )


def _day(at_ms: int | None, zone: str) -> str:
    return formats.plain_day(at_ms, zone) if at_ms is not None else ""


def _date_words(at_ms: int | None, zone: str) -> str:
    return (
        formats.day(at_ms, zone) if at_ms is not None else _("Please see the box office.")
    )


def _reason(shown: Shown) -> str:
    """Word why a rule does not let in, every part of it: "FROM 19:10 · NO ENTRIES LEFT"."""
    found = [_one_reason(why, shown.zone) for why in shown.why]
    words = " · ".join(dict.fromkeys(part for part in found if part))
    return words or _("NOT ALLOWED BY THE RULE OF THIS DOOR")


def _one_reason(why: Mapping[str, object], zone: str) -> str:
    op, limit, actual = why.get("op"), why.get("limit"), why.get("is")
    match why.get("what"):
        case "now" if isinstance(limit, str):
            at_ms = int(datetime.fromisoformat(limit).timestamp() * 1000)
            time = formats.clock(at_ms, zone)
            if op == "after":
                return _("FROM %(time)s", time=time)
            return _("UNTIL %(time)s", time=time)
        case "weekday":
            return _("NOT TODAY")
        case "presence":
            return _("NOT INSIDE") if limit == "inside" else _("ALREADY INSIDE")
        case "minutes_since_first_entry" | "minutes_since_last_entry":
            if actual == -1:
                return _("HAS NOT ENTERED YET")
            if op in {">", ">="} and isinstance(limit, int) and isinstance(actual, int):
                left = limit - actual + (op == ">")
                return _("IN %(minutes)s MIN", minutes=left)
            return _("TIME IS UP")
        case "price_type" | "price_level":
            return _("OTHER TICKETS ONLY")
        case "door":
            return _("ANOTHER DOOR")
        case "rule":
            return _("THE RULE OF THIS DOOR IS BROKEN: call a supervisor")
        case "entries" | "entries_today" | "entries_since" | "entries_before":
            more = op in {">", ">="}
            return _("HAS NOT ENTERED YET") if more else _("NO ENTRIES LEFT")
        case "days_entered" | "days_since" | "days_before":
            return _("NO DAYS LEFT")
        case _:
            return ""
