"""The whole pretend lobby on real ports, driven as scenarios and the page drive it."""

import smtplib
import socket
import threading
from email.message import EmailMessage

import cv2
import httpx
import numpy as np
import pytest
import zxingcpp

from lobby.config import Config
from lobby.hardware import Hardware
from lobby.programs import Ports, clock_file
from tests.parts.lobby.host import CUT, Host, fence, free_base, qr

pytestmark = pytest.mark.slow

BASE = free_base()
PAYLOAD = "FH1:" + "7KQ2M4XD" * 12


class Electrician:
    """Pulls plugs of processes that are not there."""

    def __init__(self):
        self.running = {"ledger": True, "kiosk": True, "door-a": True}

    @property
    def names(self):
        return tuple(self.running)

    def pull(self, name):
        self.running[name] = False

    def start(self, name):
        self.running[name] = True

    def alive(self, name):
        return self.running[name]


@pytest.fixture(scope="module")
def lobby(tmp_path_factory):
    hardware = Hardware(
        Ports(BASE), tmp_path_factory.mktemp("lobby"), Electrician(), Config(mm_per_s=0)
    )
    hardware.start()
    yield hardware
    hardware.stop()


@pytest.fixture
def page(lobby):
    with httpx.Client(base_url=f"http://127.0.0.1:{BASE}", timeout=60) as client:
        client.post("/printer/faults", json={"all_well": True})
        client.post("/terminal/next", json={})
        yield client


def test_a_lobby_that_cannot_open_leaves_nothing_running(lobby, tmp_path):
    second = Hardware(Ports(BASE), tmp_path, Electrician(), Config(mm_per_s=0))
    before = threading.active_count()
    with pytest.raises(OSError, match="in use"):
        second.start()
    assert threading.active_count() == before


def prints(data):
    """Print over the kiosk's cable to the printer, and wait for the fence."""
    host = Host(BASE + 54)
    host.send(data + fence(b"done"))
    assert host.hears(7) == b"\x37\x22done\x00"
    host.hang_up()


def seen(jpeg):
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return [found.text for found in zxingcpp.read_barcodes(pixels)]


def test_a_ticket_goes_from_the_printer_to_the_door(page):
    before = len(page.get("/printer/slips").json()["slips"])
    prints(b"\x1b@HAMLET\nROW F SEAT 12\n" + qr(PAYLOAD) + CUT)
    slips = page.get("/printer/slips").json()["slips"]
    assert len(slips) == before + 1
    slip = slips[-1]
    assert (slip["lines"], slip["codes"], slip["state"]) == (
        ["HAMLET", "ROW F SEAT 12"],
        [PAYLOAD],
        "cut",
    )
    for kind in ("png", "svg", "json"):
        assert page.get(f"/printer/slips/{slip['n']}.{kind}").status_code == 200

    assert page.get("/cameras/door-a/frame.jpg").status_code == 204
    shown = page.post("/cameras/door-a/show", json={"slip": slip["n"], "tilt": 20})
    assert shown.json()["in_view"] == f"slip {slip['n']}"
    assert seen(page.get("/cameras/door-a/frame.jpg").content) == [PAYLOAD]
    assert page.get(f"/printer/slips/{slip['n']}.json").json()["state"] == "taken"
    page.post("/cameras/door-a/clear", json={})
    assert page.get("/cameras/door-a/frame.jpg").status_code == 204


def test_a_letter_s_ticket_goes_to_the_door(page):
    import io

    import qrcode

    picture = io.BytesIO()
    qrcode.make(PAYLOAD).save(picture, "PNG")
    message = EmailMessage()
    message["From"], message["To"] = "box.office@example.org", "ada@example.org"
    message["Subject"] = "Your tickets"
    message.add_attachment(picture.getvalue(), "image", "png", filename="ticket-1.png")
    with smtplib.SMTP("127.0.0.1", BASE + 40) as post:
        post.send_message(message)
    letter = page.get("/mailbox").json()["letters"][0]
    assert (letter["to"], letter["tickets"]) == ("ada@example.org", 1)
    page.post("/cameras/door-b/show", json={"mail": letter["n"], "ticket": 1})
    assert seen(page.get("/cameras/door-b/frame.jpg").content) == [PAYLOAD]
    page.post("/cameras/door-b/clear", json={})

    shown = page.get(f"/mailbox/{letter['n']}/page")
    assert shown.headers["content-security-policy"].startswith(
        "sandbox; default-src 'none'"
    )
    assert page.get(f"/mailbox/{letter['n']}/enclosures/1").content == picture.getvalue()
    assert page.get(f"/mailbox/{letter['n']}/enclosures/2").status_code == 404


def test_faults_are_set_refilled_and_refused(page):
    assert page.post("/printer/faults", json={"out": True}).json()["faults"]["out"]
    assert not page.post("/printer/refill", json={}).json()["faults"]["out"]
    waits = page.post("/printer/faults", json={"cover": True, "after_slips": 1}).json()
    assert (waits["faults"]["cover"], waits["lying_in_wait"]) == (False, {"cover": True})
    for wrong in (
        {"fire": True},
        {"out": "perhaps"},
        {"out": True, "after_bytes": "x"},
        [1],
    ):
        assert page.post("/printer/faults", json=wrong).status_code == 400


def test_a_story_begins_in_a_lobby_where_nothing_is_broken(page, lobby):
    page.post("/printer/faults", json={"out": True})
    page.post("/printer/faults", json={"cover": True, "after_slips": 1})
    page.post("/terminal/next", json={"outcome": "decline"})
    page.post("/network/lan", json={"up": False})
    page.post("/cameras/door-a/show", json={"text": "of before"})
    page.post("/clock", json={"offset_ms": 3_600_000})
    page.post("/plug/kiosk/pull", json={})

    assert page.post("/scenarios/start", json={}).json() == {"restarted": ["kiosk"]}

    now = page.get("/state").json()
    assert not any(now["printer"]["faults"].values())
    assert now["printer"]["lying_in_wait"] is None
    assert lobby.terminal.plan == Config().plan
    assert all(link["up"] for link in now["network"].values())
    assert now["cameras"]["door-a"]["in_view"] is None
    assert now["clock"] == {"offset_ms": 0}
    assert now["plugs"]["kiosk"]
    assert page.post("/scenarios/start", json={}).json() == {"restarted": []}


def test_the_terminal_is_told_what_to_do_and_reached_over_its_cable(page):
    page.post("/terminal/next", json={"outcome": "decline", "tap": "button"})
    with httpx.Client(base_url=f"http://127.0.0.1:{BASE + 53}", timeout=60) as till:
        begun = till.post("/attempts", json={"key": "K1", "amount": 4800, "order": "K7"})
        assert begun.status_code == 202
        assert page.get("/terminal").json()["attempt"]["state"] == "waiting_for_card"
        assert page.post("/terminal/tap", json={}).status_code == 200
        assert till.get("/attempts/K1").json()["state"] == "declined"
    assert page.post("/terminal/tap", json={}).status_code == 409
    assert page.post("/terminal/next", json={"outcome": "explode"}).status_code == 400
    assert page.get("/terminal/book").json()["charges"][0]["state"] == "declined"


def test_a_cut_cable_is_cut(page):
    def reached():
        try:
            socket.create_connection(("127.0.0.1", BASE + 54), timeout=2).close()
        except OSError:
            return False
        return True

    assert reached()
    cut = page.post("/network/kiosk-printer", json={"up": False}).json()
    assert (cut["kiosk-printer"]["works"], cut["kiosk-terminal"]["works"]) == (False, True)
    assert not reached()
    page.post("/network/kiosk-printer", json={"up": True})
    assert reached()
    assert page.post("/network/moon", json={"up": False}).status_code == 404
    assert page.post("/network/lan", json={"loss": 7}).status_code == 400


def test_plugs_are_pulled_and_put_back(page, lobby):
    assert page.post("/plug/kiosk/pull", json={}).json()["kiosk"] is False
    assert page.post("/plug/kiosk/back", json={}).json()["kiosk"] is True
    assert page.post("/plug/moon/pull", json={}).status_code == 404


def test_the_clocks_jump(page, lobby):
    assert page.post("/clock", json={"days": 3}).json()["offset_ms"] == 3 * 86_400_000
    page.post("/clock", json={"hours": -1})
    assert lobby.clock_offset_ms == 3 * 86_400_000 - 3_600_000
    page.post("/clock", json={"offset_ms": 0})
    assert page.post("/clock", json={"fortnights": 1}).status_code == 400


def test_the_clock_of_one_process_can_be_wrong(page, lobby):
    page.post("/clock", json={"days": 3, "of": ["door-a"]})

    assert clock_file(lobby.folder, "door-a").read_text() == str(3 * 86_400_000)
    assert lobby.clock_offset_ms == 0
    assert page.post("/clock", json={"days": 1, "of": ["moon"]}).status_code == 400


def test_without_a_kiosk_and_a_ledger_the_lamps_wait(page):
    figures = page.get("/figures").json()
    assert (figures["kiosk"], figures["ledger"]) == (None, None)
    assert {lamp["state"] for lamp in figures["lamps"]} == {"waiting"}
    state = page.get("/state").json()
    assert {"clock", "printer", "terminal", "cameras", "letters", "network", "plugs"} <= (
        state.keys()
    )


def test_the_timeline_tells_what_happened_newest_first(page):
    page.post("/plug/ledger/pull", json={})
    page.post("/plug/ledger/back", json={})
    newest, before = page.get("/timeline").json()["timeline"][:2]
    assert (newest["who"], newest["sentence"]) == ("ledger", "The plug is in again")
    assert before["sentence"] == "The plug was pulled"
    assert page.get("/timeline", params={"after": before["n"]}).json()["timeline"] == [
        newest
    ]


def test_the_plain_page_works_with_forms(page):
    shown = page.get("/")
    assert shown.status_code == 200
    assert "style=" not in shown.text
    answer = page.post("/printer/faults", data={"out": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "The paper has run out" in page.get("/").text


def test_panels_are_sent_only_when_something_changed(page):
    page.get("/figures")
    first = page.get("/panels")
    assert "printer" in first.json()
    again = page.get("/panels", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    page.post("/printer/faults", json={"jam": True})
    changed = page.get("/panels", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert "jammed" in changed.json()["printer"]


def test_every_letter_is_reached_page_by_page(page, lobby):
    before = len(lobby.mailbox.letters())
    for n in range(15):
        lobby.mailbox.receive(b"Subject: Number %d\r\n\r\nHello" % n)
    assert f"All {before + 15} letters" in page.get("/panels").json()["mailbox"]
    first = page.get("/mailbox/all").text
    assert "Number 14" in first
    assert "Number 2<" not in first
    assert "Number 2<" in page.get("/mailbox/all?page=2").text
    assert page.get("/mailbox/all?page=moon").text == first


def test_what_opens_each_part_of_the_demo_house_is_listed(page, lobby):
    order = {"order": "K7Q4MX23", "last_name": "Bech", "paid": True, "code": "FOHC:X"}
    lobby.demo_facts = {
        "will_call": [order | {"paid": False, "last_name": "Tanaka"}],
        "group": order,
        "gift_cards": ["TEBQ", "JFYE"],
        "subscribers": "SEASON26",
        "staff": [{"login": "anna", "password": "lobby-demo", "pin": "240613"}],
    }
    words = page.get("/panels").json()["hand"]
    for wanted in ("K7Q4-MX23, Bech", "K7Q4-MX23, Tanaka", "JFYE", "SEASON26", "240613"):
        assert wanted in words
    assert "FOHC:X" in words


def test_a_scenario_is_served_with_its_facts(page, lobby):
    lobby.demo_facts = {"will_call": [{"order": "K7Q4-MX23"}]}
    told = page.get("/scenarios/happy-pair").json()
    assert told["steps"]
    assert told["facts"]["will_call"][0]["order"] == "K7Q4-MX23"
    assert page.get("/scenarios/nothing").status_code == 404


def test_another_site_presses_no_buttons_here(page):
    foreign = {"Origin": "http://evil.example"}
    assert page.post("/printer/refill", headers=foreign).status_code == 403
    rebound = {"Host": f"evil.example:{BASE}"}
    assert page.get("/state", headers=rebound).status_code == 403
    here = page.get("/", headers={"Host": f"localhost:{BASE}"})
    assert here.headers["location"] == f"http://127.0.0.1:{BASE}/"


def test_the_policy_lets_only_the_devices_in(page):
    policy = page.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert f"frame-src 'self' http://127.0.0.1:{BASE + 10}" in policy
    assert "unsafe" not in policy
