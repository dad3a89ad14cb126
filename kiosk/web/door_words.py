"""What the head of a door's page says: figures, the line, a clock that has leapt.

Source: lobby.md §4.
"""

from dataclasses import replace

from kiosk import door
from kiosk.device import Device
from kiosk.shown.door import Counters, LinkShown
from kiosk.web import formats, house
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000


def figures_words(counters: Counters) -> str:
    """Say how many are in, by this door, and in the last minute."""
    if counters.at_least:
        inside = _("IN at least %(inside)s", inside=counters.inside)
    else:
        inside = _("IN %(inside)s of %(of)s", inside=counters.inside, of=counters.expected)
    return _(
        "%(inside)s · this door %(here)s · last minute %(minute)s",
        inside=inside,
        here=counters.this_door,
        minute=counters.last_minute,
    )


def counted(here: Device) -> Counters | None:
    """Give what this door counts, with its name in the usher's language."""
    found = door.counters(here)
    return found and replace(found, door=house.own(found.door))


def badge_words(link: LinkShown) -> str:
    """Say how this door is linked."""
    if link.up:
        return _("Box office linked")
    since = formats.clock(link.since_ms, house.read(device()).zone)
    if link.strict:
        return _(
            "On our own since %(time)s. Only %(sections)s here;"
            " send others to their own door.",
            time=since,
            sections=formats.together([house.own(one) for one in link.home_sections]),
        )
    scans = ngettext("%(num)s scan to send.", "%(num)s scans to send.", link.unsent)
    return _("On our own since %(time)s. Keep scanning. %(scans)s", time=since, scans=scans)


def leapt_words(counters: Counters) -> str:
    """Say how far the clock has leapt and which evening this door stays with, if it has."""
    if not counters.leap_ms:
        return ""
    how_far = _span(abs(counters.leap_ms))
    stays = counters.title
    if counters.starts_ms is not None:
        when = formats.short_day(counters.starts_ms, counters.zone)
        stays = f"{stays}, {when} {formats.clock(counters.starts_ms, counters.zone)}"
    if counters.leap_ms > 0:
        return _(
            "The clock has leapt ahead by %(how_far)s. This door stays with %(evening)s.",
            how_far=how_far,
            evening=stays,
        )
    return _(
        "The clock has leapt back by %(how_far)s. This door stays with %(evening)s.",
        how_far=how_far,
        evening=stays,
    )


def _span(ms: int) -> str:
    if ms >= _DAY_MS:
        return ngettext("%(num)s day", "%(num)s days", round(ms / _DAY_MS))
    if ms >= _HOUR_MS:
        return ngettext("%(num)s hour", "%(num)s hours", round(ms / _HOUR_MS))
    return ngettext("%(num)s minute", "%(num)s minutes", round(ms / _MINUTE_MS))
