"""This device: its settings, its clock, its store, its line, its hardware.

One object that `kiosk.app` puts together once and that every use case gets as its first
argument. Pages reach it as `current_app.extensions["foh"]`.
"""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.config import Config


@dataclass
class Device:
    """What a use case may need. `line`, `store`, terminal and printer follow."""

    config: Config
    clock: Clock
