"""A letter as its reader sees it: who, what, and the pictures that are tickets."""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html import escape

import cv2
import numpy as np
import zxingcpp

_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Enclosure:
    """Something attached or embedded."""

    name: str
    kind: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Letter:
    """One letter; number counts from 1 in the order of arrival."""

    number: int
    received_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    html: str
    enclosures: tuple[Enclosure, ...]

    @cached_property
    def tickets(self) -> tuple[Enclosure, ...]:
        """The pictures that hold a code."""
        return tuple(e for e in self.enclosures if _holds_code(e))

    @property
    def page(self) -> str:
        """The letter as a web page without anything to fetch: pictures are inside."""
        if not self.html:
            return f"<!doctype html><title>Letter</title><pre>{escape(self.text)}</pre>"
        embedded = {e.content_id: e for e in self.enclosures if e.content_id}

        def inside(found: re.Match[str]) -> str:
            enclosure = embedded.get(found[1])
            if enclosure is None:
                return found[0]
            data = b64encode(enclosure.content).decode()
            return f"data:{enclosure.kind};base64,{data}"

        return _CID.sub(inside, self.html)


def read(raw: bytes, *, number: int, received_at: datetime, to: str = "") -> Letter:
    """Return the letter in the bytes of a mail; whatever cannot be read is left out.

    to: the addresses of the envelope, for letters that do not name them.
    """
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Letter(
        number=number,
        received_at=received_at,
        sender=_header(message, "from"),
        to=_header(message, "to") or to,
        subject=_header(message, "subject"),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        enclosures=tuple(_enclosures(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError):
        return ""


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):
        return ""


def _enclosures(message: EmailMessage) -> list[Enclosure]:
    found: list[Enclosure] = []
    for part in message.walk():
        name, content_id = part.get_filename(), str(part.get("content-id", ""))
        kind = part.get_content_type()
        if part.is_multipart() or not (name or kind.startswith("image/")):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            name = name or f"part-{len(found) + 1}"
            found.append(Enclosure(name, kind, content, content_id.strip("<> ")))
    return found


def _holds_code(enclosure: Enclosure) -> bool:
    return enclosure.kind in ("image/png", "image/jpeg") and bool(texts(enclosure.content))


def texts(picture: bytes) -> list[str]:
    """Return the texts of the codes in a PNG or JPEG picture."""
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        return []
    return [found.text for found in zxingcpp.read_barcodes(pixels)]
