"""Opens pages as a guest without scripts would, and checks each of them on the way.

Every page that is shown must be valid HTML with one h1, a title, unique ids, labelled
fields, and no inline script, style or handler. So a test of a route also tests its page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# html5lib knows HTML of before these were allowed where we use them.
LATE = {("unexpected-start-tag-implies-end-tag", "dialog")}


class BadPage(AssertionError):
    """A page that no test may let pass; the text says what is wrong with it."""


class NotThere(AssertionError):
    """There is no such button, link or field; the text says what there is."""


@dataclass
class Page:
    """A page as it was answered. words: what it says, in one line."""

    url: str
    status: int
    html: str
    soup: BeautifulSoup = field(repr=False)

    @property
    def words(self) -> str:
        """All that can be read or heard, in one line."""
        body = self.soup.body or self.soup
        said = [body.get_text(" "), *(str(tag["aria-label"]) for tag in _labelled(body))]
        return _line(" ".join(said))

    @property
    def heading(self) -> str:
        """The one main heading."""
        heading = self.soup.find("h1")
        return _line(heading.get_text(" ")) if heading else ""

    @property
    def alert(self) -> str:
        """What is said at once to those who listen."""
        found = self.soup.select_one("[role=alert]")
        return _line(found.get_text(" ")) if found else ""

    @property
    def path(self) -> str:
        """The address without its host and its question."""
        return urlsplit(self.url).path

    @property
    def names(self) -> list[str]:
        """The names of everything that can be pressed."""
        return [_name(tag) for tag in _controls(self.soup)]


class Guest:
    """Somebody in front of an app's pages, without scripts. Presses by accessible name."""

    def __init__(self, app: Flask, *, host: str = "") -> None:
        self._client: FlaskClient = app.test_client()
        # As a browser that called the house by this name over TLS.
        self._name: dict[str, Any] = {"base_url": f"https://{host}"} if host else {}
        self._origin = {"Origin": f"https://{host}"} if host else {}
        self.page = Page("", 0, "", BeautifulSoup("", "html.parser"))

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open an address and follow where it leads."""
        return self._show(
            self._client.get(path, follow_redirects=True, **self._name), status
        )

    def fetch(self, path: str) -> TestResponse:
        """Fetch what a page needs: a sheet, a picture, a sound."""
        return self._client.get(path, buffered=True, **self._name)

    def reload(self) -> Page:
        """Open the present page again."""
        return self.open(self.page.url)

    def press(self, name: str, *, status: int = 200) -> Page:
        """Press what has this name, begins with it, or holds it. Raises NotThere."""
        tag = self._find(name)
        if tag.name == "a":
            return self.open(urljoin(self.page.url, str(tag["href"])), status=status)
        form = tag.find_parent("form")
        if tag.get("form"):
            form = self.page.soup.find("form", id=str(tag["form"]))
        assert isinstance(form, Tag), f"{name!r} stands in no form"
        fields = list(_fields(form))
        if tag.get("name"):
            fields.append((str(tag["name"]), str(tag.get("value", ""))))
        data: dict[str, list[str]] = {}
        for key, value in fields:
            data.setdefault(key, []).append(value)
        where = tag.get("formaction") or form.get("action") or ""
        address = urljoin(self.page.url, str(where))
        if str(form.get("method", "get")).lower() == "get":
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
        token = self.page.soup.body and self.page.soup.body.get("data-token")
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
        for tag in self.page.soup.select("select"):
            names = self.page.soup.select(f"label[for='{tag.get('id')}']")
            if any(label == _line(name.get_text(" ")) for name in names):
                for option in tag.select("option"):
                    del option["selected"]
                    if _line(option.get_text(" ")) == words:
                        option["selected"] = ""
                        return
        raise NotThere(f"no list {label!r} with {words!r} on {self.page.url}")

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label. Raises NotThere."""
        for tag in self.page.soup.select("label"):
            if label.lower() in _line(tag.get_text(" ")).lower():
                found = self.page.soup.find(id=str(tag.get("for"))) or tag.find("input")
                if isinstance(found, Tag) and found.name == "textarea":
                    found.string = text
                    return
                if isinstance(found, Tag):
                    found["value"] = text
                    return
        raise NotThere(f"no field {label!r} on {self.page.url}")

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick, or untick, the first box whose label holds these words. Raises NotThere."""
        for tag in self.page.soup.select("label"):
            own = self.page.soup.find("input", id=str(tag.get("for")), type="checkbox")
            box = tag.find("input", type="checkbox") or own
            if label.lower() in _line(tag.get_text(" ")).lower() and isinstance(box, Tag):
                if on:
                    box["checked"] = ""
                else:
                    del box["checked"]
                return
        raise NotThere(f"no box {label!r} on {self.page.url}")

    def _find(self, name: str) -> Tag:
        wanted = name.lower()
        controls = _controls(self.page.soup)
        for matches in (str.__eq__, str.startswith, str.__contains__):
            for tag in controls:
                if matches(_name(tag).lower(), wanted):
                    return tag
        raise NotThere(f"no {name!r} on {self.page.url}; there are {self.page.names}")

    def _show(self, answer: Any, status: int) -> Page:
        url = answer.request.full_path.rstrip("?")
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, (
            f"{url} answers {answer.status_code}: {text[:300]}"
        )
        self.page = checked(text, url, status=answer.status_code)
        _check_headers(answer.headers, url)
        return self.page


def checked(html: str, url: str, *, status: int = 200) -> Page:
    """Give the page if it is a good one. Raises BadPage, naming all that is wrong."""
    soup = BeautifulSoup(html, "html.parser")
    shape = _shape(html)
    if shape not in _good:
        faults = [*_syntax(html), *_structure(soup), *_inline(soup)]
        if faults:
            raise BadPage(f"{url}: " + "; ".join(faults))
        _good.add(shape)
    return Page(url, status, html, soup)


# Digests of pages that were found good: checking takes longer than answering.
_good: set[bytes] = set()
# Names that are drawn: of rows, and against forged requests.
_DRAWN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[A-Za-z0-9_.-]{60,}")


def _shape(html: str) -> bytes:
    """Give the digest of a page with its drawn names numbered: equal ones stay equal."""
    numbers: dict[str, int] = {}
    plain = _DRAWN.sub(lambda it: f"#{numbers.setdefault(it[0], len(numbers))}", html)
    return blake2b(plain.encode(), digest_size=16).digest()


def _syntax(html: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    for place, code, facts in parser.errors:
        if (code, facts.get("name")) not in LATE:
            yield f"line {place[0]}: {code} {facts}"


def _structure(soup: BeautifulSoup) -> Iterator[str]:
    headings = soup.find_all("h1")
    if len(headings) != 1 or not _line(headings[0].get_text(" ")):
        yield f"{len(headings)} h1, and one with words is wanted"
    title = soup.find("title")
    if title is None or not title.get_text(strip=True):
        yield "no title"
    if not soup.html or not soup.html.get("lang"):
        yield "no language"
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    yield from (f"id {id!r} twice" for id in {id for id in ids if ids.count(id) > 1})
    for tag in soup.select("input:not([type=hidden]), select, textarea"):
        if not (_label(tag, soup) or tag.get("aria-label")):
            yield f"no label for {tag.get('name')!r}"
    for tag in _controls(soup):
        if not _name(tag):
            yield f"no name on {tag}"
    for tag in soup.select("[aria-labelledby], [aria-describedby]"):
        for attribute in ("aria-labelledby", "aria-describedby"):
            missing = set(str(tag.get(attribute, "")).split()) - set(ids)
            yield from (f"{attribute} names {id!r}, which is not there" for id in missing)
    for tag in soup.select("img:not([alt])"):
        yield f"no alt on {tag}"


def _inline(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(True):
        if tag.name == "style" or (tag.name == "script" and not tag.get("src")):
            yield f"inline {tag.name}"
        for attribute in tag.attrs:
            if attribute == "style" or attribute.startswith("on"):
                yield f"inline {attribute} on {tag.name}"
        for attribute in ("src", "href", "action"):
            if not _ours(str(tag.get(attribute, ""))):
                yield f"{tag.name} reaches {tag[attribute]}"


def _ours(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def _check_headers(headers: Any, url: str) -> None:
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'self'" in policy, f"{url}: no policy"
    assert "unsafe" not in policy, f"{url}: {policy}"
    assert "no-store" in headers.get("Cache-Control", ""), f"{url} may be kept"


def _labelled(body: Tag) -> list[Tag]:
    return [tag for tag in body.select("[aria-label]") if not tag.find_parent("nav")]


def _controls(soup: BeautifulSoup) -> list[Tag]:
    found = soup.select("a[href], button:not([disabled])")
    return [tag for tag in found if tag.get("aria-hidden") != "true"]


def _label(tag: Tag, soup: BeautifulSoup) -> bool:
    if tag.find_parent("label"):
        return True
    return bool(tag.get("id") and soup.find("label", attrs={"for": tag["id"]}))


def _fields(form: Tag) -> Iterator[tuple[str, str]]:
    for tag in form.select("input[name], textarea[name], select[name]"):
        kind = tag.get("type", "text")
        if tag.has_attr("disabled") or kind in {"submit", "button", "image", "reset"}:
            continue
        if kind in {"checkbox", "radio"} and not tag.has_attr("checked"):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            said = _line(chosen.get_text(" ")) if chosen else ""
            yield str(tag["name"]), str(chosen.get("value", said)) if chosen else ""
        elif tag.name == "textarea":
            yield str(tag["name"]), tag.get_text()
        else:
            yield (
                str(tag["name"]),
                str(tag.get("value", "on" if kind == "checkbox" else "")),
            )


def _name(tag: Tag) -> str:
    return _line(str(tag.get("aria-label") or tag.get_text(" ")))


def _line(text: str) -> str:
    return " ".join(text.split())
