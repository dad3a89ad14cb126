"""What was typed into a page's fields, kept as it was, with what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Form:
    """What was typed, and what is wrong with it, by field."""

    typed: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, usual: str = "") -> str:
        return self.typed.get(name, usual)[:500].strip()
