"""Every scenario plays through the running parts, each in a house of its own."""

import json
import shutil
import time

import pytest

from lobby.scenarios import story
from lobby.supervisor import Program
from tests.lobby_running import CHECKOUT
from tests.warm import Warm

BASE = 19_400
# What a story may take on a machine that does much else.
STORY_S = 300


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


@pytest.fixture(scope="module")
def kitchen():
    """Programs that have read their modules: what a story tells is not how they start."""
    yield
    Warm.cool()


@pytest.fixture(scope="module")
def house(kitchen, tmp_path_factory):
    """A house that was opened once: building one takes longer than most stories."""
    folder = tmp_path_factory.mktemp("house")
    lobby = warm_lobby(folder, BASE + 1_500)
    lobby.start("lobby")
    until = time.monotonic() + STORY_S
    while "Ctrl-C closes everything" not in lobby.last_words("lobby"):
        assert lobby.alive("lobby"), lobby.last_words("lobby")
        assert time.monotonic() < until
        time.sleep(0.1)
    lobby.stop("lobby")
    return folder / "house"


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in story.names() if n not in IN_THE_BROWSER])
def test_a_scenario_plays_to_its_end(name, house, tmp_path):
    shutil.copytree(house, tmp_path / "house")
    base = BASE + 60 * story.names().index(name)
    lobby = warm_lobby(tmp_path, base, "--few", "--scenario", name)

    lobby.start("lobby")
    lobby.wait("lobby", STORY_S)

    said = json.loads(lobby.last_words("lobby"))
    assert said["scenario"] == name
    assert said["passed"] is True, said.get("why")


def warm_lobby(folder, base, *more):
    """A lobby that is not started yet. Its house is kept in `folder`/house."""
    where = ("--port-base", str(base), "--folder", str(folder / "house"))
    program = Program("lobby", "lobby", ("--headless", *where, *more))
    return Warm([program], checkout=CHECKOUT, folder=folder)
