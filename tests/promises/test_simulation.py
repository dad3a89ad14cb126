"""Evenings with faults, simulated: what the world saw is what the books say.

By hand: `scripts/test simulation --seeds 2000`, `--minutes 45`, `--seed S` for a trace.
"""

import os
from pathlib import Path

import pytest

from tests.promises.simulation.evening import play

SEEDS = [
    int(line.split()[0])
    for line in (Path(__file__).parent / "simulation/seeds.txt").read_text().splitlines()
    if line[0].isdigit()
]
FRESH = int(os.environ.get("FOH_SIMULATED", "2"))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_that_ever_failed_stays_well(seed: int):
    assert play(seed).violations == []


def test_fresh_evenings_end_well():
    first = int.from_bytes(os.urandom(3)) + 10_000
    for seed in range(first, first + FRESH):
        assert play(seed).violations == [], f"seed {seed}"


def test_a_seed_is_always_the_same_evening():
    assert play(7).trace == play(7).trace
