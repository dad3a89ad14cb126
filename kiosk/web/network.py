"""What a listener lets through, before any page is asked: names we know, our own forms.

A page of the web whose name was made to lead to this machine could else read what the
screen shows, or press its buttons. The listener for ushers' phones has the door's pages
alone; guests', staff's and scanner's pages stay on this machine. Source: sync.md §9.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, abort, request

from kiosk.device import Device

_BESIDES: Final = frozenset(
    {"static", "screen.sheet", "access.language", "look.sheet", "look.asset"}
)


_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


def stay_here(app: Flask) -> None:
    """Check every request of the device's own screen: it comes from this machine."""
    device: Device = app.extensions["foh"]

    def only_here() -> None:
        if not is_here(device, request.host):
            abort(421)
        said = request.headers.get("Origin")
        if said is not None and urlsplit(said).netloc.lower() != request.host.lower():
            abort(403)

    app.before_request_funcs.setdefault(None, []).insert(0, only_here)


def is_here(device: Device, host: str) -> bool:
    """Whether a Host header names this machine."""
    name = _name(host)
    return name in _LOOPBACK or name == device.config.host.lower()


def install(app: Flask, blueprints: set[str]) -> None:
    """Check every request before anything else does. blueprints: names of those allowed."""
    device: Device = app.extensions["foh"]
    names = device.config.phones_names

    def only_doors() -> None:
        if _name(request.host) not in names:
            abort(421)
        if request.endpoint not in _BESIDES and request.blueprint not in blueprints:
            abort(404)
        if request.method not in {"GET", "HEAD"}:
            origin = urlsplit(request.headers.get("Origin", ""))
            if origin.netloc.lower() != request.host.lower():
                abort(403)

    app.before_request_funcs.setdefault(None, []).insert(0, only_doors)


def _name(host: str) -> str:
    """Give the name of a Host header without its port: `[::1]` keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
