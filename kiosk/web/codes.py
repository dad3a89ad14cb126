"""What a code looks like that is no ticket of ours, so that an usher can tell what it was.

Its kind, its length and its first characters; only on this screen, only from memory.
"""

from dataclasses import replace

from kiosk.web.speech import gettext as _
from kiosk.web.verdict_words import Said

FIRST = 16
_KINDS = (
    ("FOH:", "damaged"),
    ("FOHC:", "pickup"),
    ("HTTP://", "web"),
    ("HTTPS://", "web"),
    ("WWW.", "web"),
    ("WIFI:", "wifi"),
    ("MAILTO:", "mail"),
    ("BEGIN:VCARD", "card"),
    ("MECARD:", "card"),
    ("BEGIN:VEVENT", "event"),
    ("BEGIN:VCALENDAR", "event"),
    ("TEL:", "phone"),
    ("SMSTO:", "phone"),
    ("GEO:", "place"),
)


def looks(text: str) -> str:
    """Describe a text that was read: "A web address · 34 characters · https://examp…"."""
    first = "".join(c if c.isprintable() else "·" for c in text[:FIRST])
    ending = "…" if len(text) > FIRST else ""
    return _(
        "%(kind)s · %(length)s characters · %(first)s",
        kind=_words(kind(text)),
        length=len(text),
        first=first + ending,
    )


def collect_first(said: Said) -> Said:
    """Say what helps whoever shows a genuine pickup code at a door."""
    return replace(
        said,
        more=_("A pickup code"),
        patron=_("Please collect your tickets at a kiosk first."),
    )


def kind(text: str) -> str:
    """Sort a text: the word of its kind."""
    start = text.lstrip()[:20].upper()
    for prefix, found in _KINDS:
        if start.startswith(prefix):
            return found
    if text.isascii() and text.isdigit():
        return "number"
    return "control" if any(not c.isprintable() for c in text) else "text"


def _words(kind: str) -> str:
    match kind:
        case "damaged":
            return _("One of our codes, damaged or altered")
        case "pickup":
            return _("A pickup code: tickets have to be collected first")
        case "web":
            return _("A web address")
        case "wifi":
            return _("A Wi-Fi code")
        case "mail":
            return _("An e-mail address")
        case "card":
            return _("A business card")
        case "event":
            return _("A calendar entry")
        case "phone":
            return _("A telephone number")
        case "place":
            return _("A place on a map")
        case "number":
            return _("A number, such as a bar code of a product")
        case "control":
            return _("Signs that cannot be read")
        case _:
            return _("A text")
