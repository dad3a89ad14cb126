"""Carry one delivery to its address, signed; whatever comes back is said in a sentence."""

import http.client
import socket
import ssl
from collections.abc import Collection
from dataclasses import dataclass

from ledger import webhooks
from ledger.hooks import address
from ledger.webhooks import Due

TIMEOUT_S = 10.0
MOST_SHOWN = 200


@dataclass(frozen=True)
class Answer:
    """What came of a try. heard: the other side took it (2xx)."""

    heard: bool
    words: str


def send(due: Due, *, now_s: int, allowed: Collection[str] = ()) -> Answer:
    """Send a delivery once. Redirections are not followed: they may lead anywhere."""
    try:
        place = address.find(due.address, allowed)
        return _ask(place, due, now_s)
    except address.NotAllowed as why:
        return Answer(False, str(why))
    except ssl.SSLError as why:
        return Answer(False, f"The certificate or TLS is wrong: {why.reason or 'unknown'}.")
    except TimeoutError:
        return Answer(False, "There was no answer in time.")
    except (OSError, http.client.HTTPException, ValueError) as why:
        return Answer(False, f"It could not be reached ({type(why).__name__}).")


def _ask(place: address.Place, due: Due, now_s: int) -> Answer:
    line = socket.create_connection((place.number, place.port), TIMEOUT_S)
    try:
        if place.tls:
            line = ssl.create_default_context().wrap_socket(
                line, server_hostname=place.host
            )
        calling = http.client.HTTPConnection(place.host, place.port, timeout=TIMEOUT_S)
        calling.sock = line
        calling.request(
            "POST",
            place.path,
            body=due.body.encode(),
            headers={
                "Content-Type": "application/json",
                "User-Agent": "Front of House",
                "FoH-Event": due.event,
                "FoH-Delivery": due.id,
                "FoH-Signature": webhooks.signature(due.secret, now_s, due.body),
            },
        )
        answer = calling.getresponse()
        text = answer.read(MOST_SHOWN).decode("utf-8", "replace")
    finally:
        line.close()
    said = "".join(c if c.isprintable() else " " for c in text).strip()
    words = f"{answer.status} {answer.reason}".strip()
    return Answer(200 <= answer.status < 300, f"{words}: {said}" if said else words)
