"""The lobby on one page: plain by itself; scripts ask for its panels and swap them."""

import hashlib
import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from lobby.printer import faults
from lobby.printer.slips import Slip, State
from lobby.programs import DEVICES, address
from lobby.scenarios import story
from lobby.terminal import plan as plans
from lobby.terminal.charges import State as Charged
from lobby.web import cameras, mailbox, network, plugs, printer, terminal, tries
from lobby.web.answers import hardware

bp = Blueprint("page", __name__)

PANELS = (
    "printer",
    "hand",
    "terminal",
    "camera-kiosk",
    "camera-door-a",
    "camera-door-b",
    "mailbox",
    "lamps",
    "network",
    "plugs",
    "clock",
    "timeline",
)
IN_SLOT, IN_HAND, LETTERS, EVENTS, BOOK_LINES = 6, 8, 6, 60, 4

# On the printer itself, and under "More trouble".
_OFTEN = ("out", "cover", "jam", "silent")
_SHORT = {
    "near_end": "Nearly out",
    "out": "Paper out",
    "cover": "Cover open",
    "jam": "Jam",
    "cutter": "Cutter stuck",
    "hot": "Too hot",
    "offline": "Offline",
    "slow": "Slow",
    "garbage": "Nonsense",
    "silent": "Silent",
    "off": "No power",
}
_DISPLAY = {
    Charged.WAITING_FOR_CARD: "Tap or insert your card",
    Charged.ENTER_PIN: "Enter your PIN",
    Charged.CARD_REMOVED: "Card removed: insert it again",
    Charged.PROCESSING: "One moment",
    Charged.APPROVED: "Approved",
    Charged.PART: "Part approved",
    Charged.DECLINED: "Declined",
    Charged.CANCELLED: "Cancelled",
    Charged.VOIDED: "Voided",
}
_LAMPS = {
    "paper": "Every paid ticket accounted for",
    "journal": "Every penny balances",
    "seats": "No seat sold twice",
    "charges": "No card charged twice",
    "admissions": "Nobody admitted twice",
}
_CABLES = {
    "kiosk-ledger": "Kiosk to ledger",
    "kiosk-2-ledger": "Kiosk 2 to ledger",
    "door-a-ledger": "Door A to ledger",
    "door-b-ledger": "Door B to ledger",
    "kiosk-terminal": "Kiosk to terminal",
    "kiosk-printer": "Kiosk to printer",
}
_PLUGS = {
    "ledger": "Ledger",
    "kiosk": "Kiosk",
    "kiosk-2": "Kiosk 2",
    "door-a": "Door A",
    "door-b": "Door B",
    "scanner-kiosk": "Kiosk's scanner",
    "scanner-door-a": "Door A's scanner",
    "scanner-door-b": "Door B's scanner",
}


@bp.get("/")
def show() -> str:
    """The whole page. `run` names a scenario to play, `pace` how fast."""
    run = request.args.get("run", "")
    return render_template(
        "lobby/page.html",
        panels={name: _panel(name) for name in PANELS},
        screens={
            name: {"title": title, "address": address(hardware().ports.device(name))}
            for name, title in DEVICES.items()
        },
        scenarios=[(name, story.load(name).title) for name in story.names()],
        run=run if run in story.names() else "",
        pace="none" if request.args.get("pace") == "none" else "human",
        ledger=address(hardware().ports.ledger),
    )


@bp.get("/panels")
def panels() -> AnyResponse:
    """All panels as fragments, or 304 when none has changed."""
    body = json.dumps({name: _panel(name) for name in PANELS})
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(hashlib.blake2b(body.encode(), digest_size=12).hexdigest())
    return answer.make_conditional(request)


def _panel(name: str) -> str:
    if name.startswith("camera-"):
        return _camera(name.removeprefix("camera-"))
    make = {
        "printer": _printer,
        "hand": _hand,
        "terminal": _terminal,
        "mailbox": _mailbox,
        "lamps": _lamps,
        "network": _network,
        "plugs": _plugs,
        "clock": _clock,
        "timeline": _timeline,
    }[name]
    return make()


def _printer() -> str:
    slot = [slip for slip in hardware().tray.slips() if slip.state is not State.TAKEN]
    state = printer.document()
    active = [name for name, on in state["faults"].items() if on]
    return render_template(
        "lobby/_printer.html",
        slips=[_slip(slip) for slip in reversed(slot[-IN_SLOT:])],
        says=faults.WORDS[active[0]][0] if active else "Ready",
        halted=hardware().printer.faults.halted,
        trouble=bool(active),
        waiting_bytes=state["waiting_bytes"],
        often=[_fault(name, state) for name in _OFTEN],
        seldom=[_fault(name, state) for name in faults.NAMES if name not in _OFTEN],
        lying=[_SHORT[name].lower() for name in state["lying_in_wait"] or ()],
        cameras=DEVICES,
    )


def _hand() -> str:
    taken = [slip for slip in hardware().tray.slips() if slip.state is State.TAKEN]
    return render_template(
        "lobby/_hand.html",
        slips=[_slip(slip) for slip in reversed(taken[-IN_HAND:])],
        waiting=_waiting(),
        tries=tries.shown(),
        typed=tries.typed(),
        cameras=DEVICES,
    )


def _waiting() -> dict[str, str] | None:
    """Name an order of the demo house that still waits to be collected: one that is paid,
    and on no paper yet."""
    printed = {line for slip in hardware().tray.slips() for line in slip.lines}
    for order in hardware().demo_facts.get("will_call") or ():
        number = f"{order['order'][:4]}-{order['order'][4:]}"
        if order["paid"] and not any(number in line for line in printed):
            return {"number": number, "name": order["last_name"]}
    return None


def _terminal() -> str:
    state = terminal.document()
    charge = state["attempt"] or state["last"]
    return render_template(
        "lobby/_terminal.html",
        state=state,
        charge=charge,
        display=_DISPLAY[Charged(charge["state"])] if charge else "Ready",
        book=hardware().terminal.charges()[: -BOOK_LINES - 1 : -1],
        outcomes=plans.WORDS,
        Outcome=plans.Outcome,
    )


def _camera(name: str) -> str:
    return render_template(
        "lobby/_camera.html",
        name=name,
        title=DEVICES[name],
        camera=cameras.document(hardware().cameras[name]),
    )


def _mailbox() -> str:
    letters = hardware().mailbox.letters()
    return render_template(
        "lobby/_mailbox.html",
        letters=[mailbox.listed(letter) for letter in letters[:LETTERS]],
        more=max(len(letters) - LETTERS, 0),
        cameras=DEVICES,
    )


def _lamps() -> str:
    lamps = [lamp.document() for lamp in hardware().lamps(fresh=False)]
    return render_template("lobby/_lamps.html", lamps=lamps, titles=_LAMPS)


def _network() -> str:
    return render_template("lobby/_network.html", cables=network.document(), titles=_CABLES)


def _plugs() -> str:
    return render_template("lobby/_plugs.html", plugs=plugs.document(), titles=_PLUGS)


def _clock() -> str:
    return render_template("lobby/_clock.html", offset_ms=hardware().clock_offset_ms)


def _timeline() -> str:
    names = {**_PLUGS, "lobby": "Lobby", "printer": "Printer", "terminal": "Terminal",
             "mailbox": "Mailbox", "network": "Network", "clock": "Clock"}  # fmt: skip
    return render_template(
        "lobby/_timeline.html",
        events=[
            {
                "n": event.number,
                "at": _clock_time(event.happened_at),
                "who": names.get(event.who, event.who),
                "sentence": event.sentence,
            }
            for event in hardware().timeline.newest_first(limit=EVENTS)
        ],
    )


def _slip(slip: Slip) -> dict[str, Any]:
    pieces = len(slip.pieces)
    printing = slip.state is State.PRINTING
    return {
        "n": slip.number,
        "printing": printing,
        "torn": slip.torn,
        # A growing slip is another picture each time.
        "picture": f"/printer/slips/{slip.number}.svg"
        + (f"?p={pieces}" if printing else ""),
        "words": ", ".join(line.strip() for line in slip.lines[:6] if line.strip()),
        "strange": len(slip.unknown),
        "has_code": bool(slip.codes),
    }


def _fault(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "title": _SHORT[name], "on": state["faults"][name]}


def _clock_time(moment: datetime) -> str:
    return moment.astimezone(hardware().zone).strftime("%H:%M:%S")
