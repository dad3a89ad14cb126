"""How the pretend hardware behaves when nobody has made trouble."""

from dataclasses import dataclass, field

from lobby.terminal.plan import Plan


@dataclass(frozen=True)
class Config:
    """width_dots: 576 for 80 mm paper, 384 for 58 mm.

    mm_per_s: how fast paper moves; 0 prints at once, as tests like it.
    plan: what the terminal does with a card until it is told something else.
    """

    width_dots: int = 576
    mm_per_s: float = 250
    plan: Plan = field(default_factory=lambda: Plan(tap_s=1.5, think_s=0.6))
