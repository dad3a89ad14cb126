"""How many codes in photographs are read, and how long a frame takes.

    scripts/bench decode DIR

DIR holds pictures in sub-folders and `labels.json`, {"sub-folder/file": [texts]}. Each
decoder sees the same pictures in the same run, on one core: `ours` is the scanner's
pipeline, which is shown each still as five equal frames, as a camera would; the others get
one. `union` is what the others find together. One JSON object a line: a row per decoder and
sub-folder, and one with the category ALL. Times are of the processor, per frame: for all
decoders, and for the budget that ours keeps to, so that other work on the machine does not
count.

Texts are compared by their ASCII characters, with CR LF as LF and without blanks at the
ends. Several copies of a code in one picture count as several. A text that is not among the
labels of its picture is false.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from cv2.typing import MatLike

from scanner import readers
from scanner.decode import Decoder
from scanner.found import Found, same

FRAMES = 5
CLOCK = time.process_time
# Two decoders in one library; the second reads more, the first is the one that is known.
OTHERS = ("zxing", "zbar", "opencv", "opencv_aruco")
DECODERS = ("ours", *OTHERS, "union")


@dataclass
class Row:
    """What one decoder did with the pictures of one category."""

    expected: int = 0
    found: int = 0
    false: int = 0
    frames: int = 0
    times_ms: list[float] = field(default_factory=list)

    def add(self, want: Counter[str], got: Counter[str], times_ms: list[float]) -> None:
        """Count one picture."""
        self.expected += want.total()
        self.found += (want & got).total()
        self.false += sum(text not in want for text in got)
        self.frames += len(times_ms)
        self.times_ms += times_ms

    def figures(self) -> dict[str, float]:
        """Return the figures of the row."""
        return {
            "expected": self.expected,
            "found": self.found,
            "false": self.false,
            "frames": self.frames,
            "median_ms": round(float(np.median(self.times_ms)), 1),
            "p95_ms": round(float(np.percentile(self.times_ms, 95)), 1),
        }


def main(argv: list[str]) -> int:
    """Measure every decoder on every picture; 1 when there are none."""
    parser = argparse.ArgumentParser(
        prog="bench decode", description=__doc__.split("\n")[0]
    )
    parser.add_argument("dir", type=Path, help="pictures, with labels.json")
    parser.add_argument("--budget-ms", type=float, default=Decoder.budget_ms)
    parser.add_argument("--misses", action="store_true", help="name the pictures on stderr")
    args = parser.parse_args(argv)
    try:
        labels = json.loads((args.dir / "labels.json").read_text("utf-8"))
    except (OSError, ValueError) as why:
        print(f"{args.dir}/labels.json cannot be read: {why}", file=sys.stderr)
        return 1
    one_core()
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    for name, texts in labels.items():
        picture = cv2.imread(str(args.dir / name), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            print(f"{args.dir / name} is no picture", file=sys.stderr)
            return 1
        want = Counter(plain(text) for text in texts)
        for decoder, got, times_ms in measured(picture, args.budget_ms):
            for category in (name.split("/")[0], "ALL"):
                rows[category, decoder].add(want, got, times_ms)
            if args.misses and decoder == "ours" and got != want:
                print(name, "missed", want - got, "more", got - want, file=sys.stderr)
    for category in [*sorted({c for c, _ in rows} - {"ALL"}), "ALL"]:
        for decoder in DECODERS:
            head = {"bench": "decode", "decoder": decoder, "category": category}
            print(json.dumps(head | rows[category, decoder].figures()))
    return 0 if rows else 1


def one_core() -> None:
    """Stay on one core, as on a kiosk where the other belongs to everything else."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)


def plain(text: str) -> str:
    """Reduce a text to what is compared."""
    text = text.replace("\r\n", "\n")
    return "".join(letter for letter in text if letter.isascii()).strip()


def measured(
    picture: MatLike, budget_ms: float
) -> Iterator[tuple[str, Counter[str], list[float]]]:
    """Yield each decoder with the texts it found and its milliseconds per frame."""
    yield "ours", *_ours(picture, budget_ms)
    union: Counter[str] = Counter()
    union_ms = 0.0
    for decoder in OTHERS:
        began_s = CLOCK()
        texts = _READ[decoder](picture)
        took_ms = 1000 * (CLOCK() - began_s)
        got = Counter(plain(text) for text in texts if text)
        union |= got
        union_ms += took_ms
        yield decoder, got, [took_ms]
    yield "union", union, [union_ms]


def _ours(picture: MatLike, budget_ms: float) -> tuple[Counter[str], list[float]]:
    decoder = Decoder(budget_ms=budget_ms, clock=CLOCK)
    codes: list[Found] = []
    times_ms: list[float] = []
    for _ in range(FRAMES):
        began_s = CLOCK()
        read = decoder.read(picture)
        times_ms.append(1000 * (CLOCK() - began_s))
        for code in read:
            if not any(same(code, other) for other in codes):
                codes.append(code)
    return Counter(plain(code.text) for code in codes), times_ms


def zxing(picture: MatLike) -> list[str]:
    """Read QR codes with zxing-cpp as it comes."""
    codes = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormats(readers.QR),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.text for code in codes]


def zbar(picture: MatLike) -> list[str]:
    """Read QR codes with zbar as it comes; nothing on a machine without it."""
    try:
        from pyzbar import pyzbar
    except ImportError:
        return []
    codes = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode("utf-8", "replace") for code in codes]


def _opencv(detector: cv2.GraphicalCodeDetector) -> Callable[[MatLike], list[str]]:
    def read(picture: MatLike) -> list[str]:
        try:
            return list(detector.detectAndDecodeMulti(picture)[1])
        except UnicodeDecodeError:
            # Its binding fails on texts that are not UTF-8: it does not read them.
            return []

    return read


_READ: dict[str, Callable[[MatLike], list[str]]] = {
    "zxing": zxing,
    "zbar": zbar,
    "opencv": _opencv(cv2.QRCodeDetector()),
    "opencv_aruco": _opencv(cv2.QRCodeDetectorAruco()),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
