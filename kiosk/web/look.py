"""How this house looks: /theme.css, its logo and fonts, and pictures for its lobby page."""

from flask import Blueprint, Response, abort, send_file, url_for

from boxoffice import theme_sheets
from boxoffice.palettes import LIT
from boxoffice.themes import STANDARD, Theme
from kiosk import signage
from kiosk.web.guest import device

bp = Blueprint("look", __name__)


def theme() -> Theme:
    """Give the theme of this house."""
    return device().config.theme


def sheet_url() -> str:
    """Give the address of the theme's sheet; blank: the house brings none."""
    return "" if theme() == STANDARD else url_for("look.sheet", v=theme().version)


def logo_url() -> str:
    """Give the address of the logo; blank: the house brings none."""
    logo = theme().logo
    return _address(logo.name) if logo else ""


def font_urls() -> list[str]:
    """Give the fonts that every page needs first; none: the bundled ones."""
    fonts = theme().fonts
    return [_address(fonts[use].name) for use in ("text", "bold") if use in fonts]


@bp.get("/theme.css")
def sheet() -> Response:
    """Give the house's colours and fonts, over those of tokens.css."""
    here = theme()
    values = {**here.colours, "lit": f"{LIT:.0%}"}
    if here.capitals is not None:
        values["capitals"] = f"{here.capitals:g}"
    sheet = theme_sheets.write(here, values, _address, display="block")
    text = f"@layer tokens {{\n{sheet}}}\n"
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


def _address(name: str) -> str:
    """Give the address of a file of the theme; it changes when the theme does."""
    return url_for("look.asset", name=name, v=theme().version)
