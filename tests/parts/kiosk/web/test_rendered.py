"""What pages do in Chromium with scripts: quicker than without, and never twice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kiosk.shown.door import Class
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Outcome
from kiosk.shown.printing import Paper, Status
from kiosk.shown.reviewing import Stage
from kiosk.web import frame
from kiosk.web.newest import Read
from lobby.webserver import WebServer
from tests.browser.touch import KEEP, showed
from tests.chromium import CHROMIUM, LAUNCH, go, patient
from tests.parts.kiosk.web.pretend_house import NOW_MS, PretendHouse, seat

pytestmark = pytest.mark.browser

# Pages count by a clock that stands until it is put forward: ours may be slow to look.
OWN_TIME = "window.later_ms = 0; performance.now = () => 5000 + window.later_ms;"
SIZES = {"S": (800, 480), "L": (1280, 800), "P": (1080, 1920)}
if not CHROMIUM.exists():
    pytest.skip("no Chromium on this machine", allow_module_level=True)


class Visitor:
    """Somebody with a finger, in front of a pretend house."""

    def __init__(self, page: Page, house: PretendHouse, base: str) -> None:
        self.page, self.house, self._base = page, house, base

    def open(self, path: str) -> None:
        go(self.page, self._base + path)

    def press(self, name: str) -> None:
        """Touch the first thing of this name."""
        role = self.page.get_by_role
        role("button", name=name).or_(role("link", name=name)).first.click()
        self.page.wait_for_load_state("load")

    def goes_on(self) -> None:
        """Touch the main action, whatever it is called in this language."""
        self.page.locator(".button--main").first.click()
        self.page.wait_for_load_state("load")

    def begins(self) -> None:
        self.open("/p/p-1/how-many")
        self.goes_on()

    def reviews(self) -> None:
        self.begins()
        self.goes_on()

    def pays(self, outcome: Outcome, **facts: Any) -> None:
        self.reviews()
        self.house.stage, self.house.outcome = Stage.PAYING, outcome
        self.house.pay = replace(self.house.pay, **facts)
        self.open("/order/pay")


def _typo(v: Visitor) -> None:
    v.house.refuse["find"] = Refusal("collect.typo")
    v.open("/collect")
    v.page.fill("#number", "K7Q4MX23")
    v.page.fill("#last_name", "Okafor")
    v.press("Find")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def base(house: PretendHouse) -> Iterator[str]:
    """The pages of the pretend house, on a port."""
    app = house.app()
    port = WebServer(app)
    port.start()
    yield f"http://127.0.0.1:{port.number}"
    # Whoever still waits for a code hears of one, so that the port need not wait for them.
    app.extensions["foh_scans"].keep("closing", Read(2**53, "closing"))
    port.stop()


@pytest.fixture
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, base: str, house: PretendHouse
) -> Iterator[Visitor]:
    width, height = SIZES[getattr(request, "param", "L")]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    page = patient(context.new_page())
    troubles: list[str] = []
    page.on("pageerror", lambda why: troubles.append(str(why)))
    page.on(
        "console", lambda said: troubles.append(said.text) if said.type == "error" else None
    )
    yield Visitor(page, house, base)
    context.close()
    assert troubles == []


@pytest.mark.parametrize("visitor", ["S"], indirect=True)
def test_the_smallest_glass_says_which_evening_and_how_far_one_is(visitor: Visitor) -> None:
    """Also where a gift card pays a part, which takes most of the room. lobby.md §2."""
    visitor.begins()
    for words in ("2 of 4 · Seats", "Hamlet · Tonight 19:30"):
        assert visitor.page.get_by_text(words).is_visible(), words
    visitor.house.gift = 3000
    visitor.reviews()
    for words in ("4 of 4 · Pay", "Tonight 19:30", "Held for you: 14 min"):
        assert visitor.page.get_by_text(words).first.is_visible(), words


def test_fewer_and_more_need_no_round_trip(visitor: Visitor) -> None:
    visitor.open("/p/p-1/how-many")
    asked: list[str] = []
    # Pages also wait for codes by themselves, and fetch a font when they first use it.
    visitor.page.on(
        "request",
        lambda request: (
            asked.append(request.url)
            if request.is_navigation_request() or request.method == "POST"
            else None
        ),
    )
    visitor.page.get_by_role("button", name="One Child more").click()
    visitor.page.get_by_role("button", name="One Adult fewer").click()
    assert asked == []
    assert visitor.page.locator("[name=count-child]").input_value() == "1"
    assert visitor.page.locator("[name=count-adult]").input_value() == "1"
    visitor.press("Find seats")
    visitor.page.wait_for_url("**/seats")
    assert visitor.house.counts == {"adult": 1, "child": 1}


def test_one_ticket_more_than_one_order_may_have_is_answered(visitor: Visitor) -> None:
    visitor.open("/p/p-1/how-many")
    more = visitor.page.get_by_role("button", name="One Adult more")
    for _ in range(6):
        more.click()
        # Faster repeats count as one touch.
        visitor.page.wait_for_timeout(350)
    more.click()
    visitor.page.get_by_role("heading", name="For more than 8, the box office").wait_for()


def test_a_double_tap_sends_a_form_once(visitor: Visitor) -> None:
    visitor.open("/p/p-1/how-many")
    posted: list[str] = []
    visitor.page.on(
        "request",
        lambda asked: posted.append(asked.url) if asked.method == "POST" else None,
    )
    visitor.page.get_by_role("button", name="Find seats").dblclick()
    visitor.page.wait_for_url("**/seats")
    assert len(posted) == 1


@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_number_and_name_are_typed_on_the_glass(visitor: Visitor) -> None:
    visitor.open("/collect")
    for letter in "K7Q4MX23":
        visitor.page.locator(".keys").get_by_role("button", name=letter, exact=True).click()
    for letter in "OKAFOR":
        visitor.page.locator(".keys").get_by_role("button", name=letter, exact=True).click()
    assert visitor.page.input_value("#number") == "K7Q4MX23"
    assert visitor.page.input_value("#last_name") == "OKAFOR"
    visitor.press("Find")
    visitor.page.get_by_role("heading", name="Hamlet").wait_for()


@pytest.mark.parametrize("visitor", ["S", "L", "P"], indirect=True)
def test_what_is_wrong_is_said_and_the_keys_stay(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/collect")
    page.fill("#number", "K7Q4MX23")
    visitor.press("Find")
    assert page.get_by_role("alert").inner_text() == "Please type the last name, too."
    visitor.house.refuse["find"] = Refusal("collect.none")
    page.fill("#last_name", "Okafo")
    visitor.press("Find")
    said = page.get_by_role("alert").filter(has_text="We can't find that.")
    said.wait_for()
    assert said.evaluate("it => getComputedStyle(it).clipPath") == "none"
    page.locator("#last_name").click()
    erase = page.locator(".keys").get_by_role("button", name="Erase").bounding_box()
    assert erase is not None
    assert erase["x"] + erase["width"] <= page.evaluate("innerWidth")

    del visitor.house.refuse["find"]
    page.locator("#last_name").click()
    page.locator(".keys").get_by_role("button", name="R", exact=True).click()
    visitor.press("Find")
    page.get_by_role("heading", name="Hamlet").wait_for()


@pytest.mark.parametrize("visitor", ["S", "L"], indirect=True)
def test_a_wrong_member_number_is_put_right_at_its_end(visitor: Visitor) -> None:
    visitor.reviews()
    visitor.open("/order/member")
    visitor.page.fill("#member_number", "MB4K8")
    visitor.page.fill("#password", "velvet")
    visitor.house.refuse["join"] = Refusal("member.none")
    visitor.press("Use my membership")
    number = visitor.page.locator("#member_number")
    # Touched at its very beginning, keys still write and erase at the end.
    number.click(position={"x": 3, "y": 10})
    at_end = "document.querySelector('#member_number').selectionStart === 5"
    visitor.page.wait_for_function(at_end)
    visitor.page.locator(".keys").get_by_role("button", name="Erase").click()
    assert number.input_value() == "MB4K"
    assert visitor.page.locator("#password").input_value() == ""


@pytest.mark.parametrize("visitor", ["S", "L"], indirect=True)
def test_a_gift_card_can_be_taken_off_under_a_notice_too(visitor: Visitor) -> None:
    visitor.reviews()
    visitor.house.gift, visitor.house.paper = 2000, Paper(Status.OUT, False, 0)
    visitor.open("/order")
    assert "No paper tickets here" in visitor.page.locator(".notice").inner_text()
    for name in ("Without gift card", "Pay €28.00"):
        assert visitor.page.get_by_role("button", name=name).is_visible()


def test_paying_follows_the_terminal_and_then_the_paper(visitor: Visitor) -> None:
    visitor.pays(Outcome.WAITING_FOR_CARD)
    heading = visitor.page.locator("h1")
    assert heading.inner_text() == "Tap or insert your card"
    visitor.house.outcome = Outcome.PROCESSING
    heading.filter(has_text="One moment").wait_for()
    visitor.house.outcome, visitor.house.stage = Outcome.APPROVED, Stage.SOLD
    visitor.page.wait_for_url("**/order/print")
    visitor.house.tickets = ["printed", "printed"]
    visitor.page.wait_for_url("**/order/done")


@pytest.mark.parametrize(
    ("visitor", "tickets"), [("S", 8), ("L", 8), ("P", 2), ("P", 8)], indirect=["visitor"]
)
def test_tickets_on_their_way_out_stay_on_the_page(visitor: Visitor, tickets: int) -> None:
    visitor.reviews()
    visitor.house.stage, visitor.house.outcome = Stage.SOLD, Outcome.APPROVED
    visitor.house.yours = [seat("Dress circle", "B", 1 + n) for n in range(tickets)]
    visitor.house.tickets = ["printed", "sending", *["queued"] * tickets][:tickets]
    visitor.open("/order/print")
    assert visitor.page.locator(".slot__ticket").count() == tickets
    assert visitor.page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth,"
        " document.documentElement.scrollHeight - innerHeight]"
    ) == [0, 0]


def test_a_code_shown_to_the_camera_takes_the_page_over(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.house.be_shown("FOHC:OKAFOR")
    visitor.page.wait_for_url("**/order/print")


def test_a_doors_first_start_asks_whether_its_sound_is_heard(visitor: Visitor) -> None:
    visitor.house.become("door")
    visitor.open("/door")
    for name in ("Play the sound", "No", "Play it again"):
        visitor.page.get_by_role("button", name=name).click()
    visitor.page.get_by_text("Did you hear it?").wait_for()
    visitor.page.get_by_role("button", name="Yes").click()

    for _ in range(2):
        assert not visitor.page.locator("[data-hearing]").is_visible()
        visitor.open("/door")


def test_the_door_changes_at_once_and_goes_back_by_itself(visitor: Visitor) -> None:
    visitor.house.become("door")
    visitor.page.add_init_script(KEEP)
    visitor.open("/door")
    visitor.page.get_by_role("heading", name="Ready for the next ticket").wait_for()
    visitor.house.show("ADMIT", Class.GO)
    # It stands for a good second, and a busy machine may look later.
    showed(visitor.page, "F 12")
    visitor.page.get_by_role("heading", name="Ready for the next ticket").wait_for()
    visitor.house.show("FORGED", Class.NO)
    visitor.page.get_by_role("heading", name="NOT A TICKET OF OURS").wait_for()
    visitor.page.wait_for_timeout(1500)
    assert visitor.page.locator("h1").inner_text() == "NOT A TICKET OF OURS"


@pytest.mark.parametrize("visitor", ["S", "L"], indirect=True)
def test_what_the_patron_is_told_is_read_whole_from_one_page(visitor: Visitor) -> None:
    visitor.house.become("door")
    visitor.open("/door/tally")
    visitor.press("Dansk")
    way = "op ad trappen til højre, langs væggen"
    for answer, facts in (
        ("WRONG_DOOR", {"go_to": ("Door C",), "go_to_words": way}),
        ("FORGED", {}),
        ("WRONG_PERFORMANCE", {"starts_ms": NOW_MS + 3_600_000, "title": "Improv Night"}),
        ("RE_ADMIT", {}),
    ):
        visitor.house.show(answer, Class.ASK, **facts)
        visitor.open(f"/door/patron?seen={visitor.house.verdict.id - 1}")  # type: ignore[union-attr]
        words = visitor.page.locator(".patron__verdict h1")
        assert words.evaluate(
            "h1 => { const box = h1.getBoundingClientRect(); const text = new Range();"
            " text.selectNodeContents(h1); const ink = text.getBoundingClientRect();"
            " return ink.left >= 0 && ink.right <= box.right + 1 && ink.top >= 0"
            " && ink.bottom <= innerHeight; }"
        ), answer


@pytest.mark.parametrize("visitor", ["S", "L", "P"], indirect=True)
def test_a_camera_that_goes_away_is_said_beside_the_verdict_that_stands(
    visitor: Visitor,
) -> None:
    visitor.house.become("door")
    visitor.open("/door")
    visitor.house.show("FORGED", Class.NO)
    visitor.page.get_by_role("heading", name="NOT A TICKET OF OURS").wait_for()
    # The page waits again; only what it then hears of can be said without a touch.
    visitor.page.wait_for_timeout(500)
    visitor.house.see(camera="away")
    visitor.page.get_by_role("alert").filter(has_text="not connected").wait_for()
    assert visitor.page.locator("h1").inner_text() == "NOT A TICKET OF OURS"
    shape = visitor.page.locator(".verdict__shape").bounding_box()
    size = visitor.page.viewport_size
    assert shape is not None
    assert size is not None
    assert shape["width"] * shape["height"] >= 0.4 * size["width"] * size["height"]
    visitor.house.see(camera="")
    visitor.page.get_by_role("alert").wait_for(state="hidden")
    assert visitor.page.locator("h1").inner_text() == "NOT A TICKET OF OURS"


def test_nobody_there_any_more_clears_the_screen(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "ask_s", lambda: 600)
    monkeypatch.setattr(frame, "long_s", lambda: 4)
    visitor.page.add_init_script(OWN_TIME)
    visitor.open("/collect")
    visitor.page.fill("#number", "K7Q4")
    question = visitor.page.get_by_role("dialog", name="Do you need more time?")
    question.wait_for()
    question.get_by_role("link", name="Yes, more time").click()
    assert visitor.page.input_value("#number") == "K7Q4"

    question.wait_for()
    visitor.page.evaluate("later_ms = 600_000")
    visitor.page.wait_for_url(lambda url: url.endswith("/"))


def test_the_last_page_counts_down_and_a_touch_keeps_it_longer(visitor: Visitor) -> None:
    page, house = visitor.page, visitor.house
    visitor.pays(Outcome.APPROVED)
    house.stage, house.tickets = Stage.SOLD, ["printed", "printed"]
    page.add_init_script(OWN_TIME)
    visitor.open("/order/done")
    left = page.get_by_role("timer")
    page.evaluate("later_ms = 12000")
    left.filter(has_text=re.compile(r"Closes in 8 s\.")).wait_for()
    page.locator("h1").click()
    left.filter(has_text=re.compile(r"Closes in 20 s\.")).wait_for()
    assert page.url.endswith("/order/done")

    page.evaluate("later_ms = 33000")
    page.wait_for_url(lambda url: url.endswith("/"))


def test_a_small_screen_says_how_long_the_seats_are_held(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 800, "height": 480})
    visitor.reviews()

    assert (
        visitor.page.get_by_text("Held for you: 14 min").filter(visible=True).count() == 1
    )


def test_nothing_of_the_last_guest_stays_in_the_browser(visitor: Visitor) -> None:
    _typo(visitor)
    visitor.press("Start over")
    visitor.page.wait_for_url(lambda url: url.endswith("/"))
    assert "OKAFOR" not in visitor.page.content().upper()
    assert visitor.page.evaluate("localStorage.length + sessionStorage.length") == 0
    visitor.page.go_back()
    assert "OKAFOR" not in visitor.page.content().upper()


def test_a_screen_whose_process_is_gone_covers_itself_and_comes_back(
    chromium: Browser, base: str
) -> None:
    """Whatever shows, nothing of it can be touched while nobody answers. lobby.md §5."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = patient(context.new_page())
    page.clock.install()
    page.goto(base + "/p/p-1/how-many")
    page.route("**/alive", lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.clock.run_for(2100)
    page.wait_for_selector("dialog.gone[open]")
    assert "This kiosk is taking a break. The box office is left of the stairs." in (
        page.inner_text("dialog.gone")
    )
    assert "FH-W1" in page.inner_text("dialog.gone")
    under = page.evaluate(
        "document.elementFromPoint(640, 700).closest('dialog')?.className"
    )
    assert under == "gone"
    page.unroute("**/alive")
    with page.expect_event("load"):
        page.clock.run_for(2100)
    assert page.locator("dialog").count() == 0
    assert page.inner_text("h1") == "How many tickets?"
    context.close()
