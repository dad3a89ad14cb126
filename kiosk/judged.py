"""One scan in the hands of a door: what was read, what is known, and what that comes to."""

from dataclasses import dataclass, replace
from typing import Any

from boxoffice import admission
from boxoffice.scans import Scan
from boxoffice.verdicts import Verdict
from kiosk.door_facts import Known, Post


@dataclass(frozen=True)
class Judged:
    """A scan with the facts that were gathered for it and the verdict on them.

    scan: the id that its retries share; `asked.id` is that of what it may record.
    text: as read, None where a guest was picked by name.
    """

    scan: str
    text: str | None
    here: Post
    known: Known
    asked: Scan
    verdict: Verdict

    def again(self, **asked: Any) -> "Judged":
        """Judge the same facts for a scan that differs in this; equal ones are not."""
        other = replace(self.asked, **asked)
        if other == self.asked:
            return self
        verdict = admission.judge(self.known.presented, self.known.facts, other)
        return replace(self, asked=other, verdict=verdict)

    @property
    def listed(self) -> dict[str, Any] | None:
        """Give our copy of the ticket that the verdict is about, None if unlisted."""
        return self.known.own.get(self.verdict.ticket or "")

    @property
    def performance(self) -> str:
        """Give the performance of the ticket: as listed, as in its code, else tonight's."""
        if self.listed is not None and self.listed.get("performance"):
            return str(self.listed["performance"])
        presented = self.known.presented
        return (presented.performance if presented else None) or self.here.evening.id
