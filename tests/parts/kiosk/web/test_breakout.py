"""Two hundred hostile actions against the screen as it runs in the lobby: nobody gets out.

Chromium starts with the flags of systemd/foh-browser.service; chance is seeded. Keys reach
the page as from a keyboard plugged in; those of the browser itself are switched off by the
policy of systemd/chromium-policy.json, which only a whole machine can prove.

Chromium may leave an input unanswered for ever, for instance when the page goes on in the
middle of it. Nothing here waits for that: then the screen has to come back by itself.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Error, Page, async_playwright

from kiosk.web import frame
from tests.chromium import WHOLE
from tests.parts.kiosk.web.test_rendered import OWN_TIME, base

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["base"]

# So long an answer may take before nobody waits for it, and all of it.
ANSWER_S, LONGEST_S = 20, 400
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


@asynccontextmanager
async def lobby(profile: Path) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=str(WHOLE),
            args=[*flags(), "--no-sandbox", "--disable-gpu"],
            viewport={"width": 1280, "height": 800},
            has_touch=True,
            accept_downloads=True,
        )
        yield context
        await context.close()


def played(visit: Callable[[], Awaitable[None]]) -> None:
    """Run a visit in a thread of its own; the tests of other files keep theirs."""

    async def whole() -> None:
        async with asyncio.timeout(LONGEST_S):
            await visit()

    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, whole()).result()


def test_two_hundred_hostile_actions_never_leave_the_house(
    tmp_path: Path, base: str
) -> None:
    async def visit() -> None:
        async with lobby(tmp_path / "profile") as context:
            await _attack(context, base)

    played(visit)


async def _attack(context: BrowserContext, base: str) -> None:
    chance = random.Random(7)
    asked: list[str] = []
    left: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = await _open(context, base)
    for n in range(200):
        what = f"action {n}"
        try:
            async with asyncio.timeout(ANSWER_S):
                what = await _act(page, chance, n)
                owned = await _owned(page)
        except TimeoutError:
            # What it would have done is done; nobody is told. The lobby opens anew.
            owned, before = False, page
            page = await _open(context, base)
            await _closed(before)
        for other in context.pages:
            if other is not page:
                if not other.url.startswith((base, "about:blank", ":")):
                    left.append(f"{what}: {other.url}")
                await _closed(other)
        if page.is_closed():
            pytest.fail(f"{what} closed the screen")
        if not _ours(page.url, base):
            left.append(f"{what}: {page.url}")
            await page.goto(base, timeout=60_000)
        if owned:
            left.append(f"{what}: a foreign script ran")
    assert left == []
    # What was asked for elsewhere was stopped by the policy, or in the lobby by the unit.
    answered = [url for url in asked if url.startswith("http") and not _ours(url, base)]
    assert [url for url in answered if "example.com" not in url] == []


async def _open(context: BrowserContext, base: str) -> Page:
    page = await context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    await page.goto(base, timeout=60_000)
    page.set_default_timeout(400)
    return page


async def _closed(page: Page) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            await page.close()


def test_after_idle_nothing_of_the_last_guest_is_left(
    tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "long_s", lambda: 4)
    monkeypatch.setattr(frame, "ask_s", lambda: 600)

    async def visit() -> None:
        async with lobby(tmp_path / "profile") as context:
            await _come_after(context, base)

    played(visit)


async def _come_after(context: BrowserContext, base: str) -> None:
    page = context.pages[0]
    await page.add_init_script(OWN_TIME)
    await page.goto(base + "/collect")
    await page.fill("#number", "K7Q4MX23")
    await page.fill("#last_name", "Okafor")
    await page.wait_for_selector("dialog.ask--idle")
    await page.evaluate("later_ms = 600_000")
    await page.wait_for_url(lambda url: urlsplit(url).path == "/", timeout=60_000)
    for back in range(6):
        assert "OKAFOR" not in (await page.content()).upper(), back
        assert (
            await page.evaluate(
                "[...document.querySelectorAll('input')].map(i => i.value)"
                ".join().toUpperCase().includes('OKAFOR')"
            )
            is False
        )
        await page.go_back(timeout=60_000)
    await page.goto(base)
    kept = await page.evaluate(
        """async () => [localStorage.length, sessionStorage.length,
          (await caches.keys()).length, (await indexedDB.databases()).length]"""
    )
    assert kept == [0, 0, 0, 0]
    assert all("Okafor" not in str(cookie) for cookie in await context.cookies())


async def _act(page: Page, chance: random.Random, n: int) -> str:
    try:
        match n % 5:
            case 0 | 1:
                key = KEYS[(n // 5 * 2 + n % 5) % len(KEYS)]
                await page.keyboard.press(key)
                return key
            case 2:
                markup = MARKUP[n // 5 % len(MARKUP)]
                await page.evaluate(
                    "it => { document.body.insertAdjacentHTML('beforeend', it);"
                    " const x = document.getElementById('x');"
                    " if (x) x.submit ? x.submit() : x.click(); }",
                    markup,
                )
                return markup
            case 3:
                return await _touch(page, chance, GESTURES[n // 5 % len(GESTURES)])
            case _:
                await page.keyboard.type(
                    chance.choice(["javascript:alert(1)\n", "0123456789\n"])
                )
                return "a scanner that types"
    except Error:
        return f"action {n}"  # The page went on while it was acted on.


async def _touch(page: Page, chance: random.Random, how: str) -> str:
    """Touch somewhere, or what can be pressed, in a way that nobody should."""
    links = page.locator("a[href], button")
    found = await links.nth(chance.randrange(await links.count())).bounding_box()
    spot: Mapping[str, float] = found or {}
    x = spot.get("x", chance.randrange(1280)) + spot.get("width", 0) / 2
    y = spot.get("y", chance.randrange(800)) + spot.get("height", 0) / 2
    match how:
        case "left" | "middle" | "right":
            await page.mouse.click(x, y, button=how)
        case "control" | "shift":
            await page.keyboard.down(how.capitalize())
            await page.mouse.click(x, y)
            await page.keyboard.up(how.capitalize())
        case "twice":
            await page.mouse.dblclick(x, y)
        case "drag":
            await page.mouse.move(x, y)
            await page.mouse.down()
            await page.mouse.move(chance.randrange(1280), chance.randrange(800), steps=3)
            await page.mouse.up()
        case "held":
            await page.mouse.click(x, y, delay=700)
        case _:
            for _ in range(8):
                await page.touchscreen.tap(chance.randrange(1280), chance.randrange(800))
    return f"{how} at {x:.0f},{y:.0f}"


def _ours(url: str, base: str) -> bool:
    return url.startswith(base) or url in {"about:blank", ""}


async def _owned(page: Page) -> bool:
    try:
        return bool(await page.evaluate("window.owned === 1"))
    except Error:
        return False
