"""One adapter per area of the worked examples: from its `input` to the shape of `expected`.

An adapter translates names and types; it decides nothing. Rules live in `boxoffice/`.
"""

from collections.abc import Callable
from typing import Any

from tests.vectors.adapters import door, orders, seats

Adapter = Callable[[dict[str, Any]], Any]


def _collect() -> dict[str, Adapter]:
    adapters: dict[str, Adapter] = {}
    for module in (seats, orders, door):
        twice = adapters.keys() & module.ADAPTERS.keys()
        assert not twice, f"two adapters for {sorted(twice)}"
        adapters |= module.ADAPTERS
    return adapters


ADAPTERS = _collect()
