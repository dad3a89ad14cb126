"""Whoever plays a story sees a verdict however late they look, and never another one.

In Chromium, and as pages without scripts are read.
"""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from playwright.sync_api import Browser

from kiosk.shown.door import Class
from lobby.scenarios.hands import Hands
from lobby.scenarios.night import Failed, Night, Touched
from lobby.scenarios.screen import Screen
from tests.browser.touch import BrowserScreen, showed
from tests.chromium import patient
from tests.parts.kiosk.web.pretend_house import PretendHouse
from tests.parts.kiosk.web.test_rendered import base, chromium  # noqa: F401

pytestmark = pytest.mark.browser


class Evening(Night):
    """A night at one door, without the other parts."""

    def __init__(self, screen: Touched) -> None:
        self.screens, self.seen = {"door-a": screen}, {"door-a": 0}


@pytest.fixture(params=["browser", "without scripts"])
def screen(
    request: pytest.FixtureRequest,
    chromium: Browser,  # noqa: F811
    base: str,  # noqa: F811
    house: PretendHouse,
) -> Iterator[Any]:
    house.become("door")
    if request.param == "browser":
        screen: Any = BrowserScreen(patient(chromium.new_page()), base, name="door-a L")
    else:
        screen = Screen(base)
    screen.open("/door")
    yield screen
    screen.close()


def _is_over(screen: Any) -> None:
    """Wait until the verdict has had its moment on this screen."""
    if isinstance(screen, BrowserScreen):
        showed(screen._page, "Enjoy the show.")
        screen._page.get_by_role("heading", name="Ready for the next ticket").wait_for()
    else:
        screen.open("/door?seen=99")
    assert "Enjoy the show" not in screen.words


def test_a_verdict_that_was_shown_counts_when_it_is_gone(
    screen: Any, house: PretendHouse
) -> None:
    step = {"on": "door-a", "verdict": "Enjoy the show", "most_s": 60}
    night = Evening(cast("Touched", screen))
    house.show("ADMIT", Class.GO)
    _is_over(screen)
    Hands(night).verdict(step)

    # An earlier guest's, it does not.
    night.seen["door-a"] = 1
    with pytest.raises(Failed, match="wanted 'Enjoy the show'"):
        Hands(night).verdict(step | {"most_s": 0.2})


def test_another_verdict_than_the_wanted_one_fails(
    screen: Any, house: PretendHouse
) -> None:
    house.show("CANCELLED", Class.NO, since_ms=house.now_ms)
    night = Evening(cast("Touched", screen))
    Hands(night).verdict({"on": "door-a", "verdict": "ORDER CANCELLED", "most_s": 60})
    with pytest.raises(Failed, match=r"showed .*ORDER CANCELLED"):
        Hands(night).verdict({"on": "door-a", "verdict": "Enjoy", "most_s": 0.5})
