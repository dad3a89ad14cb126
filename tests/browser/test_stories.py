"""The stories of the main job, touched in Chromium at every size of screen."""

import os

import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from lobby.scenarios import story
from lobby.scenarios.night import Addresses
from lobby.scenarios.player import Player
from tests.browser import film
from tests.browser.touch import SIZES, BrowserScreen
from tests.chromium import LAUNCH, patient
from tests.lobby_running import lobby

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BASE = 21_400
# `scripts/test touched`: every story at the size of most kiosks, each in its own lobby.
EVERY = os.environ.get("FOH_EVERY_STORY") == "1"
DEVICES = (
    ("kiosk", "door-a", "door-b", "kiosk-2") if EVERY else ("kiosk", "door-a", "door-b")
)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as started:
        browser = started.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@pytest.fixture(scope=lambda fixture_name, config: "function" if EVERY else "module")
def house(tmp_path_factory):
    with lobby(tmp_path_factory.mktemp("lobby") / "house", BASE) as running:
        yield running


# The will-call order of the demo house can be collected once, so each story that needs
# it has its own size; the purchase is made at every size.
SOME = [
    ("happy-pair", "S"),
    ("happy-pair", "L"),
    ("happy-pair", "P"),
    ("collect-no-touch", "P"),
    ("mixed-prices", "P"),
    ("garbage-status", "P"),
    ("declined-then-approved", "S"),
    ("emailed-ticket", "L"),
    ("ledger-off", "S"),
    ("seat-just-taken", "S"),
    ("speech-only", "L"),
    ("paper-out-after-payment", "L"),
]
PLAYED = [(name, "L") for name in story.names()] if EVERY else SOME


@pytest.mark.parametrize(("name", "size"), PLAYED)
def test_a_story_is_touched_to_its_end_and_every_page_is_accessible(
    chromium, house, name, size, capsys
):
    width, height = SIZES[size]
    addresses = {device: house.device(device) for device in DEVICES}
    screens = {
        device: BrowserScreen(
            patient(chromium.new_page(viewport={"width": width, "height": height})),
            address,
            name=f"{device} {size}",
        )
        for device, address in addresses.items()
    }
    player = Player(Addresses(house.address, house.ledger, addresses), house.facts, screens)

    result = player.play(story.load(name))
    player.close()

    with capsys.disabled():
        print(f"\n  {size}: {result.document()}")  # noqa: T201 - the budget is read by people
    assert result.passed, result.why
    assert [t for screen in screens.values() for t in screen.trouble] == []
    if name == "happy-pair":
        assert result.taps <= 5


@pytest.mark.parametrize("name", film.STORIES)
def test_the_readmes_pictures_can_be_taken_and_are_small(chromium, house, name, tmp_path):
    # Source: lobby.md §6.
    taken = film.take(chromium, house.address, name)

    assert taken.why == ""
    file = taken.write(tmp_path)
    with Image.open(file) as picture:
        assert picture.width == 1280
        assert (name == film.FILMED) == (getattr(picture, "n_frames", 1) > 1)
    assert file.stat().st_size < 2_000_000
