"""A page as a tree: what can be pressed on it, read and filled in."""

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring, tostring

_PARSER = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
_SAID = etree.XPath(
    ".//text()[not(ancestor::script or ancestor::style or ancestor::template)]"
)
_CONTROLS = etree.XPath("//a[@href] | //button[not(@disabled)]")
_LABELLED = etree.XPath(".//*[@aria-label][not(ancestor::nav)]")


def parse(html: str) -> HtmlElement:
    """Read a page; nothing at all is an empty one."""
    return document_fromstring((html or "<html></html>").encode(), parser=_PARSER)


def written(tree: HtmlElement) -> str:
    """Write it again, with what was filled in."""
    return str(tostring(tree, encoding="unicode", doctype="<!doctype html>"))


def line(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())


def text(tag: HtmlElement) -> str:
    """What can be read in it, on one line."""
    return line(" ".join(_SAID(tag)))


def words(tree: HtmlElement) -> str:
    """All that can be read or heard, in one line."""
    body = next(tree.iter("body"), tree)
    heard = (tag.get("aria-label") for tag in _LABELLED(body))
    return line(" ".join([text(body), *heard]))


def controls(tree: HtmlElement) -> list[HtmlElement]:
    """All links and buttons that can be pressed, in order."""
    return [tag for tag in _CONTROLS(tree) if tag.get("aria-hidden") != "true"]


def name(tag: HtmlElement) -> str:
    """The accessible name of a link or button."""
    said = line(tag.get("aria-label") or "") or text(tag)
    return said or line(" ".join(img.get("alt", "") for img in tag.iter("img")))


def with_id(tree: HtmlElement, id: str | None) -> HtmlElement | None:
    """What has this id, if anything has."""
    return tree.get_element_by_id(id, None) if id else None


def labels(tree: HtmlElement, tag: HtmlElement) -> list[str]:
    """The words of the labels that name a field by its id."""
    own = tag.get("id")
    return [text(label) for label in tree.iter("label") if own and label.get("for") == own]


def fill(tag: HtmlElement, said: str) -> None:
    """Put words into a field, in place of what it held."""
    if tag.tag == "textarea":
        del tag[:]
        tag.text = said
    else:
        tag.set("value", said)


def fields(form: HtmlElement) -> Iterator[tuple[str, str]]:
    """What a form sends: name and value of each field, but for its buttons."""
    for tag in form.iter("input", "textarea", "select"):
        kind, key = tag.get("type", "text"), tag.get("name")
        if not key or "disabled" in tag.attrib:
            continue
        if kind in {"submit", "button", "image", "reset"}:
            continue
        if kind in {"checkbox", "radio"} and "checked" not in tag.attrib:
            continue
        if tag.tag == "select":
            yield key, _chosen(tag)
        elif tag.tag == "textarea":
            yield key, tag.text_content()
        else:
            yield key, tag.get("value", "on" if kind == "checkbox" else "")


def _chosen(tag: HtmlElement) -> str:
    options = list(tag.iter("option"))
    selected = [option for option in options if "selected" in option.attrib]
    for option in selected or options:
        return str(option.get("value", text(option)))
    return ""
