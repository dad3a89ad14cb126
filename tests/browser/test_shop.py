"""A purchase in the online shop in Chromium: on a phone, and by the keyboard alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.touch import AXE
from tests.chromium import LAUNCH, patient

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PORT = 21_480
MOST_TABS = 60
# A ledger furnishes its house first, and on a busy machine that takes minutes.
READY_S = 600
_NAME = """() => {
  const e = document.activeElement, label = e.labels && e.labels[0];
  return (e.getAttribute('aria-label') || (label && label.innerText) || e.innerText
    || e.value || '').replace(/\\s+/g, ' ').trim();
}"""
# Nothing to press is lower or narrower than 24 CSS pixels (WCAG 2.2, 2.5.8), links in text
# and the seats of the picture, which have boxes, aside.
_SMALL = """() => [...document.querySelectorAll('button, select, input, nav a')]
  .filter(e => e.offsetParent && !['hidden', 'checkbox', 'radio'].includes(e.type))
  .filter(e => e.offsetHeight < 24 || e.offsetWidth < 24)
  .map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[str]:
    """A ledger of its own with the demo's house; the address of its shop."""
    folder = tmp_path_factory.mktemp("ledger")
    settings = {
        "FOH_LEDGER_DIR": str(folder),
        "FOH_LEDGER_PORT": str(PORT),
        "FOH_DEMO": "1",
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger", "serve", "--demo"],
        env=os.environ | settings,
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{PORT}/shop/"
    try:
        until = time.monotonic() + READY_S
        while not _answers(address):
            said = (folder / "log").read_text()[-2000:]
            assert process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(120)
        log.close()


def _answers(address: str) -> bool:
    try:
        urlopen(address, timeout=60).close()
    except (URLError, OSError):
        return False
    return True


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as started:
        browser = started.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


def looked_at(page: Page) -> Page:
    """Axe finds nothing, nothing is cut off at the side, nothing is too small."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]]
    assert faults == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"
    assert page.evaluate(_SMALL) == [], page.url
    return page


def press(page: Page, name: str) -> Page:
    """Press a button, and look at the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()
    return looked_at(page)


def test_a_phone_buys_the_best_seats_after_a_decline(chromium, shop):
    page = patient(chromium.new_context(**PHONE).new_page())
    page.goto(shop)
    # Who came for tonight need not scroll past what is for the whole season.
    assert page.locator("h2").all_inner_texts()[-1] == "Memberships"
    looked_at(page).get_by_role("link", name="Hamlet").first.click()
    press(looked_at(page), "Find the best seats")
    assert "Held for you" in page.inner_text("main")
    press(page, "Continue")
    amount = page.get_by_label("Which amount?")
    assert amount.is_hidden()
    page.get_by_label("Another amount").check()
    assert amount.is_visible()
    page.get_by_label("No donation").check()
    press(page, "Continue")
    assert "Please look at 2 fields again." in page.inner_text("[role=alert]")
    page.get_by_label("Name").fill("Ada Holm")
    page.get_by_label("E-mail", exact=True).fill("ada@example.org")
    press(page, "Continue")
    press(page, "Pay ")
    press(page, "Decline")
    assert "Nothing was taken." in page.inner_text("[role=alert]")
    press(page, "Pay ")
    press(page, "Approve")

    assert page.inner_text("h1") == "Thank you. Enjoy the show."
    assert page.locator(".qr").count() == 2


def test_seats_on_the_map_are_touched_and_taken(chromium, shop):
    page = patient(chromium.new_context(**DESKTOP).new_page())
    page.goto(shop)
    page.get_by_role("link", name="The Tempest").first.click()
    seats = page.locator(".map .s")
    house = page.locator(".picture").bounding_box()
    assert house is not None
    assert house["y"] < 500, "the house is in view without scrolling"
    seats.nth(10).click()
    seats.nth(11).click()
    assert "€" in page.inner_text("[data-chosen]")
    looked_at(page)
    press(page, "Take these seats")

    assert "2 tickets" in page.inner_text("main")


def test_a_purchase_needs_no_mouse(chromium, shop):
    page = patient(chromium.new_context(**DESKTOP).new_page())
    page.goto(shop)
    by_keys(page, "Improv Night")
    by_keys(page, "Continue")
    by_keys(page, "Continue")
    tab_to(page, "Name")
    page.keyboard.type("Bea Marsh")
    tab_to(page, "E-mail")
    page.keyboard.type("bea@example.org")
    by_keys(page, "Continue")
    by_keys(page, "Pay ")
    by_keys(page, "Approve")

    assert page.inner_text("h1") == "Thank you. Enjoy the show."
    looked_at(page)


def by_keys(page: Page, name: str) -> None:
    """Tab to what has this name, press Enter, and wait for the next page."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, name: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(_NAME).startswith(name):
            return
    raise AssertionError(f"no {name!r} in {MOST_TABS} tabs on {page.url}")
