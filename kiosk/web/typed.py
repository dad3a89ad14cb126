"""A page with a field or two, and keys to fill them: what was wrong is put right there."""

from typing import Any

from flask import session as guest

from boxoffice import ids
from kiosk.shown.named import Refusal
from kiosk.web import frame
from kiosk.web.words import Case, sorry

SHEETS = ["components/field", "screens/collect"]


def field(name: str, words: str, keys: str) -> dict[str, str]:
    """Describe a field. keys: any, or password, which never comes back to the page."""
    return {"name": name, "words": words, "board": keys}


def again(key: str, typed: str) -> None:
    """Keep for the next page what was refused, and what was typed first."""
    guest["again"], guest["typed_again"] = key, typed


def keep(typed: str) -> None:
    """Keep for the next page what was typed, of which it has something to say."""
    guest["typed_again"] = typed


def forget() -> None:
    """Nothing is to be put right."""
    for name in ("again", "typed_again"):
        guest.pop(name, None)


def page(*, words: str, told: str = "", other: Any = None, **facts: Any) -> str:
    """Show the page. told: said instead of `words`, about what stays typed. other: a second
    thing to do with it: `words` and `action`.
    """
    refused, typed = guest.pop("again", ""), guest.pop("typed_again", "")
    if refused:
        words = sorry(Refusal(refused), Case()).words
    return frame.page(
        "kiosk/typed.html",
        sheets=SHEETS,
        idle_s=frame.long_s(),
        typed=typed,
        words=words if refused else told or words,
        stop=bool(refused),
        told=bool(told),
        other=other,
        letters=ids.ALPHABET,
        **facts,
    )
