"""A device that pairs, signs and keeps a log: what a kiosk does, without the kiosk."""

import json
import os
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import ids, log, tickets, wire
from ledger import devices

BOOT = "boot-1"


def new_id(now_ms: int = 1_795_800_000_000) -> str:
    return ids.uuid7(now_ms, os.urandom(10))


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any

    def ok(self, status: int = 200) -> Any:
        assert self.status == status, (self.status, self.body)
        return self.body


@dataclass
class Device:
    """One incarnation. clock: gives the ledger's time in ms."""

    client: Any
    ledger: Any
    id: str
    incarnation: int
    key: Ed25519PrivateKey
    key_id: int
    ledger_id: str
    paired: dict[str, Any]
    events: list[log.Event] = field(default_factory=list)

    @classmethod
    def paired(cls, app, ledger, name: str, role: str) -> "Device":
        """Pair through POST /api/pair, like any device."""
        key = Ed25519PrivateKey.generate()
        invitation = invite(ledger, name, role)
        client = app.test_client()
        answer = pair(client, invitation, key)
        assert answer.status_code == 201, answer.get_json()
        told = answer.get_json()
        return cls(
            client,
            ledger,
            told["device"],
            told["incarnation"],
            key,
            told["key_id"],
            told["ledger_id"],
            told,
        )

    def headers(
        self,
        method: str,
        target: str,
        body: bytes,
        *,
        request: str | None = None,
        time_ms: int | None = None,
        key: Ed25519PrivateKey | None = None,
    ) -> dict[str, str]:
        request, time_ms = request or new_id(), time_ms or self.ledger.clock()
        return wire.request_headers(
            (key or self.key).sign,
            method,
            target,
            body,
            ledger_id=self.ledger_id,
            device=self.id,
            incarnation=self.incarnation,
            time_ms=time_ms,
            request=request,
        )

    def raw(self, method: str, target: str, body: bytes = b"", **how) -> Answer:
        changed = how.pop("changed", {})
        headers = self.headers(method, target, body, **how) | changed
        answer = self.client.open(target, method=method, data=body, headers=headers)
        return Answer(answer.status_code, answer.get_json(silent=True), answer.headers)

    def get(self, target: str, **how) -> Answer:
        return self.raw("GET", target, **how)

    def post(self, target: str, document: Any, **how) -> Answer:
        return self.raw("POST", target, json.dumps(document).encode(), **how)

    def delete(self, target: str) -> Answer:
        return self.raw("DELETE", target)

    # --- the log --------------------------------------------------------------------

    def happened(self, type: str, body: Any, *, event_id: str | None = None, **how) -> str:
        """Append an event to the log and give its id."""
        last = self.events[-1] if self.events else None
        event = self.event(
            last.seq + 1 if last else 1,
            last.hash if last else log.genesis(self.id, self.incarnation),
            type,
            body,
            event_id=event_id,
            **how,
        )
        self.events.append(event)
        return event.event_id

    def event(
        self, seq, prev, type, body, *, event_id=None, ver=1, trust="trusted", wall_ms=None
    ):
        return log.event(
            prev,
            seq=seq,
            event_id=event_id or new_id(),
            type=type,
            ver=ver,
            body=body if isinstance(body, str) else wire.compact(body),
            boot_id=BOOT,
            boot_ms=seq,
            wall_ms=self.ledger.clock() if wall_ms is None else wall_ms,
            trust=trust,
        )

    def batch(self, events=None, **how) -> wire.Batch:
        events = tuple(self.events if events is None else events)
        last = events[-1] if events else None
        seq = last.seq if last else 0
        hash_ = last.hash if last else log.genesis(self.id, self.incarnation)
        said = log.head_text(self.id, self.incarnation, seq, hash_)
        made = wire.Batch(
            self.id, self.incarnation, events, seq, hash_, self.key.sign(said)
        )
        return replace(made, **how)

    def upload(self, events=None, **how) -> Answer:
        return self.post("/api/events", wire.batch_document(self.batch(events, **how)))

    # --- what a kiosk does ----------------------------------------------------------

    def hold(self, performance: str, *seats: str, order: str = "K7Q4MX23", **how) -> Answer:
        wanted = {"performance": performance, "order": order, "seats": list(seats)}
        return self.post("/api/holds", wanted, **how)

    def allot(self, hold: str, **how) -> Answer:
        return self.post("/api/allotments", {"hold": hold}, **how)

    def own(self, performance: str, *seats: str) -> dict[str, int]:
        """Hold seats and have them allotted; give their epochs, read from the feed."""
        held = self.hold(performance, *seats).ok(201)
        self.allot(held["hold"]).ok()
        return {seat: self.allotments()[f"{performance}/{seat}"]["epoch"] for seat in seats}

    def allotments(self) -> dict[str, Any]:
        return self.documents(f"dev:{self.id}", "allotment")

    def documents(self, stream: str, entity: str) -> dict[str, Any]:
        found, page = {}, 0
        while page is not None:
            part = self.get(f"/api/snapshot?s={stream}&page={page}").ok()
            found |= {
                d["id"]: json.loads(d["body"])
                for d in part["docs"]
                if d["entity"] == entity
            }
            page = part["next"]
        return found

    def code(self, performance: int, ticket: str, seat: int, *, seq: int, issue: int = 1):
        said = tickets.Code(self.key_id, performance, ticket, seat, issue=issue, seq=seq)
        return tickets.write(said, self.key.sign)

    def line(self, performance: str, seat: str, epoch: int, **how) -> dict[str, Any]:
        premium = seat[0] in "ABC"
        return {
            "ticket": new_id(),
            "performance": performance,
            "seat": seat,
            "epoch": epoch,
            "level": "premium" if premium else "standard",
            "price_type": "adult",
            "price": 2400 if premium else 1800,
            "fee_outside": 175,
            "fee_inside": 25,
            "payload": "",
        } | how

    def sale(self, *lines, order: str = "K7Q4MX23", **how) -> dict[str, Any]:
        amount = sum(line["price"] + line["fee_outside"] for line in lines)
        return {
            "order": order,
            "performance": lines[0]["performance"],
            "currency": "EUR",
            "seller": "kiosk",
            "lines": list(lines),
            "other": [],
            "tenders": [
                {"kind": "card", "ref": "A1", "amount": amount, "intent": new_id()}
            ],
            "member": None,
            "answers": [],
            "price_pos": 1,
        } | how


def invite(ledger, name: str, role: str, **how) -> dict[str, Any]:
    return ledger.store.write(
        devices.invite, ledger.means(), name=name, role=role, url="http://ledger", **how
    )


def pair(client, invitation, key: Ed25519PrivateKey, **changed):
    public = log.encoded(key.public_key().public_bytes_raw())
    said = wire.pairing_text(invitation["token"], public, invitation["ledger_id"])
    body = {
        "token": invitation["token"],
        "public_key": public,
        "proof": log.encoded(key.sign(said)),
        "hardware": "desk",
        "software": "0.1.0",
        "protocols": [1],
    } | changed
    return client.post("/api/pair", json=body)
