"""Two hundred hostile actions against the screen as it runs in the lobby: nobody gets out.

Chromium starts with the flags of systemd/foh-browser.service; chance is seeded. Keys reach
the page as from a keyboard plugged in; those of the browser itself are switched off by the
policy of systemd/chromium-policy.json, which only a whole machine can prove.
"""

import random
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from kiosk.web import frame, leaving
from tests.parts.kiosk.web.test_rendered import CHROMIUM, base

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["base"]

LONGEST_S = 240
UNIT = Path(__file__).parents[4] / "systemd/foh-browser.service"
# Those that need a display of their own, a profile of their own or no network at all.
OURS = {"kiosk", "app", "user-data-dir", "ozone-platform", "disk-cache-dir", "incognito"}
KEYS = [
    *(f"F{n}" for n in range(1, 13)),
    *(f"Control+{key}" for key in "tnwpofhjudsralekg0+-"),
    *(f"Control+Shift+{key}" for key in "IJNTCDPBW"),
    *("Alt+F4", "Alt+ArrowLeft", "Alt+ArrowRight", "Alt+d", "Alt+Home", "Alt+Space"),
    *("Escape", "Tab", "Shift+Tab", "Meta", "ContextMenu", "PrintScreen", "Backspace"),
    *("Control+Tab", "Control+Alt+t", "Control+Alt+Delete", "Meta+l", "Shift+F10"),
]
# Markup that somebody might get into a page. Nobody at the glass can run a script of
# theirs, so nothing here does more than a page could be made to hold.
MARKUP = [
    "<iframe src=https://example.com></iframe>",
    "<script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "<img src=https://example.com/x.png>",
    "<a id=x href='javascript:window.owned=1'>tickets</a>",
    "<svg onload=window.owned=1></svg>",
    "<object data=https://example.com></object>",
    "<style>@import url(https://example.com/x.css)</style>",
    "<form id=x method=post action=https://example.com/><button>go</button></form>",
    "<video src=https://example.com/x.mp4 autoplay></video>",
]
GESTURES = ["left", "middle", "right", "control", "shift", "twice", "drag", "held", "palm"]


def flags() -> list[str]:
    """The flags that the browser's unit gives."""
    found = re.findall(
        r"--([a-z-]+(?:=[^\s\\]+)?)", UNIT.read_text().split("ExecStart=")[1]
    )
    return [f"--{flag}" for flag in found if flag.split("=")[0] not in OURS]


@pytest.fixture
def lobby(tmp_path: Path) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=str(CHROMIUM),
            args=[*flags(), "--no-sandbox", "--disable-gpu"],
            viewport={"width": 1280, "height": 800},
            has_touch=True,
            accept_downloads=True,
        )
        # Chromium may leave an input unanswered for ever; then the test fails, and ends.
        kill = ["pkill", "-KILL", "-f", str(tmp_path / "profile")]
        watchdog = threading.Timer(LONGEST_S, lambda: subprocess.run(kill, check=False))
        watchdog.start()
        yield context
        watchdog.cancel()
        context.close()


def test_two_hundred_hostile_actions_never_leave_the_house(
    lobby: BrowserContext, base: str
) -> None:
    chance = random.Random(7)
    asked: list[str] = []
    left: list[str] = []
    lobby.on("request", lambda request: asked.append(request.url))
    page = lobby.pages[0]
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(base)
    page.set_default_timeout(400)
    for n in range(200):
        what = _act(page, chance, n)
        for other in lobby.pages[1:]:
            if not other.url.startswith((base, "about:blank", ":")):
                left.append(f"{what}: {other.url}")
            other.close()
        if page.is_closed():
            pytest.fail(f"{what} closed the screen")
        if not _ours(page.url, base):
            left.append(f"{what}: {page.url}")
            page.goto(base, timeout=10_000)
        if _owned(page):
            left.append(f"{what}: a foreign script ran")
    assert left == []
    # What was asked for elsewhere was stopped by the policy, or in the lobby by the unit.
    answered = [url for url in asked if url.startswith("http") and not _ours(url, base)]
    assert [url for url in answered if "example.com" not in url] == []


def test_after_idle_nothing_of_the_last_guest_is_left(
    lobby: BrowserContext, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = lobby.pages[0]
    page.goto(base)
    monkeypatch.setattr(frame, "IDLE_LONG_S", 1)
    monkeypatch.setattr(leaving, "LEAVE_S", 1)
    page.goto(base + "/collect")
    page.fill("#number", "K7Q4MX23")
    page.fill("#last_name", "Okafor")
    page.wait_for_url(lambda url: urlsplit(url).path == "/", timeout=10_000)
    for back in range(6):
        assert "OKAFOR" not in page.content().upper(), back
        assert (
            page.evaluate(
                "[...document.querySelectorAll('input')].map(i => i.value)"
                ".join().toUpperCase().includes('OKAFOR')"
            )
            is False
        )
        page.go_back(timeout=2000)
    page.goto(base)
    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length,
          (await caches.keys()).length, (await indexedDB.databases()).length]"""
    )
    assert kept == [0, 0, 0, 0]
    assert all("Okafor" not in str(cookie) for cookie in lobby.cookies())


def _act(page: Page, chance: random.Random, n: int) -> str:
    try:
        match n % 5:
            case 0 | 1:
                key = KEYS[(n // 5 * 2 + n % 5) % len(KEYS)]
                page.keyboard.press(key)
                return key
            case 2:
                markup = MARKUP[n // 5 % len(MARKUP)]
                page.evaluate(
                    "it => { document.body.insertAdjacentHTML('beforeend', it);"
                    " const x = document.getElementById('x');"
                    " if (x) x.submit ? x.submit() : x.click(); }",
                    markup,
                )
                return markup
            case 3:
                return _touch(page, chance, GESTURES[n // 5 % len(GESTURES)])
            case _:
                page.keyboard.type(chance.choice(["javascript:alert(1)\n", "0123456789\n"]))
                return "a scanner that types"
    except Error:
        return f"action {n}"  # The page went on while it was acted on.


def _touch(page: Page, chance: random.Random, how: str) -> str:
    """Touch somewhere, or what can be pressed, in a way that nobody should."""
    links = page.locator("a[href], button")
    spot = links.nth(chance.randrange(links.count())).bounding_box() or {}
    x = spot.get("x", chance.randrange(1280)) + spot.get("width", 0) / 2
    y = spot.get("y", chance.randrange(800)) + spot.get("height", 0) / 2
    match how:
        case "left" | "middle" | "right":
            page.mouse.click(x, y, button=how)
        case "control" | "shift":
            page.keyboard.down(how.capitalize())
            page.mouse.click(x, y)
            page.keyboard.up(how.capitalize())
        case "twice":
            page.mouse.dblclick(x, y)
        case "drag":
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(chance.randrange(1280), chance.randrange(800), steps=3)
            page.mouse.up()
        case "held":
            page.mouse.click(x, y, delay=700)
        case _:
            for _ in range(8):
                page.touchscreen.tap(chance.randrange(1280), chance.randrange(800))
    return f"{how} at {x:.0f},{y:.0f}"


def _ours(url: str, base: str) -> bool:
    return url.startswith(base) or url in {"about:blank", ""}


def _owned(page: Page) -> bool:
    try:
        return bool(page.evaluate("window.owned === 1"))
    except Error:
        return False
