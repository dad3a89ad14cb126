"""Palms, second fingers, drumming and keys held down, in Chromium. Source: lobby.md §1."""

import re
import threading

import pytest

from kiosk.shown.paying import Outcome
from kiosk.shown.printing import Status
from kiosk.shown.reviewing import Stage
from tests.parts.kiosk.web.test_rendered import Visitor, base, chromium, visitor

pytestmark = pytest.mark.browser
__all__ = ["base", "chromium", "visitor"]

FINGERTIP = 20
# By the page's own clock: a busy machine paints late, and later than it has loaded.
_LOOKED = """() => new Promise(done => requestAnimationFrame(() =>
  requestAnimationFrame(() => setTimeout(done, 400))))"""

# A page is loaded before it is painted, for which the browser takes its time. The page's
# policy lets nothing be asked again and again by name (wait_for_function).
_PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  if (list.getEntriesByName('first-paint').length) done();
}).observe({type: 'paint', buffered: true}))"""


class Hand:
    """Touches the glass as the panel reports it: contacts with a place and a width."""

    def __init__(self, visitor: Visitor) -> None:
        self._page = visitor.page
        self._panel = visitor.page.context.new_cdp_session(visitor.page)
        self.posts: list[str] = []
        self._page.on(
            "request",
            lambda asked: self.posts.append(asked.url) if asked.method == "POST" else None,
        )

    def touch(self, *places: tuple[float, float], wide: float = FINGERTIP) -> None:
        """Put fingers down at once and lift them."""
        points = [
            {"x": x, "y": y, "radiusX": wide / 2, "radiusY": wide / 2, "id": n}
            for n, (x, y) in enumerate(places)
        ]
        for kind, what in (("touchStart", points), ("touchEnd", [])):
            self._panel.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": what}
            )

    def place(self, selector: str) -> tuple[float, float]:
        box = self._page.locator(selector).first.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def looks(self) -> None:
        """Take the moment that one needs to see a new page, from its first frame on."""
        self._page.evaluate(_LOOKED)


def test_a_palm_and_a_second_finger_press_nothing_and_a_finger_does(
    visitor: Visitor,
) -> None:
    visitor.reviews()
    hand = Hand(visitor)
    hand.looks()
    pay, bar = hand.place(".button--main"), hand.place(".bar .button")

    hand.touch(pay, wide=300)
    hand.touch(bar, pay)
    hand.touch((40, 300), pay, (700, 500), (900, 100), bar)

    assert visitor.page.url.endswith("/order")
    assert hand.posts == []
    hand.touch(pay)
    visitor.page.wait_for_url("**/order/pay")
    assert len(hand.posts) == 1


# A finger that comes down as the page shows, before anybody can have read it; however long
# a busy machine takes over the next frame, it came in this one.
_AT_ONCE = """requestAnimationFrame(() => requestAnimationFrame(shown => {
  const drum = () => {
    const main = document.querySelector('main');
    if (!main) return requestAnimationFrame(drum);
    const there = document.elementFromPoint(innerWidth / 2,
      main.getBoundingClientRect().bottom - 40);
    const touch = {bubbles: true, cancelable: true, isPrimary: true, pointerType: 'touch',
      width: 20, height: 20, detail: 1};
    document.documentElement.dataset.drummed = there.innerText;
    for (const kind of ['pointerdown', 'click']) {
      const event = new PointerEvent(kind, touch);
      Object.defineProperty(event, 'timeStamp', {value: shown + 100});
      there.dispatchEvent(event);
    }
  };
  requestAnimationFrame(drum);
}))"""


def test_who_drums_on_pay_does_not_cancel_the_payment(visitor: Visitor) -> None:
    visitor.reviews()
    visitor.house.outcome = Outcome.WAITING_FOR_CARD
    hand = Hand(visitor)
    hand.looks()
    visitor.page.add_init_script(_AT_ONCE)

    hand.touch(hand.place(".button--main"))
    visitor.page.wait_for_url("**/order/pay")
    page = visitor.page.locator("html[data-drummed]")
    page.wait_for(state="attached")

    assert page.get_attribute("data-drummed") == "Cancel payment"
    hand.looks()
    assert [url.rsplit("/", 1)[1] for url in hand.posts] == ["pay"]
    hand.touch(hand.place("main .button"))
    visitor.page.get_by_role("heading", name="Payment was cancelled").wait_for()
    assert len(hand.posts) == 2


def test_a_page_does_not_show_before_it_can_tell_whom_a_touch_was_meant_for(
    visitor: Visitor,
) -> None:
    """On a busy machine it did, and was pressed by touches for the page before."""
    late = threading.Event()
    visitor.page.route("**/fingers.js*", lambda asked: (late.wait(0.7), asked.continue_()))
    visitor.open("/p/p-1/how-many")
    visitor.page.evaluate(_PAINTED)

    knows, shows = visitor.page.evaluate(
        """() => [
          performance.getEntriesByType('resource').find(
            one => one.name.includes('fingers.js')).responseEnd,
          performance.getEntriesByName('first-paint')[0].startTime]"""
    )
    assert knows < shows


def test_a_key_that_is_held_down_presses_once(visitor: Visitor) -> None:
    visitor.open("/p/p-1/how-many")
    keyboard = visitor.page.context.new_cdp_session(visitor.page)
    visitor.page.get_by_role("button", name="One Child more").focus()

    for repeated in (False, *[True] * 20):
        key = {"type": "keyDown", "key": "Enter", "text": "\r", "autoRepeat": repeated}
        keyboard.send("Input.dispatchKeyEvent", {**key, "windowsVirtualKeyCode": 13})

    assert visitor.page.locator("[name=count-child]").input_value() == "1"


@pytest.mark.parametrize("visitor", ["S", "L", "P"], indirect=True)
def test_what_takes_the_page_over_brings_its_own_looks(visitor: Visitor) -> None:
    """Paper that runs out while the page counts tickets: code and words have their size."""
    house = visitor.house
    visitor.reviews()
    house.stage, house.outcome = Stage.SOLD, Outcome.APPROVED
    house.tickets = ["printed", "sending"]
    visitor.open("/order/print")

    house.tickets, house.trouble = ["printed", "uncertain"], Status.OFFLINE

    visitor.page.get_by_role("heading", name="Your payment of €48.00").wait_for()
    code = visitor.page.locator(".qr").bounding_box()
    glass = visitor.page.viewport_size
    assert code
    assert glass
    assert code["y"] + code["height"] < glass["height"]
    assert code["width"] < glass["width"] * 0.6


def test_no_touch_does_anything_while_the_glass_is_wiped(visitor: Visitor) -> None:
    visitor.open("/help/clean")
    hand = Hand(visitor)
    hand.looks()
    hand.touch(hand.place("button[lang=da]"))
    # It is counted down, in the language that it was in.
    visitor.page.get_by_text(re.compile(r"do nothing for [12]?\d seconds")).wait_for()
    assert hand.posts == []
