"""Films of the lobby's own page while it plays a story at the pace of people.

A film is for readers: what stands still is shown once, for as long as it stood. Run as a
program it makes the README's pictures again: `scripts/pictures`.
"""

import io
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import LAUNCH, patient
from tests.lobby_running import lobby as running

WIDTH, HEIGHT = 1280, 800
# Of the lobby's page: what a story is and how it ended. Source: lobby.md §6.
ADDRESS = "{lobby}/?seed=7&run={story}&pace=human"
PLAY_S = 600
LAST_S = 2.0
DARK = 40
FILM_S = 12
# The README shows the first moving and the second as it ended.
FILMED, STILL = STORIES = ("happy-pair", "paper-out-after-payment")

PICTURES = Path(__file__).parents[2] / "docs/pictures"
BASE = 31_000


@dataclass(frozen=True)
class Frame:
    """What was seen, as PNG, and for how long in seconds."""

    png: bytes
    length_s: float


@dataclass(frozen=True)
class Film:
    """The frames of one story. why: blank, or what kept the story from its end."""

    story: str
    frames: tuple[Frame, ...]
    why: str

    def write(self, folder: Path) -> Path:
        """Write it as the README wants it, and say where."""
        moving = self.story == FILMED
        file = folder / f"{self.story}.{'webp' if moving else 'png'}"
        if moving:
            self._move(file)
        else:
            self._still(file)
        return file

    def _move(self, file: Path) -> None:
        """Animated WebP, as long as a film is, whatever the story took."""
        first, *others = (_image(frame.png) for frame in self.frames)
        taken = sum(frame.length_s for frame in self.frames)
        first.save(
            file,
            save_all=True,
            append_images=others,
            duration=[round(1000 * f.length_s * FILM_S / taken) for f in self.frames],
            loop=0,
            quality=70,
            method=4,
        )

    def _still(self, file: Path) -> None:
        """The last picture as PNG of 256 colours."""
        _image(self.frames[-1].png).quantize(256, dither=Image.Dither.NONE).save(
            file, optimize=True
        )


def take(browser: Browser, lobby: str, story: str) -> Film:
    """Play the story on the page at this address and film it to its end."""
    page = patient(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}))
    page.goto(ADDRESS.format(lobby=lobby, story=story))
    seen: list[tuple[float, bytes]] = []
    end, result = time.monotonic() + PLAY_S, None
    while result is None and time.monotonic() < end:
        result = page.evaluate("document.body.dataset.result ?? null")
        # As often as eyes need it; more would only slow down what is filmed.
        page.wait_for_timeout(150)
        shown = page.screenshot()
        if (not seen or seen[-1][1] != shown) and not _between_pages(page, shown):
            seen.append((time.monotonic(), shown))
    why = "" if result == "passed" else page.evaluate("document.body.dataset.why ?? ''")
    page.close()
    until = [at for at, _ in seen[1:]] + [time.monotonic() + LAST_S]
    frames = (Frame(png, to - at) for (at, png), to in zip(seen, until, strict=True))
    return Film(story, tuple(frames), why if result else f"{story} did not end")


def _between_pages(page: Page, shown: bytes) -> bool:
    """Whether the kiosk's frame was not drawn yet: no screen is ever black all over."""
    box = page.locator('iframe[data-screen="kiosk"]').bounding_box()
    assert box is not None
    left, top = box["x"], box["y"]
    glass = (left, top, left + box["width"], top + box["height"])
    inner = _image(shown).convert("L").crop(tuple(round(edge) for edge in glass))
    return inner.reduce(8).getextrema()[1] < DARK


def _image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def main() -> int:
    """Write the pictures; return 1 when a story did not reach its end."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "house", BASE) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(**LAUNCH)
        try:
            for story in STORIES:
                taken = take(browser, house.address, story)
                if taken.why:
                    sys.stderr.write(f"{story}: {taken.why}\n")
                    return 1
                file = taken.write(PICTURES)
                sys.stdout.write(f"{file.name}: {file.stat().st_size // 1000} kB\n")
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
