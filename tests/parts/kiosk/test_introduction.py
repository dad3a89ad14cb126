"""A device without a house is shown a code, or is typed one, on its first page."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import waitress
from sqlalchemy import select

from kiosk import app, config, pairing
from kiosk.device import Device
from kiosk.introduction import Introduction, Trouble, invitation
from kiosk.outcomes import LineDown
from ledger import app as ledger_app
from ledger import devices, introductions
from ledger.tables.devices import DeviceRow
from tests.demo_house import DemoHouse, furnish
from tests.pages import Guest

QR = {
    "v": 1,
    "url": "http://127.0.0.1:8401",
    "token": "abc",
    "ledger_id": "l",
    "ledger_key": "k",
    "spki": None,
}


@dataclass
class House:
    """A ledger on a real port, and who works there."""

    demo: DemoHouse
    url: str

    def offer(self, name: str = "Kiosk 9") -> tuple[dict[str, Any], str, str]:
        """Invite a device: what its QR code says, its typed code, its id."""
        write, means = self.demo.store.write, self.demo.running.means()
        told = write(devices.invite, means, name=name, role="kiosk", url=self.url)
        with self.demo.store.read() as session:
            device = session.scalars(
                select(DeviceRow.id).where(DeviceRow.name == name)
            ).one()
        return told, write(introductions.offer, means, device), device

    def confirm(self, device: str, check: str) -> bool:
        """Press "Yes, the same number" on the staff page."""
        return self.demo.store.write(
            introductions.confirm,
            self.demo.running.means(),
            device,
            check=check,
            by="anna",
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    demo = furnish(tmp_path_factory.mktemp("house"))
    server = waitress.create_server(
        ledger_app.create_app(demo.running), host="127.0.0.1", port=0
    )
    threading.Thread(target=server.run, daemon=True).start()
    yield House(demo, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    demo.store.close()


@pytest.fixture
def stranger(tmp_path: Path, house: House) -> Iterator[Device]:
    """A device that belongs to no house."""
    settings = config.read(
        {"FOH_KIOSK_DIR": str(tmp_path / "new"), "FOH_LEDGER_URL": house.url}
    )
    device = app.make_device(settings)
    yield device
    device.store.close()


@pytest.mark.slow
def test_a_code_is_typed_compared_and_makes_it_part_of_the_house(
    stranger: Device, house: House
):
    _, code, id = house.offer()
    ada = Guest(app.create_app(stranger))
    ada.open("/")
    assert "Show a pairing code" in ada.page.words

    ada.type("Pairing code", code.lower())
    ada.press("Pair")
    assert not pairing.introduce(stranger)
    ada.open("/")
    shown = stranger.introduction.check
    assert shown is not None
    assert shown in ada.page.words
    assert not pairing.introduce(stranger)  # Nobody has compared the numbers yet.
    assert not stranger.paired

    assert house.confirm(id, shown)
    assert pairing.introduce(stranger)

    assert stranger.me.device == id
    ada.open("/pairing")
    assert "Pairing code" not in ada.page.words


@pytest.mark.slow
def test_a_qr_code_before_its_own_camera_is_enough(stranger: Device, house: House):
    told, _, id = house.offer()
    client = app.create_app(stranger).test_client()
    app.write_scanner_secret(stranger.config)
    secret = stranger.config.scanner_secret_file.read_text()

    answer = client.post(
        "/scans",
        json={"scan": "s1", "text": json.dumps(told), "source": "qr", "seen_ms": 1},
        headers={"X-Scanner-Secret": secret},
    )

    assert answer.json == {"answer": "PAIRING"}
    assert pairing.introduce(stranger)
    assert stranger.me.device == id


@pytest.mark.slow
def test_a_wrong_code_is_told_and_another_may_be_typed(stranger: Device, house: House):
    ada = Guest(app.create_app(stranger))
    ada.open("/pairing")
    ada.type("Pairing code", "2222-2222-2222")
    ada.press("Pair")

    assert not pairing.introduce(stranger)

    ada.open("/pairing")
    assert stranger.introduction.trouble is Trouble.GONE
    assert "used up, too old or wrong" in ada.page.words
    assert "Pairing code" in ada.page.words


def test_with_the_line_down_the_code_stays_good(stranger: Device, house: House):
    _, code, _ = house.offer()
    stranger.introduction.typed(code)
    stranger.config = replace(stranger.config, ledger_url="http://127.0.0.1:9")

    with pytest.raises(LineDown):
        pairing.introduce(stranger)

    assert stranger.introduction.under_way
    assert stranger.introduction.trouble is Trouble.LINE


@pytest.mark.slow
def test_another_ledger_than_the_one_that_waited_is_not_believed(
    stranger: Device, house: House
):
    _, code, id = house.offer()
    stranger.introduction.typed(code)
    pairing.introduce(stranger)
    assert stranger.introduction.check is not None
    house.confirm(id, stranger.introduction.check)
    stranger.introduction.ledger_key = "another key"

    assert not pairing.introduce(stranger)

    assert not stranger.paired
    assert stranger.introduction.trouble is Trouble.OTHER_LEDGER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "F7K2",
        "[]",
        "{",
        "null",
        "[" * 5000,
        json.dumps({**QR, "v": 2}),
        json.dumps({**QR, "token": ""}),
        json.dumps({**QR, "ledger_key": 7}),
        json.dumps({key: QR[key] for key in QR if key != "ledger_id"}),
        json.dumps({**QR, "more": "x" * 3000}),
    ],
)
def test_what_is_no_invitation_changes_nothing(text: str):
    told = Introduction()

    assert not told.shown(text)
    assert not told.under_way


def test_the_staff_pages_code_is_an_invitation():
    found = invitation(json.dumps(QR))

    assert found is not None
    assert (found.token, found.ledger_id, found.ledger_key) == ("abc", "l", "k")


@pytest.mark.parametrize("text", ["", "ABC", "ABCD-EFGH-JKL0", "ABCD-EFGH-JKLM-N"])
def test_what_is_no_code_is_not_asked_for(text: str):
    assert not Introduction().typed(text)


def test_a_code_may_be_typed_as_people_type():
    told = Introduction()

    assert told.typed(" abcd efgh jklm ")
    assert told.code == "ABCDEFGHJKLM"
