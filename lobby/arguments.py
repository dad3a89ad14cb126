"""What the words after `./run` mean. Needs nothing but Python: help comes at once.

Run as a program, before anything is installed, it says help or what is wrong with them.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lobby.scenarios import story

# The status with which this ends after help, when there is nothing to start.
HELPED = 3
CHECKOUT = Path(__file__).resolve().parent.parent


def read(argv: Sequence[str]) -> argparse.Namespace:
    """Read them. Ends the program with help, or with what is wrong in a sentence."""
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Play a whole theatre lobby on this machine.",
        epilog=f"Scenarios: {', '.join(story.names())}",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="start over: what was sold and played is thrown away",
    )
    parser.add_argument(
        "--port-base", type=_base, default=8400, metavar="N", help="first port (8400)"
    )
    parser.add_argument("--headless", action="store_true", help="open no browser window")
    parser.add_argument(
        "--phones",
        action="store_true",
        help="phones of this network may be doors, too: on Door A's screen, More, Phone",
    )
    parser.add_argument(
        "--scenario", metavar="NAME", help="play one story, print its figures"
    )
    parser.add_argument(
        "--few", action="store_true", help="a long story: play its short version"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=CHECKOUT / "var",
        help="where the demo house is kept",
    )
    wanted = parser.parse_args(argv)
    if wanted.scenario:
        try:
            story.load(wanted.scenario)
        except (story.NoSuchStory, story.BadStory) as trouble:
            parser.exit(1, f"{trouble}\n")
    return wanted


def _base(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65_000:
        raise argparse.ArgumentTypeError(f"{text} is no port between 1024 and 65000")
    return int(text)


if __name__ == "__main__":
    try:
        read(sys.argv[1:])
    except SystemExit as end:
        sys.exit(end.code or HELPED)
