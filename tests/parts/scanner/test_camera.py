"""Frames come alike from a folder, a film, a picture, a stream and a camera."""

import itertools
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner import camera, film, live, still, web
from scanner.frame import Frame, NotAPicture, unpack
from scanner.health import Health
from scanner.newest import HUNG_S, Hung, Newest, follow
from tests.parts.scanner.doubles import answer, serving
from tests.parts.scanner.tickets import ADAS, code, held_up, packed

FAST = 120.0
MANY = 400


def first(frames: Iterator[Frame | None], wanted: int = 1) -> list[Frame]:
    """The first frames that show something, before patience ends."""
    patient = itertools.islice(frames, MANY)
    return list(itertools.islice((frame for frame in patient if frame), wanted))


def brightness(frame: Frame) -> int:
    return round(float(frame.grey.mean()))


def plain(tone: int) -> bytes:
    return packed(np.full((72, 128), tone, np.uint8))


def test_a_folder_is_shown_in_name_order_and_other_files_are_left_alone(tmp_path):
    for name, tone in (("b.png", 80), ("a.jpg", 40), ("c.bmp", 120)):
        cv2.imwrite(str(tmp_path / name), np.full((8, 8), tone, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    assert [brightness(frame) for frame in camera.recorded(tmp_path)] == [40, 80, 120]


def test_a_folder_as_a_source_shows_each_picture_for_as_long_as_decoding_may_need(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((8, 8), 40, np.uint8))
    assert len(list(camera.frames(str(tmp_path), FAST, Health()))) == camera.SHOWN


def test_a_file_that_is_no_picture_is_called_so(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG but no more")
    with pytest.raises(NotAPicture):
        _ = next(camera.recorded(tmp_path)).grey


def test_a_motion_jpeg_film_is_played_frame_by_frame(tmp_path):
    film_file = tmp_path / "friday.mjpg"
    film_file.write_bytes(b"".join(plain(tone) for tone in (40, 80, 120)))
    frames = list(camera.frames(str(film_file), FAST, Health()))
    assert [brightness(frame) for frame in frames] == [40, 80, 120]


def test_a_film_that_is_none_is_called_so(tmp_path):
    for name in ("a.mjpg", "a.avi"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        with pytest.raises(NotAPicture):
            list(film.frames(tmp_path / name))


def test_a_source_that_does_not_exist_is_called_so():
    with pytest.raises(camera.NoSuchSource, match="/nowhere"):
        next(camera.frames("/nowhere/at all", FAST, Health()))


def test_one_picture_over_http_is_asked_for_again_and_204_is_an_empty_view():
    asked = itertools.count()

    def get(request) -> None:
        if next(asked) % 2:
            answer(request, 204)
        else:
            answer(request, 200, "image/jpeg", plain(40))

    with serving(get) as address:
        frames = camera.frames(f"{address}/camera.jpg", FAST, Health())
        seen = list(itertools.islice(frames, 6))
        frames.close()
    assert any(frame is None for frame in seen)
    assert {brightness(frame) for frame in seen if frame} == {40}
    assert next(asked) > 2


@pytest.mark.parametrize("length", [True, False], ids=["with lengths", "without lengths"])
def test_a_stream_shows_its_newest_picture(length):
    sent, go_on = threading.Event(), threading.Event()

    def get(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", 'multipart/x-mixed-replace; boundary="frame"')
        request.end_headers()
        for tone in (40, 80, 120):
            picture = plain(tone)
            head = "\r\n--frame\r\nContent-Type: image/jpeg\r\n"
            head += f"Content-Length: {len(picture)}\r\n\r\n" if length else "\r\n"
            request.wfile.write(head.encode() + picture)
        request.wfile.write(b"\r\n--frame\r\n")
        request.wfile.flush()
        sent.set()
        go_on.wait(60)

    with serving(get) as address:
        frames = web.frames(address, FAST, Health())
        seen = first(frames)
        sent.wait(60)
        while brightness(seen[-1]) != 120:
            seen += first(frames)
        go_on.set()
        frames.close()
    assert len(seen) <= 3


def test_a_camera_that_sends_garbage_is_asked_again_until_it_is_well():
    answers = [
        lambda request: answer(request, 200, "text/html", b"<h1>Log in</h1>"),
        lambda request: answer(request, 500),
        lambda request: request.wfile.write(b"\x00\xff\x00 no HTTP at all\r\n\r\n"),
        lambda request: answer(request, 200, "image/jpeg", plain(40)),
    ]
    asked = itertools.count()

    def get(request) -> None:
        answers[min(next(asked), len(answers) - 1)](request)

    with serving(get) as address:
        frames = web.frames(address, FAST, Health())
        assert brightness(first(frames)[0]) == 40
        frames.close()


def test_a_camera_that_comes_back_is_seen_again():
    with serving(lambda request: answer(request, 200, "image/jpeg", plain(40))) as address:
        port = int(address.rsplit(":", 1)[1])
        frames = web.frames(address, FAST, Health())
        assert first(frames)
    while next(frames) is not None:
        pass
    with serving(lambda request: answer(request, 200, "image/jpeg", plain(80)), port=port):
        assert brightness(first(frames)[0]) == 80
        frames.close()


def test_a_stream_without_end_is_no_picture():
    boundary = b"--frame"
    endless = itertools.chain([b"--frame\r\n\r\n"], itertools.repeat(b"\0" * 1_000_000))
    with pytest.raises(web.Garbage):
        list(web.parts(endless, boundary))


@pytest.mark.parametrize("at", [1, 7, 64])
def test_parts_are_found_wherever_the_network_cuts(at):
    body = (
        b"".join(
            b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n" + picture
            for picture in (b"\xff\xd8one\xff\xd9", b"\xff\xd8two\xff\xd9")
        )
        + b"\r\n--frame--"
    )
    pieces = (body[start : start + at] for start in range(0, len(body), at))
    assert list(web.parts(pieces, b"--frame")) == [
        b"\xff\xd8one\xff\xd9",
        b"\xff\xd8two\xff\xd9",
    ]


def test_only_the_newest_frame_is_kept():
    newest = Newest()
    for tone in (40, 80, 120):
        newest.put(Frame(plain(tone)))
    taken = newest.take(0)
    assert taken
    assert brightness(taken) == 120
    assert newest.take(0) is None


def test_a_camera_whose_driver_fails_says_so_to_whoever_looks():
    def broken(stop: threading.Event) -> Iterator[Frame]:
        yield Frame(plain(40))
        raise RuntimeError("the driver gave up")

    with pytest.raises(RuntimeError, match="gave up"):
        list(itertools.islice(follow(broken, Health()), MANY))


@pytest.mark.parametrize(
    "delivered",
    [
        np.full((2, 4, 3), 90, np.uint8),
        np.dstack([np.full((2, 4), 90, np.uint8), np.full((2, 4), 128, np.uint8)]),
        np.full((2, 4), 90, np.uint8),
        np.frombuffer(plain(90), np.uint8).reshape(1, -1),
        np.frombuffer(plain(90), np.uint8).reshape(-1, 1),
    ],
    ids=["BGR", "YUYV", "grey", "JPEG in a row", "JPEG in a column"],
)
def test_a_camera_may_deliver_in_many_shapes(delivered):
    assert brightness(live.frame_of(delivered)) == 90


def test_a_camera_that_is_not_there_is_an_empty_view_and_is_tried_again(capfd):
    frames = live.frames("/dev/video99", Health())
    assert [next(frames), next(frames)] == [None, None]
    frames.close()


class Webcam:
    """What OpenCV's VideoCapture does, with pictures that the test lays out."""

    def __init__(self, pictures: list[np.ndarray]) -> None:
        self.pictures = pictures

    def isOpened(self) -> bool:
        return bool(self.pictures)

    def read(self) -> tuple[bool, np.ndarray | None]:
        return (True, self.pictures.pop(0)) if self.pictures else (False, None)


def webcam(pictures: list[np.ndarray], health: Health) -> list[Frame | None]:
    delivered = live._delivered(Webcam(pictures), threading.Event())
    return list(still.moving(delivered, health))


def test_a_camera_that_sends_one_picture_for_ever_is_called_frozen_and_not_read():
    frozen, health = np.full((4, 4), 90, np.uint8), Health()
    pictures = [frozen] * 1000
    frames = webcam(pictures, health)
    assert pictures, "it did not wait for the camera to end by itself"
    assert (len(frames), frames[-1]) == (still.ALIKE_MOST + 1, None)
    assert health.said()["camera"] == "frozen"
    # Opened again, it still shows the old picture: nothing of it is read, nor told as well.
    assert set(webcam([frozen] * 200, health)) == {None}
    assert health.said()["camera"] == "frozen"


def test_a_frozen_camera_is_well_again_with_the_first_new_picture():
    old, new, health = (
        np.full((4, 4), 90, np.uint8),
        np.full((4, 4), 91, np.uint8),
        Health(),
    )
    webcam([old] * 200, health)
    frames = webcam([old, old, new], health)
    assert [frame and brightness(frame) for frame in frames] == [None, None, 91]
    assert health.said()["camera"] == ""


def test_a_camera_with_noise_is_never_taken_for_frozen():
    chance, health = np.random.default_rng(1), Health()
    pictures = [chance.integers(0, 9, (4, 4), np.uint8) for _ in range(200)]
    assert None not in webcam(pictures, health)
    assert health.said()["camera"] == ""


def test_a_stream_that_repeats_one_picture_is_frozen_too():
    def get(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", 'multipart/x-mixed-replace; boundary="frame"')
        request.end_headers()
        part = b"--frame\r\n\r\n" + plain(40) + b"\r\n"
        request.wfile.write(part * (still.ALIKE_MOST + 2) + b"--frame\r\n")

    health = Health()
    with serving(get) as address:
        frames = web.frames(address, FAST, health)
        while health.said()["camera"] != "frozen":
            next(frames)
        frames.close()


def test_a_trickle_without_pictures_is_an_absent_camera():
    now_s = itertools.count(step=4)
    health = Health(clock=lambda: next(now_s))
    with pytest.raises(web.Garbage, match="trickle"):
        list(web._lively(iter([b"."] * 9), health))


def test_a_camera_that_goes_away_is_told_and_told_again_when_it_is_back():
    health = Health()
    with serving(lambda request: answer(request, 200, "image/jpeg", plain(40))) as address:
        port = int(address.rsplit(":", 1)[1])
        frames = web.frames(address, FAST, health)
        assert first(frames)
        assert health.said()["camera"] == ""
    while health.said()["camera"] != "away":
        next(frames)
    with serving(lambda request: answer(request, 200, "image/jpeg", plain(80)), port=port):
        assert first(frames)
        assert health.said()["camera"] == ""
        frames.close()


def test_a_driver_that_never_comes_back_is_noticed_from_outside():
    now_s, inside, release = [0.0], threading.Event(), threading.Event()

    def hangs(stop: threading.Event) -> Iterator[Frame]:
        yield Frame(plain(40))
        inside.set()
        release.wait(60)

    frames = follow(hangs, Health(clock=lambda: now_s[0]))
    assert first(frames)
    inside.wait(60)
    now_s[0] = HUNG_S + 1
    with pytest.raises(Hung, match="driver"):
        first(frames)
    release.set()


class Ribbon:
    """What picamera2 does, as its manual says: planes of YUV, one below the other."""

    there = True

    def __init__(self, number: int) -> None:
        if not self.there:
            raise IndexError("list index out of range")
        self.left = 3

    def create_video_configuration(self, **asked: object) -> dict[str, object]:
        return asked

    def configure(self, asked: dict[str, object]) -> None:
        assert asked["queue"] is False

    def start(self) -> None:
        return

    stop = close = start

    def capture_array(self, name: str) -> np.ndarray:
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("Camera frontend has timed out!")
        planes = np.full((1080, 1344), 128, np.uint8)
        planes[:720, :1280] = 90 + self.left
        return planes


def test_a_ribbon_camera_shows_its_brightness_and_may_go_away(monkeypatch):
    library = types.ModuleType("picamera2")
    library.Picamera2 = Ribbon  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", library)
    health = Health()
    frames = camera.frames("pi", FAST, health)
    frame = first(frames)[0]
    assert frame.grey.shape == (720, 1280)
    assert 90 <= brightness(frame) <= 92
    while health.said()["camera"] != "away":
        next(frames)
    assert first(frames)
    Ribbon.there = False
    while health.said()["camera"] != "away":
        next(frames)
    frames.close()
    Ribbon.there = True


class Watch:
    """A clock that goes on when somebody sleeps, or when a frame takes its time."""

    def __init__(self) -> None:
        self.now_s = self.slept_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.slept_s += seconds


def taking(seconds: float, watch: Watch) -> Iterator[Frame]:
    for _ in range(90):
        watch.now_s += seconds
        yield Frame(plain(40))


@pytest.mark.parametrize(("camera_fps", "waited"), [(29.9, False), (31, False), (60, True)])
def test_a_camera_a_little_faster_than_asked_for_makes_no_frame_wait(
    monkeypatch, camera_fps, waited
):
    watch = Watch()
    monkeypatch.setattr(camera, "time", watch)
    monkeypatch.setattr(
        camera.live, "frames", lambda source, health: taking(1 / camera_fps, watch)
    )
    assert len(list(camera.frames("/dev/video0", 30, Health()))) == 90
    assert (watch.slept_s > 0.01) == waited


def test_without_its_library_a_ribbon_camera_says_what_to_install():
    with pytest.raises(camera.NoSuchSource, match="python3-picamera2"):
        next(camera.frames("pi", FAST, Health()))


def test_a_thumbnail_is_made_without_unpacking_the_whole():
    frame = Frame(packed(held_up(code(ADAS))))
    assert frame.small.shape == (90, 160)
    assert "grey" not in vars(frame)


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\xd8\xff", b"\0" * 100, b"\x89PNG\r\n\x1a\n"]
)
def test_bytes_that_are_no_picture_are_refused(garbage):
    with pytest.raises(NotAPicture):
        unpack(garbage)


def test_a_folder_must_be_a_folder(tmp_path: Path):
    assert list(camera.recorded(tmp_path)) == []
