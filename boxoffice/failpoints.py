"""Named places where a test may pull the plug. In production they do nothing.

Source: sync.md §11. `docs/operations/failpoints.md` lists what each one proves.
"""

from collections.abc import Callable

NAMES = frozenset(
    {
        "pay: intent written",
        "pay: first byte sent",
        "sale: before commit",
        "sale: written, not yet printed",
        "print: bytes sent",
        "door: claim saved",
        "door: written, not yet shown",
        "upload: sent",
        "feed: rows written",
        "intake: applied, not committed",
        "intake: committed, not answered",
    }
)

_hook: Callable[[str], None] | None = None


def reached(name: str) -> None:
    """Say that this place was reached; a test's hook may end the process here."""
    assert name in NAMES, f"unknown failpoint {name!r}"
    if _hook is not None:
        _hook(name)


def watch(hook: Callable[[str], None] | None) -> None:
    """Call hook(name) at every failpoint from now on; None takes the hook away."""
    global _hook
    _hook = hook
