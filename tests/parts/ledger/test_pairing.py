"""Who may call the ledger: pairing, signatures, clocks, roles. Source: sync.md §2."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from boxoffice import log, wire
from boxoffice.signatures import genuine
from ledger import devices, introductions
from ledger.tables.devices import DeviceRow
from tests.parts.ledger.device import Device, invite, new_id, pair


def test_a_device_that_pairs_learns_who_it_is_and_what_to_follow(kiosk, theatre):
    told = kiosk.paired

    assert told["role"] == "kiosk"
    assert told["incarnation"] == 1
    assert told["venue"] == theatre.house
    assert set(told["streams"]) >= {
        f"venue:{theatre.house}",
        f"dev:{kiosk.id}",
        f"perf:{theatre.tonight}",
    }
    assert told["key_id"] in {key["key_id"] for key in told["keys"]}


def test_a_retry_with_the_same_token_and_key_gets_the_same_answer(app, ledger, theatre):
    invitation, key = invite(ledger, "Kiosk 1", "kiosk"), Ed25519PrivateKey.generate()
    client = app.test_client()

    first, again = (pair(client, invitation, key) for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()


def test_a_token_works_for_one_key_only(app, ledger, theatre):
    invitation = invite(ledger, "Kiosk 1", "kiosk")
    client = app.test_client()
    pair(client, invitation, Ed25519PrivateKey.generate())

    stranger = pair(client, invitation, Ed25519PrivateKey.generate())

    assert stranger.status_code == 410
    assert stranger.get_json()["error"] == "gone"


def test_a_token_that_is_too_old_is_gone(app, ledger, theatre, clock):
    invitation = invite(ledger, "Kiosk 1", "kiosk", lives_ms=devices.INVITED_FOR_MS)
    clock.passes(minutes=10)

    assert pair(
        app.test_client(), invitation, Ed25519PrivateKey.generate()
    ).status_code == (410)


def test_a_key_that_nobody_proves_to_hold_is_not_paired(app, ledger, theatre):
    invitation, thief = invite(ledger, "Kiosk 1", "kiosk"), Ed25519PrivateKey.generate()
    stolen = log.encoded(Ed25519PrivateKey.generate().public_key().public_bytes_raw())

    answer = pair(app.test_client(), invitation, thief, public_key=stolen)

    assert answer.status_code == 410


def test_a_device_that_speaks_only_newer_protocols_is_told_so(app, ledger, theatre):
    invitation = invite(ledger, "Kiosk 1", "kiosk")
    key = Ed25519PrivateKey.generate()

    assert pair(app.test_client(), invitation, key, protocols=[9]).status_code == 426


def test_pairing_again_makes_the_next_incarnation_and_drains_the_older(lobby, kiosk):
    newer = lobby.device("Kiosk 1", "kiosk")

    assert newer.id == kiosk.id
    assert newer.incarnation == 2
    assert newer.key_id != kiosk.key_id
    assert kiosk.get("/api/events").ok()["state"] == "draining"
    kiosk.happened("device.started", {"software": "1", "boot": "b", "trust": "trusted"})
    kiosk.upload().ok()
    assert kiosk.get("/api/feed?s=x@0.0.0").status == 403


def test_the_time_is_signed_by_the_ledger(kiosk, clock):
    answer = kiosk.client.get("/api/time?nonce=abc").get_json()

    said = wire.time_text(answer["ledger_id"], "abc", answer["now_ms"])
    assert answer["now_ms"] == clock()
    assert genuine(
        log.decoded(kiosk.paired["ledger_key"]), log.decoded(answer["signature"]), said
    )


def test_every_answer_says_what_time_it_is(kiosk, clock):
    assert kiosk.get("/api/events").headers["FoH-Now"] == str(clock())
    assert kiosk.get("/api/events", time_ms=1).headers["FoH-Now"] == str(clock())


@pytest.mark.parametrize(
    ("off_ms", "status"), [(299_000, 200), (-299_000, 200), (301_000, 401), (-301_000, 401)]
)
def test_a_request_is_refused_once_its_time_is_five_minutes_off(
    kiosk, clock, off_ms, status
):
    answer = kiosk.get("/api/events", time_ms=clock() + off_ms)

    assert answer.status == status
    if status == 401:
        assert answer.body["error"] == "clock"


@pytest.mark.parametrize(
    "changed",
    [
        {"FoH-Signature": ""},
        {"FoH-Signature": "not base64url!"},
        {"FoH-Signature": "AAAA"},
        {"FoH-Request": "not an id"},
        {"FoH-Time": "yesterday"},
        {"FoH-Time": "١٢٣"},
        {"FoH-Device": ""},
        {"FoH-Device": "nobody;1"},
        {"FoH-Device": "01890000-0000-7000-8000-000000000000;1"},
    ],
)
def test_a_request_with_a_spoiled_header_is_not_believed(kiosk, changed):
    if "١" in changed.get("FoH-Time", ""):
        changed = {"FoH-Time": changed["FoH-Time"].encode().decode("latin-1")}
    answer = kiosk.get("/api/events", changed=changed)

    assert answer.status == 401
    assert answer.body["error"] == "signature"


def test_a_request_signed_by_another_key_is_not_believed(kiosk):
    assert kiosk.get("/api/events", key=Ed25519PrivateKey.generate()).status == 401


def test_a_request_whose_body_was_changed_on_the_way_is_not_believed(kiosk, theatre):
    body = b'{"performance":"x"}'
    headers = kiosk.headers("POST", "/api/holds", body)

    answer = kiosk.client.post("/api/holds", data=body + b" ", headers=headers)

    assert answer.status_code == 401


def test_a_request_for_one_path_is_no_good_for_another(kiosk):
    headers = kiosk.headers("GET", "/api/events", b"")

    assert kiosk.client.get("/api/events?acked=1", headers=headers).status_code == 401


def test_a_protocol_that_nobody_speaks_is_too_old(kiosk):
    answer = kiosk.get("/api/events", changed={"FoH-Protocol": "0"})

    assert answer.status == 426


def test_a_revoked_device_hears_nothing_more_and_its_key_is_told_to_doors(
    kiosk, door, ledger, theatre
):
    kiosk.happened("device.started", {"software": "1", "boot": "b", "trust": "trusted"})
    kiosk.upload().ok()

    ledger.store.write(devices.revoke, ledger.means(), kiosk.id)

    assert kiosk.get("/api/events").body["error"] == "revoked"
    key = door.documents(f"venue:{theatre.house}", "key")[str(kiosk.key_id)]
    assert key["state"] == "revoked"
    assert key["last_seq"] == 1
    device = door.documents(f"venue:{theatre.house}", "device")[kiosk.id]
    assert device["revoked"] is True


def test_a_recovered_device_may_be_set_to_drain(kiosk, ledger):
    kiosk.happened("device.started", {"software": "1", "boot": "b", "trust": "trusted"})
    ledger.store.write(devices.revoke, ledger.means(), kiosk.id)
    ledger.store.write(devices.drain, ledger.means(), kiosk.id)

    assert kiosk.upload().ok()["acked"]["seq"] == 1
    assert kiosk.hold("any", "A1").status == 403


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/api/holds", {"performance": "p", "order": "o", "seats": ["A1"]}),
        ("POST", "/api/allotments", {"hold": "h"}),
        ("POST", "/api/lookups", {"order": "K7Q4MX23", "last_name": "Okafor"}),
        ("DELETE", "/api/holds/x", None),
    ],
)
def test_a_door_may_not_sell_or_look_up(door, method, target, body):
    answer = door.post(target, body) if body else door.raw(method, target)

    assert answer.status == 403
    assert answer.body["error"] == "role"


def test_a_door_may_not_claim_a_pickup(door):
    wish = {"claim": new_id(), "kind": "pickup", "ticket": "t", "performance": "p"}

    assert door.post("/api/claims", wish).status == 403


def test_another_devices_stream_is_not_told(kiosk, door):
    assert kiosk.get(f"/api/snapshot?s=dev:{door.id}").status == 403


def test_too_many_requests_are_slowed_down(kiosk, clock):
    statuses = {kiosk.get(f"/api/snapshot?s=dev:{kiosk.id}").status for _ in range(61)}
    answer = kiosk.get(f"/api/snapshot?s=dev:{kiosk.id}")

    assert statuses == {200, 429}
    assert answer.headers["Retry-After"] == "1"
    clock.passes(seconds=1)
    assert kiosk.get(f"/api/snapshot?s=dev:{kiosk.id}").status == 200


def test_two_copies_of_one_device_are_two_incarnations_or_none(lobby, kiosk):
    copy = replace(kiosk, events=[])
    lobby.device("Kiosk 1", "kiosk")

    assert isinstance(copy, Device)
    assert copy.hold("any", "A1").status == 403


def test_a_stranger_who_asks_too_often_is_slowed_down(app):
    client = app.test_client()
    from_afar = {"REMOTE_ADDR": "198.51.100.7"}

    statuses = [
        client.get("/api/time?nonce=a", environ_base=from_afar).status_code
        for _ in range(11)
    ]

    assert statuses == [200] * 10 + [429]
    assert client.get("/api/time?nonce=a").status_code == 200


# --- a code that is typed ---------------------------------------------------------------


def offered(ledger, name: str = "Kiosk 9") -> tuple[str, str]:
    """Invite a new device; give its id and the code to type."""
    invite(ledger, name, "kiosk")
    device = ledger.store.write(
        lambda session: session.scalars(
            select(DeviceRow.id).where(DeviceRow.name == name)
        ).one()
    )
    return device, ledger.store.write(introductions.offer, ledger.means(), device)


def typed(client, ledger, code: str, key: Ed25519PrivateKey):
    return pair(client, {"token": code, "ledger_id": _ledger_id(client)}, key)


def _ledger_id(client) -> str:
    return client.get("/api/time?nonce=typed").get_json()["ledger_id"]


def waits(ledger, device: str) -> introductions.Introduction | None:
    with ledger.store.read() as session:
        return introductions.waiting(session, ledger.means(), device)


@pytest.mark.slow
def test_a_typed_code_waits_until_staff_confirm_the_number_both_screens_show(
    app, ledger, theatre
):
    device, code = offered(ledger)
    client, key = app.test_client(), Ed25519PrivateKey.generate()
    public = log.encoded(key.public_key().public_bytes_raw())

    told = typed(client, ledger, code.lower(), key)
    assert told.status_code == 202
    shown = waits(ledger, device)
    assert shown is not None
    assert shown.check == wire.check_number(told.get_json()["ledger_key"], public)
    assert typed(client, ledger, code, key).status_code == 202

    wrong = ledger.store.write(
        introductions.confirm, ledger.means(), device, check="0000 0000", by="vera"
    )
    assert not wrong
    assert typed(client, ledger, code, key).status_code == 202
    assert ledger.store.write(
        introductions.confirm, ledger.means(), device, check=shown.check, by="vera"
    )

    paired, again = (typed(client, ledger, code, key) for _ in range(2))
    assert paired.status_code == again.status_code == 201
    assert paired.get_json() == again.get_json()
    assert paired.get_json()["device"] == device


def test_a_second_key_with_the_same_typed_code_is_not_paired(app, ledger, theatre):
    _, code = offered(ledger)
    client, first = app.test_client(), Ed25519PrivateKey.generate()
    typed(client, ledger, code, first)

    stranger = typed(client, ledger, code, Ed25519PrivateKey.generate())

    assert stranger.status_code == 410
    assert typed(client, ledger, code, first).status_code == 202


def test_five_wrong_codes_end_a_typed_code(app, ledger, theatre):
    _, code = offered(ledger)
    client, key = app.test_client(), Ed25519PrivateKey.generate()
    for _ in range(introductions.MOST_MISSES):
        assert typed(client, ledger, "2222-2222-2222", key).status_code == 410

    assert typed(client, ledger, code, key).status_code == 410


def test_a_typed_code_ends_with_its_ten_minutes_or_when_the_numbers_differ(
    app, ledger, theatre, clock
):
    device, code = offered(ledger)
    client, key = app.test_client(), Ed25519PrivateKey.generate()
    typed(client, ledger, code, key)
    assert ledger.store.write(introductions.refuse, ledger.means(), device, by="vera")
    assert typed(client, ledger, code, key).status_code == 410

    _, later = offered(ledger)
    clock.passes(minutes=10)
    assert typed(client, ledger, later, key).status_code == 410


def test_an_invitation_by_qr_code_outlives_wrong_codes(app, ledger, theatre):
    invitation = invite(ledger, "Kiosk 9", "kiosk")
    client, key = app.test_client(), Ed25519PrivateKey.generate()
    for _ in range(introductions.MOST_MISSES):
        typed(client, ledger, "2222-2222-2222", key)

    assert pair(client, invitation, key).status_code == 201
