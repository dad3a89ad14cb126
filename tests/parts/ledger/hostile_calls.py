"""Calls and events of devices, as docs/api.md has them, and then with bad will.

Signatures are genuine, for nobody else gets further than 401; what is inside is bent.
"""

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from structlog.testing import capture_logs

from boxoffice import log
from tests.parts.ledger.device import Device, new_id

EVIL: tuple[Any, ...] = (
    None, True, False, 0, -1, 1 << 53, 1 << 63, -(1 << 70), 1.5, 1e308, "", " ", "\x00",
    "\ud800", "A" * 5_000, "𝒽🙂\u202e", "0", "-1", "NaN", "../..", "'; DROP TABLE seat",
    [], {}, [[]], [None], {"": None}, [0] * 600, "0199a2b4-6c1e-7a3f-8d52-4be1c09f7701",
    "A1", "K7Q4MX23", "admission", "2026-13-45",
)  # fmt: skip
# What an answer may be: docs/api.md, Signed requests.
STATUSES = {200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 410, 413, 422, 426, 429, 503}


@dataclass(frozen=True)
class Call:
    """One call as documented. body: a JSON text's document, or none."""

    method: str
    target: str
    body: Any = None


@dataclass
class Attack:
    """What was thrown, and what broke: calls whose answer is not as documented."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def calls(performance: str, spare: Device) -> list[Call]:
    """Give every call, each as somebody might really make it."""
    hold, ticket = new_id(), new_id()
    stream = f"perf:{performance}"
    seats = {"performance": performance, "order": "K7Q4MX23", "seats": ["A1", "A2"]}
    best = {"performance": performance, "order": "K7Q4MX23"}
    wish = {"quantity": 2, "levels": ["premium"], "accessible": 0, "aisle": False}
    claim = {
        "claim": new_id(),
        "kind": "admission",
        "ticket": ticket,
        "issue": 1,
        "performance": performance,
        "space": "auditorium",
        "count": 1,
        "door": "Door A",
        "payload": "FOH1",
        "order": "K7Q4MX23",
        "opened_ms": 1,
        "pays": False,
    }
    batch = json.loads(json.dumps(_batch(spare)))
    return [
        Call("GET", "/api/time?nonce=abc"),
        Call("GET", "/api/events?acked=1&timeline=1"),
        Call("POST", "/api/events", batch),
        Call("GET", f"/api/feed?s={stream}@0.0.0&wait=0"),
        Call("GET", f"/api/snapshot?s={stream}&page=0"),
        Call("POST", "/api/holds", seats),
        Call("POST", "/api/holds", best | {"best": wish}),
        Call("POST", f"/api/holds/{hold}/extend", {}),
        Call("DELETE", f"/api/holds/{hold}"),
        Call("POST", "/api/allotments", {"hold": hold}),
        Call("POST", "/api/allotments", {"performance": performance, "quantity": 2}),
        Call("POST", "/api/claims", claim),
        Call("POST", "/api/claims", claim | {"kind": "pickup"}),
        Call("POST", "/api/claims", claim | {"kind": "reissue"}),
        Call("POST", "/api/lookups", {"order": "K7Q4MX23", "last_name": "Okafor"}),
        Call("POST", "/api/lookups", {"code": "FOHC:ABCD"}),
        Call("POST", "/api/lookups", {"number": "M-1", "password": "guess"}),
        Call("GET", f"/api/guestlist?performance={performance}"),
        Call("POST", "/api/members", {"number": "M-1", "password": "guess"}),
        Call("POST", "/api/members", {"card": "FOHM:ABCD"}),
        Call(
            "POST",
            "/api/tenders",
            {"hold": hold, "kind": "voucher", "code": "ABCD", "amount": 2400},
        ),
        Call("POST", "/api/balances", {"code": "ABCD"}),
        Call("PUT", "/api/contacts/K7Q4MX23", {"sealed": "abcd"}),
        Call("POST", "/api/calls", {"call": new_id(), "place": "Foyer", "page": "help"}),
        Call("PUT", f"/api/calls/{new_id()}", {"by": "Anna", "eta_min": 1}),
        Call("DELETE", f"/api/calls/{new_id()}"),
    ]


def events(performance: str, kiosk: Device) -> list[tuple[str, Any]]:
    """Give events that a kiosk or a door may log: type and body."""
    ticket, intent = new_id(), new_id()
    sale = kiosk.sale(kiosk.line(performance, "A1", 1))
    printed = {"ticket": ticket, "issue": 1, "job": new_id()}
    paid = {"intent": intent, "ref": "A1", "amount": 2400}
    movement = {
        "ticket": ticket,
        "issue": 1,
        "performance": performance,
        "space": "auditorium",
        "count": 1,
        "seat": "A1",
        "door": "Door A",
        "mode": "alone",
        "after": None,
        "verdict": "ADMIT",
        "override": None,
        "marks": [],
        "answers": {},
        "settled": [],
    }
    seat = {"performance": performance, "seat": "A1", "epoch": 1}
    collected = {
        "claim": new_id(),
        "order": "K7Q4MX23",
        "tickets": [ticket],
        "way": "qr",
    }
    started = {
        "intent": intent,
        "order": "K7Q4MX23",
        "terminal": "pretend",
        "kind": "card",
        "amount": 2400,
        "currency": "EUR",
    }
    owed = {
        "order": "K7Q4MX23",
        "currency": "EUR",
        "tickets": [{"ticket": ticket, "amount": 2400}],
        "tenders": [{"kind": "card", "ref": "A1", "amount": 2400, "intent": intent}],
        "pickup_hash": None,
        "code_hash": None,
    }
    return [
        ("sale", sale),
        ("order.paid", owed),
        ("payment.started", started),
        ("payment.declined", {"intent": intent, "reason": "cancelled"}),
        ("payment.unknown", {"intent": intent, "since_ms": 1, "reference": "K7Q4MX"}),
        ("payment.approved", paid),
        ("payment.captured", paid | {"why": ""}),
        ("payment.voided", paid | {"why": "part"}),
        ("payment.refunded", paid | {"why": "late"}),
        ("ticket.printed", printed | {"proof": "fence"}),
        ("ticket.uncertain", printed | {"reason": "silence"}),
        ("ticket.owed", printed | {"reason": "paper"}),
        ("ticket.reprinted", {"ticket": ticket, "issue": 2, "why": "torn", "staff": "a"}),
        ("ticket.delivered", {"ticket": ticket, "issue": 1, "way": "phone"}),
        ("pickup", collected),
        ("admission", movement),
        ("exit", movement),
        ("admission.undone", {"admission": new_id(), "why": "wrong"}),
        ("claim.dropped", {"claim": new_id()}),
        ("scan.refused", {"code_hash": "ab", "verdict": "FORGED", "door": "Door A"}),
        ("allotment.returned", {"seats": [seat], "why": "idle"}),
        ("cash.counted", {"drawer": "a", "amount": 1, "expected": 2, "currency": "EUR"}),
        ("device.started", {"software": "1", "boot": "b", "trust": "trusted"}),
        ("device.fault", {"software": "1", "boot": "b", "trust": "t", "code": "FH-P1"}),
        ("staff.action", {"staff": "a", "action": "b", "subject": "c", "reason": "d"}),
        ("nobody.knows", {"a": 1}),
    ]


def attack(
    chance: random.Random,
    performance: str,
    device: Device,
    kiosk: Device,
    *,
    spare: Device,
    rounds: int,
    pause: Any,
) -> Iterator[Attack]:
    """Throw bent calls and events, in turn; give what came of it so far, each time.

    spare: sends whole batches, which fork its log, so that it may do nothing else.
    pause: called between throws, so that nobody is told to ask less often.
    """
    found = Attack()
    for _ in range(rounds):
        pause()
        call = chance.choice(calls(performance, spare))
        batch = (call.method, call.target) == ("POST", "/api/events")
        type_, body = chance.choice(events(performance, kiosk))
        # What cannot be read is told with its trace: pages of it, and slowly.
        with capture_logs():
            _throw(spare if batch else device, bent(chance, call), found)
            _log(kiosk, chance, type_, body, found)
        yield found


def bent(chance: random.Random, call: Call) -> Call:
    """Bend a call in one to three places; sometimes not at all."""
    body, target = copy.deepcopy(call.body), call.target
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        if body is not None and chance.random() < 0.8:
            body = _bend(chance, body)
        else:
            target = _bend_target(chance, target)
    return Call(call.method, target, body)


def _bend(chance: random.Random, document: Any) -> Any:
    """Put something else into one place of a document, or take the place away."""
    if not isinstance(document, dict | list) or not document or chance.random() < 0.1:
        return chance.choice(EVIL)
    places = list(document) if isinstance(document, dict) else range(len(document))
    place = chance.choice(places)
    inner = document[place]
    if isinstance(inner, dict | list) and inner and chance.random() < 0.6:
        document[place] = _bend(chance, inner)
    elif chance.random() < 0.2:
        del document[place]
    else:
        document[place] = chance.choice(EVIL)
    return document


def _bend_target(chance: random.Random, target: str) -> str:
    evil = quote(str(chance.choice(EVIL)).encode("utf-8", "surrogatepass"), safe="")[:2_000]
    path, question, query = target.partition("?")
    if not question or chance.random() < 0.3:
        parts = path.split("/")
        if len(parts) > 3:
            parts[3] = evil or "x"
        return "/".join(parts) + question + query
    name, _, _ = chance.choice(query.split("&")).partition("=")
    # A feed that is asked to wait does so, by a clock that no test moves.
    return f"{path}?{name}={'0' if name == 'wait' else evil}"


def _throw(device: Device, call: Call, found: Attack) -> None:
    body = b"" if call.body is None else json.dumps(call.body).encode()
    _judge(device.raw(call.method, call.target, body), call, found)


def _log(
    kiosk: Device, chance: random.Random, type_: str, body: Any, found: Attack
) -> None:
    """Log an event with a bent body and upload it: it is recorded, whatever it says."""
    body = copy.deepcopy(body)
    if chance.random() < 0.8:
        body = _bend(chance, body)
    text = json.dumps(body)
    try:
        kiosk.happened(type_, text)
        call = Call("POST", "/api/events", f"{type_} {text[:300]}")
        answer = kiosk.upload(kiosk.events[-1:])
    except UnicodeEncodeError:
        return  # No device can write that into its log.
    _judge(answer, call, found)
    if answer.status != 200:
        found.broken.append(f"{answer.status}: a fact was refused: {type_} {text[:300]}")
        kiosk.events.pop()


def _judge(answer: Any, call: Call, found: Attack) -> None:
    found.statuses[answer.status] += 1
    said = f"{answer.status} {call.method} {call.target[:200]} {str(call.body)[:400]}"
    if answer.status not in STATUSES:
        found.broken.append(said)
    elif answer.status >= 400 and answer.status != 405:
        shape = answer.body if isinstance(answer.body, dict) else {}
        words = shape.get("error"), shape.get("message")
        if not all(isinstance(word, str) and word for word in words):
            found.broken.append(f"no reason: {said}")


def _batch(device: Device) -> Any:
    from boxoffice import wire

    event = device.event(1, log.genesis(device.id, device.incarnation), "x", {"a": 1})
    return wire.batch_document(device.batch([event]))
