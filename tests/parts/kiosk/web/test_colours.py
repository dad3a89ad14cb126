"""Colours that are told apart by everybody, and words that can be read.

Sources: lobby.md §1 (7:1) and §4 (34 apart); CIEDE2000 after Sharma, Wu and Dalal 2005;
colour blindness after Machado, Oliveira and Fernandes 2009, severity 1.
"""

import itertools
import math
import re
from pathlib import Path

import pytest

from kiosk.web.posters import _COLOURS

TOKENS = Path(__file__).parents[4] / "static/css/tokens.css"
Rgb = tuple[float, float, float]
Lab = tuple[float, float, float]

SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def tokens(block: str) -> dict[str, str]:
    """The custom properties of one rule, with references followed."""
    text = TOKENS.read_text()
    rules = re.findall(r"(:root[.\w]*) \{(.*?)\n  \}", text, re.S)
    found: dict[str, str] = {}
    for selector, body in rules:
        if selector in (":root", block):
            found |= dict(re.findall(r"--([\w-]+): ([^;]+);", body))

    def followed(value: str) -> str:
        reference = re.fullmatch(r"var\(--([\w-]+)\)", value)
        return followed(found[reference[1]]) if reference else value

    return {name: followed(value) for name, value in found.items()}


def linear(colour: str) -> Rgb:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    values = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        r, g, b = linear(colour)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, sight: str) -> Lab:
    rgb = linear(colour)
    r, g, b = (
        min(1.0, max(0.0, sum(m * v for m, v in zip(row, rgb, strict=True))))
        for row in SIGHT[sight]
    )
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    fx, fy, fz = (
        v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one: Lab, other: Lab) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean_c7 / (mean_c7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1 = math.degrees(math.atan2(b1, a1)) % 360 if c1 else 0.0
    h2 = math.degrees(math.atan2(b2, a2)) % 360 if c2 else 0.0
    dh = h2 - h1 if c1 * c2 else 0.0
    if dh > 180:
        dh -= 360
    elif dh < -180:
        dh += 360
    d_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    if not c1 * c2:
        h_mean = h1 + h2
    elif abs(h1 - h2) <= 180:
        h_mean = (h1 + h2) / 2
    else:
        h_mean = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(h_mean - 30))
        + 0.24 * math.cos(math.radians(2 * h_mean))
        + 0.32 * math.cos(math.radians(3 * h_mean + 6))
        - 0.20 * math.cos(math.radians(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / math.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    turn = math.radians(60 * math.exp(-(((h_mean - 275) / 25) ** 2)))
    r_t = -2 * math.sqrt(c_mean**7 / (c_mean**7 + 25**7)) * math.sin(turn)
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, d_h / s_h
    return math.sqrt(d_l**2 + d_c**2 + d_h**2 + r_t * d_c * d_h)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_is_that_of_its_authors(one: Lab, other: Lab, apart: float) -> None:
    assert ciede2000(one, other) == pytest.approx(apart, abs=5e-5)


@pytest.mark.parametrize("sight", SIGHT)
def test_go_ask_and_no_are_told_apart_by_everybody(sight: str) -> None:
    found = tokens(":root")
    colours = [seen(found[name], sight) for name in ("go", "ask", "no")]
    for one, other in itertools.combinations(colours, 2):
        assert ciede2000(one, other) >= 34


@pytest.mark.parametrize(
    ("fill", "ink"), [("go", "#000000"), ("ask", "#000000"), ("no", "#ffffff")]
)
def test_a_verdict_can_be_read(fill: str, ink: str) -> None:
    assert contrast(tokens(":root")[fill], ink) >= 7


@pytest.mark.parametrize("theme", [":root", ":root.theatre", ":root.contrast"])
@pytest.mark.parametrize(
    ("fill", "ink"),
    [
        ("ground", "figure"),
        ("ground", "figure-soft"),
        ("card", "figure"),
        ("card", "figure-soft"),
        ("act", "act-ink"),
        ("act-pressed", "act-ink"),
        ("frame", "frame-ink"),
        ("ground", "mark"),
    ],
)
def test_text_stands_out_seven_to_one(theme: str, fill: str, ink: str) -> None:
    found = tokens(theme)
    assert contrast(found[fill], found[ink]) >= 7


@pytest.mark.parametrize("theme", [":root", ":root.theatre", ":root.contrast"])
def test_edges_of_controls_stand_out_three_to_one(theme: str) -> None:
    found = tokens(theme)
    assert contrast(found["ground"], found["rule"]) >= 3
    assert contrast(found["card"], found["rule"]) >= 3


@pytest.mark.parametrize("colours", _COLOURS)
def test_a_posters_title_can_be_read_on_its_ground(colours: tuple[str, str, str]) -> None:
    assert contrast(colours[0], tokens(":root")["cream"]) >= 7
