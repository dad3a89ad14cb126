"""Staff at the kiosk try camera, sound and terminal; what is wrong has a code."""

from base64 import b64encode
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kiosk import lamp, rehearsal, rounds, sync
from kiosk.app import write_scanner_secret
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.printing import gauge, spool
from tests.pages import Guest
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Time

JPEG = b"\xff\xd8\xff\xe0 a picture"
Disk = namedtuple("Disk", "total used free")


class Scanner:
    """What a scanner tells this kiosk, with its secret."""

    def __init__(self, pages: Flask, kiosk: Device) -> None:
        write_scanner_secret(kiosk.config)
        self._client = pages.test_client()
        self._secret = kiosk.config.scanner_secret_file.read_text()

    def tell(self, **words: str) -> Any:
        answer = self._post("/scans/hints", {"source": "camera", **words})
        return answer.json

    def show(self, picture: bytes, **said: int) -> TestResponse:
        body = {"source": "camera", "picture": b64encode(picture).decode(), **said}
        return self._post("/scans/hints/picture", body)

    def _post(self, path: str, body: dict[str, Any]) -> TestResponse:
        headers = {"X-Scanner-Secret": self._secret}
        return self._client.post(path, json=body, headers=headers)


@pytest.fixture
def scanner(staffed: Flask, kiosk: Device) -> Scanner:
    return Scanner(staffed, kiosk)


def test_the_camera_is_asked_for_pictures_only_while_staff_look(
    tom: Guest, scanner: Scanner, time: Time, kiosk: Device
) -> None:
    assert "No scanner has said anything" in tom.open("/staff/camera").words
    tom.open("/staff")
    time.pass_ms(20_000)
    assert not scanner.tell()["look"]
    assert scanner.show(JPEG).json == {"taken": False}

    assert "asked for a picture" in tom.open("/staff/camera").words
    assert scanner.tell()["look"]
    assert scanner.show(JPEG).json == {"taken": True}
    [source] = [img["src"] for img in tom.reload().soup.select("main img")]
    shown = tom.fetch(str(source))
    assert (shown.data, shown.mimetype) == (JPEG, "image/jpeg")
    assert shown.headers["Cache-Control"] == "no-store"
    assert JPEG not in b"".join(
        file.read_bytes() for file in kiosk.config.folder.rglob("*") if file.is_file()
    )

    time.pass_ms(20_000)
    assert tom.fetch(str(source)).status_code == 404
    assert not scanner.tell()["look"]


def test_staff_see_how_well_codes_are_read_and_how_sharp_it_is(
    tom: Guest, scanner: Scanner
) -> None:
    scanner.tell()
    tom.open("/staff/camera")
    scanner.show(JPEG, rate=29, read=93, sharp=41)
    words = tom.reload().words
    assert "Pictures in a second 29 Code read in 93 % Sharpness 41" in words


def test_whoever_leaves_takes_the_picture_along(tom: Guest, scanner: Scanner) -> None:
    scanner.tell()
    tom.open("/staff/camera")
    scanner.show(JPEG)
    [source] = [img["src"] for img in tom.reload().soup.select("main img")]
    tom.open("/staff")
    tom.press("Back to the guests")
    assert not scanner.tell()["look"]
    assert tom.fetch(str(source)).data != JPEG


def test_a_camera_that_is_away_is_called_away(tom: Guest, scanner: Scanner) -> None:
    scanner.tell(camera="away")
    assert "The camera is not connected." in tom.open("/staff/camera").words


@pytest.mark.parametrize("picture", [b"", b"<svg>", JPEG + b"x" * (192 << 10)])
def test_what_is_no_small_picture_is_not_taken(
    tom: Guest, scanner: Scanner, picture: bytes
) -> None:
    tom.open("/staff/camera")
    assert scanner.show(picture).status_code in {400, 413}


def test_the_sound_comes_with_the_page_that_was_asked_for(
    tom: Guest, staffed: Flask
) -> None:
    assert not tom.open("/staff/sound").soup.select("audio")
    tom.press("Play the sound")
    [audio] = tom.page.soup.select("audio[autoplay]")
    assert tom.fetch(str(audio["src"])).mimetype in {"audio/x-wav", "audio/wav"}
    assert "Nothing heard?" in tom.page.words


def test_staff_try_the_lamp(tom: Guest, kiosk: Device, time: Time, tmp_path: Path) -> None:
    file, over_it = tmp_path / "lamp", lamp.Lamp()
    kiosk.config = replace(kiosk.config, lamp=file)
    tom.open("/staff/self-test")
    tom.press("Sound and lamp")
    tom.press("Light the lamp")
    assert "Lamp lit" in tom.page.words
    over_it(kiosk)
    assert file.read_text() == "1\n"
    time.pass_ms(lamp.TRIED_MS)
    over_it(kiosk)
    assert file.read_text() == "0\n"
    assert "Lamp off" in tom.reload().words


def test_the_terminal_says_how_it_is_and_charges_nothing(
    tom: Guest, kiosk: Device, card: Card
) -> None:
    tom.open("/staff/self-test")
    tom.press("Test the terminal")
    assert "ready" in tom.page.words
    assert "Nothing was charged." in tom.page.words
    card.gone = True
    tom.press("Ask again")
    assert "it is not answering" in tom.page.words
    assert card.amounts == {}


def test_a_clock_that_nobody_trusts_without_a_link_is_c1(
    anna: Guest,
    kiosk: Device,
    ledger: LedgerDouble,
    time: Time,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger.up = False
    with pytest.raises(LineDown):
        sync.cursor(kiosk)
    monkeypatch.setattr(type(kiosk.clock), "trust", "untrusted")
    rounds.look(kiosk)
    assert kiosk.faults == set()  # It has just started.
    time.pass_ms(rounds.SETTLED_MS)
    rounds.look(kiosk)
    page = anna.open("/staff/service")
    assert "FH-C1" in page.words
    assert "the clock is not trusted, and there is no link to set it" in page.words


def test_staff_are_told_before_the_paper_is_out(
    anna: Guest, kiosk: Device, ledger: LedgerDouble, paper: Paper
) -> None:
    spool.new_roll(kiosk)
    spool.turn(kiosk)
    rounds.look(kiosk)
    assert kiosk.faults == set()
    kiosk.store.write(gauge.set, 50 * gauge.USUAL_MM)
    rounds.look(kiosk)
    assert "FH-P0 paper is nearly out" in anna.open("/staff/service").words
    sync.upload(kiosk)
    assert [one["code"] for one in ledger.events("kiosk-1", "device.fault")] == ["P0"]
    spool.new_roll(kiosk)
    rounds.look(kiosk)
    assert kiosk.faults == set()
    paper.fault(near_end=True)
    spool.turn(kiosk)
    rounds.look(kiosk)
    assert kiosk.faults == {"P0"}


def test_a_store_that_is_nearly_full_gives_the_kiosk_a_break_until_there_is_room(
    anna: Guest,
    staffed: Flask,
    kiosk: Device,
    ledger: LedgerDouble,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as full:
        full.setattr("shutil.disk_usage", lambda _: Disk(10, 10, 0))
        rounds.look(kiosk)
        page = Guest(staffed).open("/")
        assert page.heading.startswith("This kiosk is taking a break.")
        assert "FH-D1 · Kiosk 1" in page.words
        assert Guest(staffed).open("/collect").path == "/"
        page = anna.open("/staff/service")
        assert "the store is nearly full: nothing new begins" in page.words
        assert "Back into service" not in page.names
    rounds.look(kiosk)
    assert "Collect tickets" in " ".join(Guest(staffed).open("/").names)
    sync.upload(kiosk)
    told = [
        (event["type"], event["code"])
        for type in ("device.fault", "device.healed")
        for event in ledger.events("kiosk-1", type)
        if event.setdefault("type", type)
    ]
    assert told == [("device.fault", "D1"), ("device.healed", "D1")]


def test_a_board_that_says_its_power_is_low_is_v1(tmp_path: Path) -> None:
    assert rehearsal.voltage(tmp_path) == "unknown"
    alarm = tmp_path / "hwmon1" / "in0_lcrit_alarm"
    alarm.parent.mkdir()
    alarm.write_text("1\n")
    assert rehearsal.voltage(tmp_path) == "ill"
