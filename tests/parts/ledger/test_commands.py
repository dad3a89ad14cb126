"""What staff type: commands answer in sentences, and a served ledger stops cleanly."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import structlog

from ledger import accounts, catalogue, store
from ledger.__main__ import main
from ledger.engines import lock

pytestmark = pytest.mark.slow

PLAN = "ledger/demo_house/royal_theatre.json"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "ledger"
    for name in list(os.environ):
        if name.startswith("FOH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FOH_LEDGER_DIR", str(folder))
    monkeypatch.setenv("FOH_LEDGER_PORT", "0")
    yield folder
    structlog.reset_defaults()


@pytest.fixture
def migrated(folder) -> Path:
    assert main(["migrate"]) == 0
    return folder


def said(capsys) -> str:
    """What was said on the terminal: one sentence or two, never a trace."""
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err
    return heard.err.strip()


def test_without_a_folder_it_says_which_setting_is_missing(monkeypatch, capsys):
    monkeypatch.delenv("FOH_LEDGER_DIR", raising=False)

    assert main(["migrate"]) == 1
    assert said(capsys).startswith("FOH_LEDGER_DIR is not set")


@pytest.mark.parametrize(
    "command", [["serve"], ["demo"], ["invite", "--name", "K", "--role", "kiosk"]]
)
def test_before_migrate_it_says_what_to_do_first(folder, capsys, command):
    assert main(command) == 1
    assert "python -m ledger migrate" in said(capsys)


def test_migrating_twice_is_harmless(migrated, capsys):
    assert main(["migrate"]) == 0
    assert main(["verify"]) == 0
    assert "as it should be" in capsys.readouterr().out


def test_an_invitation_is_written_for_the_device_alone(migrated, tmp_path, capsys):
    out = tmp_path / "kiosk.json"

    invite = ["invite", "--name", "Kiosk 1", "--role", "kiosk", "--out", str(out)]
    assert main([*invite, "--url", "http://127.0.0.1:8450"]) == 0

    told = json.loads(out.read_text())
    assert {"url", "token", "ledger_id", "ledger_key"} <= told.keys()
    assert told["url"] == "http://127.0.0.1:8450"
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_seating_plan_becomes_a_hall(migrated, capsys):
    assert main(["import-chart", PLAN, "--name", "Main stage"]) == 0

    assert capsys.readouterr().out.startswith("Main stage: 7")


def test_a_plan_that_is_none_is_refused_with_the_place(migrated, tmp_path, capsys):
    bad = tmp_path / "plan.json"
    bad.write_text('{"name": "x"')

    assert main(["import-chart", str(bad)]) == 1
    assert "line 1" in said(capsys)


def test_a_writing_command_refuses_while_another_process_writes(migrated, capsys):
    held = lock(migrated / "ledger.lock")
    try:
        assert main(["demo"]) == 1
    finally:
        held.close()

    assert "Stop it first" in said(capsys)


def test_a_port_that_is_taken_is_named(migrated, monkeypatch, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("FOH_LEDGER_PORT", str(port))

        assert main(["serve"]) == 1

    assert said(capsys).startswith(f"Port {port} on 127.0.0.1 cannot be used")


@pytest.mark.parametrize("port", ["nonsense", "70000", "-1"])
def test_a_port_that_is_none_is_named(folder, monkeypatch, capsys, port):
    monkeypatch.setenv("FOH_LEDGER_PORT", port)

    assert main(["serve"]) == 1
    assert "FOH_LEDGER_PORT" in said(capsys)


def test_a_database_that_is_none_is_named(migrated, capsys):
    (migrated / "ledger.sqlite").write_bytes(b"not a database, whatever it says" * 100)

    assert main(["verify"]) == 1
    assert "database" in said(capsys)


def test_a_lost_key_is_named(migrated, capsys):
    assert main(["demo"]) == 0
    (migrated / "ledger.key").unlink()

    assert main(["demo"]) == 1
    assert "put back the copy" in said(capsys)


def test_backup_restore_verify(migrated, tmp_path, capsys):
    copied = tmp_path / "copy.sqlite"
    assert main(["demo"]) == 0
    assert main(["backup", str(copied)]) == 0
    assert main(["verify", str(copied)]) == 0
    assert main(["restore", str(copied)]) == 0
    heard = capsys.readouterr().out

    assert "Restored; this is timeline" in heard
    assert main(["verify"]) == 0
    assert main(["backup"]) == 0
    assert list((migrated / "backups").glob("ledger-*.sqlite"))


def test_a_file_that_is_no_backup_is_not_restored(migrated, tmp_path, capsys):
    (tmp_path / "x").write_bytes(b"hello")

    assert main(["restore", str(tmp_path / "x")]) == 1
    assert "no backup" in said(capsys)
    assert main(["verify"]) == 0


def test_a_device_that_nobody_knows_is_not_struck_off(migrated, capsys):
    command = ["strike-off", "--name", "Kiosk 9", "--staff", "anna", "--reason", "lost"]

    assert main(command) == 1
    assert said(capsys) == "There is no device called Kiosk 9."


@pytest.fixture
def systemd(tmp_path):
    """The socket on which systemd hears of its services; its path must stay short."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
        hears.bind(str(tmp_path / "n"))
        hears.settimeout(60)
        yield hears


def test_a_served_ledger_answers_over_http_and_stops_when_told(migrated, systemd):
    served = subprocess.Popen(
        [sys.executable, "-m", "ledger", "serve"],
        env=os.environ | {"FOH_DEMO": "1", "NOTIFY_SOCKET": systemd.getsockname()},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert systemd.recv(99) == b"READY=1"
        line = json.loads(served.stdout.readline())
        assert line["event"] == "serving"
        base = f"http://127.0.0.1:{line['port']}"
        with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
            assert client.get("/api/time?nonce=a").json()["nonce"] == "a"
            assert client.get("/demo/figures").json()["journal_sum"] == 0
            assert client.get("/api/nowhere").status_code == 404
            assert client.post("/api/pair", content=b"x").status_code == 400
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=60) == 0
    finally:
        served.kill()
        served.wait()
        served.stdout.close()


HOUSE = [
    *("open-house", "--name", "Harbour Theatre", "--currency", "EUR"),
    *("--zone", "Europe/Copenhagen", "--manager", "Mia Quist", "--login", "mia", "--stdin"),
]


def test_a_theatre_of_ones_own_is_opened_with_its_first_manager(
    migrated, monkeypatch, capsys
):
    monkeypatch.setattr("sys.stdin", io.StringIO("harbour of the sound\n"))
    assert main(HOUSE) == 0
    assert "Mia Quist logs in as mia." in capsys.readouterr().out
    kept = store.Store(f"sqlite:///{migrated / 'ledger.sqlite'}", only_read=True)
    with kept.read() as session:
        assert catalogue.house(session).name == "Harbour Theatre"
        [account] = accounts.all_(session)
    kept.close()
    assert (account.login, account.roles) == ("mia", ("manager",))

    monkeypatch.setattr("sys.stdin", io.StringIO("harbour of the sound\n"))
    assert main(HOUSE) == 1
    assert said(capsys) == "There is a house in this book already."


@pytest.mark.parametrize(
    ("password", "wrong", "words"),
    [
        ("short", {}, "A password has"),
        ("harbour of the sound", {"EUR": "EURO"}, "a currency such as EUR"),
        ("harbour of the sound", {"Europe/Copenhagen": "Copenhagen"}, "a time zone such"),
    ],
)
def test_a_theatre_that_cannot_be_opened_leaves_the_book_empty(
    migrated, monkeypatch, capsys, password, wrong, words
):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    assert main([wrong.get(word, word) for word in HOUSE]) == 1
    assert words in said(capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO("harbour of the sound\n"))
    assert main(HOUSE) == 0
