"""The door's areas: what the vectors say, in the words of the rules, and back again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import admission, entry_rules, figures, moments, tickets
from boxoffice.answers import Answer
from boxoffice.door_facts import Door, Facts, Note, Performance, Ticket
from boxoffice.doubles import doubles
from boxoffice.entry_questions import Option, Question
from boxoffice.entry_rules import Circumstances
from boxoffice.movements import Allowance, Movement, Trail
from boxoffice.presented import Presented
from boxoffice.scans import Override, Scan, Undo
from boxoffice.verdicts import Verdict, remember

Json = dict[str, Any]


def signed(given: Json) -> Json:
    if given.get("task", "read") == "write":
        return _written(given)
    keys = {
        key["id"]: tickets.Key(
            key["id"],
            key["kind"],
            key["state"],
            bytes.fromhex(key["public"]),
            key.get("last_seq"),
        )
        for key in given["keys"]
    }
    foreign = [
        tickets.ForeignKey(key["name"], key["state"], bytes.fromhex(key["public"]))
        for key in given.get("foreign_keys", [])
    ]
    return _reading(tickets.read(given["text"], keys, foreign))


def _written(given: Json) -> Json:
    fields = given["fields"]
    code = tickets.Code(
        key_id=fields["key_id"],
        performance=fields["performance"],
        ticket=str(UUID(fields["ticket"])),
        seat=fields.get("seat") or None,
        people=fields.get("people", 1),
        issue=fields["issue"],
        check=fields.get("check", False),
        seq=fields["seq"],
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given["private"]))
    return {"text": tickets.write(code, key.sign)}


def _reading(reading: tickets.Reading) -> Json:
    match reading:
        case tickets.Valid(code, signer):
            return {"form": "valid", "scheme": "foh1", "signer": signer, **asdict(code)}
        case tickets.Revoked(code, seq_known):
            return {
                "form": "revoked",
                "scheme": "foh1",
                "seq_known": seq_known,
                **asdict(code),
            }
        case tickets.ForeignValid(code, key):
            return {
                "form": "valid",
                "scheme": "pretix_sig1",
                "signer": "foreign",
                "key": key,
                **asdict(code),
            }
        case tickets.ForeignRevoked(code, key):
            return {
                "form": "revoked",
                "scheme": "pretix_sig1",
                "seq_known": False,
                "key": key,
                **asdict(code),
            }
        case tickets.BadSignature(key_id):
            return {"form": "bad_signature", "key_id": key_id}
        case tickets.UnknownKey(key_id):
            return {"form": "unknown_key", "key_id": key_id}
        case tickets.Malformed(why):
            return {"form": "malformed", "why": why}
        case tickets.Other(text):
            return {"form": "other", "text": text}


def rules(given: Json) -> Json:
    if given.get("task") == "check":
        error = entry_rules.check(given["rule"])
        return {"ok": error is None, "error": error and error.value}
    zone = ZoneInfo(given.get("zone", "UTC"))
    performance = given.get("performance") or {}
    trail = Trail(tuple(_movements(given, [], zone)), Allowance())
    finding = entry_rules.evaluate(
        given["rule"],
        Circumstances(
            zone=zone,
            now=_needed(given["now"], zone),
            starts=_time(performance.get("starts"), zone),
            ends=_time(performance.get("ends"), zone),
            doors=_time(performance.get("doors_open"), zone),
            entries=trail.entries,
            inside=trail.ends_inside,
            door=given.get("door"),
            price_type=given.get("price_type"),
            price_level=given.get("price_level"),
            clock_trusted=given.get("clock", "trusted") != "untrusted",
        ),
    )
    why = [reason.as_data(zone) for reason in finding.why]
    return {"result": finding.result, "why": why, "waived": finding.waived}


def judged(given: Json) -> Json:
    match given.get("task", "judge"):
        case "count":
            return _counted(given)
        case "doubles":
            return _doubled(given)
    zone = ZoneInfo(given.get("zone", "UTC"))
    doors = {door["name"]: _door(door, zone) for door in given["doors"]}
    first = given["doors"][0]["name"]
    facts = _facts(given, doors[first], zone)
    verdicts = []
    for number, scan in enumerate(given["scans"]):
        facts = Facts(
            zone,
            doors[scan.get("door", first)],
            facts.performances,
            facts.tickets,
            facts.movements,
        )
        if scan.get("do", "scan") == "undo":
            verdict = admission.undo(facts, _undo(scan, zone))
        else:
            code = _presented(scan.get("code", given.get("code")), facts, zone)
            verdict = admission.judge(code, facts, _scan(scan, number, zone))
        facts = remember(facts, verdict)
        verdicts.append(_verdict(verdict, given["show"], zone))
    return {"verdicts": verdicts}


def door(given: Json) -> Json:
    """The same function with fewer facts."""
    scanner, code, ticket = given["scanner"], given["code"], given["ticket"]
    performances = {
        scanner["performance"]: {
            "starts": scanner["doors_open"],
            "doors_open": scanner["doors_open"],
        }
    }
    listed = []
    if ticket is not None:
        listed = [{**ticket, "id": "T1", "doors": ticket.get("doors") or None}]
        own = performances.setdefault(
            ticket["performance"], {"starts": scanner["doors_open"]}
        )
        own["cancelled"] = ticket.get("performance_cancelled", False)
    history = ticket["history"] if ticket is not None else []
    whole = {
        "performances": performances,
        "doors": [
            {
                "name": scanner["door"],
                "performances": [scanner["performance"]],
                "late_hold": scanner.get("late_hold", False),
            }
        ],
        "tickets": listed,
        "code": {**code, "seat_owner": "signer" if code.get("own_seat") else None},
        "movements": [
            {
                "kind": "admission" if movement["dir"] == "in" else "exit",
                "at": movement["at"],
                "door": movement.get("door"),
            }
            for movement in history
        ],
        "scans": [
            {
                "at": given["now"],
                "mode": scanner.get("mode", "entry"),
                "clock": scanner.get("clock", "trusted"),
                "link": "ledger" if given.get("ledger_denies") else "hub",
            }
        ],
        "show": [],
    }
    verdict = judged(whole)["verdicts"][0]
    return {"verdict": verdict["verdict"], "admit": verdict["admit"]}


def _counted(given: Json) -> Json:
    zone = ZoneInfo(given.get("zone", "UTC"))
    facts = _facts(given, _door(given["door"], zone), zone)
    counted = figures.count(facts, _needed(given["at"], zone))
    return {
        **asdict(counted.total),
        "to_come": counted.total.to_come,
        "by_price_type": {
            price_type or "": asdict(tally)
            for price_type, tally in counted.by_price_type.items()
        },
        "unlisted": {
            "entered": counted.unlisted.entered,
            "inside": counted.unlisted.inside,
        },
        "by_door": {name or "": people for name, people in counted.by_door.items()},
    }


def _doubled(given: Json) -> Json:
    zone = ZoneInfo(given.get("zone", "UTC"))
    facts = _facts(given, _door(given["door"], zone), zone)
    return {
        "doubles": [
            {**asdict(double), "admissions": list(double.admissions)}
            for double in doubles(facts)
        ]
    }


def _facts(given: Json, door: Door, zone: ZoneInfo) -> Facts:
    performances = {
        name: Performance(
            starts=_needed(each["starts"], zone),
            ends=_time(each.get("ends"), zone),
            doors_open=_time(each.get("doors_open"), zone),
            cancelled=each.get("cancelled", False),
            home_door=each.get("home_door"),
        )
        for name, each in given["performances"].items()
    }
    listed = [_ticket(ticket, zone) for ticket in given["tickets"]]
    return Facts(zone, door, performances, listed, _movements(given, listed, zone))


def _door(given: Json, zone: ZoneInfo) -> Door:
    price_types, performances = given.get("price_types"), given.get("performances")
    clears_at = given.get("clears_at")
    return Door(
        name=given["name"],
        space=given.get("space", "auditorium"),
        performances=None if performances is None else tuple(performances),
        opens=_time(given.get("opens"), zone),
        closes=_time(given.get("closes"), zone),
        late_hold=given.get("late_hold", False),
        hold_until=_time(given.get("hold_until"), zone),
        price_types=None if price_types is None else frozenset(price_types),
        reentry=given.get("reentry", "after_exit"),
        unpaid=given.get("unpaid", "refuse"),
        strict=given.get("strict", False),
        takes_all=given.get("takes_all", False),
        addons=given.get("addons", False),
        clears_at=None if clears_at is None else time.fromisoformat(clears_at),
        rule=given.get("rule"),
    )


def _ticket(given: Json, zone: ZoneInfo) -> Ticket:
    return Ticket(
        id=given["id"],
        performance=given.get("performance"),
        status=given.get("status", "active"),
        issue=given.get("issue", 1),
        price=given.get("price", 0),
        paid=given.get("paid", 0),
        pays_later=given.get("pays_later", False),
        blocked=given.get("blocked", False),
        valid_from=_time(given.get("valid_from"), zone),
        valid_until=_time(given.get("valid_until"), zone),
        price_type=given.get("price_type"),
        price_level=given.get("price_level"),
        doors=tuple(given.get("doors") or ()),
        admits=given.get("admits", 1),
        entries=given.get("entries"),
        parent=given.get("parent"),
        questions=tuple(_question(each) for each in given.get("questions", [])),
        notes=tuple(
            Note(note["from"], note["text"], note.get("attention", False))
            for note in given.get("notes", [])
        ),
    )


def _question(given: Json) -> Question:
    return Question(
        id=given["id"],
        kind=given.get("kind", "text"),
        required=given.get("required", False),
        answered=given.get("answered", False),
        options=tuple(
            Option(option["id"], option.get("code")) for option in given.get("options", [])
        ),
    )


def _presented(given: Json | None, facts: Facts, zone: ZoneInfo) -> Presented | None:
    if given is None:
        return None
    by_default = [ticket.id for ticket in facts.tickets if ticket.parent is None]
    return Presented(
        form=given.get("form", "valid"),
        signer=given.get("signer", "ledger"),
        tickets=tuple(given.get("tickets", by_default or ["T1"])),
        issue=given.get("issue"),
        performance=given.get("performance"),
        price_type=given.get("price_type"),
        price_level=given.get("price_level"),
        doors=tuple(given.get("doors") or ()),
        valid_from=_time(given.get("valid_from"), zone),
        valid_until=_time(given.get("valid_until"), zone),
        people=given.get("people", 1),
        seat_owner=given.get("seat_owner"),
        seq_known=given.get("seq_known", False),
        check=given.get("check", False),
    )


def _movements(given: Json, listed: list[Ticket], zone: ZoneInfo) -> list[Movement]:
    code = given.get("code") or {}
    first = [ticket.id for ticket in listed] + list(code.get("tickets", [])) + ["T1"]
    movements: list[Movement] = []
    for number, each in enumerate(given.get("movements", [])):
        ticket, space = each.get("ticket", first[0]), each.get("space", "auditorium")
        kind = each.get("kind", "admission")
        before = [m.id for m in movements if (m.ticket, m.space) == (ticket, space)]
        movements.append(
            Movement(
                # A movement without an id of its own still has its place in the chain.
                id=each.get("id") or f"movement {number}",
                ticket=ticket,
                kind=kind,
                at=_needed(each["at"], zone),
                device=each.get("device", "D1"),
                verdict=Answer(
                    each.get("verdict", "ADMIT" if kind == "admission" else "EXIT_OK")
                ),
                after=each.get("after", before[-1] if before else None),
                door=each.get("door"),
                space=space,
                count=each.get("count", 1),
                issue=each.get("issue"),
                undone=each.get("undone", False),
            )
        )
    return movements


def _scan(given: Json, number: int, zone: ZoneInfo) -> Scan:
    return Scan(
        id=given.get("id") or f"scan {number}",
        at=_needed(given["at"], zone),
        device=given.get("device", "D1"),
        mode=given.get("mode", "entry"),
        ticket=given.get("ticket"),
        count=given.get("count"),
        link=given.get("link", "ledger"),
        clock=given.get("clock", "trusted"),
        claimed_by=given.get("claimed_by"),
        accept=frozenset(Answer(word) for word in given.get("accept", [])),
        override=_override(given),
        answers=given.get("answers", {}),
        asks=given.get("asks", True),
        simulate=given.get("simulate", False),
    )


def _undo(given: Json, zone: ZoneInfo) -> Undo:
    return Undo(
        undoes=given.get("undoes"),
        at=_needed(given["at"], zone),
        device=given.get("device", "D1"),
        reason=given.get("reason"),
        override=_override(given),
        simulate=given.get("simulate", False),
    )


def _override(given: Json) -> Override | None:
    override = given.get("override")
    return override and Override(override.get("by"), override.get("reason"))


def _verdict(verdict: Verdict, show: list[str], zone: ZoneInfo) -> Json:
    shown = {name: _plain(getattr(verdict, name), zone) for name in show}
    if "why" in show and verdict.why is not None:
        shown["why"] = [reason.as_data(zone) for reason in verdict.why]
    return {
        "verdict": verdict.answer.value,
        "admit": verdict.admit,
        "record": verdict.record,
        **shown,
    }


def _plain(value: Any, zone: ZoneInfo) -> Any:
    match value:
        case datetime():
            return moments.shown(value, zone)
        case Answer():
            return value.value
        case tuple():
            return [_plain(each, zone) for each in value]
        case Mapping():
            return {key: _plain(each, zone) for key, each in value.items()}
    return value


def _time(text: str | None, zone: ZoneInfo) -> datetime | None:
    return None if text is None else _needed(text, zone)


def _needed(text: str, zone: ZoneInfo) -> datetime:
    at = moments.parse(text, zone)
    assert at is not None, text
    return at


ADAPTERS: dict[str, Callable[[Json], Json]] = {
    "admission": judged,
    "door": door,
    "rules": rules,
    "signed": signed,
}
