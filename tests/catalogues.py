"""Checks of translations: complete, of the same facts, compiled as they read."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
Said = set[str | tuple[str, ...]]


@dataclass(frozen=True)
class Catalogues:
    """The catalogues of one audience. sources: folders with pages, and how to read them."""

    folder: Path
    sources: Sequence[tuple[str, str]]

    @property
    def languages(self) -> list[str]:
        """All languages that there are."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir())

    def said(self) -> Said:
        """All sentences in the code and the templates of the pages."""
        found: Said = set()
        for folder, method in self.sources:
            for _, _, message, _, _ in extract_from_dir(
                ROOT / folder, [("**.py", method), ("**.html", method)], keywords=KEYWORDS
            ):
                found.add(message if isinstance(message, str) else tuple(message))
        return found

    def read(self, language: str) -> Catalog:
        """Read one catalogue."""
        with (self.folder / language / "LC_MESSAGES/messages.po").open("rb") as file:
            return read_po(file, locale=language)

    def check_complete(self, language: str) -> None:
        """Every sentence is translated, and nothing else."""
        known = {
            message.id if isinstance(message.id, str) else tuple(message.id)
            for message in self.read(language)
            if message.id
        }
        assert self.said() - known == set()
        assert known - self.said() == set()

    def check_facts(self, language: str) -> None:
        """Every translation tells the same facts."""
        for message in self.read(language):
            if not message.id:
                continue
            source = message.id if isinstance(message.id, str) else message.id[-1]
            text = message.string
            facts = set(re.findall(r"%\(\w+\)s", source))
            for form in text if isinstance(text, tuple) else (text,):
                assert form, source
                assert set(re.findall(r"%\(\w+\)s", form)) == facts, form

    def check_compiled(self, language: str) -> None:
        """The compiled catalogue is that of the readable one."""
        compiled = io.BytesIO()
        write_mo(compiled, self.read(language))
        file = self.folder / language / "LC_MESSAGES/messages.mo"
        assert file.read_bytes() == compiled.getvalue()
