"""The folder with the house's colours, fonts and logo; see docs/operations/theme.md."""

from pathlib import Path

from boxoffice import themes
from boxoffice.themes import Theme


def read(folder: Path) -> Theme:
    """Read and check a theme. Raises BadTheme with a sentence that names what is wrong."""
    return themes.read(str(folder), lambda name: (folder / name).read_bytes())
