"""The lobby's page in a real browser, with stand-ins for the kiosk and the doors."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lobby.config import Config
from lobby.hardware import Hardware
from lobby.programs import Ports
from lobby.scenarios import story
from tests.chromium import CHROMIUM, LAUNCH, patient
from tests.parts.lobby.host import CUT, Host, fence, free_base, qr
from tests.parts.lobby.test_lobby import Electrician

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).parents[3]
BASE = free_base()
SIZES = [(1280, 800), (1920, 1080), (800, 1200)]

ATTRACT = '<h1>Tonight</h1><form action="/done"><button>Buy for tonight</button></form>'
DONE = "<h1>Enjoy the show</h1>"


class StandIn(BaseHTTPRequestHandler):
    """A device with three pages, which says what its camera read."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/scans/last":
            self._say(json.dumps({"id": self.server.read}), "application/json")
        elif path == "/demo.js":
            self._say((ROOT / "static/js/demo.js").read_text(), "text/javascript")
        else:
            page = {"/": ATTRACT, "/done": DONE, "/door": "<h1>F 12</h1>"}.get(path, "")
            if path == "/once":
                # What was done is said when the page comes up, and not again.
                page, self.server.told = "<p>Taken away</p>" * (not self.server.told), True
            head = (
                "<!doctype html><title>Stand-in</title><script defer src=/demo.js></script>"
            )
            self._say(head + page, "text/html")

    def _say(self, text, kind):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def devices():
    servers = [ThreadingHTTPServer(("127.0.0.1", BASE + n), StandIn) for n in range(10, 14)]
    for server in servers:
        server.read, server.told = 0, False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def lobby(tmp_path_factory, devices):
    hardware = Hardware(
        Ports(BASE), tmp_path_factory.mktemp("lobby"), Electrician(), Config(mm_per_s=0)
    )
    hardware.start()
    host = Host(BASE + 20)
    for seat in (b"12", b"13"):
        host.send(
            b"\x1b@HAMLET\nROW F SEAT " + seat + b"\n" + qr("F " + seat.decode()) + CUT
        )
    host.send(fence(b"done"))
    host.hears(7)
    host.hang_up()
    yield hardware
    hardware.stop()


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(**LAUNCH)
        yield opened
        opened.close()


@pytest.fixture
def page(lobby, browser):
    page = patient(browser.new_page(viewport={"width": 1280, "height": 800}))
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console", lambda said: trouble.append(said.text) if said.type == "error" else None
    )
    page.goto(f"http://127.0.0.1:{BASE}/")
    yield page
    page.close()
    assert [t for t in trouble if "409" not in t] == []


@pytest.mark.parametrize("size", SIZES)
def test_the_page_breaks_no_rule_of_accessibility(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate((ROOT / "tests/vendor/axe.min.js").read_text())
    found = page.evaluate("axe.run({exclude: ['iframe']})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (1440, 900), (1920, 1080)])
def test_the_lamps_cover_nothing(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    lowest = page.evaluate(
        """() => [Math.max(...[...document.querySelectorAll('.lobby > .card')]
            .map((card) => card.getBoundingClientRect().bottom)),
          document.querySelector('.lamps').getBoundingClientRect().top, innerHeight]"""
    )
    cards, lamps, height = lowest
    assert cards <= lamps < height


def test_paper_is_dragged_to_a_door(page):
    page.drag_and_drop("#slip-2 img", "[data-camera=door-a]")
    page.wait_for_selector('[data-camera=door-a] img[alt="Door A\'s camera sees slip 2"]')
    page.wait_for_selector("#hand-2")
    page.get_by_role("button", name="Take away what Door A sees").click()
    page.get_by_text("Door A's camera: drop a ticket here").wait_for()


def test_a_button_does_what_a_drag_does(page):
    page.get_by_role("button", name="Show slip 1 to Door A").click()
    page.wait_for_selector('[data-camera=door-a] img[alt="Door A\'s camera sees slip 1"]')


def test_trouble_shows_at_the_printer_and_goes_again(page, lobby):
    page.get_by_role("button", name="Cover open").click()
    page.get_by_text("The cover is open", exact=True).first.wait_for()
    assert lobby.printer.faults.cover
    page.get_by_role("button", name="New roll").click()
    page.locator(".paper .state", has_text="Ready").wait_for()
    assert not lobby.printer.faults.cover


def test_choosing_an_outcome_needs_no_button(page, lobby):
    page.get_by_label("With the next card it will").select_option("decline")
    page.get_by_text("What it does with a card: decline").first.wait_for()
    assert lobby.terminal.plan.outcome == "decline"


@pytest.mark.parametrize(("size", "wide"), [("s", 800), ("l", 1280), ("p", 1080)])
def test_the_kiosk_s_page_has_the_size_of_its_screen(page, size, wide):
    page.locator(f'input[name="size"][value="{size}"]').check(force=True)
    screen = page.frame_locator('iframe[data-screen="kiosk"]').locator("html")
    assert screen.evaluate("() => innerWidth") == wide
    glass = page.locator(".screen--kiosk .glass").bounding_box()
    frame = page.locator('iframe[data-screen="kiosk"]').bounding_box()
    assert frame["width"] == pytest.approx(glass["width"], abs=1)


def test_the_stopwatch_counts_from_the_first_tap_to_the_end(page):
    screen = page.frame_locator('iframe[data-screen="kiosk"]')
    screen.get_by_role("button", name="Buy for tonight").click()
    page.get_by_text("1 tap").wait_for()
    page.get_by_text("from touch to tickets").wait_for()


def played(browser, tmp_path, monkeypatch, steps):
    (tmp_path / "try.json").write_text(json.dumps({"title": "A try", "steps": steps}))
    monkeypatch.setattr(story, "FOLDER", tmp_path)
    page = patient(browser.new_page(viewport={"width": 1280, "height": 800}))
    page.goto(f"http://127.0.0.1:{BASE}/?run=try&pace=none")
    page.wait_for_selector("body[data-result]", timeout=60_000)
    result = page.evaluate("() => ({...document.body.dataset})")
    page.close()
    return result


def test_a_scenario_is_played_on_the_page(browser, lobby, devices, tmp_path, monkeypatch):
    lobby.demo_facts = {"code": "F 12"}
    devices[1].read = 7
    steps = [
        {"terminal": {"outcome": "approve"}},
        {"open": "/"},
        {"mark": "touch"},
        {"press": "Buy for tonight"},
        {"wait": "Enjoy the show"},
        {"measure": "touch_to_done_ms", "since": "touch"},
        {"show": {"text": "$code"}, "to": "door-a"},
        {"clear": "door-a"},
        {"printer": {"out": True}},
        {"refill": True},
        {"cut": "internet"},
        {"mend": "internet"},
    ]
    result = played(browser, tmp_path, monkeypatch, steps)
    assert (result["result"], result["why"], result["taps"]) == ("passed", "", "1")
    assert json.loads(result["measures"])["touch_to_done_ms"] > 0
    assert lobby.network.works("kiosk-ledger")


def test_what_the_box_office_is_told_once_is_heard(
    browser, lobby, devices, tmp_path, monkeypatch
):
    steps = [{"open": "/once", "on": "kiosk-2"}, {"wait": "Taken away", "on": "kiosk-2"}]

    assert played(browser, tmp_path, monkeypatch, steps)["result"] == "passed"


def test_a_scenario_that_fails_says_where(browser, lobby, tmp_path, monkeypatch):
    steps = [{"open": "/"}, {"press": "No such button", "most_s": 1}]
    result = played(browser, tmp_path, monkeypatch, steps)
    assert result["result"] == "failed"
    assert "there is no No such button" in result["why"]
