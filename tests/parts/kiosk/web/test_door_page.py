"""The door's page: every verdict in its shape and its words; what an usher may do.

Source: lobby.md §4, checkin.md §4.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from kiosk.app import create_app, write_scanner_secret
from kiosk.device import Device
from kiosk.shown.door import Class
from tests.pages import Guest
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Time, list_ticket
from tests.parts.kiosk.web.pretend_house import CURTAIN_MS, HOUR_MS, NOW_MS, PretendHouse

DAY_MS = 24 * HOUR_MS
TICKET = "0199a2b4-6c1e-7a3f-8d52-4be1c09f7701"
AT_1912 = NOW_MS + 67 * 60_000


@pytest.mark.parametrize(
    ("answer", "shape", "facts", "usher", "patron"),
    [
        ("ADMIT", Class.GO, {}, "F 12", "Enjoy the show."),
        ("ADMIT", Class.GO, {"inside": 1, "of": 2}, "(1 of 2 in)", "Enjoy the show."),
        ("ADMIT", Class.NOTE, {"notes": ("Child",)}, "Child", "Enjoy the show."),
        ("RE_ADMIT", Class.GO, {}, "WELCOME BACK · F 12", "Welcome back."),
        (
            "ADMIT_UNVERIFIED",
            Class.NOTE,
            {},
            "F 12 · signed, sale not seen yet",
            "Enjoy the show.",
        ),
        ("EXIT_OK", Class.GO, {"mode": "exit"}, "OUT · F 12", "See you soon."),
        (
            "ALREADY_ADMITTED",
            Class.ASK,
            {"since_ms": AT_1912, "since_door": "Door A"},
            "ALREADY IN 19:12, Door A",
            "This ticket has been used. Is it your companion's?",
        ),
        (
            "WRONG_DOOR",
            Class.ASK,
            {"go_to": ("Door C",), "go_to_words": "upstairs on the right"},
            "DOOR C, UPSTAIRS ON THE RIGHT",
            "Your door is upstairs on the right.",
        ),
        (
            "WRONG_DOOR",
            Class.ASK,
            {"go_to": ("Door B",), "go_to_words": "upstairs, on the first floor"},
            "DOOR B, UPSTAIRS F 12 · STALLS",
            "Your door is upstairs, on the first floor.",
        ),
        (
            "UNPAID",
            Class.ASK,
            {"due": 2500, "currency": "EUR"},
            "€25.00 DUE",
            "Please pay at a kiosk; your seat is kept.",
        ),
        (
            "NOT_OPEN_YET",
            Class.ASK,
            {"opens_ms": NOW_MS + 6 * 60_000},
            "DOORS 18:11, in 6 min",
            "Doors open at 18:11.",
        ),
        (
            "LATE_HOLD",
            Class.ASK,
            {"hold_until_ms": NOW_MS + 97 * 60_000},
            "WAIT: seating at 19:42",
            "We will seat you at the next pause.",
        ),
        ("NOT_INSIDE", Class.ASK, {"mode": "exit"}, "NOT SCANNED IN", "–"),
        (
            "WRONG_PERFORMANCE",
            Class.NO,
            {"starts_ms": NOW_MS + 20 * HOUR_MS, "title": "The Tempest"},
            "SAT 14 MAR 14:05",
            "This is for Saturday. The box office can help.",
        ),
        (
            "WRONG_PERFORMANCE",
            Class.NO,
            {"starts_ms": NOW_MS + HOUR_MS, "title": "Improv Night"},
            "FRI 13 MAR 19:05",
            "This is for Improv Night at 19:05. The box office can help.",
        ),
        (
            "REPLACED",
            Class.NO,
            {"since_ms": NOW_MS + 57 * 60_000},
            "REPRINTED 19:02",
            "Please use the newer ticket.",
        ),
        (
            "REFUNDED",
            Class.NO,
            {"since_ms": NOW_MS - 10 * DAY_MS},
            "REFUNDED 3 MARCH",
            "The money went back on 3 March.",
        ),
        (
            "REFUNDED",
            Class.NO,
            {"since_ms": NOW_MS - 10 * DAY_MS, "mode": "exit", "left_house": True},
            "Counted out · F 12",
            "The money went back on 3 March.",
        ),
        (
            "CANCELLED",
            Class.NO,
            {"since_ms": NOW_MS - 10 * DAY_MS},
            "ORDER CANCELLED 3 MARCH",
            "The box office can help.",
        ),
        (
            "PERFORMANCE_CANCELLED",
            Class.NO,
            {},
            "PERFORMANCE CANCELLED",
            "Your e-mail has your choices.",
        ),
        ("FORGED", Class.NO, {}, "NOT A TICKET OF OURS", "Please see the box office."),
        ("UNKNOWN", Class.NO, {}, "NOT A TICKET OF OURS", "Please see the box office."),
        ("REVOKED", Class.NO, {}, "CODE NOT VALID ANY MORE", "Please see the box office."),
        ("BLOCKED", Class.NO, {}, "CALL THE BOX OFFICE", "Please see the box office."),
        (
            "UNCONFIRMED",
            Class.ASK,
            {},
            "ORDER NOT CONFIRMED",
            "Please see the box office.",
        ),
        ("UNVERIFIED", Class.ASK, {}, "NOT ITS SEAT", "One moment, please."),
        (
            "NOT_YET_VALID",
            Class.ASK,
            {"valid_from_ms": NOW_MS - 6 * DAY_MS},
            "FROM 7 MARCH",
            "Saturday 7 March",
        ),
        (
            "EXPIRED",
            Class.NO,
            {"valid_until_ms": NOW_MS - 12 * DAY_MS},
            "UNTIL 1 MARCH",
            "Sunday 1 March",
        ),
        ("PARTY_FULL", Class.ASK, {"left": 2}, "2 LEFT", "One moment, please."),
        (
            "BEING_CHECKED",
            Class.ASK,
            {"since_door": "Door B"},
            "BEING CHECKED AT DOOR B",
            "One moment, please.",
        ),
        (
            "RULE",
            Class.ASK,
            {
                "why": (
                    {"what": "now", "op": "after", "limit": "2026-03-13T19:10:00+01:00"},
                )
            },
            "FROM 19:10",
            "From 19:10",
        ),
        (
            "CANNOT_CHECK",
            Class.CANT_CHECK,
            {},
            "CAN'T CHECK: search",
            "One moment, please.",
        ),
    ],
)
def test_every_verdict_has_its_shape_and_its_words(
    house: PretendHouse, answer: str, shape: Class, facts: Any, usher: str, patron: str
) -> None:
    house.role = "door"
    house.show(answer, shape, **facts)
    tom = Guest(house.app())
    tom.open("/door")
    assert usher in tom.page.words
    assert patron in tom.page.words
    assert f"door--{shape.value}" in str(tom.page.soup.body["class"])  # type: ignore[index]


def test_go_goes_by_itself_and_stop_stays(house: PretendHouse) -> None:
    house.role = "door"
    house.show("ADMIT", Class.GO)
    tom = Guest(house.app())
    assert "Enjoy the show." in tom.open("/door").words
    seen = house.verdict.id if house.verdict else 0
    assert f'content="1;url=/door?seen={seen}"' in tom.page.html
    assert "Ready for the next ticket" in tom.open(f"/door?seen={seen}").words
    house.show("FORGED", Class.NO)
    assert "NOT A TICKET OF OURS" in tom.reload().words
    assert 'content="1"' in tom.page.html
    assert "NOT A TICKET OF OURS" in tom.reload().words
    tom.press("Next guest")
    assert tom.page.heading == "Ready for the next ticket"
    tom.press("Search")
    assert tom.open("/door").heading == "Ready for the next ticket"


def test_a_page_that_is_opened_anew_shows_no_old_go(house: PretendHouse) -> None:
    house.role = "door"
    tom = Guest(house.app())
    tom.open("/door?seen=0")
    house.show("ADMIT", Class.GO, at_ms=NOW_MS - 11_000)
    assert tom.open("/door").heading == "Ready for the next ticket"
    house.show("ADMIT", Class.GO, at_ms=NOW_MS - 9_000)
    assert "Enjoy the show." in tom.open("/door").words


def test_a_look_at_the_clock_dismisses_no_verdict(house: PretendHouse) -> None:
    house.role = "door"
    house.show("FORGED", Class.NO)
    tom = Guest(house.app())
    seen = house.verdict.id if house.verdict else 0
    assert "Ready" in tom.open(f"/door?seen={seen}&glance=1").words
    assert "NOT A TICKET OF OURS" in tom.open("/door").words


def test_the_door_says_how_many_are_in_and_how_it_is_linked(house: PretendHouse) -> None:
    house.role = "door"
    tom = Guest(house.app())
    words = tom.open("/door").words
    assert "IN 212 of 340 · this door 96 · last minute 14" in words
    assert "Box office linked" in words
    house.linked = False
    assert "On our own since 17:45. Keep scanning. 38 scans to send." in tom.reload().words


@pytest.fixture
def scanned(door: Device) -> Callable[[str, str], FlaskClient]:
    """A door's pages, and its scanner."""
    write_scanner_secret(door.config)
    app = create_app(door)
    client = app.test_client()
    secret = door.config.scanner_secret_file.read_text()

    def post(text: str, scan: str) -> FlaskClient:
        answer = client.post(
            "/scans",
            json={"scan": scan, "text": text, "source": "camera", "seen_ms": 0},
            headers={"X-Scanner-Secret": secret},
        )
        assert answer.status_code == 200
        return client

    post.app = app  # type: ignore[attr-defined]
    return post


def test_a_ticket_is_admitted_once_and_then_asked_about(
    scanned: Any, ledger: LedgerDouble, door: Device, time: Time
) -> None:
    code = list_ticket(ledger, TICKET, "A-5")
    tom = Guest(scanned.app)
    assert tom.open("/").path == "/door"
    client = scanned(code, "scan-1")
    news = client.get("/scans/last?after=0").json
    assert news["kind"] in {"go", "note"}
    assert "Enjoy the show." in tom.open("/door").words
    again = scanned(code, "scan-1").get(f"/scans/last?after={news['id']}").json
    assert (again["scan"], again["id"] > news["id"]) == (news["scan"], True)
    time.pass_ms(60_000)
    scanned(code, "scan-2")
    assert "ALREADY IN 18:0" in tom.reload().words
    assert "This ticket has been used. Is it your companion's?" in tom.page.words


@pytest.mark.parametrize("used_comes_first", [True, False])
def test_of_two_tickets_in_one_picture_both_are_shown_and_the_stop_stays(
    scanned: Any, ledger: LedgerDouble, time: Time, used_comes_first: bool
) -> None:
    used = list_ticket(ledger, TICKET, "A-5")
    fresh = list_ticket(ledger, TICKET[:-1] + "2", "A-6")
    scanned(used, "scan-1")
    time.pass_ms(60_000)
    both = [(used, "scan-2"), (fresh, "scan-3")]
    for code, scan in both if used_comes_first else both[::-1]:
        scanned(code, scan)
    tom, patron = Guest(scanned.app), Guest(scanned.app)

    # The page that heard of the first asks for what followed it.
    before = scanned.app.extensions["foh"].board.last(0, 0).id - 1
    assert "ALREADY IN 18:0" in tom.open(f"/door?seen={before}").words
    assert "Also let in: A 6" in tom.page.words
    assert "Next guest" in tom.page.words
    assert "has been used" in patron.open("/door/patron").words
    tom.press("Next guest")
    assert "Ready for the next ticket" in tom.page.words


def test_guests_one_after_the_other_have_the_screen_for_themselves(
    scanned: Any, ledger: LedgerDouble, time: Time
) -> None:
    used = list_ticket(ledger, TICKET, "A-5")
    fresh = list_ticket(ledger, TICKET[:-1] + "2", "A-6")
    scanned(used, "scan-1")
    scanned(used, "scan-2")
    time.pass_ms(2_000)
    scanned(fresh, "scan-3")
    tom = Guest(scanned.app)

    assert "Enjoy the show." in tom.open("/door").words
    assert "Also" not in tom.page.words


def test_an_admission_is_undone_by_one_touch(scanned: Any, ledger: LedgerDouble) -> None:
    code = list_ticket(ledger, TICKET, "A-5")
    tom = Guest(scanned.app)
    scanned(code, "scan-1")
    assert "this door 1 " in tom.open("/door").words
    tom.press("Undo")
    assert "UNDONE" in tom.page.words
    assert "Not in any more: A 5" in tom.page.words
    assert "this door 0 " in tom.page.words
    assert "url=/door?seen=" in tom.page.html  # It was touched: it goes by itself.


def test_exit_is_one_touch_and_says_so(scanned: Any) -> None:
    tom = Guest(scanned.app)
    tom.open("/door?seen=0")
    tom.press("Count out")
    assert "EXIT" in tom.page.words
    tom.press("Count in")
    assert "EXIT" not in tom.page.words


def test_a_foreign_code_stops_in_red_never_in_silence(scanned: Any) -> None:
    tom = Guest(scanned.app)
    scanned("https://example.org", "scan-1")
    assert "NOT A TICKET OF OURS" in tom.open("/door").words


def test_a_pickup_code_is_sent_to_a_kiosk(scanned: Any) -> None:
    tom = Guest(scanned.app)
    scanned("FOHC:B9MHRC6TJXHKB9MHRC6T", "scan-1")
    words = tom.open("/door").words
    assert "NOT A TICKET OF OURS A pickup code" in words
    assert "Please collect your tickets at a kiosk first." in words


def test_a_curtain_is_no_secret(house: PretendHouse) -> None:
    house.role = "door"
    tom = Guest(house.app())
    assert f"Hamlet {CURTAIN_MS and '19:30'}" in tom.open("/door").words


@pytest.fixture
def eyes(scanned: Any, door: Device) -> Callable[..., Any]:
    """The door's scanner, telling how its camera is doing."""
    client = scanned.app.test_client()
    secret = door.config.scanner_secret_file.read_text()

    def tell(secret: str = secret, **words: object) -> Any:
        return client.post(
            "/scans/hints",
            json={"source": "camera", **words},
            headers={"X-Scanner-Secret": secret},
        )

    return tell


def test_a_camera_that_is_away_is_a_banner_and_no_verdict(
    scanned: Any, eyes: Callable[..., Any]
) -> None:
    tom = Guest(scanned.app)
    eyes(camera="away")
    page = tom.open("/door")
    assert page.alert == (
        "The camera is not connected. The tickets are fine: search instead."
    )
    assert "door--ready" in page.html
    eyes(camera="")
    assert "not connected" not in tom.open("/door").words


def test_a_door_page_hears_of_a_hint_while_it_waits(
    scanned: Any, eyes: Callable[..., Any]
) -> None:
    client = scanned.app.test_client()
    eyes()
    news: list[Any] = []
    waits = threading.Thread(
        target=lambda: news.append(client.get("/scans/last?after=0&wait=20&sight=").json)
    )
    waits.start()
    eyes(hint="closer")
    waits.join(60)
    assert news[0]["sight"] == "closer"
    assert news[0]["words"] == "Hold the code closer"
    assert "sight" not in client.get("/scans/last?after=0").json


def test_a_hint_from_elsewhere_or_without_sense_is_refused(
    scanned: Any, eyes: Callable[..., Any]
) -> None:
    assert eyes(secret="guessed", camera="away").status_code == 401
    assert eyes(camera="on fire").json == {"shown": "", "look": False}
    secret = {"X-Scanner-Secret": "guessed"}
    assert (
        scanned.app.test_client().post("/scans/hints", data=b"[", headers=secret)
    ).status_code == 401


def test_a_verdict_stands_alone_while_the_camera_is_away(house: PretendHouse) -> None:
    house.role = "door"
    house.sight.hear({"camera": "away"}, house.now_ms)
    house.show("ADMIT", Class.GO)
    tom = Guest(house.app())
    assert "not connected" not in tom.open("/door").words
    seen = house.verdict.id if house.verdict else 0
    assert "not connected" in tom.open(f"/door?seen={seen}").words


def test_a_verdict_that_stays_and_a_fault_of_ours_are_both_seen(
    house: PretendHouse,
) -> None:
    house.role = "door"
    house.show("CANCELLED", Class.NO, since_ms=NOW_MS - 10 * DAY_MS)
    tom, patron = Guest(house.app()), Guest(house.app())
    assert tom.open("/door").alert == ""
    house.sight.hear({"camera": "away"}, house.now_ms)
    assert "ORDER CANCELLED 3 MARCH" in tom.reload().words
    assert tom.page.alert == "The camera is not connected."
    assert "camera" not in patron.open("/door/patron").words
    house.sight.hear({"camera": "", "hint": "closer"}, house.now_ms)
    assert tom.reload().alert == ""
    assert "closer" not in tom.page.words


def test_a_kiosk_asks_to_type_while_its_camera_rests(house: PretendHouse) -> None:
    ada = Guest(house.app())
    assert "Show your code to the camera" in ada.open("/collect").words
    house.sight.hear({"camera": "frozen"}, house.now_ms)
    assert "The camera is resting. Please type instead:" in ada.open("/collect").words
    house.sight.hear({"hint": "light"}, house.now_ms)
    assert "more light, please" in ada.open("/collect").words
