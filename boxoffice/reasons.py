"""Why not, as data: worded in the reader's language where it is shown."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from boxoffice.moments import shown

Value = datetime | int | str | list[int] | list[str] | None


@dataclass(frozen=True)
class Reason:
    """One thing that is in the way.

    what: a variable or function of a rule, "rule" or "undo". op: how it was compared, or
    what is wrong. limit: what it was compared with; actual: what it was; both None when
    not known. time: of a function of a time, which is `timed`.
    """

    what: str
    op: str
    limit: Value = None
    actual: Value = None
    time: datetime | None = None
    timed: bool = False

    def as_data(self, zone: tzinfo) -> dict[str, Any]:
        """Give it as JSON values, moments as local times with offset."""
        data: dict[str, Any] = {"what": self.what, "op": self.op}
        if self.what in ("rule", "undo"):
            return data
        data |= {"limit": _plain(self.limit, zone), "is": _plain(self.actual, zone)}
        return data | {"time": _plain(self.time, zone)} if self.timed else data


def _plain(value: Value, zone: tzinfo) -> Any:
    return shown(value, zone) if isinstance(value, datetime) else value
