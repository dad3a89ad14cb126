"""What is read aloud of a page, in Chromium: the heading first, and nothing twice."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Request

from tests.parts.kiosk.web.test_access import speaker
from tests.parts.kiosk.web.test_rendered import Visitor, base, chromium, visitor

pytestmark = pytest.mark.browser
__all__ = ["base", "chromium", "speaker", "visitor"]


@pytest.fixture
def read(speaker: Path, visitor: Visitor) -> Iterator[Callable[[str], str]]:
    """Opens a page for somebody with a headset, and gives what it has read to them."""
    said: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/aloud"):
            said.append(parse_qs(request.post_data or "")["text"][0])

    visitor.page.on("request", hear)
    visitor.open("/")
    with visitor.page.expect_response("**/aloud/*.wav"):
        visitor.page.keyboard.press("F2")
        visitor.page.keyboard.press("ArrowUp")

    def open_page(path: str) -> str:
        said.clear()
        with visitor.page.expect_response("**/aloud/*.wav"):
            visitor.open(path)
        return " ".join(said)

    yield open_page
    visitor.page.remove_listener("request", hear)


def test_a_page_is_read_once_from_its_heading_on(read: Callable[[str], str]) -> None:
    assert read("/collect/r-1") == (
        "Hamlet. Tonight 19:30."
        " Stalls F 12. Adult. Stalls F 13. Adult. Print these tickets."
    )


def test_the_keys_under_a_field_are_not_spelt(read: Callable[[str], str]) -> None:
    assert read("/collect") == (
        "Collect tickets. Show your code to the camera, or type:"
        " Order number. Last name. Find."
    )


def test_a_question_is_read_with_its_numbers_and_its_button_last(
    read: Callable[[str], str],
) -> None:
    words = read("/p/p-1/how-many")

    assert words.startswith(
        "How many tickets? Hamlet. Tonight 19:30. Adult. from €18.00. 2."
    )
    assert words.endswith("We need a step-free seat. Find seats.")
    assert words.count("Find seats") == 1


def test_what_the_last_guest_was_told_is_forgotten_with_them(
    read: Callable[[str], str], visitor: Visitor
) -> None:
    read("/collect/r-1")
    visitor.open("/gone")

    assert visitor.house.device.sounds == {}
    assert visitor.page.evaluate("'aloud' in document.body.dataset") is False
