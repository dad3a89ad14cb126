"""The door list on paper, unasked: before the curtain, when nobody answers this door.

A door that is on its own half an hour before the curtain may need its list soon, and then
it may be too late to ask for it. Once an evening: by name, and a second copy by seat.
Source: lobby.md §4 "Door list".
"""

from typing import Final

import structlog

from kiosk import documents, door_facts, door_paper, door_search
from kiosk.device import Device
from kiosk.door_paper import Printed
from kiosk.printing.words import Words

BEFORE_MS: Final = 30 * 60_000
_words = structlog.get_logger()


def turn(device: Device, printed: set[str]) -> None:
    """Print the list of this evening if it is time. printed: what was, kept by the caller.

    A printer that cannot print now is asked again at the next turn; a list of which some is
    on paper is not begun again.
    """
    if device.up or not door_paper.here(device):
        return
    now_ms = device.clock.steady_ms()
    with device.store.read() as session:
        here = door_facts.post(session, device)
        language = documents.house(session).languages[0]
    if here is None:
        return
    evening = here.evening
    if not evening.starts_ms - BEFORE_MS <= now_ms < evening.starts_ms:
        return
    words = Words(language)
    starts = " ".join(
        (
            words.date(evening.starts_ms, evening.zone),
            words.time(evening.starts_ms, evening.zone),
        )
    )
    for by in ("name", "seat"):
        if f"{evening.id} {by}" in printed:
            continue
        as_of = words.say("as_of", time=words.time(now_ms, evening.zone))
        head = [
            words.say("shred"),
            f"{evening.title} · {starts}",
            f"{here.settings.name} · {as_of}",
            words.say(f"by_{by}"),
        ]
        hits = door_search.everybody(device, by=by, by_name=True)
        became = door_paper.print_list(device, hits, head, by=by)
        _words.info("door list, unasked", by=by, became=became.value)
        if became in {Printed.NOT_NOW, Printed.BUSY}:
            return
        printed.add(f"{evening.id} {by}")
