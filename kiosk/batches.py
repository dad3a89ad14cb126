"""How many events travel together: fewer after silence, more again after quick answers.

A busy ledger may need longer for 500 events than a device waits, and sending the same
500 again would be no help. Source: sync.md §2.2, §2.4.
"""

from typing import Final

from boxoffice import wire

UPLOAD_S: Final = 10.0


class Batches:
    """The size of the next upload. In memory alone: a restart begins with the most."""

    def __init__(self) -> None:
        self.most = wire.MOST_EVENTS

    def late(self, sent: int) -> None:
        """So many events got no answer in time: send half as many, at least one."""
        self.most = max(1, sent // 2)

    def answered(self, sent: int, took_ms: int) -> None:
        """So many events were acknowledged: send twice as many if there is time for them.

        A batch that was not full, or that took more than a quarter of the time-out, tells
        nothing of a larger one.
        """
        if sent >= self.most and took_ms <= UPLOAD_S * 1000 / 4:
            self.most = min(wire.MOST_EVENTS, self.most * 2)
