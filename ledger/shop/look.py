"""The house's own look in the shop: /shop/theme.css, its logo and its fonts."""

from flask import Response, abort, request, url_for

from boxoffice import contrast, palettes, theme_sheets
from boxoffice.themes import STANDARD, Theme
from ledger.app import running
from ledger.shop.blueprint import bp

# Nobody's secret; their addresses carry the theme's version, so that they may be kept.
FILES = {"shop.theme_sheet", "shop.theme_file"}
_WHITE = (255, 255, 255)
# Height of the bundled font's capitals, in em, and the size of its letters, in rem.
_CAPITALS, _LETTERS = 0.69, 1.125


def theme() -> Theme:
    """Give the theme of this house."""
    return running().config.theme


def sheet_url() -> str:
    """Give the address of the theme's sheet; blank: the house brings none."""
    here = theme()
    return "" if here == STANDARD else url_for("shop.theme_sheet", v=here.version)


def logo_url() -> str:
    """Give the address of the logo; blank: the house brings none."""
    logo = theme().logo
    return _address(logo.name) if logo else ""


def keep(response: Response) -> None:
    """Let a browser keep a file of the theme for as long as its address stays."""
    versioned = request.args.get("v") and response.status_code == 200
    kept = "public, max-age=31536000, immutable" if versioned else "no-cache"
    response.headers["Cache-Control"] = kept


@bp.get("/theme.css")
def theme_sheet() -> Response:
    """Give the house's colours and fonts, over those of shop.css."""
    here = theme()
    values = _colours(here)
    if here.capitals is not None:
        # Another font's letters look as large as ours.
        values["letters"] = f"{_LETTERS * _CAPITALS / here.capitals:.3f}rem"
    sheet = theme_sheets.write(here, values, _address, display="swap")
    return Response(sheet, mimetype="text/css")


@bp.get("/theme/<name>")
def theme_file(name: str) -> Response:
    """Give the logo or a font."""
    found = theme().assets.get(name)
    if found is None:
        abort(404)
    return Response(found.data, mimetype=found.kind)


def _colours(here: Theme) -> dict[str, str]:
    """Give the shop's colours from those of the house; none where it sets none.

    What the house has measured on its paper is safe on anything lighter: all words on
    paper are dark, or they would not stand out 7 to 1 from notices as well. What it has
    not measured there (links in focus, soft words on notices) is written in ink.
    """
    if not here.colours:
        return {}
    every = {**palettes.COLOURS, **here.colours}
    paper = contrast.colour(every["paper"])
    edge = contrast.colour(every["paper_line"])
    same = {name: every[name] for name in ("night", "cream", "paper", "ink", "gold")}
    return same | {
        "card": contrast.written(contrast.mixed(_WHITE, paper, 0.7)),
        "line": contrast.written(contrast.mixed(edge, paper, 0.3)),
        "edge": every["paper_line"],
        "soft": every["ink_soft"],
        "act": every["curtain"],
        "act_deep": every["curtain_deep"],
        "hover": every["paper"],
        "able": every["ink"],
        "noted": every["ink"],
        "ring": every["ink"],
    }


def _address(name: str) -> str:
    """Give the address of a file of the theme; it changes when the theme does."""
    return url_for("shop.theme_file", name=name, v=theme().version)
