"""Everything at a glance: the state of all parts, the lamps, the timeline."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from lobby.timeline import Event
from lobby.web import cameras, mailbox, network, plugs, printer, terminal
from lobby.web.answers import hardware, refuse

bp = Blueprint("figures", __name__)

LATEST = 40
# What a story waits for at one kiosk.
_OF_ONE = ("own_seats", "wanted_seats", "printing", "linked", "copies", "sold", "intents")


@bp.get("/state")
def state() -> Response:
    here = hardware()
    return jsonify(
        clock={"offset_ms": here.clock_offset_ms},
        printer=printer.document(),
        terminal=terminal.document(),
        cameras={name: cameras.document(camera) for name, camera in here.cameras.items()},
        letters=[mailbox.document(letter) for letter in here.mailbox.letters()[:LATEST]],
        network=network.document(),
        plugs=plugs.document(),
        lamps=[lamp.document() for lamp in here.lamps(fresh=False)],
        timeline=[
            event_document(event) for event in here.timeline.newest_first(limit=LATEST)
        ],
    )


@bp.get("/figures")
def figures() -> Response:
    """The lamps, and what the ledger and the kiosks, all as one and each, say."""
    here = hardware()
    lamps = here.lamps(fresh=True)
    reading = here.books.now()
    return jsonify(
        lamps=[lamp.document() for lamp in lamps],
        kiosk=reading.kiosk,
        kiosks={
            name: {key: told[key] for key in _OF_ONE if key in told}
            for name, told in (reading.devices or {}).items()
            if told and name.startswith("kiosk")
        },
        ledger=reading.ledger,
        unsent_events=reading.unsent,
        answering={
            "ledger": reading.ledger is not None,
            **{name: told is not None for name, told in (reading.devices or {}).items()},
        },
        charges=[charge.document() for charge in here.terminal.charges()],
    )


@bp.get("/timeline")
def timeline() -> Response:
    """Events, newest first; `after` leaves out those up to that number."""
    after = request.args.get("after", "0")
    if not after.isdecimal():
        refuse("after must be a number.")
    events = hardware().timeline.newest_first(after=int(after))
    return jsonify(timeline=[event_document(event) for event in events])


def event_document(event: Event) -> dict[str, Any]:
    return {
        "n": event.number,
        "at": event.happened_at.isoformat(),
        "who": event.who,
        "sentence": event.sentence,
    }
