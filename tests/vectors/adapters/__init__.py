"""One adapter per area of the worked examples: from its `input` to the shape of `expected`.

An adapter translates names and types; it decides nothing. Rules live in `boxoffice/`.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Adapter = Callable[[dict[str, Any]], Any]

_MODULES = ("seats", "orders", "door")


def _collect() -> dict[str, Adapter]:
    adapters: dict[str, Adapter] = {}
    for module in _MODULES:
        name = f"{__name__}.{module}"
        if find_spec(name) is None:
            continue
        found: dict[str, Adapter] = import_module(name).ADAPTERS
        twice = adapters.keys() & found.keys()
        assert not twice, f"two adapters for {sorted(twice)}"
        adapters |= found
    return adapters


ADAPTERS = _collect()
