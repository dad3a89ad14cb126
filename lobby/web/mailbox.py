"""Letters, shown so that nothing in them can do anything."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from lobby.letters import Letter
from lobby.programs import DEVICES
from lobby.web.answers import hardware, refuse

bp = Blueprint("mailbox", __name__, url_prefix="/mailbox")

ON_PAGE = 12
# Letters come from outside: no scripts, no forms, nothing fetched, a place of their own.
POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@bp.get("")
def letters() -> Response:
    """All letters, newest first."""
    return jsonify(letters=[document(letter) for letter in hardware().mailbox.letters()])


@bp.get("/all")
def pages() -> str:
    """All letters, newest first, some on a page; `page` counts from 1."""
    letters = hardware().mailbox.letters()
    last = max(1, -(-len(letters) // ON_PAGE))
    asked = request.args.get("page", "")
    page = min(max(int(asked) if asked.isdecimal() and len(asked) < 6 else 1, 1), last)
    start = (page - 1) * ON_PAGE
    return render_template(
        "lobby/letters.html",
        letters=[listed(letter) for letter in letters[start : start + ON_PAGE]],
        total=len(letters),
        page=page,
        last=last,
        cameras=DEVICES,
    )


@bp.get("/<int:n>")
def letter(n: int) -> Response:
    found = _letter(n)
    return jsonify({**document(found), "text": found.text, "html": found.html})


@bp.get("/<int:n>/page")
def page(n: int) -> Response:
    answer = Response(_letter(n).page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@bp.get("/<int:n>/enclosures/<int:place>")
def enclosure(n: int, place: int) -> Response:
    """One attachment, counted from 1, to be saved and not to be opened here."""
    enclosures = _letter(n).enclosures
    if not 1 <= place <= len(enclosures):
        refuse(f"Letter {n} has no enclosure {place}.", 404)
    found = enclosures[place - 1]
    safe = found.kind in ("image/png", "image/jpeg", "application/pdf")
    kind = found.kind if safe else "application/octet-stream"
    answer = Response(found.content, mimetype=kind)
    answer.headers.set(
        "Content-Disposition",
        "inline" if kind.startswith("image/") else "attachment",
        filename=found.name,
    )
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def document(letter: Letter) -> dict[str, Any]:
    """What the page and the scenarios know of a letter."""
    return {
        "n": letter.number,
        "received_at": letter.received_at.isoformat(),
        "from": letter.sender,
        "to": letter.to,
        "subject": letter.subject,
        "tickets": len(letter.tickets),
        "enclosures": [
            {"place": place, "name": enclosure.name, "kind": enclosure.kind}
            for place, enclosure in enumerate(letter.enclosures, 1)
        ],
    }


def listed(letter: Letter) -> dict[str, Any]:
    """What a list of letters shows of one, with the hour of the house."""
    at = letter.received_at.astimezone(hardware().zone)
    return {**document(letter), "at": at.strftime("%H:%M:%S")}


def _letter(n: int) -> Letter:
    found = hardware().mailbox.find(n)
    if found is None:
        refuse(f"There is no letter {n}.", 404)
    return found
