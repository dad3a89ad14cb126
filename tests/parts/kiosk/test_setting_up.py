"""Settings, the clock, the key, and becoming part of a house."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from boxoffice import log
from kiosk import config, identity, parting, sync
from kiosk import log as device_log
from kiosk.__main__ import leave
from kiosk.clock import BUILT_MS, Clock
from kiosk.config import BadConfig
from kiosk.identity import BadKeyFile
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.store.engine import StoreInUse
from kiosk.store.store import Store
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import SEVEN_PM, Rooms, Time

NEEDED = {"FOH_KIOSK_DIR": "/tmp/k", "FOH_LEDGER_URL": "http://127.0.0.1:8450"}


def test_a_kiosk_reads_its_settings_once():
    found = config.read(
        {
            **NEEDED,
            "FOH_KIOSK_PORT": "8410",
            "FOH_PRINTER": "tcp://127.0.0.1:9100",
            "FOH_PRINTER_PROFILE": "58",
            "FOH_TERMINAL": "pretend:http://127.0.0.1:8430",
            "FOH_MM": "4.03",
            "FOH_DEMO": "1",
            "FOH_DEMO_CLOCK": "/tmp/offset",
            "FOH_DEMO_PATIENCE": "5",
            "FOH_FRAME_ANCESTOR": "http://127.0.0.1:8400",
        }
    )

    assert found.terminal == "http://127.0.0.1:8430"
    assert found.printer == "tcp://127.0.0.1:9100"
    assert found.demo_clock == Path("/tmp/offset")
    assert found.demo_patience == 5
    assert found.mm == 4.03


def test_hooks_of_the_demo_exist_only_in_the_demo():
    found = config.read(
        {
            **NEEDED,
            "FOH_DEMO_CLOCK": "/tmp/offset",
            "FOH_DEMO_PATIENCE": "5",
            "FOH_FRAME_ANCESTOR": "http://x",
        }
    )

    assert found.demo_clock is None
    assert found.demo_patience == 1
    assert found.frame_ancestor is None


def test_waits_paper_and_the_night_are_the_houses():
    usual = config.read(NEEDED).habits
    assert (usual.long_s, usual.access_s, usual.ask_s) == (90, 180, 20)
    assert (usual.taken_s, usual.done_s, usual.paper_low) == (12, 20, 50)
    found = config.read(
        {**NEEDED, "FOH_IDLE_LONG_S": "120", "FOH_ROLL_M": "50", "FOH_NIGHT": "never"}
    ).habits
    assert (found.long_s, found.roll_m, found.night) == (120, 50, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOH_KIOSK_DIR", ""),
        ("FOH_LEDGER_URL", ""),
        ("FOH_LEDGER_URL", "ftp://house"),
        ("FOH_LEDGER_URL", "http://ledger.example.org"),
        ("FOH_KIOSK_PORT", "many"),
        ("FOH_KIOSK_PORT", "70000"),
        ("FOH_PRINTER", "/dev/usb/lp0"),
        ("FOH_PRINTER", "tcp://printer"),
        ("FOH_PRINTER_PROFILE", "A4"),
        ("FOH_TERMINAL", "cash"),
        ("FOH_TERMINAL", "pretend:nowhere"),
        ("FOH_MM", "wide"),
        ("FOH_MM", "0"),
        ("FOH_CLAIM_WAIT_MS", "0"),
        ("FOH_IDLE_ASK_S", "5"),
        ("FOH_PAPER_LOW", "few"),
        ("FOH_NIGHT", "25:00"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(name: str, value: str):
    with pytest.raises(BadConfig, match=rf"{name}.*\.$"):
        config.read({**NEEDED, name: value})


def test_an_invitation_that_is_none_is_refused(tmp_path: Path):
    file = tmp_path / "invite.json"
    file.write_text('{"url": "http://127.0.0.1"}')

    with pytest.raises(BadConfig, match="is not an invitation"):
        config.read_invite(file)


# --- the clock ------------------------------------------------------------------------


def clock(time: Time, **change: object) -> Clock:
    given = {"has_battery": False, "synchronised": lambda: False, **change}
    return Clock(wall_ms=time.now_ms, boot_ms=time.boot_ms, boot="boot-1", **given)


def test_ledger_time_goes_on_with_the_time_since_boot():
    time = Time()
    known = clock(time)
    assert known.ledger_ms() is None
    assert known.trust == "untrusted"

    known.learn(SEVEN_PM)
    time.boot += 5_000
    time.now = 0  # Somebody sets the device's own clock to 1970.

    assert known.ledger_ms() == known.now_ms() == SEVEN_PM + 5_000
    assert known.wall_ms() == 0
    assert known.trust == "trusted"


def test_a_clock_without_a_battery_goes_on_from_where_it_was_last_seen():
    time = Time(now_ms=86_400_000)
    known = clock(time)
    known.remember(floor_ms=SEVEN_PM, boot="an older boot", ledger_less_boot_ms=77)
    time.pass_ms(2_000)

    assert known.now_ms() == SEVEN_PM + 2_000
    assert known.ledger_ms() is None


YEARS_2100_MS = 4_102_444_800_000


@pytest.mark.parametrize("battery", [True, False])
def test_a_clock_that_has_leapt_to_2100_is_not_believed(battery: bool):
    # Source: P17. It is taken to have stopped when it was last seen.
    time = Time(now_ms=YEARS_2100_MS)
    known = clock(time, has_battery=battery)
    known.remember(floor_ms=SEVEN_PM, boot="an older boot", ledger_less_boot_ms=77)
    time.pass_ms(2_000)

    assert known.now_ms() == SEVEN_PM + 2_000
    assert known.trust == "untrusted"
    assert known.to_remember()[0] == SEVEN_PM + 2_000


def test_a_clock_that_nobody_vouches_for_does_not_lift_the_floor():
    time = Time(now_ms=SEVEN_PM + 86_400_000)
    known = clock(time, has_battery=True)
    known.remember(floor_ms=SEVEN_PM, boot="an older boot", ledger_less_boot_ms=77)

    assert known.now_ms() == SEVEN_PM + 86_400_000
    assert known.to_remember()[0] == SEVEN_PM
    known.learn(SEVEN_PM + 1_000)
    assert known.to_remember()[0] == SEVEN_PM + 1_000


def test_ledger_time_survives_a_restart_of_the_program_but_not_of_the_device():
    time = Time()
    first = clock(time)
    first.learn(SEVEN_PM)
    floor_ms, boot, less = first.to_remember()

    same, other = clock(time), clock(time)
    same.remember(floor_ms=floor_ms, boot=boot, ledger_less_boot_ms=less)
    other.remember(floor_ms=floor_ms, boot="boot-2", ledger_less_boot_ms=less)

    assert same.ledger_ms() == SEVEN_PM
    assert other.ledger_ms() is None


@pytest.mark.parametrize(
    ("now_ms", "battery", "synchronised", "trust"),
    [
        (SEVEN_PM, True, False, "plausible"),
        (BUILT_MS - 1, True, False, "untrusted"),
        (SEVEN_PM, False, False, "untrusted"),
        (0, False, True, "trusted"),
    ],
)
def test_how_far_a_clock_is_trusted(
    now_ms: int, battery: bool, synchronised: bool, trust: str
):
    known = clock(Time(now_ms), has_battery=battery, synchronised=lambda: synchronised)

    assert known.trust == trust


def test_the_demo_may_move_the_clock(tmp_path: Path):
    file = tmp_path / "offset"
    known = clock(Time(), offset_file=file)
    assert known.wall_ms() == SEVEN_PM

    file.write_text("3600000\n")
    assert known.wall_ms() == SEVEN_PM + 3_600_000
    file.write_text("soon")
    assert known.wall_ms() == SEVEN_PM


# --- who we are -----------------------------------------------------------------------


def test_the_key_is_made_once_and_only_we_can_read_it(tmp_path: Path):
    file = tmp_path / "device.key"
    first = identity.key(file, b"\x01" * 32)
    again = identity.key(file, b"\x02" * 32)

    assert first.public == again.public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_file_that_is_none_is_refused(tmp_path: Path):
    file = tmp_path / "device.key"
    file.write_bytes(b"short")

    with pytest.raises(BadKeyFile):
        identity.key(file, b"\x01" * 32)


def test_pairing_makes_a_device_part_of_the_house(rooms: Rooms):
    device = rooms.device("Door B", role="door")

    assert (device.me.name, device.me.role, device.me.incarnation) == ("Door B", "door", 1)
    assert rooms.ledger.devices["door-b"].public == device.key.public
    assert rooms.ledger.events("door-b") == []


def test_an_answer_that_got_lost_while_pairing_costs_nothing(rooms: Rooms):
    rooms.ledger.answers_lost = 1
    with pytest.raises(LineDown):
        rooms.device("Kiosk 1")
    for device in list(rooms._open):
        rooms.unplug(device)

    device = rooms.device("Kiosk 1")

    assert device.paired
    assert list(rooms.ledger.devices) == ["kiosk-1"]


def test_another_device_cannot_use_the_same_invitation(rooms: Rooms, tmp_path: Path):
    rooms.unplug(rooms.device("Kiosk 1"))
    (tmp_path / "Kiosk 1" / "store.sqlite").unlink()
    (tmp_path / "Kiosk 1" / "device.key").unlink()

    with pytest.raises(NotUnderstood, match="410"):
        rooms.device("Kiosk 1")


def test_a_device_that_leaves_begins_anew_with_another_key_and_loses_nothing(
    rooms: Rooms, ledger: LedgerDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    device = rooms.device("Kiosk 1")
    settings = replace(device.config, ledger_url="http://127.0.0.1:9")
    leaked = device.key.public
    # It has told of its start, and the ledger has not heard it.
    assert parting.held(device)
    rooms.unplug(device)
    assert leave(settings, anyway=False) == 1
    assert settings.key_file.exists()

    device = rooms.device("Kiosk 1")
    sync.upload(device)
    assert parting.held(device) == []
    rooms.unplug(device)
    assert leave(settings, anyway=False) == 0

    assert not settings.key_file.exists()
    aside = settings.folder / "left" / "kiosk-1-1"
    assert identity.key(aside / "device.key", b"").public == leaked
    as_it_was = Store(aside)
    with as_it_was.read() as session:
        assert device_log.unsent(session) == 0
        assert identity.load(session) == device.me
    as_it_was.close()
    fresh = Store(settings.folder)
    with fresh.read() as session:
        assert identity.load(session) is None
    fresh.close()
    assert identity.key(settings.key_file, b"\x07" * 32).public != leaked
    # Twice costs nothing: the machine belongs to no house, and its key goes, too.
    assert leave(settings, anyway=False) == 0


def test_a_device_that_runs_cannot_leave(rooms: Rooms):
    device = rooms.device("Kiosk 1")
    with pytest.raises(StoreInUse):
        leave(device.config, anyway=True)
    assert device.config.key_file.exists()


def test_a_ledger_that_is_not_the_one_of_the_invitation_is_not_believed(
    rooms: Rooms, ledger: LedgerDouble
):
    ledger.id = "another"

    with pytest.raises(NotUnderstood, match="another ledger"):
        rooms.device("Kiosk 1")


def test_the_first_event_says_that_the_device_started(rooms: Rooms):
    device = rooms.device()
    with device.store.read() as session:
        events = device_log.after(session, 0)

    assert [event.type for event in events] == ["device.started"]
    assert events[0].prev == log.genesis("kiosk-1", 1)
