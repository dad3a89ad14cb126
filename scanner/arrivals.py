"""Codes that a hand-held reader sends, on their way to the kiosk process.

They share the camera's silence: a code that the camera has just read, and a trigger that
is pulled twice, are one guest with one ticket. Source: checkin.md §6.
"""

import time

from scanner.post import Post
from scanner.sightings import Sightings


class Arrivals:
    """Takes codes, and posts those that did not come a moment ago."""

    def __init__(self, sightings: Sightings, post: Post) -> None:
        self._sightings, self._post = sightings, post

    def take(self, text: str) -> None:
        """Take a code that was read just now."""
        arrived = self._sightings.see(
            [text],
            at_s=time.monotonic(),
            seen_ms=time.time_ns() // 1_000_000,
            stays=False,
        )
        for sighting in arrived:
            self._post.put(sighting)
