"""What is wrong with a page that nobody should be shown.

A sound page is valid HTML with one h1, a title, unique ids, labelled fields, and no inline
script, style or handler; it reaches nothing beyond the house.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from urllib.parse import urlsplit

import html5lib
from lxml.html import HtmlElement

from tests import page_tree

# html5lib knows HTML of before these were allowed where we use them.
LATE = {("unexpected-start-tag-implies-end-tag", "dialog")}
# Digests of pages that were found good: checking takes longer than answering.
_good: set[bytes] = set()
# Names that are drawn, of rows and against forged requests; and all numbers.
_DRAWN = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[A-Za-z0-9_.-]{60,}|[0-9]+"
)
_POINTERS = ("aria-labelledby", "aria-describedby")


class BadPage(AssertionError):
    """A page that no test may let pass; the text says what is wrong with it."""


def faults(html: str, tree: HtmlElement) -> list[str]:
    """Say all that is wrong with a page; tree: the same page, read."""
    shape = _shape(html)
    if shape in _good:
        return []
    found = [*_syntax(html), *_structure(tree), *_inline(tree)]
    if not found:
        _good.add(shape)
    return found


def policy_faults(headers: Mapping[str, str]) -> Iterator[str]:
    """Say what is wrong with the headers that a page came with."""
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy:
        yield f"its policy is {policy!r}"
    if "no-store" not in headers.get("Cache-Control", ""):
        yield "it may be kept"


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


def _structure(tree: HtmlElement) -> Iterator[str]:
    headings = list(tree.iter("h1"))
    if len(headings) != 1 or not page_tree.text(headings[0]):
        yield f"{len(headings)} h1, and one with words is wanted"
    if not any(page_tree.text(title) for title in tree.iterfind("head/title")):
        yield "no title"
    if not tree.get("lang"):
        yield "no language"
    ids = Counter(tag.get("id") for tag in tree.iter() if tag.get("id"))
    yield from (f"id {id!r} twice" for id, count in ids.items() if count > 1)
    named = {tag.get("for") for tag in tree.iter("label")}
    for tag in tree.iter("input", "select", "textarea"):
        inside = next(tag.iterancestors("label"), None) is not None
        label = inside or tag.get("aria-label") or tag.get("id", "") in named
        if not label and tag.get("type") != "hidden":
            yield f"no label for {tag.get('name')!r}"
    for tag in page_tree.controls(tree):
        if not page_tree.name(tag):
            yield f"no name on {tag.tag} {dict(tag.attrib)}"
    for tag in tree.iter():
        for attribute in _POINTERS:
            missing = set(tag.get(attribute, "").split()) - ids.keys()
            yield from (f"{attribute} names {id!r}, which is not there" for id in missing)
    for tag in tree.iter("img"):
        if "alt" not in tag.attrib:
            yield f"no alt on {tag.get('src')}"


def _inline(tree: HtmlElement) -> Iterator[str]:
    for tag in tree.iter():
        if tag.tag == "style" or (tag.tag == "script" and not tag.get("src")):
            yield f"inline {tag.tag}"
        for attribute in tag.attrib:
            if attribute == "style" or attribute.startswith("on"):
                yield f"inline {attribute} on {tag.tag}"
        for attribute in ("src", "href", "action"):
            if not _ours(tag.get(attribute, "")):
                yield f"{tag.tag} reaches {tag.get(attribute)}"


def _ours(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc
