"""How soon a ticket held before a door camera is read, and what looking costs.

    scripts/bench clips DIR

DIR holds clips of make_clips.py: NAME.mjpg, and NAME.json with the text and the truth of
each frame. Every decoder sees the same frames on one core: `ours` is the scanner's gate and
pipeline, `zxing` and `zbar` as they come; `policy` is the best that was known before: every
frame fast and with a global threshold, in turn inverted, 1.5x, zbar and 2x.

A clip is read when its text is. Frames and milliseconds count from the first frame in which
the whole code is in view, at 30 frames a second, with the processor time of the frame
that read it (which other work on the machine does not touch); unpacking the JPEG is not
counted, for any decoder. A frame that comes while an earlier one is still being processed
is missed, as at a door, unless --every-frame. A clip that is not read counts as never: its
percentiles are null. One JSON object a line: a row per decoder and scenario, and ALL.
"""

import argparse
import json
import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zxingcpp
from cv2.typing import MatLike

from scanner import film, readers
from scanner.decode import Decoder
from scanner.eyes import Eyes
from scanner.frame import Frame

FPS = 30
DECODERS = ("ours", "zxing", "zbar", "policy")
Read = Callable[[Frame], list[str]]


@dataclass(frozen=True)
class Clip:
    """A recording, the text it shows, and when its code is wholly in view."""

    path: Path
    scenario: str
    text: str | None
    visible: list[bool]


@dataclass
class Row:
    """What one decoder did with the clips of one scenario."""

    clips: int = 0
    read: int = 0
    false: int = 0
    after_frames: list[float] = field(default_factory=list)
    after_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    late: int = 0

    def figures(self) -> dict[str, Any]:
        """Return the figures of the row."""
        figures: dict[str, Any] = {
            "clips": self.clips,
            "read": self.read,
            "false": self.false,
            "frames_median": _percentile(self.after_frames, 50),
            "frames_p90": _percentile(self.after_frames, 90),
            "ms_median": _percentile(self.after_ms, 50),
            "ms_p90": _percentile(self.after_ms, 90),
            "ms_p95": _percentile(self.after_ms, 95),
            "cpu_ms_per_frame": round(float(np.mean(self.cpu_ms)), 2),
            "cpu_ms_p95": round(float(np.percentile(self.cpu_ms, 95)), 2),
            "cpu_s_per_minute": round(float(np.mean(self.cpu_ms)) * FPS * 60 / 1000, 2),
            "late": self.late,
        }
        if not self.after_ms:
            figures = {key: value for key, value in figures.items() if "m" not in key[:2]}
        return figures


def main(argv: list[str]) -> int:
    """Play every clip to every decoder; 1 when there are none."""
    parser = argparse.ArgumentParser(prog="bench clips", description=__doc__.split("\n")[0])
    parser.add_argument("dir", type=Path, help="clips of make_clips.py")
    parser.add_argument("--decoders", default=",".join(DECODERS))
    parser.add_argument("--every-frame", action="store_true", help="miss no frame")
    parser.add_argument("--each", action="store_true", help="a line per clip on stderr")
    args = parser.parse_args(argv)
    all_clips = list(clips(args.dir))
    if not all_clips:
        print(f"{args.dir} holds no clips of make_clips.py", file=sys.stderr)
        return 1
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    for clip in all_clips:
        for decoder in args.decoders.split(","):
            one = play(clip, _MAKE[decoder](), every_frame=args.every_frame)
            add(rows[clip.scenario, decoder], clip, one)
            if clip.text is not None:
                add(rows["ALL", decoder], clip, one)
            if args.each:
                frames = one.after_frames[0] if one.after_frames else None
                print(clip.path.stem, decoder, frames, file=sys.stderr)
    for scenario in [*sorted({s for s, _ in rows} - {"ALL"}), "ALL"]:
        for decoder in args.decoders.split(","):
            if (scenario, decoder) in rows:
                head = {"bench": "clips", "decoder": decoder, "scenario": scenario}
                print(json.dumps(head | rows[scenario, decoder].figures()))
    return 0


def clips(folder: Path) -> Iterator[Clip]:
    """Yield the clips in a folder in name order."""
    for about in sorted(folder.glob("*.json")):
        head = json.loads(about.read_text("utf-8"))
        if "scenario" in head and about.with_suffix(".mjpg").exists():
            visible = [bool(frame["visible"]) for frame in head["truth"]]
            yield Clip(about.with_suffix(".mjpg"), head["scenario"], head["text"], visible)


def play(clip: Clip, read: Read, *, every_frame: bool) -> Row:
    """Play one clip to one decoder, at its pace; the row of this clip alone."""
    row = Row(clips=1)
    first = clip.visible.index(True) if any(clip.visible) else None
    free_at_s = 0.0
    for number, taken in enumerate(film.frames(clip.path)):
        due_s = number / FPS
        if due_s < free_at_s and not every_frame:
            row.late += 1
            continue
        assert isinstance(taken.raw, bytes)
        frame = Frame(taken.raw, at_s=due_s, seen_ms=round(1000 * due_s))
        _ = frame.grey, frame.small
        began_s = time.thread_time()
        texts = read(frame)
        took_s = time.thread_time() - began_s
        row.cpu_ms.append(1000 * took_s)
        free_at_s = due_s + took_s
        row.false += sum(text != clip.text for text in texts)
        if clip.text in texts and not row.read:
            row.read = 1
            # A code can be read a frame before all of its rim is in view.
            since = max(0, number - first) if first is not None else 0
            row.after_frames.append(since)
            row.after_ms.append(1000 * (since / FPS + took_s))
    return row


def add(total: Row, clip: Clip, one: Row) -> None:
    """Add one clip's row to a scenario's; what was not read was read never."""
    total.clips += one.clips
    total.read += one.read
    total.false += one.false
    total.late += one.late
    total.cpu_ms += one.cpu_ms
    if clip.text is not None:
        total.after_frames += one.after_frames or [math.inf]
        total.after_ms += one.after_ms or [math.inf]


def _percentile(values: list[float], percent: int) -> float | None:
    """The value that so many per cent stay at or under; None for never."""
    if not values:
        return None
    value = sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
    return None if math.isinf(value) else round(value)


def _ours() -> Read:
    eyes = Eyes(Decoder(clock=time.thread_time))

    def read(frame: Frame) -> list[str]:
        return [sighting.text for sighting in eyes.look(frame)]

    return read


def _zxing() -> Read:
    formats = zxingcpp.BarcodeFormats(readers.QR)
    return lambda frame: [
        code.text for code in zxingcpp.read_barcodes(frame.grey, formats=formats)
    ]


def _zbar() -> Read:
    zbar = readers.zbar
    assert zbar is not None, "libzbar is not installed"
    return lambda frame: [reading.text for reading in zbar(frame.grey)]


def _policy() -> Read:
    """Remember whose turn it is."""
    turns = [
        lambda picture: readers.local(cv2.bitwise_not(picture)),
        lambda picture: readers.local(cv2.resize(picture, None, fx=1.5, fy=1.5)),
        readers.zbar or readers.local,
        lambda picture: readers.local(cv2.resize(picture, None, fx=2, fy=2)),
    ]
    count = 0

    def read(frame: Frame) -> list[str]:
        nonlocal count
        picture: MatLike = frame.grey
        readings = readers.local(picture) or readers.whole(picture)
        if not readings:
            readings = turns[count % len(turns)](picture)
            count += 1
        return [reading.text for reading in readings]

    return read


_MAKE: dict[str, Callable[[], Read]] = {
    "ours": _ours,
    "zxing": _zxing,
    "zbar": _zbar,
    "policy": _policy,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
