"""Every reading reaches the kiosk, in order, once, whatever happens to the kiosk."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.post import Post
from scanner.sightings import Sighting
from tests.parts.scanner.doubles import Kiosk, serving

SECONDS = 120


def sighting(nth: int, text: str = "") -> Sighting:
    return Sighting(f"scan-{nth}", text or f"ticket {nth}", seen_ms=1_772_478_000_000 + nth)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "scanner.secret"
    path.write_text("first boot\n")
    return path


@pytest.fixture
def posting(secret: Path) -> Iterator[Callable[[str], Post]]:
    posts: list[Post] = []

    def start(address: str) -> Post:
        posts.append(Post(f"{address}/scans", secret, "door-b"))
        return posts[-1]

    yield start
    for post in posts:
        post.close()


def test_a_reading_arrives_with_its_id_source_and_time(posting):
    kiosk = Kiosk()
    with serving(post=kiosk.take) as address:
        posting(address).put(sighting(1))
        kiosk.wait_for(1)
    assert kiosk.scans == [
        {
            "scan": "scan-1",
            "text": "ticket 1",
            "source": "door-b",
            "seen_ms": 1_772_478_000_001,
        }
    ]


def test_readings_wait_in_order_while_the_kiosk_process_is_away(posting):
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    post = posting(f"http://127.0.0.1:{port}")
    for nth in range(5):
        post.put(sighting(nth))
    assert post.waiting() == 5
    kiosk = Kiosk()
    with serving(post=kiosk.take, port=port):
        assert kiosk.wait_for(5) == [f"ticket {nth}" for nth in range(5)]
        assert post.wait_until_answered(SECONDS)


def test_a_lost_answer_is_asked_for_again_under_the_same_id(posting):
    kiosk = Kiosk()
    kiosk.answers = [503, 503]
    with serving(post=kiosk.take) as address:
        posting(address).put(sighting(1))
        kiosk.wait_for(1)
    assert [scan["scan"] for scan in kiosk.asked] == ["scan-1"] * 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_kiosk_that_started_again_has_a_new_secret_which_is_read_again(
    posting, secret, status
):
    kiosk = Kiosk()
    with serving(post=kiosk.take) as address:
        post = posting(address)
        post.put(sighting(1))
        kiosk.wait_for(1)
        kiosk.secret = "second boot"
        secret.write_text("second boot\n")
        post.put(sighting(2))
        assert kiosk.wait_for(2) == ["ticket 1", "ticket 2"]


def test_a_secret_that_is_written_late_is_waited_for(posting, secret):
    secret.unlink()
    kiosk = Kiosk()
    with serving(post=kiosk.take) as address:
        post = posting(address)
        post.put(sighting(1))
        assert not post.wait_until_answered(0.2)
        secret.write_text("first boot")
        assert kiosk.wait_for(1) == ["ticket 1"]


def test_what_the_kiosk_calls_malformed_is_not_sent_again_and_blocks_nobody(posting):
    kiosk = Kiosk()
    kiosk.refused = {"awkward": 400}
    with serving(post=kiosk.take) as address:
        post = posting(address)
        post.put(sighting(1, "awkward"))
        post.put(sighting(2))
        assert kiosk.wait_for(1) == ["ticket 2"]
        assert post.wait_until_answered(SECONDS)
    assert [scan["scan"] for scan in kiosk.asked] == ["scan-1", "scan-2"]


def test_a_reading_over_which_the_kiosk_stumbles_lets_the_others_pass_and_stays(posting):
    kiosk = Kiosk()
    kiosk.refused = {"stumble": 500}
    with serving(post=kiosk.take) as address:
        post = posting(address)
        post.put(sighting(1, "stumble"))
        post.put(sighting(2))
        assert kiosk.wait_for(1) == ["ticket 2"]
        kiosk.refused = {}
        assert kiosk.wait_for(2) == ["ticket 2", "stumble"]


def test_an_answer_that_is_no_json_is_an_answer(posting):
    from tests.parts.scanner.doubles import answer

    seen = []

    def garbage(request) -> None:
        request.rfile.read(int(request.headers["Content-Length"]))
        seen.append(request.path)
        answer(request, 200, "text/html", b"\xff<html>")

    with serving(post=garbage) as address:
        post = posting(address)
        post.put(sighting(1))
        assert post.wait_until_answered(SECONDS)
    assert seen == ["/scans"]
