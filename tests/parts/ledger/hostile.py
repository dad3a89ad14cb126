"""Forms of the staff pages, found by walking through them, and filled in with bad will."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

EVIL = (
    "", " ", "\x00", "\ud800", "𝒽" * 40, "A" * 70_000, "-1", "0", "1e400", "NaN", "inf",
    "²", "١٢", "99999999999999999999", "1.005", "2026-13-45 99:99", "0001-01-01T00:00",
    "9999-12-31T23:59", "'; DROP TABLE \"order\"; --", "%' OR 1=1 --", "{{7*7}}",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "../../etc/passwd",
    "//evil.example", '=HYPERLINK("http://evil")', "\r\nSet-Cookie: a=b", "[]", "{}",
    "null", "🙂\u202e", "on",
)  # fmt: skip
# What is left alone, so that the walk goes on: one's own account and session.
# What proves that a form came from our page as it is now: bad, it proves nothing else.
SIGNS = {"csrf_token", "seen", "token", "key"}
PLAUSIBLE = {"email": "ada@example.org", "date": "2027-01-31", "password": "velvet-demo"}
SPARED = re.compile(r"/login|/people|/out$")


@dataclass
class Form:
    """One form: where it goes, its fields as they stand, and what its buttons add.

    kept: what a browser would send that only filled in what is required. page: where it is.
    """

    action: str
    fields: list[tuple[str, str]]
    buttons: list[tuple[str, str]]
    kept: list[tuple[str, str]]
    page: str

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """Tell it from other forms; those of other orders or seats are of its kind."""
        names = tuple(sorted({name for name, _ in self.fields}))[:60]
        path = urlsplit(self.action).path
        return re.sub(r"[0-9A-Za-z]*[0-9][0-9A-Za-z-]*", "*", path), names


@dataclass
class Walk:
    """Pages that a browser reaches by links, and every form on them."""

    client: Any
    pages: dict[str, str] = field(default_factory=dict)
    forms: dict[tuple[str, tuple[str, ...]], Form] = field(default_factory=dict)

    def go(self, starts: Sequence[str], most: int = 150) -> None:
        """Follow links from some pages; one page of each kind will do."""
        waiting = list(starts)
        seen_kinds: dict[str, int] = {}
        while waiting and len(self.pages) < most:
            address = waiting.pop(0)
            kind = re.sub(r"[0-9A-Za-z]*[0-9][0-9A-Za-z-]*", "*", urlsplit(address).path)
            if address in self.pages or seen_kinds.get(kind, 0) >= 3:
                continue
            answer = self.client.get(address, follow_redirects=True)
            assert answer.status_code < 500, (address, answer.status_code)
            self.pages[address] = kind
            seen_kinds[kind] = seen_kinds.get(kind, 0) + 1
            if not answer.mimetype.startswith("text/html"):
                continue
            soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
            for form in soup.select("form"):
                self._keep(_form(form, address))
            for link in soup.select("a[href]"):
                to = urljoin(address, str(link["href"]))
                if to.startswith("/staff"):
                    waiting.append(to.split("#")[0])

    def _keep(self, form: Form | None) -> None:
        if form is None or SPARED.search(urlsplit(form.action).path):
            return
        self.forms.setdefault(form.kind, form)

    def attack(
        self, chance: random.Random, times: int, bad: float = 0.4
    ) -> Iterator[tuple[str, int]]:
        """Post each form so often with bad values; give where, and what was answered.

        bad: how many of its fields are bad; few, and more of it is taken.
        """
        for form in list(self.forms.values()):
            for _ in range(times):
                data: dict[str, list[str]] = {}
                for name, value in form.fields:
                    evil = name != "csrf_token" and chance.random() < bad
                    found = chance.choice(EVIL) if evil else value
                    data.setdefault(name, []).append(_sendable(found))
                if form.buttons:
                    name, value = chance.choice(form.buttons)
                    data.setdefault(name, []).append(value)
                answer = self.client.post(form.action, data=data)
                yield form.action, answer.status_code

    def nearly_right(self, chance: random.Random, times: int) -> Iterator[tuple[str, int]]:
        """Post each form as its page has it by now, one field of it bad; yield as `attack`.

        Saving is tried so, and what was saved is shown on the page that is read next.
        """
        for form in list(self.forms.values()):
            for _ in range(times):
                answer = self.client.get(form.page, follow_redirects=True)
                yield form.page, answer.status_code
                fresh = _same(form, answer.get_data(as_text=True))
                if fresh is None:
                    break  # What it was for is done.
                given = [
                    one for one, (name, _) in enumerate(fresh.kept) if name not in SIGNS
                ]
                wrong = chance.choice(given) if given else -1
                data: dict[str, list[str]] = {}
                for number, (name, value) in enumerate(fresh.kept):
                    said = chance.choice(EVIL) if number == wrong else value
                    data.setdefault(name, []).append(_sendable(said))
                if fresh.buttons:
                    name, value = chance.choice(fresh.buttons)
                    data.setdefault(name, []).append(value)
                posted = self.client.post(fresh.action, data=data)
                yield fresh.action, posted.status_code

    def again(self) -> Iterator[tuple[str, int]]:
        """Open every page once more, with what was saved by now."""
        for address in self.pages:
            answer = self.client.get(address, follow_redirects=True)
            yield address, answer.status_code


def _same(form: Form, page: str) -> Form | None:
    """Find a form on its page as it is now."""
    found = (
        _form(tag, form.page) for tag in BeautifulSoup(page, "html.parser").select("form")
    )
    return next((one for one in found if one and one.kind == form.kind), None)


def _sendable(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _form(tag: Tag, address: str) -> Form | None:
    if str(tag.get("method", "get")).lower() != "post":
        return None
    fields, buttons = [], []
    for found in tag.select("input[name], select[name], textarea[name], button[name]"):
        name = str(found["name"])
        if found.name == "button":
            buttons.append((name, str(found.get("value", ""))))
        elif found.name == "select":
            option = found.select_one("option[selected]") or found.select_one("option")
            fields.append((name, str(option.get("value", "")) if option else ""))
        elif found.get("type") in {"checkbox", "radio"}:
            if len(fields) < 80:
                fields.append((name, str(found.get("value", "on"))))
        elif found.get("type") != "file":
            fields.append((name, str(found.get("value") or found.get_text())))
    action = urljoin(address, str(tag.get("action", "")))
    return Form(action, fields, buttons, list(_kept(tag)), address)


def _kept(tag: Tag) -> Iterator[tuple[str, str]]:
    for found in tag.select("input[name], select[name], textarea[name]"):
        name, kind = str(found["name"]), str(found.get("type", "text"))
        if found.name == "select":
            option = found.select_one("option[selected]") or found.select_one("option")
            yield name, str(option.get("value", "")) if option else ""
        elif kind in {"checkbox", "radio"}:
            if found.has_attr("checked"):
                yield name, str(found.get("value", "on"))
        elif kind != "file":
            value = str(found.get("value") or found.get_text())
            if not value and found.has_attr("required"):
                value = PLAUSIBLE.get(kind, str(found.get("min", "ill")))
            yield name, value
