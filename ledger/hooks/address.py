"""Where a webhook may go: out into the world, never into the theatre's own network.

A name is looked up once and that very address is called, so that a second look-up cannot
lead elsewhere. Hosts that the configuration names may be private, and may do without TLS.
"""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_CHARACTERS = 500


class NotAllowed(ValueError):
    """An address that we do not call; the text says why."""


@dataclass(frozen=True)
class Place:
    """Whom to call: the host's name, the numbers to call, and what to ask for."""

    host: str
    number: str
    port: int
    path: str
    tls: bool


def check(address: str, allowed: Collection[str] = ()) -> tuple[str, int, str, bool]:
    """Read an address without looking it up: host, port, path, TLS. Raises NotAllowed."""
    if len(address) > MOST_CHARACTERS or any(c <= " " or c == "\x7f" for c in address):
        raise NotAllowed("This is no address of a web server.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NotAllowed("This is no address of a web server.") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"https", "http"} or not host or not address.isascii():
        raise NotAllowed("Please give an address that begins with https://.")
    if parts.username or parts.password:
        raise NotAllowed("Please leave names and passwords out of the address.")
    if parts.scheme == "http" and host not in allowed:
        raise NotAllowed("Please give an address that begins with https://.")
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        _public(number, host, allowed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    tls = parts.scheme == "https"
    return host, port or (443 if tls else 80), path, tls


def find(address: str, allowed: Collection[str] = ()) -> Place:
    """Look an address up. Raises NotAllowed, and OSError when nobody knows the name."""
    host, port, path, tls = check(address, allowed)
    for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        number = str(place[0])
        _public(ipaddress.ip_address(number.partition("%")[0]), host, allowed)
        return Place(host, number, port, path, tls)
    raise NotAllowed(f"Nobody is known under {host}.")


def _public(
    number: ipaddress.IPv4Address | ipaddress.IPv6Address,
    host: str,
    allowed: Collection[str],
) -> None:
    inner = getattr(number, "ipv4_mapped", None) or number
    if host not in allowed and (not inner.is_global or inner.is_multicast):
        raise NotAllowed(f"{host} is inside a private network, which is not called.")
