"""How many people an empty house seats at which distance: planned before it is switched on.

Counts the distance in the row, between aisles; other distances leave fewer. Source: 4.4.
"""

from collections import Counter
from collections.abc import Collection

from boxoffice.charts import Chart
from boxoffice.distancing import BadPolicy, most_people


def most_by_area(
    chart: Chart, areas: Collection[str], *, gap: int, largest: int
) -> dict[str, int]:
    """Count the most people that parties of 1…largest can seat in each area.

    areas: where orders sit apart, gap seats between them; everywhere else every seat is
    taken. Raises BadPolicy: an area that the chart has not, a gap below 0, nobody.
    Source: spec.md 4.4, R14.
    """
    found = {row.section: 0 for row in chart.rows}
    if unknown := sorted(set(areas) - set(found)):
        raise BadPolicy(unknown[0], "ticked areas", "is no section of this chart")
    # Most blocks are as long as many others.
    blocks = Counter(
        (chart.rows[block.row].section, block.stop - block.start) for block in chart.blocks
    )
    for (section, seats), many in blocks.items():
        apart = gap if section in areas else 0
        found[section] += many * most_people(seats, apart, largest)
    return found
