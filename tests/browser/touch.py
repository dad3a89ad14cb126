"""A guest's hand in a real browser: the same stories, pressed in Chromium.

Every page that comes up is checked with axe, and for things that are cut off or too small.
"""

import time
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Error, Page

from lobby.scenarios.night import MOST_WAIT_S
from lobby.scenarios.screen import NotFound
from tests.chromium import go

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
SIZES = {"S": (800, 480), "L": (1280, 800), "P": (1080, 1920)}
_CONTROLS = """wanted => {
  const name = e => (e.getAttribute('aria-label') || e.innerText || e.value || '')
    .replace(/\\s+/g, ' ').trim().toLowerCase();
  const all = [...document.querySelectorAll('a[href], button:not([disabled])')]
    .filter(e => e.offsetWidth > 4 && e.offsetHeight > 4)
    .filter(e => !e.closest('[aria-hidden=true]'));
  const fit = all.find(e => name(e) === wanted) || all.find(e => name(e).startsWith(wanted))
    || all.find(e => name(e).includes(wanted));
  return fit || null;
}"""


_FOCUSED = """() => {
  const e = document.activeElement;
  return (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '')
    .replace(/\\s+/g, ' ').trim();
}"""


# From before its first page on, a screen keeps what its pages show of verdicts: a GO lasts
# a good second, and a busy machine may look later.
KEEP = """(() => {
  window.kept = [];
  const keep = () => {
    const id = Number(document.body?.dataset.shown || 0);
    const words = id ? document.body.innerText.replace(/\\s+/g, ' ') : '';
    if (id && words !== window.kept.at(-1)?.words) window.kept.push({id, words});
  };
  new MutationObserver(keep).observe(document, {childList: true, subtree: true});
})();"""


def showed(page: Page, words: str) -> None:
    """Wait until a page with KEEP has shown these words of a verdict, however shortly."""
    until = time.monotonic() + MOST_WAIT_S
    while not any(words in one["words"] for one in page.evaluate("window.kept")):
        assert time.monotonic() < until, f"{words!r} was not shown"
        page.wait_for_timeout(20)


_STEPS = "one => one.closest('[data-stepper]') !== null"
_REPEAT_MS = 320


class BrowserScreen:
    """One screen of one device in Chromium; `trouble` collects what axe and we find."""

    def __init__(self, page: Page, address: str, *, name: str) -> None:
        self._page, self._address, self._name = page, address, name
        page.add_init_script(KEEP)
        self.taps = 0
        self.checked: set[str] = set()
        self.trouble: list[str] = []

    def close(self) -> None:
        self._page.close()

    def open(self, path: str) -> None:
        go(self._page, urljoin(self._address, path))
        self.check()

    def reload(self) -> None:
        """The page keeps itself up to date; axe would look longer than a verdict lasts."""
        if self._name.startswith("kiosk"):
            self.check()

    @property
    def words(self) -> str:
        try:
            return " ".join(self._page.inner_text("body").split())
        except Error:
            return ""  # Between two pages.

    def verdict(self, after: int) -> str:
        """Everything that this page showed of verdicts above that id."""
        try:
            kept = self._page.evaluate("window.kept")
        except Error:
            return ""  # Between two pages.
        return " / ".join(one["words"] for one in kept if one["id"] > after)

    def press(self, name: str) -> None:
        """Press by accessible name. Raises NotFound."""
        self._page.wait_for_load_state()
        self.taps += 1
        if self._stays(name):
            while not self._pressed(name):
                pass
            # Faster repeats of a finger count as one.
            self._page.wait_for_timeout(_REPEAT_MS)
            return
        with self._page.expect_event("load", timeout=60_000):
            while not self._pressed(name):
                pass
        self.check()

    def _stays(self, name: str) -> bool:
        """Whether its touch changes the page in place, as fewer and more do."""
        found = self._page.evaluate_handle(_CONTROLS, name.lower()).as_element()
        return found is not None and bool(found.evaluate(_STEPS))

    def _pressed(self, name: str) -> bool:
        """Press; False if the page showed itself anew before the finger was there."""
        found = self._page.evaluate_handle(_CONTROLS, name.lower()).as_element()
        if found is None:
            raise NotFound(f"no {name!r} on {self._page.url}: {self.words[:200]}")
        try:
            found.click()
        except Error as trouble:
            if "not attached" not in str(trouble):
                raise
            return False
        return True

    def type(self, label: str, text: str) -> None:
        """Type into a field. Raises NotFound."""
        field = self._page.get_by_label(label)
        if not field.count():
            raise NotFound(f"no field {label!r} on {self._page.url}")
        field.first.fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list, by words. Raises NotFound."""
        field = self._page.get_by_label(label)
        if not field.count():
            raise NotFound(f"no list {label!r} on {self._page.url}")
        field.first.select_option(label=option)

    def untick(self, label: str) -> None:
        """Take the tick out of a box. Raises NotFound."""
        box = self._page.locator("label", has_text=label).locator("input")
        if not box.count():
            raise NotFound(f"no box {label!r} on {self._page.url}")
        self.taps += 1
        box.first.uncheck()

    def key(self, name: str) -> None:
        """Press a key of the tactile pad."""
        if name != "Enter":
            self._page.keyboard.press(name)
            return
        self.taps += 1
        with self._page.expect_event("load", timeout=60_000):
            self._page.keyboard.press("Enter")
        self.check()

    def hear(self, words: str) -> None:
        """Press Down until something of that name has the focus. Raises NotFound."""
        self._page.wait_for_load_state()
        heard: list[str] = []
        for _ in range(60):
            self._page.keyboard.press("ArrowDown")
            heard.append(self._page.evaluate(_FOCUSED))
            if words.lower() in heard[-1].lower():
                return
        raise NotFound(f"{words!r} is not read out on {self._page.url}: {heard}")

    def check(self) -> None:
        """Look at this page once per address and heading, with axe and a ruler."""
        try:
            heading = self._page.inner_text("h1", timeout=1000)
            seen = f"{self._page.url.split('?')[0]} {heading}"
            if seen in self.checked:
                return
            self.checked.add(seen)
            self._page.evaluate(AXE)
            found = self._page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            scrolls = self._page.evaluate(
                "[document.documentElement.scrollWidth > innerWidth + 1,"
                " document.documentElement.scrollHeight > innerHeight + 1]"
            )
            if self._page.inner_text("h1", timeout=1000) != heading:
                # It changed in place meanwhile: what was measured belongs to neither.
                self.checked.discard(seen)
                self.check()
                return
        except Error:
            return  # The page moved on; what it became is checked instead.
        for violation in found["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            self.trouble.append(f"{self._name} {seen}: {violation['id']} {nodes}")
        if any(scrolls):
            self.trouble.append(f"{self._name} {seen}: scrolls {scrolls}")
