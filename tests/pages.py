"""Opens pages as a guest without scripts would, and checks each of them on the way.

Every page that is shown is sound (tests/sound_pages.py), so that a test of a route also
tests its page.
"""

from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from werkzeug.test import TestResponse

from tests import page_tree
from tests.sound_pages import BadPage, faults, policy_faults

__all__ = ["BadPage", "Guest", "NotThere", "Page", "checked"]


class NotThere(AssertionError):
    """There is no such button, link or field; the text says what there is."""


class Page:
    """A page as it was answered, and as it was filled in since.

    Made into soup only for who asks: that takes longer than answering.
    """

    def __init__(self, url: str, status: int, html: str) -> None:
        self.url, self.status, self.html = url, status, html
        self._tree = page_tree.parse(html)
        self._soup: BeautifulSoup | None = None
        self._filled = False

    def __repr__(self) -> str:
        return f"Page({self.url!r}, {self.status}, {self.html!r})"

    @property
    def soup(self) -> BeautifulSoup:
        """The page to look through, and to change what it holds."""
        if self._soup is None:
            html = page_tree.written(self._tree) if self._filled else self.html
            self._soup = BeautifulSoup(html, "html.parser")
        return self._soup

    @property
    def tree(self) -> HtmlElement:
        """The same as a tree; whoever changes it says so by `filled`."""
        if self._soup is not None:
            self._tree = page_tree.parse(str(self._soup))
        return self._tree

    def filled(self) -> None:
        """The tree was changed."""
        self._soup, self._filled = None, True

    @property
    def words(self) -> str:
        """All that can be read or heard, in one line."""
        return page_tree.words(self.tree)

    @property
    def heading(self) -> str:
        """The one main heading."""
        found = next(self.tree.iter("h1"), None)
        return "" if found is None else page_tree.text(found)

    @property
    def alert(self) -> str:
        """What is said at once to those who listen."""
        found = next((tag for tag in self.tree.iter() if tag.get("role") == "alert"), None)
        return "" if found is None else page_tree.text(found)

    @property
    def path(self) -> str:
        """The address without its host and its question."""
        return urlsplit(self.url).path

    @property
    def names(self) -> list[str]:
        """The names of everything that can be pressed."""
        return [page_tree.name(tag) for tag in page_tree.controls(self.tree)]


class Guest:
    """Somebody in front of an app's pages, without scripts. Presses by accessible name."""

    def __init__(self, app: Flask, *, host: str = "") -> None:
        self._client: FlaskClient = app.test_client()
        # As a browser that called the house by this name over TLS.
        self._name: dict[str, Any] = {"base_url": f"https://{host}"} if host else {}
        self._origin = {"Origin": f"https://{host}"} if host else {}
        self.page = Page("", 0, "")

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open an address and follow where it leads."""
        return self._show(
            self._client.get(path, follow_redirects=True, **self._name), status
        )

    def fetch(self, path: str, *, headers: dict[str, str] | None = None) -> TestResponse:
        """Fetch what a page needs: a sheet, a picture, a sound."""
        return self._client.get(path, buffered=True, headers=headers, **self._name)

    def reload(self) -> Page:
        """Open the present page again."""
        return self.open(self.page.url)

    def press(self, name: str, *, status: int = 200) -> Page:
        """Press what has this name, begins with it, or holds it. Raises NotThere."""
        tag, tree = self._find(name)
        if tag.tag == "a":
            return self.open(urljoin(self.page.url, tag.get("href")), status=status)
        form = next(tag.iterancestors("form"), None)
        if tag.get("form"):
            form = page_tree.with_id(tree, tag.get("form"))
        assert form is not None, f"{name!r} stands in no form"
        fields = list(page_tree.fields(form))
        if tag.get("name"):
            fields.append((tag.get("name"), tag.get("value", "")))
        data: dict[str, list[str]] = {}
        for key, value in fields:
            data.setdefault(key, []).append(value)
        where = tag.get("formaction") or form.get("action") or ""
        address = urljoin(self.page.url, where)
        if form.get("method", "get").lower() == "get":
            return self.open(f"{address}?{urlencode(data, doseq=True)}", status=status)
        return self.post(address, data, status=status)

    def post(self, path: str, data: Any, *, status: int = 200) -> Page:
        """Post a form that is not on the page, and follow the 303."""
        answer = self._client.post(path, data=data, headers=self._origin, **self._name)
        if 300 <= answer.status_code < 400:
            assert answer.status_code == 303, f"after POST, 303; not {answer.status_code}"
            return self.open(str(answer.location), status=status)
        return self._show(answer, status)

    def json(self, path: str, body: Any) -> Any:
        """Send JSON as a script of the present page does; give the answer's."""
        token = next((tag.get("data-token") for tag in self.page.tree.iter("body")), None)
        answer = self._client.post(
            path,
            json=body,
            headers={"X-CSRFToken": str(token), **self._origin},
            **self._name,
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
        return answer.get_json()

    def choose(self, label: str, words: str) -> None:
        """Choose from the list with this label. Raises NotThere."""
        tree = self.page.tree
        for tag in tree.iter("select"):
            if label in page_tree.labels(tree, tag):
                for option in tag.iter("option"):
                    option.attrib.pop("selected", None)
                    if page_tree.text(option) == words:
                        option.set("selected", "")
                        return self.page.filled()
        raise NotThere(f"no list {label!r} with {words!r} on {self.page.url}")

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label. Raises NotThere."""
        tree = self.page.tree
        for tag in tree.iter("label"):
            if label.lower() in page_tree.text(tag).lower():
                found = page_tree.with_id(tree, tag.get("for"))
                if found is None:
                    found = next(tag.iter("input"), None)
                if found is not None:
                    page_tree.fill(found, text)
                    return self.page.filled()
        raise NotThere(f"no field {label!r} on {self.page.url}")

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick, or untick, the first box whose label holds these words. Raises NotThere."""
        tree = self.page.tree
        for tag in tree.iter("label"):
            own = page_tree.with_id(tree, tag.get("for"))
            inner = [own] if own is not None else tag.iter("input")
            box = next((box for box in inner if box.get("type") == "checkbox"), None)
            if label.lower() in page_tree.text(tag).lower() and box is not None:
                if on:
                    box.set("checked", "")
                else:
                    box.attrib.pop("checked", None)
                return self.page.filled()
        raise NotThere(f"no box {label!r} on {self.page.url}")

    def _find(self, name: str) -> tuple[HtmlElement, HtmlElement]:
        """Give what has this name, and the tree it stands in."""
        wanted, tree = name.lower(), self.page.tree
        controls = [(page_tree.name(tag).lower(), tag) for tag in page_tree.controls(tree)]
        for matches in (str.__eq__, str.startswith, str.__contains__):
            for said, tag in controls:
                if matches(said, wanted):
                    return tag, tree
        raise NotThere(f"no {name!r} on {self.page.url}; there are {self.page.names}")

    def _show(self, answer: Any, status: int) -> Page:
        url = answer.request.full_path.rstrip("?")
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, (
            f"{url} answers {answer.status_code}: {text[:300]}"
        )
        self.page = checked(text, url, status=answer.status_code)
        wrong = list(policy_faults(answer.headers))
        assert not wrong, f"{url}: {wrong}"
        return self.page


def checked(html: str, url: str, *, status: int = 200) -> Page:
    """Give the page if it is a good one. Raises BadPage, naming all that is wrong."""
    page = Page(url, status, html)
    if wrong := faults(html, page.tree):
        raise BadPage(f"{url}: " + "; ".join(wrong))
    return page
