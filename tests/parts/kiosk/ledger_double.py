"""A ledger that works, in memory: what devices call, and nothing else of it.

It keeps seats, holds, allotments, claims, orders and the uploaded log, checks the chain and
the signatures, and tells its streams with digests. The line to it can be cut, one way or
both. Stories with the real ledger are in tests/stories.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import envelopes, log, tickets, wire

Answer = tuple[int, dict[str, Any] | None]


@dataclass
class Stream:
    """One stream: its rows, and its documents with their versions."""

    rows: list[wire.Row] = field(default_factory=list)
    docs: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    digests: list[int] = field(default_factory=lambda: [0])


@dataclass
class Known:
    """A device as the ledger knows it."""

    public: bytes
    role: str
    name: str
    events: list[log.Event] = field(default_factory=list)
    revoked: bool = False


class Cut(Exception):
    """The line is cut."""


class LedgerDouble(httpx.BaseTransport):
    """The ledger and the line to it.

    up: whether requests arrive. answers_lost: how many answers get lost from now on.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
        self.id = "ledger-1"
        self.timeline = 1
        self.up = True
        self.answers_lost = 0
        self.recovering = False
        self.streams: dict[str, Stream] = {}
        self.devices: dict[str, Known] = {}
        self.tokens: dict[str, tuple[str, str]] = {}
        self.holds: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.last_claim: dict[str, Any] = {}
        self.admits: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}
        self.standing: dict[str, dict[str, str]] = {}
        self.contacts: dict[str, str | None] = {}
        self.members: dict[str, dict[str, Any]] = {}
        self.vouchers: dict[str, int] = {}
        self.promos: dict[str, int] = {}
        self._holds_made = 0
        self.promised: dict[str, dict[str, str]] = {}
        self.promised_to: dict[str, str] = {}
        self.covered: dict[str, int] = {}
        self.calls: list[dict[str, Any]] = []
        self.answered: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.standing_limit = 99
        self._epochs = 100

    # --- telling ---------------------------------------------------------------------

    def put(self, stream: str, entity: str, id: str, body: dict[str, Any] | None) -> None:
        """Tell a document, or its end."""
        known = self.streams.setdefault(stream, Stream())
        ver, old = known.docs.get((entity, id), (0, None))
        text = "" if body is None else wire.compact(body)
        was = None if old is None else wire.document_digest(entity, id, ver, old)
        now = None if body is None else wire.document_digest(entity, id, ver + 1, text)
        known.digests.append(wire.digest_after(known.digests[-1], old=was, new=now))
        op = "delete" if body is None else "put"
        row = wire.Row(len(known.rows) + 1, entity, id, ver + 1, op, text)
        known.rows.append(row)
        if entity == "ticket" and body is not None:
            self.admits[id] = int(body.get("admits") or 1)
        if body is None:
            known.docs.pop((entity, id), None)
        else:
            known.docs[entity, id] = (ver + 1, text)

    def doc(self, stream: str, entity: str, id: str) -> dict[str, Any] | None:
        """Read a live document."""
        found = self.streams.get(stream, Stream()).docs.get((entity, id))
        return None if found is None else json.loads(found[1])

    def seat(self, performance: str, seat: str) -> dict[str, Any]:
        """Read the state of a seat."""
        found = self.doc(f"perf:{performance}", "seat", seat)
        assert found is not None
        return found

    def set_seat(self, performance: str, seat: str, **change: Any) -> None:
        """Change the state of a seat."""
        body = {**self.seat(performance, seat), **change}
        self.put(f"perf:{performance}", "seat", seat, body)

    def events(self, device: str, type: str | None = None) -> list[dict[str, Any]]:
        """Give the bodies of a device's uploaded events."""
        found = self.devices[device].events
        return [json.loads(e.body) for e in found if type is None or e.type == type]

    # --- the line --------------------------------------------------------------------

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self.up:
            raise httpx.ConnectError("cut")
        target = request.url.raw_path.decode()
        self.asked.append(f"{request.method} {target.split('?')[0]}")
        raw = request.read()
        status, body = self._route(request, target, raw)
        if self.answers_lost:
            self.answers_lost -= 1
            raise httpx.ReadTimeout("lost")
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"FoH-Now": str(self.now_ms()), "Content-Type": "application/json"}
        return httpx.Response(status, content=content, headers=headers)

    def _route(self, request: httpx.Request, target: str, raw: bytes) -> Answer:
        path, _, query = target.partition("?")
        if path == "/api/time":
            return self._time(parse_qs(query)["nonce"][0])
        body = json.loads(raw) if raw else {}
        if path == "/api/pair":
            return self._pair(body)
        device = request.headers["FoH-Device"].split(";")[0]
        known = self.devices[device]
        refused = self._signed(request, target, raw, known)
        if refused:
            return refused
        match (request.method, path.removeprefix("/api/").split("/")):
            case ("GET", ["events"]):
                return 200, self._cursor(device)
            case ("POST", ["events"]):
                return self._upload(device, body)
            case ("GET", ["feed"]):
                return self._feed(parse_qs(query))
            case ("GET", ["snapshot"]):
                return self._snapshot(parse_qs(query))
            case ("GET", ["guestlist"]):
                return 200, {"names": self.names}
        if self.recovering:
            return 503, {"error": "recovering"}
        request_id = request.headers["FoH-Request"]
        if path.startswith("/api/contacts/"):
            return self._contact(path.rpartition("/")[2], body["sealed"], device)
        if request_id not in self.answered:
            self.answered[request_id] = self._write(request.method, path, body, device)
        return self.answered[request_id]

    def _contact(self, order: str, sealed: str, device: str) -> Answer:
        if order not in {sale["order"] for sale in self.events(device, "sale")}:
            return 404, {"error": "not_found"}
        self.contacts[order] = envelopes.unseal(envelopes.own_key(b"c"), order, sealed)
        return 204, None

    def _signed(
        self, request: httpx.Request, target: str, raw: bytes, known: Known
    ) -> Answer | None:
        time_ms = int(request.headers["FoH-Time"])
        device, _, incarnation = request.headers["FoH-Device"].partition(";")
        text = wire.request_text(
            request.method,
            target,
            raw,
            ledger_id=self.id,
            device=device,
            incarnation=int(incarnation),
            time_ms=time_ms,
            request=request.headers["FoH-Request"],
        )
        signature = log.decoded(request.headers["FoH-Signature"])
        if not log.head_holds(known.public, signature, text):
            return 401, {"error": "signature"}
        if known.revoked:
            return 401, {"error": "revoked"}
        if abs(time_ms - self.now_ms()) > wire.CLOCK_TOLERANCE_MS:
            return 401, {"error": "clock"}
        return None

    def _time(self, nonce: str) -> Answer:
        now_ms = self.now_ms()
        signed = self.key.sign(wire.time_text(self.id, nonce, now_ms))
        return 200, {
            "ledger_id": self.id,
            "nonce": nonce,
            "now_ms": now_ms,
            "signature": log.encoded(signed),
        }

    # --- pairing, log, feed ------------------------------------------------------------

    @property
    def public_key(self) -> str:
        return log.encoded(self.key.public_key().public_bytes_raw())

    def invite(self, token: str, *, role: str, name: str) -> None:
        """Let somebody pair with this token."""
        self.tokens[token] = (role, name)

    def _pair(self, body: dict[str, Any]) -> Answer:
        if body["token"] not in self.tokens:
            return 410, {"error": "gone"}
        role, name = self.tokens[body["token"]]
        public = log.decoded(body["public_key"])
        device = name.lower().replace(" ", "-")
        if device not in self.devices:
            self.devices[device] = Known(public, role, name)
            key_id = len(self.devices)
            key = {"key_id": key_id, "kind": "device", "owner": device, "state": "active"}
            self.put(
                "venue:v1",
                "key",
                str(key_id),
                {**key, "public": body["public_key"], "last_seq": None},
            )
        if self.devices[device].public != public:
            return 410, {"error": "gone"}
        return 201, {
            "device": device,
            "name": name,
            "incarnation": 1,
            "role": role,
            "key_id": list(self.devices).index(device) + 1,
            "ledger_id": self.id,
            "ledger_key": self.public_key,
            "venue": "v1",
            "streams": ["venue:v1", f"dev:{device}"],
            "keys": [],
        }

    def _cursor(self, device: str) -> dict[str, Any]:
        events = self.devices[device].events
        seq, hash_ = (
            (events[-1].seq, events[-1].hash) if events else (0, log.genesis(device, 1))
        )
        return wire.cursor_document(wire.Cursor("active", 1, seq, hash_, self.timeline))

    def _upload(self, device: str, body: dict[str, Any]) -> Answer:
        batch = wire.batch(body)
        known = self.devices[device]
        text = log.head_text(device, 1, batch.head_seq, batch.head_hash)
        assert log.head_holds(known.public, batch.head_signature, text)
        for event in batch.events:
            if any(event.hash == old.hash for old in known.events):
                continue
            last = known.events[-1] if known.events else None
            after = (last.seq, last.hash) if last else (0, log.genesis(device, 1))
            if log.first_break([event], after_seq=after[0], after_hash=after[1]):
                return 409, {"error": "gap", "cursor": self._cursor(device)}
            known.events.append(event)
            self._apply(device, event)
        cursor = self._cursor(device)
        return 200, {"acked": {"seq": cursor["seq"], "hash": cursor["hash"]}, "heads": {}}

    def _apply(self, device: str, event: log.Event) -> None:
        body = json.loads(event.body)
        match event.type:
            case "admission.undone":
                self.claims.pop(body["admission"], None)
            case "sale":
                for line in body["lines"]:
                    self.set_seat(
                        line["performance"],
                        line["seat"],
                        state="sold",
                        ticket=line["ticket"],
                    )
                    id = f"{line['performance']}/{line['seat']}"
                    self.put(f"dev:{device}", "allotment", id, None)
            case "allotment.returned":
                for seat in body["seats"]:
                    self.free(device, seat["performance"], seat["seat"])
            case "claim.dropped":
                self.claims.pop(body["claim"], None)
            case "ticket.reprinted":
                for id, claim in list(self.claims.items()):
                    if claim.get("reissue") == body["ticket"]:
                        del self.claims[id]
            case "order.paid":
                for paid in body["tickets"]:
                    self._ticket(body["order"], paid["ticket"])["paid"] += paid["amount"]
            case "pickup":
                for ticket in body["tickets"]:
                    self._to_print(body["order"], ticket)["print_state"] = "queued"
            case "ticket.failed":
                for order in self.orders.values():
                    for one in order["answer"]["tickets"]:
                        if one["ticket"] == body["ticket"]:
                            one["print_state"] = "failed"

    def _feed(self, query: dict[str, list[str]]) -> Answer:
        told = []
        for part in query.get("s", []):
            stream, _, cursor = part.rpartition("@")
            at = wire.position(cursor)
            known = self.streams.get(stream, Stream())
            if at.timeline != self.timeline:
                told.append({"stream": stream, "gone": "timeline"})
            elif at.pos > len(known.rows) or at.digest != known.digests[at.pos]:
                told.append({"stream": stream, "gone": "drift"})
            else:
                rows = known.rows[at.pos : at.pos + 500]
                pos = at.pos + len(rows)
                now = wire.Position(self.timeline, pos, known.digests[pos])
                told.append(
                    {
                        "stream": stream,
                        "rows": [wire.row_document(row) for row in rows],
                        "cursor": str(now),
                    }
                )
        return 200, {"streams": told, "poll_again_ms": 0}

    def _snapshot(self, query: dict[str, list[str]]) -> Answer:
        known = self.streams.get(query["s"][0], Stream())
        now = wire.Position(self.timeline, len(known.rows), known.digests[-1])
        docs = [
            {"entity": entity, "id": id, "ver": ver, "min_client": 1, "body": body}
            for (entity, id), (ver, body) in known.docs.items()
        ]
        return 200, {
            "stream": query["s"][0],
            "from": str(now),
            "until": str(now),
            "docs": docs,
            "next": None,
        }

    # --- seats -------------------------------------------------------------------------

    def _write(self, method: str, path: str, body: dict[str, Any], device: str) -> Answer:
        match (method, path.removeprefix("/api/").split("/")):
            case ("POST", ["holds"]):
                return self._hold(body)
            case ("POST", ["holds", hold, "extend"]):
                return self._extend(hold)
            case ("DELETE", ["holds", hold]):
                return self._release(hold)
            case ("POST", ["allotments"]):
                return self._allot(body, device)
            case ("POST", ["claims"]):
                return self._claim(body, device)
            case ("POST", ["lookups"]):
                return self._look_up(body)
            case ("POST", ["members"]):
                who = body.get("card") or f"{body['number']}/{body['password']}"
                if who not in self.members:
                    return 409, {"error": "NOT_FOUND"}
                return 200, self.members[who]
            case ("POST", ["tenders"]):
                return self._tender(body)
            case ("POST", ["balances"]):
                left = self.vouchers.get(body["code"])
                told = {"kind": "gift_card", "currency": "EUR", "until_ms": None}
                return (
                    (409, {"error": "NOT_FOUND"})
                    if left is None
                    else (
                        200,
                        told | {"left": left},
                    )
                )
            case ("DELETE", ["tenders", tender]):
                if self.promised_to.get(tender):
                    self._unpromise(tender)
                return 204, None
            case ("POST", ["calls"]):
                self.calls.append(body)
                told = {"place": body["place"], "since_ms": self.now_ms(), "by": None}
                self.put("venue:v1", "call", body["call"], told)
                return 201, {"call": body["call"]}
            case ("PUT", ["calls", call]):
                told = self.doc("venue:v1", "call", call) or {}
                self.put("venue:v1", "call", call, {**told, **body})
                return 200, {"call": call}
            case ("DELETE", ["calls", call]):
                self.put("venue:v1", "call", call, None)
                return 204, None
        return 404, {"error": "not_found"}

    def _tender(self, body: dict[str, Any]) -> Answer:
        if body["hold"] not in self.holds:
            return 409, {"error": "NOT_HELD"}
        made = {"tender": f"tender-{len(self.answered)}", "amount": 0, "credits": 0}
        if body["kind"] == "again":
            source = self.promised.get(body["code"])
            if source is None:
                return 409, {"error": "NOT_FOUND"}
            self._unpromise(body["code"])
            body = body | source
        self.promised[made["tender"]] = {"kind": body["kind"], "code": body["code"]}
        self.promised_to[made["tender"]] = body["hold"]
        if body["kind"] == "credit":
            return 201, made | {"kind": "credit", "credits": body["amount"]}
        if body["kind"] == "promo":
            if not self.promos.get(body["code"].upper()):
                return 409, {"error": "PROMO_USED_UP"}
            self.promos[body["code"].upper()] -= 1
            return 201, made | {"kind": "promo", "credits": body["amount"]}
        covered = min(self.vouchers.get(body["code"], 0), body["amount"])
        if not covered:
            return 409, {"error": "NOT_FOUND"}
        self.vouchers[body["code"]] -= covered
        self.covered[made["tender"]] = covered
        left = {"left": self.vouchers[body["code"]], "card": body["code"][:4]}
        return 201, made | {"kind": "gift_card", "amount": covered} | left

    def _unpromise(self, tender: str) -> None:
        source = self.promised[tender]
        if source["kind"] == "voucher":
            self.vouchers[source["code"]] += self.covered.pop(tender, 0)
        if source["kind"] == "promo" and self.promised_to.get(tender):
            self.promos[source["code"].upper()] += 1
        self.promised_to[tender] = ""

    def hold_runs_out(self, hold: str) -> None:
        """The ledger's clock has passed it: seats and tenders come back."""
        self._release(hold)

    def _free_seats(self, performance: str) -> list[str]:
        docs = self.streams[f"perf:{performance}"].docs
        return [
            id
            for (entity, id), (_, body) in docs.items()
            if entity == "seat" and json.loads(body)["state"] == "available"
        ]

    def _hold(self, body: dict[str, Any]) -> Answer:
        performance = body["performance"]
        free = self._free_seats(performance)
        if "best" in body:
            seats = free[: body["best"]["quantity"]]
            if len(seats) < body["best"]["quantity"]:
                return 409, {"error": "NOT_ENOUGH_TICKETS", "left": len(seats)}
        else:
            seats = body["seats"]
        gone = [seat for seat in seats if seat not in free]
        if gone:
            return 409, {"error": "SEAT_UNAVAILABLE", "seats": gone}
        self._holds_made += 1
        hold = f"hold-{self._holds_made}"
        expires_ms = self.now_ms() + 900_000
        self.holds[hold] = {"performance": performance, "seats": seats, "until": expires_ms}
        for seat in seats:
            self.set_seat(performance, seat, state="held")
        return 201, {
            "hold": hold,
            "order": body["order"],
            "seats": seats,
            "expires_ms": expires_ms,
        }

    def _extend(self, hold: str) -> Answer:
        if hold not in self.holds or self.holds[hold].get("extended"):
            return 409, {"error": "NOT_HELD"}
        self.holds[hold]["extended"] = True
        self.holds[hold]["until"] += 900_000
        return 200, {"expires_ms": self.holds[hold]["until"]}

    def _release(self, hold: str) -> Answer:
        found = self.holds.pop(hold, None)
        for tender in [one for one, to in self.promised_to.items() if to == hold]:
            self._unpromise(tender)
        for seat in found["seats"] if found else ():
            self.set_seat(found["performance"], seat, state="available")
        return 204, None

    def _allot(self, body: dict[str, Any], device: str) -> Answer:
        if "hold" in body:
            held = self.holds.get(body["hold"])
            if held is None or self.now_ms() >= held["until"]:
                return 409, {"error": "NOT_HELD"}
            del self.holds[body["hold"]]
            performance, seats = held["performance"], held["seats"]
        else:
            performance = body["performance"]
            asked = min(body["quantity"], self.standing_limit)
            seats = self._free_seats(performance)[:asked]
            if not seats:
                return 409, {"error": "NOT_ENOUGH_TICKETS", "left": 0}
        self.allot(device, performance, seats)
        stream = f"dev:{device}"
        return 200, {"stream": stream, "pos": len(self.streams[stream].rows)}

    def allot(
        self, device: str, performance: str, seats: list[str], sell_by_ms: int | None = None
    ) -> None:
        """Make a device the owner of seats."""
        for seat in seats:
            self._epochs += 1
            self.set_seat(
                performance,
                seat,
                state="allotted",
                device=device,
                incarnation=1,
                epoch=self._epochs,
            )
            self.put(
                f"dev:{device}",
                "allotment",
                f"{performance}/{seat}",
                {
                    "performance": performance,
                    "seat": seat,
                    "incarnation": 1,
                    "epoch": self._epochs,
                    "sell_by_ms": sell_by_ms,
                },
            )

    def free(self, device: str, performance: str, seat: str) -> None:
        """Take an allotted seat back."""
        self._epochs += 1
        self.set_seat(
            performance,
            seat,
            state="available",
            device=None,
            incarnation=None,
            epoch=self._epochs,
        )
        self.put(f"dev:{device}", "allotment", f"{performance}/{seat}", None)

    # --- tickets -----------------------------------------------------------------------

    def sign(self, code: tickets.Code) -> str:
        """Sign a ticket as the ledger does; its key has the id 900."""
        return tickets.write(code, self.key.sign)

    def _ticket(self, order: str, ticket: str) -> dict[str, Any]:
        found = self.orders[order]["answer"]["tickets"]
        return next(one for one in found if one["ticket"] == ticket)

    def _to_print(self, order: str, ticket: str) -> dict[str, Any]:
        if order in self.orders:
            return self._ticket(order, ticket)
        return {"print_state": "not_printed", "price": 0, "paid": 0, "payload": ""}

    def _being_printed(self, ticket: str) -> bool:
        """Whether a claim is live: none of its pickups has been told."""
        told = {
            e["claim"] for device in self.devices for e in self.events(device, "pickup")
        }
        return any(
            claim.get("pickup") == ticket
            for id, claim in self.claims.items()
            if id not in told
        )

    def _claim(self, body: dict[str, Any], device: str) -> Answer:
        if body["claim"] in self.claims:
            return 200, self.claims[body["claim"]]
        if body["kind"] == "pickup":
            ticket = self._to_print(body["order"], body["ticket"])
            if ticket["print_state"] not in {"not_printed", "failed"}:
                by = {"by": "Kiosk 2", "at_ms": 1_000, "why": ""}
                return 200, {"granted": False, "refused": "ALREADY_PRINTED", **by}
            if self._being_printed(body["ticket"]):
                by = {"by": "Kiosk 2", "at_ms": 1_000, "why": ""}
                return 200, {"granted": False, "refused": "PRINT_IN_PROGRESS", **by}
            owes = ticket["price"] - ticket["paid"]
            if owes and not body.get("pays"):
                due = {"due": owes, "currency": "EUR"}
                return 200, {"granted": False, "refused": "AMOUNT_DUE", **due}
            answer = {"granted": True, "after": None, "payload": ticket["payload"]}
            answer["pickup"] = body["ticket"]
            self.claims[body["claim"]] = answer
            return 200, answer
        if body["kind"] == "reissue":
            known = self.orders.values()
            found = {t["ticket"]: t for one in known for t in one["answer"]["tickets"]}
            if any(c.get("reissue") == body["ticket"] for c in self.claims.values()):
                return 200, {"granted": False, "refused": "PRINT_IN_PROGRESS", "why": ""}
            if body["ticket"] not in found:
                return 404, {"error": "not_found"}
            payload = f"{found[body['ticket']]['payload']}-again"
            answer = {"granted": True, "after": None, "payload": payload}
            answer["reissue"] = body["ticket"]
            self.claims[body["claim"]] = answer
            return 200, answer
        key, self.last_claim = (body["ticket"], body["space"]), body
        earlier = [known for known in self.claims.values() if known.get("key") == key]
        people = body["count"] + sum(known["count"] for known in earlier)
        for known in earlier:
            if people > self.admits.get(body["ticket"], 1):
                by = {"by": known["door"], "at_ms": self.now_ms(), "why": ""}
                some_left = people - body["count"] < self.admits.get(body["ticket"], 1)
                word = "PARTY_FULL" if some_left else "ALREADY_ADMITTED"
                return 200, {"granted": False, "refused": word, **by}
        answer = {"granted": True, "after": None, "key": key, "door": body["door"]}
        answer["count"] = body["count"]
        self.claims[body["claim"]] = answer
        return 200, answer

    def _look_up(self, body: dict[str, Any]) -> Answer:
        if found := self.standing.get(body.get("code", "")):
            return 409, {"error": "PAYMENT_STANDS", **found}
        if "code" in body:
            number = self.codes.get(body["code"], "")
        elif "password" in body:
            number = self.codes.get(f"{body['number']}/{body['password']}", "")
        else:
            number = body["order"]
            if self.orders.get(number, {}).get("last_name") != body["last_name"].lower():
                return 409, {"error": "NOT_FOUND"}
        if number not in self.orders:
            return 409, {"error": "NOT_FOUND"}
        return 200, self.orders[number]["answer"]
