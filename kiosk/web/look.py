"""How this house looks: /theme.css, its logo and fonts, and pictures for its lobby page."""

from flask import Blueprint, Response, abort, send_file, url_for

from kiosk import signage
from kiosk.theme import LIT, STANDARD, Theme
from kiosk.web.guest import device

bp = Blueprint("look", __name__)

FACES = {
    "text": ("Theme Sans", 500),
    "bold": ("Theme Sans", 700),
    "title": ("Theme Title", 600),
}
USES = {
    "text": ("sans", "Theme Sans", "House Sans"),
    "title": ("title-face", "Theme Title", "House Title"),
}
REST = {
    "sans": '"DejaVu Sans Condensed", "Noto Sans", sans-serif',
    "title-face": '"DejaVu Serif", serif',
}


def theme() -> Theme:
    """Give the theme of this house."""
    return device().config.theme


def sheet_url() -> str:
    """Give the address of the theme's sheet; blank: the house brings none."""
    return "" if theme() == STANDARD else url_for("look.sheet", v=theme().version)


def logo_url() -> str:
    """Give the address of the logo; blank: the house brings none."""
    logo = theme().logo
    return url_for("look.asset", name=logo.name, v=theme().version) if logo else ""


def font_urls() -> list[str]:
    """Give the fonts that every page needs first; none: the bundled ones."""
    fonts = theme().fonts
    return [
        url_for("look.asset", name=fonts[use].name, v=theme().version)
        for use in ("text", "bold")
        if use in fonts
    ]


@bp.get("/theme.css")
def sheet() -> Response:
    """Give the house's colours and fonts, over those of tokens.css."""
    here = theme()
    lines = [
        f"--{name.replace('_', '-')}: {value};" for name, value in here.colours.items()
    ]
    lines.append(f"--lit: {LIT:.0%};")
    if here.capitals is not None:
        lines.append(f"--capitals: {here.capitals:g};")
    for use, (token, face, usual) in USES.items():
        if use in here.fonts:
            lines.append(f'--{token}: "{face}", "{usual}", {REST[token]};')
    faces = [
        f'@font-face {{ font-family: "{FACES[use][0]}"; font-weight: {FACES[use][1]};'
        f' font-display: block; src: url("{url_for("look.asset", name=asset.name)}'
        f'?v={here.version}") format("woff2"); }}'
        for use, asset in here.fonts.items()
    ]
    rule = f":root {{ {' '.join(lines)} }}"
    text = "\n".join(["@layer tokens {", *faces, rule, "}"]) + "\n"
    return Response(text, mimetype="text/css")


@bp.get("/theme/<name>")
def asset(name: str) -> Response:
    """Give the logo or a font."""
    found = theme().assets.get(name)
    if found is None:
        abort(404)
    return Response(found.data, mimetype=found.kind)


@bp.get("/signage/<name>")
def picture(name: str) -> Response:
    """Give a picture of the lobby page."""
    found = signage.picture(device().config.signage, name)
    if found is None:
        abort(404)
    return send_file(found.file, mimetype=found.kind, conditional=True)
