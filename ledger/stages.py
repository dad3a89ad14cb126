"""Where the stage of a hall is drawn."""

from dataclasses import dataclass

from boxoffice.charts import Chart


@dataclass(frozen=True)
class Stage:
    """Where the stage is drawn, in metres. x: its left edge; y: its far one."""

    x: float = -5.0
    y: float = -3.0
    width: float = 10.0
    depth: float = 2.0

    @property
    def middle(self) -> float:
        """The line that runs through the middle of the house."""
        return self.x + self.width / 2


def before(chart: Chart) -> Stage:
    """Put a stage where a plan that says nothing about it most likely has it."""
    if not chart.coords:
        return Stage()
    xs = [x for x, _ in chart.coords.values()]
    width = max(4.0, (max(xs) - min(xs)) / 2)
    usual = Stage()
    front = min(y for _, y in chart.coords.values())
    return Stage(
        x=round((min(xs) + max(xs) - width) / 2, 1),
        y=round(front + usual.y, 1),
        width=round(width, 1),
        depth=usual.depth,
    )
