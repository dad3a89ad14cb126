"""A night as data: what somebody touches, shows and cuts, and what must then be so.

Each step is one object with one verb; CONTRIBUTING.md lists them. The desk-top
lobby's page and the player without a browser read the same files.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_IN_ADDRESS = re.compile(r"{([a-z][a-z_.0-9]*)}")
FOLDER = Path(__file__).parent / "stories"
VERBS = frozenset(
    {
        "open", "press", "type", "choose", "untick", "wait", "verdict", "slips", "mail",
        "show", "arrivals", "key", "hear",
        "clear", "printer", "refill", "terminal", "cut", "mend", "pull", "back", "ledger",
        "invariants", "mark", "measure", "clock", "take", "own", "charging", "ready",
        "line", "copied", "sold",
    }
)  # fmt: skip


class NoSuchStory(Exception):
    """There is no scenario of that name; the text lists those that there are."""


class BadStory(ValueError):
    """A scenario file that does not say what to do; the text names the step."""


@dataclass(frozen=True)
class Story:
    """One scenario: its steps, each an object with one verb."""

    name: str
    title: str
    steps: Sequence[Mapping[str, Any]]


def names() -> list[str]:
    """All scenarios, in order."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def load(name: str, *, few: bool = False) -> Story:
    """Read a scenario. Raises NoSuchStory, BadStory.

    few: play a long one shortly, as its steps say under `few`.
    """
    if name not in names():
        raise NoSuchStory(
            f"There is no scenario called {name}. There are: {', '.join(names())}."
        )
    document = json.loads((FOLDER / f"{name}.json").read_text())
    steps = list(_unfolded(document["steps"], few=few))
    for number, step in enumerate(steps, 1):
        if len(VERBS & step.keys()) != 1:
            raise BadStory(f"{name}, step {number}: one verb of {sorted(VERBS)}: {step}")
    return Story(name, document["title"], steps)


def _unfolded(
    steps: Sequence[Mapping[str, Any]], *, few: bool
) -> Iterator[Mapping[str, Any]]:
    """Give each step once; those under `times` so often, with their number as "{n}"."""
    for folded in steps:
        step = {**folded, **(folded.get("few", {}) if few else {})}
        step.pop("few", None)
        if "times" not in step:
            yield step
            continue
        first = step.get("from", 1)
        for n in range(first, first + step["times"]):
            for inner in _unfolded(step["steps"], few=few):
                yield json.loads(json.dumps(inner).replace("{n}", str(n)))


def verb(step: Mapping[str, Any]) -> str:
    """The verb of a step."""
    return next(iter(VERBS & step.keys()))


def filled(value: Any, facts: Mapping[str, Any]) -> Any:
    """Put facts of the demo house in: "$will_call.0.order" becomes the order's number, and
    in an address "{tonight}" becomes the performance, "{sold.0}" a seat."""
    if isinstance(value, str) and value.startswith("$"):
        return _fact(value[1:], facts)
    if isinstance(value, str):
        return _IN_ADDRESS.sub(lambda found: str(_fact(found[1], facts)), value)
    if isinstance(value, dict):
        return {key: filled(entry, facts) for key, entry in value.items()}
    return value


def _fact(path: str, facts: Mapping[str, Any]) -> Any:
    found: Any = facts
    for part in path.split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found
