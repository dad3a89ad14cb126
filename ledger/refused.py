"""An expected no, as a value. It changes nothing. Words: boxoffice.refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boxoffice.refusals import Code


@dataclass(frozen=True)
class Refused:
    """Why not. facts: what the asker may know, such as the seats that went."""

    code: Code
    facts: Mapping[str, Any] = field(default_factory=dict)
