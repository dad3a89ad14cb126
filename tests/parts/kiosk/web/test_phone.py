"""An usher's phone in Chromium: every verdict fits the glass, and nothing covers another.

The phone's own script reads a code from a pretend camera. Source: lobby.md §4.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from kiosk.shown.door import Class
from tests.chromium import patient
from tests.parts.kiosk.web.pretend_house import NOW_MS, PretendHouse
from tests.parts.kiosk.web.test_rendered import base, chromium  # noqa: F401

pytestmark = pytest.mark.browser

SIZES = [(390, 844), (360, 640)]
HOUR_MS = 3_600_000
LONG = "Mrs Okafor-Christensen of the patrons' circle"

# What the browser's own reader would give, and a camera that shows grey. A verdict that
# goes by itself stays: it has a good second, and a busy machine looks later.
EYES = """
window.held = [];
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.held.map((rawValue) => ({ rawValue })); }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 640, 480), 100);
  if (window.taken) throw new Error("another app has it");
  window.camera = canvas.captureStream(10);
  return window.camera;
};
const later = window.setTimeout.bind(window);
window.setTimeout = (act, ms, ...more) => (ms === 1200 ? 0 : later(act, ms, ...more));
"""

# Boxes of what people read and touch; what lies outside of the glass or on another.
FAULTS = """
(of) => {
  const cover = document.querySelector(of);
  const parts = [...cover.querySelectorAll(
    ".door__trouble, .verdict__shape, .verdict__words > *, .door__hand .button,"
    + ".door__badge .button")];
  const box = (part) => part.getBoundingClientRect();
  const name = (part) => part.textContent.trim().slice(0, 30) || "the shape";
  const faults = [];
  for (const part of parts) {
    const one = box(part);
    if (one.left < -1 || one.top < -1 || one.right > innerWidth + 1
      || one.bottom > innerHeight + 1) faults.push(`${name(part)} leaves the glass`);
    if (part.scrollWidth > part.clientWidth + 2 && part.clientWidth)
      faults.push(`${name(part)} is wider than its place`);
    for (const other of parts) {
      const two = box(other);
      const over = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (part !== other && over > 1 && down > 1)
        faults.push(`${name(part)} lies on ${name(other)}`);
    }
  }
  if (cover.scrollHeight > cover.clientHeight + 1) faults.push("the verdict scrolls");
  const shape = box(cover.querySelector(".verdict__shape"));
  if (Math.min(shape.width, shape.height) < 0.17 * innerHeight)
    faults.push(`the shape is small: ${shape.width} × ${shape.height}`);
  return faults;
}
"""


PARTY = {"inside": 6, "of": 6, "count": 6, "undo_until_ms": NOW_MS + 9000}
VERDICTS: list[tuple[str, Class, dict[str, Any]]] = [
    ("ADMIT", Class.GO, {}),
    ("ADMIT", Class.GO, PARTY),
    ("ADMIT", Class.GO, {**PARTY, "repeat": True}),
    ("ADMIT", Class.NOTE, {"notes": ("Child", LONG, "Wheelchair, needs the side door")}),
    ("ADMIT", Class.NOTE, {**PARTY, "notes": (LONG, LONG, "Wheelchair, the side door")}),
    ("RE_ADMIT", Class.GO, {}),
    ("ADMIT_UNVERIFIED", Class.NOTE, {"undo_until_ms": NOW_MS + 9000}),
    ("EXIT_OK", Class.GO, {"mode": "exit"}),
    ("ALREADY_ADMITTED", Class.ASK, {"since_ms": NOW_MS, "since_door": "Grand Foyer Left"}),
    ("WRONG_DOOR", Class.ASK, {"go_to": ("Door C",), "go_to_words": "up on the right"}),
    ("UNPAID", Class.ASK, {"due": 2500, "currency": "EUR", "may_admit": True}),
    ("NOT_OPEN_YET", Class.ASK, {"opens_ms": NOW_MS + 360_000}),
    ("LATE_HOLD", Class.ASK, {"hold_until_ms": NOW_MS + HOUR_MS, "may_admit": True}),
    ("LATE_HOLD", Class.ASK, {"notes": (LONG, "Child", LONG), "may_admit": True}),
    ("NOT_INSIDE", Class.ASK, {"mode": "exit"}),
    ("WRONG_PERFORMANCE", Class.NO, {"starts_ms": NOW_MS + HOUR_MS, "title": "Improv"}),
    ("REPLACED", Class.NO, {"since_ms": NOW_MS}),
    ("REFUNDED", Class.NO, {"since_ms": NOW_MS - 240 * HOUR_MS}),
    ("CANCELLED", Class.NO, {"since_ms": NOW_MS - 240 * HOUR_MS}),
    ("PERFORMANCE_CANCELLED", Class.NO, {}),
    ("UNKNOWN", Class.NO, {}),
    ("FORGED", Class.NO, {}),
    ("REVOKED", Class.NO, {}),
    ("BLOCKED", Class.NO, {}),
    ("UNCONFIRMED", Class.ASK, {}),
    ("UNVERIFIED", Class.ASK, {"may_admit": True}),
    ("NOT_YET_VALID", Class.ASK, {"valid_from_ms": NOW_MS + 240 * HOUR_MS}),
    ("EXPIRED", Class.NO, {"valid_until_ms": NOW_MS - 240 * HOUR_MS}),
    ("WRONG_TYPE", Class.ASK, {}),
    ("PARTY_FULL", Class.ASK, {"left": 2, "inside": 4, "of": 6}),
    ("USED_UP", Class.ASK, {"inside": 3, "of": 3}),
    ("BEING_CHECKED", Class.ASK, {"since_door": "Grand Foyer Left"}),
    ("QUESTIONS", Class.ASK, {"ask": ("meal", "age")}),
    ("AMBIGUOUS", Class.ASK, {"candidates": ("T-1", "T-2", "T-3")}),
    ("UNDONE", Class.ASK, {}),
    ("CANNOT_CHECK", Class.CANT_CHECK, {}),
]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def phone(
    request: pytest.FixtureRequest,
    chromium: Any,  # noqa: F811
    base: str,  # noqa: F811
    house: PretendHouse,
) -> Iterator[Page]:
    house.role = "door"
    width, height = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, is_mobile=True, has_touch=True
    )
    context.add_init_script(EYES)
    page = patient(context.new_page())
    page.goto(f"{base}/door/phone")
    yield page
    context.close()


def hold(phone: Page, text: str) -> None:
    """Hold a code before the phone's camera until the page has covered itself."""
    phone.evaluate("text => { window.held = [text]; }", text)
    phone.wait_for_selector(".phone__cover")
    phone.evaluate("window.held = []")


def test_every_verdict_fits_the_glass_and_covers_nothing(
    phone: Page, house: PretendHouse
) -> None:
    found = {}
    house.text = f"https://{'example' * 12}.org/"
    for number, (answer, shape, facts) in enumerate(VERDICTS):
        house.judges = (answer, shape, {"ticket": "T-1", **facts})
        phone.evaluate("document.querySelector('.phone__cover')?.remove()")
        hold(phone, f"code {number}")
        if faults := phone.evaluate(FAULTS, ".phone__cover"):
            found[f"{number} {answer}"] = faults
    assert found == {}


def test_a_verdict_on_a_page_of_its_own_fits_as_well(
    phone: Page, house: PretendHouse
) -> None:
    # As after a code that was typed, an undo, or a party that is not whole.
    found = {}
    house.text = f"https://{'example' * 12}.org/"
    for number, (answer, shape, facts) in enumerate(VERDICTS):
        house.show(answer, shape, **{"ticket": "T-1", **facts})
        phone.goto(phone.url.split("/door")[0] + f"/door/v/{house.verdict.id}")
        phone.evaluate("document.documentElement.classList.add('phone')")
        if faults := phone.evaluate(FAULTS, "main"):
            found[f"{number} {answer}"] = faults
    assert found == {}


def test_a_camera_that_another_app_takes_is_missed_also_beside_a_verdict(
    phone: Page, house: PretendHouse
) -> None:
    house.judges = ("CANCELLED", Class.NO, {"ticket": "T-1"})
    hold(phone, "cancelled")
    phone.evaluate("""() => {
      const [track] = camera.getTracks();
      window.taken = true;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }""")
    said = phone.locator(".phone__cover").get_by_role("alert")
    said.filter(has_text="This phone's camera has stopped.").wait_for()
    assert "ORDER CANCELLED" in phone.locator(".phone__cover").inner_text()
    assert phone.evaluate(FAULTS, ".phone__cover") == []
    phone.evaluate("document.querySelector('.phone__cover').remove()")
    assert "Type the code, or search." in phone.locator("[data-aim]").inner_text()

    phone.evaluate("window.taken = false")
    phone.get_by_text("Hold a code before the camera").wait_for()
    house.judges = ("ADMIT", Class.GO, {"ticket": "T-1"})
    hold(phone, "good")
    assert "Enjoy the show." in phone.locator(".phone__cover").inner_text()


def test_a_phone_asks_once_whether_its_sound_is_heard(phone: Page):
    for name in ("Play the sound", "No", "Play it again", "Yes"):
        phone.get_by_role("button", name=name, exact=True).click()

    for _ in range(2):
        assert not phone.locator("[data-hearing]").is_visible()
        phone.reload()
