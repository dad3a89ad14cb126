"""Lines that a printer's code page lacks, drawn: any script that a font here has.

DejaVu comes with the device, and on a kiosk fonts-wqy-microhei for Chinese, Japanese and
Korean; Debian's Noto fonts bring the other scripts. Letters that no font has are spelled by
their sound where Unicode names it, so that a ticket does not say boxes alone.
Source: lobby.md §3, dependencies.md.
"""

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_HOUSE: Final = Path("/usr/share/fonts/truetype/dejavu")
_SMALLEST: Final = 10
# What says nothing by itself takes the font of what stands before it.
_JOINS: Final = frozenset({"Mn", "Me", "Mc", "Cf", "Zs"})
# They ask for a picture in colours, which paper has not.
_COLOURED: Final = dict.fromkeys((0xFE0E, 0xFE0F))
# What stands for a script: a machine that can write this letter can write it.
SAMPLES: Final = {
    "ar": "\N{ARABIC LETTER AIN}",
    "he": "\N{HEBREW LETTER ALEF}",
    "zh": "\N{CJK UNIFIED IDEOGRAPH-4E2D}",
    "ja": "\N{HIRAGANA LETTER A}",
    "ko": "\N{HANGUL SYLLABLE HAN}",
    "th": "\N{THAI CHARACTER KO KAI}",
    "hi": "\N{DEVANAGARI LETTER A}",
}
_SOUND: Final = re.compile(
    r"(?:HIRAGANA|KATAKANA) LETTER (?:SMALL )?(\w+)|(?:HANGUL|ETHIOPIC|YI) SYLLABLE (\w+)"
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Ranges = tuple[tuple[int, int], ...]


def draw(
    words: str,
    *,
    dots: int,
    height: int,
    bold: bool = False,
    inverse: bool = False,
    end: str = "",
) -> Image.Image:
    """Draw a line in black on white, as small as needed for it to fit.

    dots, height: of the picture, in the printer's dots. inverse: white on black. end: what
    stands at the right-hand edge.
    """
    words = spelled(words)
    picture = Image.new("1", (dots, height), 0 if inverse else 1)
    pencil = ImageDraw.Draw(picture)
    parts = _parts(words.translate(_COLOURED), bold)
    ending = _parts(f" {end}", bold) if end else []
    size = int(height * 0.75)
    while size > _SMALLEST and _length(pencil, [*parts, *ending], size) > dots:
        size -= 1
    for x, run in ((0.0, parts), (dots - _length(pencil, ending, size), ending)):
        at = x
        for file, part in run:
            font = _font(file, size)
            pencil.text(
                (at, height // 2), part, font=font, fill=1 if inverse else 0, anchor="lm"
            )
            at += pencil.textlength(part, font=font)
    return picture


def lacking(words: str) -> str:
    """Give the letters that no font on this machine has, each once."""
    return "".join(
        dict.fromkeys(
            one
            for one in words.translate(_COLOURED)
            if unicodedata.category(one) not in _JOINS and not _has(one)
        )
    )


def unwritable() -> list[str]:
    """Give the languages (as in SAMPLES) whose letters no font on this machine has."""
    return [language for language, letter in SAMPLES.items() if lacking(letter)]


def spelled(words: str) -> str:
    """Put the sound in the place of letters that no font here has and Unicode names."""
    strange = set(lacking(words))
    if not strange:
        return words
    said: list[str] = []
    found = [(one, _sound(one) if one in strange else "") for one in words]
    for sounds, group in groupby(found, key=lambda one: bool(one[1])):
        run = "".join(sound or one for one, sound in group)
        said.append(run.capitalize() if sounds else run)
    return "".join(said)


def _sound(letter: str) -> str:
    named = _SOUND.fullmatch(unicodedata.name(letter, ""))
    return (named[1] or named[2]).lower() if named else ""


def scripts(words: str) -> list[str]:
    """Name the scripts of letters as Unicode does, such as ETHIOPIC, each once."""
    names = (unicodedata.name(one, "PRIVATE").partition(" ")[0] for one in words)
    return list(dict.fromkeys(names))


def _length(
    pencil: ImageDraw.ImageDraw, parts: Sequence[tuple[Path, str]], size: int
) -> float:
    return sum(pencil.textlength(part, font=_font(file, size)) for file, part in parts)


def _parts(words: str, bold: bool) -> list[tuple[Path, str]]:
    """Split a line by the fonts that its letters need, as they stand on paper.

    Within a part the layout engine turns what is read from right to left; a line that
    begins so has its parts in that order, too.
    """
    marked: list[tuple[Path, str]] = []
    for one in words:
        joins = marked and unicodedata.category(one) in _JOINS
        marked.append((marked[-1][0] if joins else _file(one, bold), one))
    parts = [
        (file, "".join(letter for _, letter in letters))
        for file, letters in groupby(marked, key=lambda found: found[0])
    ]
    strong = (d for d in map(unicodedata.bidirectional, words) if d in {"L", "R", "AL"})
    return parts if next(strong, "L") == "L" else parts[::-1]


def _has(letter: str) -> bool:
    return any(_within(ord(letter), ranges) for _, ranges in _fonts())


@cache
def _file(letter: str, bold: bool) -> Path:
    ours = _HOUSE / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    found = [file for file, ranges in _fonts() if _within(ord(letter), ranges)]
    if not found or ours in found:
        return ours
    return min(found, key=lambda file: _rank(file, bold))


def _rank(file: Path, bold: bool) -> tuple[int, int, int, str]:
    name = file.stem.lower()
    odd = any(word in name for word in ("italic", "oblique", "mono", "light", "serif"))
    return (int(odd), int("noto" not in name), int(("bold" in name) != bold), str(file))


def _within(code: int, ranges: Ranges) -> bool:
    return any(first <= code <= last for first, last in ranges)


@cache
def _fonts() -> tuple[tuple[Path, Ranges], ...]:
    """Ask fontconfig once which fonts are here and which letters they have."""
    program = shutil.which("fc-list")
    if program is None:
        return ()
    try:
        said = subprocess.run(  # noqa: S603 - one program, asked one thing
            [program, "--format", "%{file}\t%{charset}\n", ":scalable=true:color=false"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = (line.split("\t", 1) for line in said.splitlines() if "\t" in line)
    return tuple((Path(file), _ranges(charset)) for file, charset in lines)


def _ranges(charset: str) -> Ranges:
    pairs = (part.partition("-") for part in charset.split())
    return tuple((int(first, 16), int(last or first, 16)) for first, _, last in pairs)


@cache
def _font(file: Path, size: int) -> Font:
    try:
        return ImageFont.truetype(file, size)
    except OSError:
        return ImageFont.load_default(size)
