"""Where templates and static files are: in the checkout, or beside the packages."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_ABOVE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Find `templates` or `static`."""
    here = _ABOVE / name
    return here if here.is_dir() else _ABOVE / "front_of_house" / name


@cache
def paper() -> Environment:
    """Give the templates of letters and documents, which are made outside any request."""
    return Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
