"""Every scenario plays through the running parts, one after the other in one lobby."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from lobby import programs
from lobby.scenarios import story
from lobby.scenarios.night import Addresses
from lobby.scenarios.player import Player
from tests.lobby_running import CHECKOUT, ENVIRONMENT, lobby

BASE = 19_400
# What a story may take on a machine that does much else.
STORY_S = 900


# Played to its end by tests/browser, by the same player with another hand.
IN_THE_BROWSER = {
    "collect-no-touch",
    "declined-then-approved",
    "emailed-ticket",
    "garbage-status",
    "ledger-off",
    "mixed-prices",
    "paper-out-after-payment",
    "seat-just-taken",
    "speech-only",
}
# They leave a lobby without its kiosk, or use up what another story needs.
IN_A_LOBBY_OF_ITS_OWN = {"collect-cut-off", "second-thoughts", "stolen-kiosk"}
IN_ONE_LOBBY = sorted({*story.names()} - IN_THE_BROWSER - IN_A_LOBBY_OF_ITS_OWN)


class Evening:
    """A lobby that stays open from story to story, until one of them fails in it."""

    def __init__(self, tmp_path_factory):
        self._folders = tmp_path_factory
        self._open = None

    def play(self, name):
        if self._open is None:
            opening = lobby(self._folders.mktemp("evening") / "house", BASE)
            self._house, self._open = opening.__enter__(), opening
        player = Player(self._where, self._house.facts)
        result = player.play(story.load(name, few=True))
        player.close()
        if not result.passed:
            self.close()
        return result

    def close(self):
        if self._open is not None:
            self._open.__exit__(None, None, None)
            self._open = None

    @property
    def _where(self):
        names = {**programs.DEVICES, **programs.SPARE}
        screens = {name: self._house.device(name) for name in names}
        return Addresses(self._house.address, self._house.ledger, screens)


@pytest.fixture(scope="module")
def evening(tmp_path_factory):
    open_ = Evening(tmp_path_factory)
    yield open_
    open_.close()


def test_no_story_of_the_one_lobby_uses_up_what_another_needs():
    """It would fail only where none between them failed, as a new lobby begins then."""
    needed = Counter[str]()
    for name in IN_ONE_LOBBY:
        told = (story.FOLDER / f"{name}.json").read_text()
        needed.update({*re.findall(r"\$(?!letter)\w+(?:\.\d+)?", told)})

    assert needed
    assert [fact for fact, stories in needed.items() if stories > 1] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_ONE_LOBBY)
def test_a_scenario_plays_to_its_end(name, evening):
    result = evening.play(name)

    assert result.passed, result.why
    assert result.scenario == name


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(IN_A_LOBBY_OF_ITS_OWN))
def test_the_command_plays_a_scenario_and_says_in_one_line_how_it_went(name, tmp_path):
    where = ("--port-base", str(BASE + 100), "--folder", str(tmp_path / "house"))

    played = subprocess.run(
        [sys.executable, "-m", "lobby", "--headless", *where, "--scenario", name],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=STORY_S,
    )

    [line] = played.stdout.splitlines()
    said = json.loads(line)
    assert said["passed"] is True, said.get("why")
    assert said["scenario"] == name
    assert played.returncode == 0
