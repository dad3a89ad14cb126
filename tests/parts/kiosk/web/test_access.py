"""Access: larger letters, contrast, lowered controls, keys, and pages read aloud."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import voice
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import PretendHouse


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A speech program that writes down its voice and its text, and says them."""
    file = tmp_path / voice.PROGRAM
    file.write_text('#!/bin/sh\ncat > "$0.text"\nprintf "RIFF%s" "$*"\n')
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    voice.program.cache_clear()
    yield file
    voice.program.cache_clear()


@pytest.mark.parametrize("size", ["125", "150", "200"])
def test_letters_grow_until_the_guest_leaves(guest: Guest, size: str) -> None:
    guest.open("/access")
    guest.press(f"Text {size} %")
    page = guest.open("/performances")
    assert f"larger-{size}" in str(page.soup.html and page.soup.html["class"])
    assert "larger" not in str(guest.open("/").soup.html)


def test_controls_are_lowered(guest: Guest) -> None:
    guest.open("/access")
    guest.press("Lower the controls")
    html = guest.open("/performances").soup.html
    assert html is not None
    assert "lowered" in str(html["class"])


def test_without_a_speech_program_it_is_said_in_words(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "here", lambda: False)
    page = guest.open("/access")
    assert "Reading aloud is not set up on this kiosk." in page.words
    assert "Read aloud" not in page.names


def test_a_page_is_read_aloud_once_and_kept_nowhere(
    speaker: Path, house: PretendHouse, guest: Guest
) -> None:
    page = guest.open("/access")
    assert "Read aloud" in page.names
    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    client = guest._client
    form = {"csrf_token": token["value"], "text": "Your seats;  $(reboot)"}
    answer = client.post("/aloud", data=form)
    assert answer.status_code == 201
    sound = client.get(answer.text)
    assert sound.data.startswith(b"RIFF--stdout -v en-gb")
    assert sound.headers["Cache-Control"] == "no-store"
    assert (speaker.parent / f"{speaker.name}.text").read_text() == "Your seats; $(reboot)"
    assert client.get(answer.text).status_code == 404


def test_a_speech_program_that_breaks_leaves_the_page_alone(
    speaker: Path, guest: Guest
) -> None:
    speaker.write_text("#!/bin/sh\nexit 1\n")
    page = guest.open("/access")
    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    form = {"csrf_token": token["value"], "text": "Hello"}
    assert guest._client.post("/aloud", data=form).status_code == 204
