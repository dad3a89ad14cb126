"""Targets in real millimetres and contrast of 7:1, measured on the rendered pages.

Source: lobby.md §1. A millimetre is what the page itself takes for one: staff have held a
bank card to the glass.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from kiosk.app import create_app
from kiosk.device import Device
from lobby.webserver import WebServer
from tests.browser.touch import AXE
from tests.chromium import patient
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_pins import employ
from tests.parts.kiosk.theatre import HAMLET, hear
from tests.parts.kiosk.web.every_page import pages, typing
from tests.parts.kiosk.web.test_rendered import SIZES, Visitor, base, chromium, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["base", "chromium", "visitor"]

# Every target is at least 15 mm high and wide, the main action 20; letters of a keyboard on
# a small screen may be 12 × 13. What is drawn for the eye alone is no target. A tenth of a
# millimetre is what rounding takes.
_TARGETS = """() => {
  const probe = document.body.appendChild(document.createElement('div'));
  probe.style.cssText = 'position:absolute;inline-size:calc(100 * var(--mm))';
  const mm = probe.getBoundingClientRect().width / 100;
  probe.remove();
  const least = one => one.closest('.keys:not(.staff-enter .keys)') && innerHeight <= 600
    ? [12, 13]
    : one.matches('.button--main') ? [20, 20] : [15, 15];
  const seen = 'a[href], button, label.choice, select, input:not(label input)';
  return [...document.querySelectorAll(seen)]
    .filter(one => !one.closest('[aria-hidden=true]'))
    .flatMap(one => {
      const box = one.getBoundingClientRect();
      if (!box.width || !box.height) return [];
      const name = (one.ariaLabel || one.innerText || one.name).slice(0, 30);
      const [wide, high] = [box.width / mm, box.height / mm];
      const troubles = [];
      if (wide + 0.15 < least(one)[0] || high + 0.15 < least(one)[1]) {
        troubles.push(`${name}: ${wide.toFixed(1)} × ${high.toFixed(1)} mm`);
      }
      if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1
          || box.left < -1 || box.top < -1) {
        troubles.push(`${name}: off the glass`);
      }
      if (innerHeight > innerWidth && box.top < 0.55 * innerHeight - 1
          && !document.body.matches('.staff, .staff-enter')) {
        troubles.push(`${name}: above the lower 45 % of a tall screen`);
      }
      return troubles;
    });
}"""
# Words that are longer than what shows them.
_CUT = """() => [...document.querySelectorAll('main *, nav *')]
  .filter(one => one.getClientRects().length && one.clientWidth
    && !one.closest('.aloud, svg, [aria-hidden=true]'))
  .filter(one => one.matches('.button, .chip, h1, p, dt, dd')
    || ['hidden', 'clip'].includes(getComputedStyle(one).overflowX))
  .filter(one => getComputedStyle(one).textOverflow !== 'ellipsis')
  .filter(one => one.scrollWidth > one.clientWidth + 2)
  .map(one => `${one.tagName} ${one.innerText.slice(0, 40)}: cut off`)"""
# Words that reach the border of what is pressed, or beyond the label or field of theirs.
_TIGHT = """() => {
  const troubles = [];
  const name = one => one.innerText.slice(0, 30).replaceAll('\\n', ' ');
  const shown = one => one.offsetWidth > 4 && !one.closest('.aloud, [aria-hidden=true]')
    && getComputedStyle(one).clipPath === 'none';
  const span = document.createRange();
  const words = one => {
    const all = {left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity};
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (walk.currentNode.parentElement.closest('.aloud')) continue;
      span.selectNodeContents(walk.currentNode);
      for (const box of span.getClientRects()) {
        if (!box.width) continue;
        all.left = Math.min(all.left, box.left);
        all.right = Math.max(all.right, box.right);
        all.top = Math.min(all.top, box.top);
        all.bottom = Math.max(all.bottom, box.bottom);
      }
    }
    return all;
  };
  for (const one of document.querySelectorAll('.button, .chip')) {
    if (!shown(one) || !one.innerText.trim()) continue;
    const [box, its] = [one.getBoundingClientRect(), words(one)];
    const line = parseFloat(getComputedStyle(one).borderLeftWidth);
    const left = Math.min(its.left - box.left, box.right - its.right) - line;
    if (left < 1.5) troubles.push(`${name(one)}: ${left.toFixed(1)} px from its border`);
  }
  for (const one of document.querySelectorAll('main label:not(.chip)')) {
    if (!shown(one) || !one.innerText.trim()) continue;
    const [box, its] = [one.getBoundingClientRect(), words(one)];
    if (its.right > box.right + 1) troubles.push(`${name(one)}: longer than its label`);
    const field = one.control?.getBoundingClientRect();
    const beside = field && !one.contains(one.control)
      && its.bottom > field.top && field.bottom > its.top && field.right > its.left;
    if (beside && its.right > field.left + 1) {
      troubles.push(`${name(one)}: lies on its field`);
    }
  }
  const pen = document.createElement('canvas').getContext('2d');
  for (const one of document.querySelectorAll('main input[placeholder]')) {
    const look = getComputedStyle(one, '::placeholder');
    if (!shown(one) || one.value || look.color === 'rgba(0, 0, 0, 0)') continue;
    pen.font = look.font;
    pen.letterSpacing = look.letterSpacing === 'normal' ? '0px' : look.letterSpacing;
    const box = getComputedStyle(one);
    const left = one.clientWidth - parseFloat(box.paddingLeft)
      - parseFloat(box.paddingRight) - pen.measureText(one.placeholder).width;
    if (left < -0.5) troubles.push(`${one.placeholder}: ${-left} px longer than its field`);
  }
  return troubles;
}"""
# Things that lie on one another, or beyond the part of the page that is theirs.
_OVERLAPS = """() => {
  const all = [...document.querySelectorAll('main h1, main p, main dt, main dd, .button,'
    + ' main label, main .number, .slot__ticket, .top > span')]
    .filter(one => (one.innerText.trim() || one.ariaLabel) && one.offsetWidth > 4
      && !one.closest('[aria-hidden=true], .aloud')
      && getComputedStyle(one).clipPath === 'none')
    .map(one => [one, one.getBoundingClientRect()]);
  const troubles = [];
  const main = document.querySelector('main').getBoundingClientRect();
  for (const [at, [one, box]] of all.entries()) {
    const [top, bottom] = one.closest('main') ? [main.top, main.bottom] : [0, innerHeight];
    if (box.bottom > bottom + 2 || box.top < top - 2 && !one.matches('.attract__welcome')) {
      troubles.push(`${one.innerText.slice(0, 40)}: beyond the page`);
    }
    for (const [other, its] of all.slice(at + 1)) {
      const over = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      const beside = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      if (over > 6 && beside > 3 && !one.contains(other) && !other.contains(one)) {
        troubles.push([one, other].map(it => it.innerText.slice(0, 30)).join(' lies on '));
      }
    }
  }
  return troubles;
}"""
# As axe computes it from the colours that are rendered, with 7:1 for large letters as well.
_WEAK = """async () => {
  axe.configure({checks: [{id: 'color-contrast-enhanced', options: {
    contrastRatio: {normal: {expected: 7}, large: {expected: 7}}}}]});
  const found = await axe.run(document, {runOnly: ['color-contrast-enhanced'],
    resultTypes: ['violations']});
  return found.violations.flatMap(one => one.nodes.map(
    node => `${node.html.slice(0, 90)} ${node.any[0].data.contrastRatio}`));
}"""
# What a guest asks for under Access changes classes of the page, and nothing else.
_WISH = """wished => {
  const kept = ['theatre', 'phone'].filter(one =>
    document.documentElement.classList.contains(one));
  document.documentElement.className = [...kept, wished].join(' ').trim();
}"""
# What cannot be moved to where it is seen, what lies on something else meanwhile, and a
# main action that one would have to look for.
_LOST = """() => {
  const main = document.querySelector('main');
  const pinned = one => ['sticky', 'fixed'].includes(
    getComputedStyle(one.closest('main > .hand > *') || one).position);
  const covered = one => getComputedStyle(one.closest('.show') || one).clipPath !== 'none'
    || getComputedStyle(one).clipPath !== 'none';
  const all = [...document.querySelectorAll(
    'main a[href], main button, main h1, main p, main dt, main dd, main label,'
    + ' main .slot__ticket, .bar .button, .languages .button, .movers .button')]
    .filter(one => one.offsetWidth > 4 && one.innerText.trim()
      && !one.closest('.aloud, [aria-hidden=true]') && !covered(one));
  const name = one => one.innerText.slice(0, 30).replaceAll('\\n', ' ');
  const troubles = [];
  for (const one of all.filter(it => main.contains(it))) {
    one.scrollIntoView({block: 'nearest'});
    const box = one.getBoundingClientRect();
    const its = main.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1
        || box.bottom > its.bottom + 1 && box.top > its.top + 1) {
      troubles.push(`${name(one)}: lost`);
    }
  }
  main.scrollTo(0, 0);
  for (const [at, one] of all.entries()) {
    if (one.scrollWidth > one.clientWidth + 2 && one.clientWidth) {
      troubles.push(`${name(one)}: cut off`);
    }
    const box = one.getBoundingClientRect();
    for (const other of all.slice(at + 1)) {
      if (pinned(one) !== pinned(other)) continue;
      if (main.contains(one) !== main.contains(other)) continue;
      const its = other.getBoundingClientRect();
      const over = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      const beside = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      if (over > 6 && beside > 3 && !one.contains(other) && !other.contains(one)) {
        troubles.push(`${name(one)} lies on ${name(other)}`);
      }
    }
  }
  const act = [...document.querySelectorAll('main .button--main')]
    .find(it => it.offsetWidth);
  if (act) {
    const box = act.getBoundingClientRect();
    const seen = [0.1, 0.5, 0.9].every(part => act.contains(document.elementFromPoint(
      box.left + box.width / 2, box.top + part * box.height)));
    if (!seen) troubles.push(`${name(act)}: not seen at once`);
  }
  return troubles;
}"""
# Paged down with the buttons beside it: no piece of the page shows in part, at an edge or
# beneath the main action, and each has been shown whole at some time.
_PAGED = """() => {
  const main = document.querySelector('main');
  const kind = 'h1, p, dl > div, li, .button, .chip, .choice, .stepper, .tile, .notice,'
    + ' .slip';
  const act = main.querySelector('.button--main')?.closest('main > .hand > *');
  const pinned = act && getComputedStyle(act).position === 'sticky' ? act : null;
  const around = pinned ? parseFloat(getComputedStyle(pinned).outlineWidth) || 0 : 0;
  const all = [...main.querySelectorAll('*')].filter(one => one.matches(kind)
    && !one.parentElement.closest(kind) && one.offsetWidth > 4 && one.offsetHeight > 4
    && getComputedStyle(one).clipPath === 'none' && !pinned?.contains(one));
  const name = one => one.innerText.slice(0, 30).replaceAll('\\n', ' ');
  const troubles = [];
  const seen = new Set();
  for (let stop = 0; stop < 40; stop += 1) {
    const its = main.getBoundingClientRect();
    const end = pinned ? pinned.getBoundingClientRect().top - around : its.bottom;
    for (const one of all) {
      const box = one.getBoundingClientRect();
      const [above, below] = [its.top - box.top > 3, box.bottom - end > 3];
      if (box.height > end - its.top + 4 || !above && !below) seen.add(one);
      else if (box.bottom > its.top && box.top < end
          && getComputedStyle(one).opacity !== '0') troubles.push(`${name(one)}: cut`);
      if (box.top >= its.top && box.bottom <= end
          && getComputedStyle(one).opacity === '0') {
        troubles.push(`${name(one)}: hidden`);
      }
    }
    const before = main.scrollTop;
    document.querySelector('.movers .button:last-child')?.click();
    if (main.scrollTop === before) break;
  }
  const never = all.filter(one => !seen.has(one)).map(one => `${name(one)}: never whole`);
  main.scrollTo(0, 0);
  return [...new Set([...troubles, ...never])];
}"""
# What 200 % under Access does, on every page and from its first frame on: the first page
# forgets what the guest before had asked for.
_TWICE = """new MutationObserver(() => document.documentElement?.classList.add(
  'larger', 'larger-200')).observe(document, {childList: true})"""


# A page of the usual size shows everything at once: nobody has to look for the rest of it.
_LONG = """() => document.documentElement.classList.contains('long')
  ? ['longer than the glass'] : []"""
# A field or a sentence that something else covers, such as the frame of the page.
_HIDDEN = """() => [...document.querySelectorAll('main input, main .collect__words')]
  .filter(one => one.offsetWidth > 4 && getComputedStyle(one).clipPath === 'none')
  .filter(one => {
    const box = one.getBoundingClientRect();
    return ![1.5, box.height - 1.5].every(down => one.contains(
      document.elementFromPoint(box.left + 8, box.top + down)));
  })
  .map(one => `${one.id || one.innerText}: covered`)"""
# The page has heard of its new size, and has been drawn in it.
_DRAWN = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""
_SHAPES = (_TARGETS, _CUT, _TIGHT, _OVERLAPS)


def looked(page: Page, walk: Iterator[str], *, weak: bool = False) -> dict[str, list[str]]:
    """Look at every page at every size; give what was found, by page and size.

    A page is fetched once: its size and high contrast are the sheets' alone.
    weak: whether to measure contrast, too, as usual and as high.
    """
    troubles: dict[str, list[str]] = {}

    def look(what: str, *looks: str) -> None:
        found = [one for look in looks for one in page.evaluate(look)]
        if found:
            troubles[what] = found

    for name in walk:
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(_DRAWN)
            look(f"{name} on {size}", *_SHAPES, _LONG)
            if size == "S":
                page.evaluate(_WISH, "larger larger-125")
                look(f"{name} on S, letters of 125 %", _TIGHT)
                page.evaluate(_WISH, "")
        page.set_viewport_size({"width": 1280, "height": 800})
        if weak:
            page.evaluate(AXE)
            look(f"{name}: contrast", _WEAK)
            page.evaluate(_WISH, "contrast")
            look(f"{name}: high contrast", _WEAK)
            page.evaluate(_WISH, "")
    return troubles


# English words are the shorter ones, but not all of them.
def test_targets_are_large_and_words_stand_out_seven_to_one(visitor: Visitor) -> None:
    assert looked(visitor.page, pages(visitor), weak=True) == {}


def test_targets_are_as_large_in_danish_whose_words_are_longer(visitor: Visitor) -> None:
    in_danish(visitor)

    assert looked(visitor.page, pages(visitor)) == {}


@pytest.mark.parametrize("danish", [False, True], ids=["English", "Danish"])
@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_what_is_typed_its_keys_and_what_is_wrong_are_all_in_sight(
    visitor: Visitor, danish: bool
) -> None:
    if danish:
        in_danish(visitor)
    walk = typing(visitor)

    found = {
        name: [
            one
            for look in (*_SHAPES, _LONG, _HIDDEN)
            for one in visitor.page.evaluate(look)
        ]
        for name in walk
    }

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def in_danish(visitor: Visitor) -> None:
    """Every page is Danish, the first one too, which forgets what guests chose."""
    visitor.house.settings = replace(visitor.house.settings, languages=("da", "en"))


@pytest.mark.parametrize("danish", [False, True], ids=["English", "Danish"])
def test_the_staff_menu_is_as_large(
    chromium: Browser, kiosk: Device, ledger: LedgerDouble, danish: bool
) -> None:
    employ(ledger)
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2"])
    hear(kiosk)
    _look_through_the_camera(kiosk)
    port = WebServer(create_app(kiosk))
    port.start()
    context = chromium.new_context(reduced_motion="reduce")
    page = patient(context.new_page())
    walk = _staff_pages(page, f"http://127.0.0.1:{port.number}", danish)

    found = looked(page, walk, weak=not danish)

    context.close()
    port.stop()
    assert found == {}


def _look_through_the_camera(kiosk: Device) -> None:
    now_ms = kiosk.clock.boot_ms()
    kiosk.sight.hear({"source": "camera"}, now_ms)
    kiosk.glimpse.want(now_ms)
    _, packed = cv2.imencode(".jpg", np.full((360, 640), 128, np.uint8))
    assert kiosk.glimpse.take(packed.tobytes(), now_ms)


def _staff_pages(page: Page, base: str, danish: bool) -> Iterator[str]:
    """Open the menu with a PIN, then everything on it."""
    page.goto(f"{base}/staff")
    yield "the PIN"
    page.select_option("select", label="Anna Berg")
    page.fill("#pin", "999999")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_load_state("load")
    yield "a wrong PIN"
    page.select_option("select", label="Anna Berg")
    page.fill("#pin", "240613")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_load_state("load")
    if danish:
        page.get_by_role("button", name="Dansk").click()
        page.wait_for_load_state("load")
    yield "/staff"
    menu = page.eval_on_selector_all(
        "main a[href^='/staff/']", "all => all.map(one => one.getAttribute('href'))"
    )
    assert len(menu) >= 12
    for path in [*menu, f"/staff/seats/{HAMLET}", "/staff/sound", "/staff/terminal"]:
        page.goto(base + path)
        yield path


@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_at_twice_the_size_nothing_is_lost_and_the_main_action_is_seen(
    visitor: Visitor,
) -> None:
    visitor.page.add_init_script(_TWICE)
    lost = {}
    for name in pages(visitor):
        assert "larger-200" in (visitor.page.get_attribute("html", "class") or "")
        lost[name] = [
            one for look in (_PAGED, _LOST) for one in visitor.page.evaluate(look)
        ]

    assert {name: found for name, found in lost.items() if found} == {}


def test_the_tactile_pad_reaches_everything_and_leaves_by_escape(visitor: Visitor) -> None:
    visitor.open("/p/p-1/how-many")
    names = []
    for _ in range(25):
        visitor.page.keyboard.press("ArrowDown")
        names.append(
            visitor.page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.innerText"
            )
        )
    assert {"Find seats", "Start over", "Dansk"} <= set(names)
    visitor.page.keyboard.press("F1")
    visitor.page.wait_for_url(lambda url: "/help?at=" in url)
    visitor.page.keyboard.press("Escape")
    # The page of help names in its address where it leads back to.
    visitor.page.wait_for_url(lambda url: urlsplit(url).path == "/p/p-1/how-many")
    visitor.open("/collect")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Escape")
    assert urlsplit(visitor.page.url).path == "/"


# Pages ask again sooner than they say: after 20 s, in this case.
_SOON = """document.addEventListener('readystatechange', () => {
  if (document.readyState === 'interactive') document.body.dataset.refreshS = '0.3';
})"""


@pytest.mark.parametrize("something_new", [False, True])
def test_keys_stay_where_they_are_while_the_first_page_is_fetched_anew(
    visitor: Visitor, something_new: bool
) -> None:
    page, house = visitor.page, visitor.house
    page.add_init_script(_SOON)
    visitor.open("/")
    page.evaluate("document.addEventListener('changed', () => { window.changed = true; })")
    page.get_by_role("link", name="Collect tickets").focus()
    if something_new:
        house.paper = replace(house.paper, can_print=False)
        page.get_by_text("No paper tickets here right now").wait_for()

    page.wait_for_selector("[data-refresh-s='20']")
    assert page.evaluate("document.activeElement.innerText") == "Collect tickets"
    # Only what has changed is shown anew: touches of that moment are not meant for it.
    assert page.evaluate("Boolean(window.changed)") is something_new


# What a page has asked for comes just after somebody pressed something.
_LATE = """const ask = window.fetch;
window.fetch = async (...what) => {
  const answer = await ask(...what);
  await new Promise(pressed => addEventListener('click', () => setTimeout(pressed, 0)));
  return answer;
};
document.addEventListener('changed', () => sessionStorage.setItem('changed', 'yes'))"""


def test_a_page_that_is_being_left_changes_no_more(visitor: Visitor) -> None:
    page, house = visitor.page, visitor.house
    page.add_init_script(_SOON)
    page.add_init_script(_LATE)
    visitor.open("/")
    house.paper = replace(house.paper, can_print=False)
    with page.expect_response(lambda said: said.request.resource_type == "fetch"):
        pass
    slow = threading.Event()
    page.route("**/collect", lambda asked: (slow.wait(0.7), asked.continue_()))

    page.get_by_role("link", name="Collect tickets").click()
    page.wait_for_url("**/collect")

    assert page.evaluate("sessionStorage.getItem('changed')") is None
