"""A clerk's hands in a real browser: the ledger on a port, Chromium, axe on each page."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from ledger.app import create_app
from tests.browser.touch import AXE
from tests.chromium import LAUNCH
from tests.demo_house import DemoHouse

PASSWORD = "lobby-demo"


@contextmanager
def served(house: DemoHouse) -> Iterator[str]:
    """Serve the house's pages; give their address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(house.running), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@contextmanager
def chromium() -> Iterator[Any]:
    """One browser for all of a file's clerks."""
    with sync_playwright() as player:
        browser = player.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@dataclass
class Clerk:
    """Somebody at the desk; every page that comes up is checked by axe."""

    page: Page
    address: str
    trouble: list[str] = field(default_factory=list)

    def log_in(self, login: str = "anna") -> None:
        self.open("/login")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/staff/**")
        self.check()

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.check()

    def press(self, name: str) -> None:
        """Press a button or a link by its name; wait for the page that follows."""
        found = self.page.get_by_role("button", name=name, exact=True)
        if not found.count():
            found = self.page.get_by_role("link", name=name, exact=True)
        with self.page.expect_navigation():
            found.first.click()
        self.check()

    def keys(self, *names: str) -> None:
        """Type keys, one after the other."""
        for name in names:
            self.page.keyboard.press(name)

    def follow(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.check()

    def focus(self, name: str) -> None:
        """Tab on until this field or button has the focus, as keyboards do."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if self.focused == name:
                return
        raise AssertionError(f"Tab never comes to {name!r} on {self.page.url}")

    @property
    def focused(self) -> str:
        """The name of the field, button or link that keys are on."""
        return str(self.page.evaluate(_FOCUSED))

    @property
    def said(self) -> str:
        """What the page told after the last press."""
        return " ".join(self.page.locator(".said").all_inner_texts())

    @property
    def words(self) -> str:
        """All that can be read."""
        return " ".join(self.page.locator("main").inner_text().split())

    def check(self) -> None:
        """Have axe look at the page, and look for what sticks out."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for fault in found["violations"]:
            places = [node["html"][:120] for node in fault["nodes"][:2]]
            self.trouble.append(f"{self.page.url}: {fault['id']} {places}")
        width, fits = self.page.evaluate(
            "[document.documentElement.scrollWidth, innerWidth]"
        )
        if width > fits + 1:
            self.trouble.append(f"{self.page.url}: {width} wide, {fits} fit")


_FOCUSED = """() => {
  const e = document.activeElement;
  return (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '')
    .replace(/\\s+/g, ' ').trim();
}"""


def typed(clerk: Clerk, **fields: str) -> None:
    """Tab to each field and type into it, over what it holds."""
    for name, text in fields.items():
        clerk.focus(name.replace("_", " "))
        if clerk.page.evaluate("document.activeElement.matches('input, textarea')"):
            clerk.page.keyboard.press("Control+a")
        clerk.page.keyboard.type(text)


def act(clerk: Clerk, name: str) -> None:
    """Tab to a button or link, and press it."""
    clerk.focus(name)
    clerk.follow("Enter")
