"""The staff pages about devices: who is on the line, pairing by hand, guessing."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import guessing
from ledger.tables.records import LookupMissRow
from ledger.web import fault_words
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.device import pair


def test_staff_read_in_words_which_devices_are_on_the_line(app, ledger, kiosk, clock):
    hire(ledger)
    vera = clerk(app, "vera")
    assert "Never heard of" in vera.open("/staff/devices").words

    kiosk.get(f"/api/feed?s=dev:{kiosk.id}@0.0.{0:032x}")
    assert "On the line" in vera.open("/staff/devices").words
    assert "On the line" in vera.open(f"/staff/devices/{kiosk.id}").words

    clock.passes(minutes=7)
    assert "Silent for 7 min" in vera.open("/staff/devices").words

    clock.passes(minutes=60 * 5)
    vera = clerk(app, "vera")
    assert "Silent for 5 h" in vera.open("/staff/devices").words


def test_staff_read_a_devices_trouble_with_its_code_and_in_words(app, ledger, kiosk):
    hire(ledger)
    vera = clerk(app, "vera")
    for code in ("C1", "X9"):
        facts = {"software": "1", "boot": "b", "trust": "untrusted", "code": code}
        kiosk.happened("device.fault", facts)
        kiosk.upload().ok()
        words = vera.open(f"/staff/devices/{kiosk.id}").words
        assert f"FH-{code}" in words
        assert ("FH-C1: the clock is not trusted" in words) == (code == "C1")


def test_every_code_is_on_the_list_for_the_cabinet_door():
    listed = (Path(__file__).parents[3] / "docs/operations/codes.md").read_text()
    assert [code for code in fault_words.WORDS if f"| {code} |" not in listed] == []


def test_staff_hear_that_somebody_is_guessing_order_numbers(app, ledger, clock):
    hire(ledger)
    vera = clerk(app, "vera")
    assert "guessing" not in vera.open("/staff/devices").words

    def misses(session):
        for n in range(guessing.HOUSE_BUDGET):
            at = clock()
            session.add(LookupMissRow(id=f"m{n}", place=f"p{n}", at_ms=at))

    ledger.store.write(misses)

    assert "guessing order numbers" in vera.open("/staff/devices").words


def test_a_supervisor_shows_a_code_compares_the_number_and_lets_the_device_in(app, ledger):
    hire(ledger)
    vera = clerk(app, "vera")
    vera.open("/staff/devices")
    vera.type("Name", "Kiosk 7")
    page = vera.press("Show the pairing code")
    code = page.soup.select_one(".typed").get_text(strip=True)
    assert "Nobody has typed the code yet" in vera.press("Compare the number").words

    client, key = app.test_client(), Ed25519PrivateKey.generate()
    ledger_id = client.get("/api/time?nonce=x").get_json()["ledger_id"]
    typed = {"token": code, "ledger_id": ledger_id}
    assert pair(client, typed, key).status_code == 202

    assert "very number" in vera.press("Look again").words
    assert "Confirmed" in vera.press("Yes, the same number").words
    assert pair(client, typed, key).status_code == 201


def test_a_number_that_differs_ends_the_code(app, ledger):
    hire(ledger)
    vera = clerk(app, "vera")
    vera.open("/staff/devices")
    vera.type("Name", "Kiosk 7")
    code = (
        vera.press("Show the pairing code").soup.select_one(".typed").get_text(strip=True)
    )
    client, key = app.test_client(), Ed25519PrivateKey.generate()
    ledger_id = client.get("/api/time?nonce=x").get_json()["ledger_id"]
    typed = {"token": code, "ledger_id": ledger_id}
    pair(client, typed, key)

    vera.press("Compare the number")
    assert "nothing was paired" in vera.press("No, another number").words
    assert pair(client, typed, key).status_code == 410
