"""Which character each byte prints: the code pages of ESC t and the countries of ESC R."""

# The numbers are Epson's.
CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
}

_REPLACED = "#$@[\\]^`{|}~"
_COUNTRIES = (
    "#$@[\\]^`{|}~",  # USA
    "#$à°ç§^`éùè¨",  # France
    "#$§ÄÖÜ^`äöüß",  # Germany
    "£$@[\\]^`{|}~",  # United Kingdom
    "#$@ÆØÅ^`æøå~",  # Denmark I
    "#¤ÉÄÖÅÜéäöåü",  # Sweden
    "#$@°\\é^ùàòèì",  # Italy
    "₧$@¡Ñ¿^`¨ñ}~",  # Spain I
    "#$@[¥]^`{|}~",  # Japan
    "#¤ÉÆØÅÜéæøåü",  # Norway
    "#$ÉÆØÅÜéæøåü",  # Denmark II
    "#$á¡Ñ¿é`íñóú",  # Spain II
    "#$á¡Ñ¿éüíñóú",  # Latin America
    "#$@[₩]^`{|}~",  # Korea
)
COUNTRIES = range(len(_COUNTRIES))


def character(byte: int, *, page: int, country: int) -> str:
    """Return what one byte prints; an empty place of the page prints a blank."""
    if byte < 0x80:
        place = _REPLACED.find(chr(byte))
        return chr(byte) if place < 0 else _COUNTRIES[country][place]
    return bytes([byte]).decode(CODE_PAGES[page], errors="replace").replace("\ufffd", " ")
