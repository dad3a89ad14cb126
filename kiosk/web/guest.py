"""The guest in front of the screen: what a page must remember between two touches.

Nothing personal outlives the way back to the first page: the session is wiped there, and
seats, money and paper are in the store, never here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from flask import current_app, request, url_for
from flask import session as guest

from kiosk import orders, voice
from kiosk.device import Device
from kiosk.shown.collecting import Collecting
from kiosk.shown.named import Refusal, SeatShown
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import hearing, house

# What a guest asks for to read, hear and reach this screen better.
USHERS = "language_of_door"
ASKED = ("language", "text", "contrast", "slowly", "lowered", "loudness")


def device() -> Device:
    """Give the device whose pages these are."""
    return cast(Device, current_app.extensions["foh"])


def order() -> OrderShown | None:
    """Give the guest's order as it stands, or None without one."""
    number = guest.get("order")
    if not number:
        return None
    if guest.get("ref"):
        # Collected here, sold elsewhere: the store knows its paper, not its sale.
        known = orders.order(device(), str(number))
        ref = known.ref if known and known.ref == guest["ref"] else ""
        return OrderShown(str(number), Stage.COLLECTING, "", {}, False, (), None, ref)
    found = orders.order(device(), str(number))
    if found is not None and found.ref and found.stage is Stage.SOLD:
        # Paid here, sold elsewhere: from now on it is collected.
        guest["ref"] = found.ref
        return replace(found, stage=Stage.COLLECTING)
    return found


def order_number() -> str:
    """Give the number of the guest's order, or nothing."""
    return str(guest.get("order", ""))


def begin(number: str) -> None:
    """Remember which order this guest buys."""
    guest["order"] = number
    guest.pop("ref", None)


def collect(collecting: Collecting) -> None:
    """Remember which order this guest collects."""
    guest["order"], guest["ref"] = collecting.order, collecting.ref


def language() -> str:
    """Give the language of this page: the guest's own, else the house's first.

    A kiosk may be asked for the pages of a door, too: whoever stands there has not chosen
    what the guest at the kiosk chose, but may choose for the door.
    """
    door = house.is_door(device())
    ushers = door or request.path.startswith("/door")
    asked = guest.get(USHERS) if ushers else guest.get("language")
    if door:
        asked = asked or guest.get("language")
    return str(asked) if asked else house.read(device()).languages[0]


def wishes() -> dict[str, object]:
    """Give what this guest asked for."""
    asked = {name: guest[name] for name in ASKED if guest.get(name)}
    return {**asked, "aloud": True} if hearing.asked() else asked


def loudness() -> int:
    """How loud this guest is read to, one of `voice.LOUDNESS`."""
    asked = guest.get("loudness")
    return asked if asked in voice.LOUDNESS else voice.USUAL


def wish(asked_for: Mapping[str, object]) -> None:
    """Remember what this guest asks for; what is not named stays as it is."""
    for name, value in asked_for.items():
        if name == "aloud":
            hearing.ask(bool(value))
        else:
            guest[name] = value


def forget() -> None:
    """Wipe everything: the next guest finds an empty page and hears nothing old.

    The token of the forms stays. It says nothing of a guest, and the first page, which
    asks how things stand while it is touched, must not make those of the next page void.
    """
    stays = {name: guest[name] for name in ("csrf_token", hearing.NUMBER) if name in guest}
    somebody = hearing.asked() or len(guest) > len(stays)
    guest.clear()
    guest.update(stays)
    if somebody:
        hearing.somebody_else()
    device().sounds.clear()


def where(shown: OrderShown) -> str:
    """Give the address of the page that this order has come to."""
    match shown.stage:
        case Stage.CHOOSING:
            return url_for("seats.show", performance=shown.performance)
        case Stage.HELD if shown.ref:
            return url_for("due.show")
        case Stage.HELD:
            return url_for("order.show")
        case Stage.PAYING | Stage.PARKED:
            return url_for("payment.show")
        case Stage.SOLD | Stage.COLLECTING:
            return url_for("printing.show")
        case Stage.RELEASED:
            return url_for("attract.show")


def remember(refusal: Refusal, **facts: object) -> None:
    """Keep a refusal for the page that says it, so that it survives a reload."""
    guest["sorry"] = {
        "key": refusal.key,
        "seats": _names(refusal.seats),
        "wanted": _names(refusal.wanted),
        "facts": dict(refusal.facts),
        **facts,
    }


def refused() -> Refusal | None:
    """Give the refusal that was kept, if any."""
    kept = guest.get("sorry")
    if not kept:
        return None
    seats, wanted = (
        tuple(SeatShown(*names) for names in kept[which]) for which in ("seats", "wanted")
    )
    return Refusal(kept["key"], seats, kept["facts"], wanted=wanted)


def _names(seats: Sequence[SeatShown]) -> list[list[str]]:
    return [[s.code, s.section, s.row, s.seat, s.level] for s in seats]


def picked() -> Sequence[str]:
    """Give the seats that were touched on the map, not held yet."""
    return [str(code) for code in guest.get("picked", [])]
