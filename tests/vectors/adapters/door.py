"""The door's areas: what the vectors say, in the words of the rules, and back again."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import tickets

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


ADAPTERS: dict[str, Callable[[Json], Json]] = {"signed": signed}
