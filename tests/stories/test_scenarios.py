"""Every scenario plays through the running parts; `./run --scenario` gives each as JSON."""

import json
import subprocess
import sys

import pytest

from lobby.scenarios import story
from lobby.scenarios.player import Addresses, Player
from tests.lobby_running import CHECKOUT, lobby

BASE = 19_400
ALONE = "happy-pair"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One house for all: a story counts from where it begins, and leaves all well."""
    with lobby(tmp_path_factory.mktemp("lobby") / "house", BASE + 100) as running:
        yield running


@pytest.mark.parametrize("name", [name for name in story.names() if name != ALONE])
def test_a_scenario_plays_to_its_end(name, house):
    devices = {device: house.device(device) for device in ("kiosk", "door-a", "door-b")}
    player = Player(Addresses(house.address, house.ledger, devices), house.facts)

    result = player.play(story.load(name))
    player.close()

    assert result.passed, result.why


def test_the_command_plays_one_in_a_house_of_its_own_and_prints_what_it_measured(tmp_path):
    played = subprocess.run(
        [
            sys.executable,
            *("-m", "lobby", "--headless", "--scenario", ALONE),
            *("--port-base", str(BASE), "--folder", str(tmp_path / "house")),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    said = json.loads(played.stdout.splitlines()[-1]) if played.stdout else {}
    assert played.returncode == 0, said.get("why") or played.stderr
    assert said["scenario"] == ALONE
    assert said["passed"] is True
