"""`scripts/test simulation`: many evenings, or one with its trace.

With `--minutes` it goes on after the last seed that an earlier run of the same program
played; the number is kept in `.simulated`. `--first` starts anywhere else.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.promises.simulation.evening import Played, play

PLAYED = Path(".simulated")


def main() -> int:
    """Play seeds; 1 if any promise was broken."""
    asked = _parser().parse_args()
    if asked.seed is not None:
        return _replay(asked.seed)
    began, done, broken = time.monotonic(), 0, []
    counts: Counter[str] = Counter()
    resumed = asked.first is None and asked.seeds is None
    first = (_played() + 1 if resumed else asked.first) or 1
    for seed in range(first, first + (asked.seeds or 10**9)):
        if asked.minutes and time.monotonic() - began > asked.minutes * 60:
            break
        played = play(seed)
        done += 1
        if resumed:
            PLAYED.write_text(f"{seed}\n")
        counts.update(played.counts)
        if played.violations:
            broken.append(seed)
            print(f"seed {seed}: {played.violations[0].strip()[:300]}", flush=True)
    took_s = time.monotonic() - began
    print(
        json.dumps(
            {
                "seeds": done,
                "first": first,
                "violations": len(broken),
                "broken": broken[:50],
                "seconds": round(took_s, 1),
                "a_seed_s": round(took_s / max(1, done), 2),
                "counts": dict(sorted(counts.items())),
            }
        )
    )
    return 1 if broken else 0


def _played() -> int:
    """Say which seed an earlier run played last; 0 for none."""
    try:
        return int(PLAYED.read_text())
    except (OSError, ValueError):
        return 0


def _replay(seed: int) -> int:
    played: Played = play(seed)
    print("\n".join(played.trace))
    for found in played.violations:
        print(f"VIOLATION {found}")
    print(f"seed {seed}: {len(played.violations)} violations")
    return 1 if played.violations else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/test simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, help="how many")
    parser.add_argument("--first", type=int, help="the first of them")
    parser.add_argument("--minutes", type=float, help="for how long")
    parser.add_argument("--seed", type=int, help="replay one, with its trace")
    return parser


if __name__ == "__main__":
    sys.exit(main())
