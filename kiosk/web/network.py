"""What the listener for ushers' phones lets through: the door's pages, from names we know.

Guests', staff's and scanner's pages of this device stay on this machine.
Source: sync.md §9.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, abort, request

from kiosk.device import Device

_BESIDES: Final = frozenset({"static", "screen.sheet", "access.language"})


def install(app: Flask, blueprints: set[str]) -> None:
    """Check every request before anything else does. blueprints: names of those allowed."""
    device: Device = app.extensions["foh"]
    names = device.config.phones_names

    def only_doors() -> None:
        if request.host.partition(":")[0].lower() not in names:
            abort(421)
        if request.endpoint not in _BESIDES and request.blueprint not in blueprints:
            abort(404)
        if request.method not in {"GET", "HEAD"}:
            origin = urlsplit(request.headers.get("Origin", ""))
            if origin.netloc.lower() != request.host.lower():
                abort(403)

    app.before_request_funcs.setdefault(None, []).insert(0, only_doors)
