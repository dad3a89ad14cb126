"""Who stands at this screen. Doors only.

On the door's own screen an usher needs no PIN: whoever stands there works the door. On the
network everybody shows one first. What only supervisors may do asks for theirs, and holds
for five minutes on this screen. Source: lobby.md §4, sync.md §9.
"""

from typing import Final

from flask import current_app, redirect, request, url_for
from flask import session as usher
from werkzeug.wrappers import Response

from kiosk import pins
from kiosk.pins import Person
from kiosk.web.guest import device

SUPERVISES_MS: Final = 5 * 60_000
SHIFT_MS: Final = 8 * 3_600_000


def on_network() -> bool:
    """Whether this page was asked for through the listener for phones."""
    return bool(current_app.config.get("FOH_PHONES"))


def put_on(person: Person) -> None:
    """Remember who showed a right PIN."""
    clock = device().clock
    usher["staff"], usher["since"] = person.id, clock.boot_ms()
    usher["boot"] = clock.boot_id
    usher.pop("card", None)


def show(who: str) -> None:
    """Remember whose staff code the camera saw: the PIN is still asked for."""
    usher["card"] = who


def shown() -> str:
    """Give whose staff code was seen here, blank for nobody's."""
    return str(usher.get("card") or "")


def take_off() -> None:
    """Forget who stood here, and what they looked at."""
    device().glimpse.forget()
    for name in ("staff", "since", "boot", "card"):
        usher.pop(name, None)


def person() -> Person | None:
    """Who showed a PIN here, for as long as a shift."""
    return _known(SHIFT_MS)


def supervisor() -> Person | None:
    """The supervisor who showed a PIN here a moment ago."""
    found = _known(SUPERVISES_MS if not on_network() else SHIFT_MS)
    return found if found and found.role == "supervisor" else None


def needed() -> Response | None:
    """Send a phone without a PIN to the page that asks for it."""
    if not on_network():
        return None
    if not usher.get("joined"):
        return redirect(url_for("phone.stranger"), 303)
    if person() is not None:
        return None
    return redirect(url_for("door_staff.show", to=request.path), 303)


def _known(lasts_ms: int) -> Person | None:
    who, since = usher.get("staff"), usher.get("since")
    clock = device().clock
    if not isinstance(who, str) or not isinstance(since, int):
        return None
    if usher.get("boot") != clock.boot_id or not 0 <= clock.boot_ms() - since < lasts_ms:
        return None
    return pins.known(device(), who)
