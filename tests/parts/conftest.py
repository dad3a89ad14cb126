"""What tests of parts share: templates compiled once a run, and a mark for pages."""

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each app has templates of its own, and compiling them took longer than most tests."""
    folder = tmp_path_factory.mktemp("templates")
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


# Who comes to pages: guests with their phones, clerks with their accounts, a browser.
_VISITORS = {"ada", "anna", "bo", "browser", "people", "phone", "vera"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what walks through pages: right, but not quick enough for `./test --fast`."""
    for item in items:
        visited = _VISITORS.intersection(getattr(item, "fixturenames", ()))
        if item.path.parent.name == "web" or item.path.stem.endswith("_pages") or visited:
            item.add_marker(pytest.mark.pages)
