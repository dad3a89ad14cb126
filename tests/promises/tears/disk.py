"""What a storage holds after a power cut, if it honours a sync and nothing else."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Final

from tests.promises.tears.tape import Cut, Left, Step, Synced, Written

# What a storage writes whole or not at all.
SECTOR: Final = 512
Files = dict[str, bytes]


class Disk:
    """Files, what of them has reached the storage, and what still may or may not."""

    def __init__(self, base: Mapping[str, bytes]) -> None:
        self._kept = {name: bytearray(data) for name, data in base.items()}
        self._open: list[Written | Cut] = []

    def take(self, step: Step) -> None:
        """Do what the program did."""
        match step:
            case Left():
                pass
            case Synced(file):
                for one in self._open:
                    if one.file == file:
                        _do(self._kept, one)
                self._open = [one for one in self._open if one.file != file]
            case _:
                self._open.append(step)

    def after_cuts(self, chance: Random, tries: int) -> Iterator[tuple[str, Files]]:
        """Give what may be there afterwards: nothing, all, some, and torn pieces of it.

        tries: how many by chance, of each of the latter two.
        """
        yield "nothing", self._with([])
        if not self._open:
            return
        yield "all", self._with(self._open)
        for _ in range(tries):
            some = [one for one in self._open if chance.random() < 0.5]
            yield "some", self._with(some)
            torn = [piece for one in self._open for piece in _torn(one, chance)]
            yield "torn", self._with(torn)

    def _with(self, steps: list[Written | Cut]) -> Files:
        files = {name: bytearray(data) for name, data in self._kept.items()}
        for step in steps:
            _do(files, step)
        return {name: bytes(data) for name, data in files.items()}


def _do(files: dict[str, bytearray], step: Written | Cut) -> None:
    data = files.setdefault(step.file, bytearray())
    end = step.length if isinstance(step, Cut) else step.place + len(step.data)
    if end > len(data):
        data.extend(bytes(end - len(data)))
    if isinstance(step, Cut):
        del data[step.length :]
    else:
        data[step.place : end] = step.data


def _torn(step: Written | Cut, chance: Random) -> Iterator[Written | Cut]:
    """Give the sectors of a write that got there."""
    if isinstance(step, Cut):
        if chance.random() < 0.5:
            yield step
        return
    start = 0
    while start < len(step.data):
        end = min(len(step.data), start + SECTOR - (step.place + start) % SECTOR)
        if chance.random() < 0.5:
            yield Written(step.file, step.place + start, step.data[start:end])
        start = end
