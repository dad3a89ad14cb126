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
    guest.press("Start over")
    assert "larger-" not in str(guest.page.soup.html)


def test_who_asks_on_the_first_page_has_it_there_until_nobody_answers(guest: Guest) -> None:
    guest.open("/")
    guest.press("Access")
    guest.press("Text 200 %")
    guest.press("Back")
    page = guest.page
    assert page.path == "/"
    assert "larger-200" in str(page.soup.html and page.soup.html["class"])
    assert page.soup.body is not None
    assert page.soup.body["data-leave-s"] == "180"
    assert "larger-" not in str(guest.open("/gone").soup.html)


def test_nothing_of_it_outlives_an_order(guest: Guest) -> None:
    guest.open("/access")
    guest.press("High contrast")
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    assert "contrast" not in str(guest.open("/").soup.html)


def test_access_leads_back_to_where_one_was(guest: Guest) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")
    guest.press("Access")
    guest.press("High contrast")
    guest.press("Back")
    assert guest.page.path == "/order"
    assert "Pay €48.00" in guest.page.names


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
    assert sound.data.startswith(b"RIFF--stdout -v en-gb -a 100")
    assert sound.headers["Cache-Control"] == "no-store"
    assert (speaker.parent / f"{speaker.name}.text").read_text() == "Your seats; $(reboot)"
    assert client.get(answer.text).status_code == 404


def test_reading_is_as_loud_as_the_guest_asks_and_as_before_for_the_next(
    speaker: Path, guest: Guest
) -> None:
    guest.open("/access")
    guest.press("Read aloud")
    page = guest.press("Louder")
    assert page.soup.find("button", string="Louder", disabled=True)
    assert b"-a 200" in heard(guest)
    for _ in range(3):
        guest.press("Quieter")
    assert b"-a 25" in heard(guest)
    guest.open("/")
    guest.open("/gone")
    guest.open("/access")
    assert b"-a 100" in heard(guest)


def heard(guest: Guest) -> bytes:
    """What the speech program was told, of a page that is open."""
    token = guest.page.soup.select_one("[name=csrf_token]")
    assert token is not None
    form = {"csrf_token": token["value"], "text": "Your seats"}
    sound = guest._client.get(guest._client.post("/aloud", data=form).text)
    return bytes(sound.data)


def test_a_speech_program_that_breaks_leaves_the_page_alone(
    speaker: Path, guest: Guest
) -> None:
    speaker.write_text("#!/bin/sh\nexit 1\n")
    page = guest.open("/access")
    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    form = {"csrf_token": token["value"], "text": "Hello"}
    assert guest._client.post("/aloud", data=form).status_code == 204


def test_a_sound_that_comes_late_does_not_bring_the_last_page_back(
    speaker: Path, guest: Guest
) -> None:
    page = guest.open("/p/p-1/how-many")
    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    client = guest._client
    name = client.application.config["SESSION_COOKIE_NAME"]
    form = {"csrf_token": token["value"], "text": "Find seats"}

    late = client.post("/aloud", data=form)
    guest.press("Find seats")

    assert late.status_code == 201
    # The browser may take this answer after that of the touch; it must not say who one is.
    assert [line for line in late.headers.getlist("Set-Cookie") if f"{name}=" in line] == []
    body = guest.page.soup.body
    assert body is not None
    assert "data-aloud" in body.attrs


def test_the_first_page_asked_again_leaves_the_forms_of_the_next_page_alone(
    guest: Guest,
) -> None:
    guest.open("/")
    page = guest.open("/p/p-1/how-many")
    guest._client.get("/")

    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    answer = guest._client.post(
        page.soup.select_one("form")["action"],
        data={"csrf_token": token["value"], "class-adult": "2"},
    )
    assert answer.status_code == 303


def test_a_sound_that_comes_after_its_guest_has_gone_is_no_wish_of_the_next(
    guest: Guest, speaker: Path
) -> None:
    page = guest.open("/p/p-1/how-many")
    token = page.soup.select_one("[name=csrf_token]")
    assert token is not None
    guest.press("Find seats")
    client = guest._client
    name = client.application.config["SESSION_COOKIE_NAME"]
    before = client.get_cookie(name)
    assert before is not None
    guest.open("/gone")
    after = client.get_cookie(name)
    assert after is not None

    client.set_cookie(name, before.value)  # It was asked for before, and takes its time.
    form = {"csrf_token": token["value"], "text": "Find seats"}
    assert client.post("/aloud", data=form).status_code == 201
    client.set_cookie(name, after.value)

    assert client.get_cookie(f"{name}_aloud") is not None
    body = guest.open("/p/p-1/how-many").soup.body
    assert body is not None
    assert "data-aloud" not in body.attrs
    assert client.get_cookie(f"{name}_aloud") is None
