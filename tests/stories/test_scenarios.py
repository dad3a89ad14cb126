"""Every scenario plays through the running parts, each in a house of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lobby.scenarios import story
from tests.lobby_running import CHECKOUT, lobby

BASE = 19_400


# Played to its end by tests/browser, by the same player with another hand.
IN_THE_BROWSER = {
    "collect-cut-off",
    "collect-no-touch",
    "emailed-ticket",
    "ledger-off",
    "paper-out-after-payment",
    "seat-just-taken",
    "speech-only",
}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A house that was opened once: building one takes longer than most stories."""
    folder = tmp_path_factory.mktemp("house") / "house"
    # Workers build theirs at the same time, each on ports of its own.
    worker = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    with lobby(folder, BASE + 1_500 + 60 * worker):
        pass
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in story.names() if n not in IN_THE_BROWSER])
def test_a_scenario_plays_to_its_end(name, house, tmp_path):
    base = BASE + 60 * story.names().index(name)
    shutil.copytree(house, tmp_path / "house")

    played = subprocess.run(
        [
            sys.executable,
            *("-m", "lobby", "--headless", "--few", "--scenario", name),
            *("--port-base", str(base), "--folder", str(tmp_path / "house")),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    said = json.loads(played.stdout.splitlines()[-1]) if played.stdout else {}
    assert played.returncode == 0, said.get("why") or played.stderr
    assert said["scenario"] == name
    assert said["passed"] is True
