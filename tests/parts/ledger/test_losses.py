"""A device is paired anew before it told everything: staff see what is at risk."""

import json

from sqlalchemy import select

from ledger.tables.discrepancies import DiscrepancyRow


def sold(kiosk, theatre, seat, number, seq):
    line = kiosk.line(theatre.tonight, seat, kiosk.own(theatre.tonight, seat)[seat])
    line["payload"] = kiosk.code(1, line["ticket"], number, seq=seq)
    kiosk.happened("sale", kiosk.sale(line))
    return line


def admitted(door, theatre, line):
    door.happened(
        "admission",
        {
            "ticket": line["ticket"],
            "performance": theatre.tonight,
            "door": "Door A",
            "issue": 1,
            "payload": line["payload"],
        },
    )
    door.upload().ok()


def lost(ledger):
    with ledger.store.read() as session:
        return session.scalars(
            select(DiscrepancyRow).where(DiscrepancyRow.kind == "log_lost")
        ).all()


def test_what_a_lost_storage_had_not_told_is_named(kiosk, door, lobby, theatre, ledger):
    # Source: P26.
    sold(kiosk, theatre, "A1", 1, seq=1)
    kiosk.upload().ok()
    unseen = sold(kiosk, theatre, "A2", 2, seq=2)
    kiosk.own(theatre.tonight, "A3")

    lobby.device("Kiosk 1", "kiosk")

    [found] = lost(ledger)
    facts = json.loads(found.facts)
    assert (found.subject, found.state) == (f"{kiosk.id}/1", "open")
    assert (facts["known"], facts["scanned"]) == (1, [])
    assert facts["owned"] == ["A2", "A3"]

    admitted(door, theatre, unseen)

    [found] = lost(ledger)
    facts = json.loads(found.facts)
    assert (facts["scanned"], facts["sold"], facts["owned"]) == ([2], ["A2"], ["A3"])
    assert facts["why"] == (
        "What it did after its event 1 is not known."
        " Scans show sales up to its event 2: A2. It still owned A3."
    )


def test_a_log_that_arrives_after_all_settles_it(kiosk, lobby, theatre, ledger):
    sold(kiosk, theatre, "A1", 1, seq=1)
    lobby.device("Kiosk 1", "kiosk")
    assert [found.state for found in lost(ledger)] == ["open"]

    kiosk.upload().ok()

    [found] = lost(ledger)
    assert (found.state, found.settled_how) == ("settled", "its log arrived up to event 1")


def test_a_log_that_has_more_to_say_is_not_settled_yet(kiosk, lobby, theatre, ledger):
    sold(kiosk, theatre, "A1", 1, seq=1)
    sold(kiosk, theatre, "A2", 2, seq=2)
    lobby.device("Kiosk 1", "kiosk")

    kiosk.upload(kiosk.events[:1], more=True).ok()
    assert [found.state for found in lost(ledger)] == ["open"]

    kiosk.upload(kiosk.events[1:], more=False).ok()
    assert [found.settled_how for found in lost(ledger)] == [
        "its log arrived up to event 2"
    ]


def test_a_log_that_had_ended_is_not_lost(kiosk, lobby, ledger):
    kiosk.happened("device.closed", {"seats": []})
    kiosk.upload().ok()

    lobby.device("Kiosk 1", "kiosk")

    assert lost(ledger) == []


def test_what_a_door_did_that_had_only_asked_is_not_known(door, lobby, ledger):
    # It may have let people in by what it heard, and told nobody yet.
    door.get(f"/api/feed?s=dev:{door.id}@0.0.{0:032x}&wait=0").ok()

    lobby.device("Door A", "door")

    [found] = lost(ledger)
    assert json.loads(found.facts)["known"] == 0


def test_a_pairing_whose_answer_was_lost_has_lost_nothing(door, lobby, ledger):
    door.get(f"/api/feed?s=dev:{door.id}@0.0.{0:032x}&wait=0").ok()
    lobby.device("Door A", "door")  # It never heard that, and asks for nothing.

    lobby.device("Door A", "door")

    assert [found.subject for found in lost(ledger)] == [f"{door.id}/1"]


def test_a_new_device_has_lost_nothing(kiosk, door, ledger):
    assert lost(ledger) == []
