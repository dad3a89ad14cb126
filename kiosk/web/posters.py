"""A poster for every production, drawn from a few shapes when the house brings none."""

from dataclasses import dataclass
from hashlib import blake2b

_MOTIFS = ("moon", "waves", "voices", "lights", "curtain", "masks", "sun", "crown")
# Ground, light, spark: each ground dark enough for the title in cream, 7:1 or better.
_COLOURS = (
    ("#261447", "#d9c8ff", "#ff9e5e"),
    ("#3a1f12", "#ffe2b8", "#d5672f"),
    ("#43102b", "#ffd9a0", "#e0586a"),
    ("#1b1626", "#f3e0b5", "#b3203c"),
    ("#14243f", "#f4e3b4", "#c2453f"),
    ("#0c3036", "#cfe8e0", "#d98e32"),
)


@dataclass(frozen=True)
class Poster:
    """What the template draws. colours: ground, light, spark."""

    title: str
    motif: str
    colours: tuple[str, str, str]


def poster(title: str) -> Poster:
    """Deal out a motif and colours; the same title always gets the same poster."""
    dealt = blake2b(title.casefold().encode(), digest_size=8, key=b"row").digest()
    return Poster(
        title, _MOTIFS[dealt[0] % len(_MOTIFS)], _COLOURS[dealt[1] % len(_COLOURS)]
    )
