"""Best seats on one chart, with what was worked out kept from one guest to the next."""

import threading
from collections.abc import Collection

from boxoffice import best
from boxoffice.charts import Chart


class Finder:
    """Finds seats on one chart for many guests. Thread-safe. Source: spec.md 4.2."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._index = best.Index(chart)
        self._one_at_a_time = threading.Lock()

    def find(
        self, unavailable: Collection[str], request: best.Request
    ) -> best.Offer | best.NoOffer:
        """Offer the best seats. unavailable: all that this guest cannot have."""
        with self._one_at_a_time:
            return best.find(self._chart, unavailable, request, index=self._index)

    def find_in_rows(
        self, unavailable: Collection[str], request: best.Request, rows: range
    ) -> best.Offer | None:
        """Offer the best neighbours in some rows, by their place in the chart."""
        with self._one_at_a_time:
            self._index.update(unavailable)
            return self._index.find_in_rows(request, rows)
