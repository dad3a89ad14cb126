"""A guest's hand without a browser: opens pages, finds buttons by name, presses them.

It presses the same forms over the same HTTP as a browser without scripts, so a scenario
proves that pages work without JavaScript.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

TIMEOUT_S = 60.0
# Where the arrow keys go, in the order of the page.
STOPS = "h1[tabindex], a[href], button:not([disabled]), input:not([type=hidden]), select"


class NotFound(Exception):
    """There is no such button, link or field on the page; the text says what there is."""


@dataclass(frozen=True)
class Control:
    """Something that can be pressed, by the name that a screen reader says."""

    name: str
    tag: Tag


class Screen:
    """One screen showing one page. taps counts what was pressed."""

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._client = httpx.Client(timeout=timeout_s, follow_redirects=True)
        self._page = BeautifulSoup("", "html.parser")
        self.url = address
        self.status = 0
        self._stop = -1
        self.taps = 0

    def close(self) -> None:
        self._client.close()

    def open(self, path: str) -> None:
        """Open a page of this device, as a reload or a first visit does."""
        self._show(self._client.get(urljoin(self._address, path)))

    def reload(self) -> None:
        """Show the page again."""
        self._show(self._client.get(self.url))

    @property
    def words(self) -> str:
        """What the page says, in one line, with the names of controls that show no text."""
        body = self._page.body or self._page
        labels = [str(tag["aria-label"]) for tag in body.select("[aria-label]")]
        return _line(" ".join([body.get_text(" "), *labels]))

    def verdict(self, after: int) -> str:
        """What a door's page shows of verdicts above that id; empty while there is none.

        A page that has seen all verdicts up to one shows what followed, however late.
        """
        self.open(f"/door?seen={after}")
        body = self._page.body
        shown = int(str(body.get("data-shown", "0"))) if body else 0
        return self.words if shown > after else ""

    @property
    def title(self) -> str:
        """The page's main heading."""
        heading = self._page.find("h1")
        return _line(heading.get_text(" ")) if heading else ""

    def controls(self) -> list[Control]:
        """Everything that can be pressed just now."""
        found = self._page.select("a[href], button:not([disabled]), input[type=submit]")
        return [Control(_name(tag), tag) for tag in found]

    def press(self, name: str) -> None:
        """Press the first control whose name begins with, or holds, these words.

        Raises NotFound with the names that there are.
        """
        self._activate(self._find(name))

    def type(self, label: str, text: str) -> None:
        """Type into the field of that label. Raises NotFound."""
        self._field(label)["value"] = text

    def choose(self, label: str, option: str) -> None:
        """Choose from the list of that label, by words. Raises NotFound."""
        given = self._field(label).find_all("option")
        chosen = next((one for one in given if option in one.get_text()), None)
        if chosen is None:
            raise NotFound(f"no {option!r} in {label!r} on {self.url}")
        for one in given:
            del one["selected"]
        chosen["selected"] = ""

    def _field(self, label: str) -> Tag:
        wanted = label.lower()
        for tag in self._page.select("label"):
            if wanted in _line(tag.get_text(" ")).lower():
                field = self._page.find(id=str(tag.get("for"))) or tag.find("input")
                if isinstance(field, Tag):
                    return field
        for tag in self._page.select("input[aria-label], select[aria-label]"):
            if wanted in str(tag["aria-label"]).lower():
                return tag
        raise NotFound(f"no field {label!r} on {self.url}")

    def untick(self, label: str) -> None:
        """Take the tick out of the box of that label. Raises NotFound."""
        for tag in self._page.select("label"):
            box = tag.find("input", type="checkbox")
            if isinstance(box, Tag) and label.lower() in _line(tag.get_text(" ")).lower():
                del box["checked"]
                self.taps += 1
                return
        raise NotFound(f"no box {label!r} on {self.url}")

    def tick(self, field: str, value: str) -> None:
        """Tick the box that stands for a value of a field. Raises NotFound."""
        for box in self._page.find_all("input", attrs={"name": field, "value": value}):
            box["checked"] = ""
            self.taps += 1
            return
        raise NotFound(f"no {value!r} in {field!r} on {self.url}")

    def key(self, name: str) -> None:
        """Press a key of the tactile pad. Raises NotFound."""
        stops = self._page.select(STOPS)
        match name:
            case "ArrowDown" | "ArrowUp":
                self._stop = (self._stop + (1 if name == "ArrowDown" else -1)) % len(stops)
            case "Enter":
                self._activate(stops[self._stop])
            case "Escape":
                self._activate(self._page.select(".bar a.button, .bar button")[0])
            case "F1":
                self.open(str((self._page.body or self._page)["data-help"]))
            case _:
                raise NotFound(f"the tactile pad has no key {name}")

    def hear(self, words: str) -> None:
        """Press Down until something of that name is read out. Raises NotFound."""
        stops = self._page.select(STOPS)
        for _ in stops:
            self.key("ArrowDown")
            if words.lower() in _name(stops[self._stop]).lower():
                return
        heard = ", ".join(repr(_name(stop)) for stop in stops)
        raise NotFound(f"{words!r} is not read out on {self.url}; there are {heard}")

    def _activate(self, tag: Tag) -> None:
        self.taps += 1
        if tag.name == "a":
            self._show(self._client.get(urljoin(self.url, str(tag["href"]))))
        elif tag.name == "button":
            self._submit(tag)

    def _find(self, name: str) -> Tag:
        wanted = name.lower()
        controls = self.controls()
        for matches in (
            lambda given: given == wanted,
            lambda given: given.startswith(wanted),
            lambda given: wanted in given,
            # An order number, as pages group it.
            lambda given: given.replace("-", "") == wanted,
        ):
            for control in controls:
                if matches(control.name.lower()):
                    return control.tag
        names = ", ".join(repr(control.name) for control in controls[:20])
        raise NotFound(f"no {name!r} on {self.url} ({self.title}); there are {names}")

    def _submit(self, button: Tag) -> None:
        form = button.find_parent("form")
        if button.get("form"):
            form = self._page.find("form", id=button["form"])
        if not isinstance(form, Tag):
            raise NotFound(f"{_name(button)!r} stands in no form")
        fields = _fields(form, self._page)
        if button.get("name"):
            fields.append((str(button["name"]), str(button.get("value", ""))))
        address = urljoin(
            self.url, str(button.get("formaction") or form.get("action") or "")
        )
        data: dict[str, list[str]] = {}
        for key, value in fields:
            data.setdefault(key, []).append(value)
        if str(form.get("method", "get")).lower() == "post":
            origin = urljoin(self._address, "/").rstrip("/")
            headers = {"Origin": origin, "Referer": self.url}
            self._show(self._client.post(address, data=data, headers=headers))
        else:
            self._show(self._client.get(address, params=data))

    def _show(self, answer: httpx.Response) -> None:
        self.url, self.status = str(answer.url), answer.status_code
        self._stop = -1
        self._page = BeautifulSoup(answer.text, "html.parser")


def _fields(form: Tag, page: BeautifulSoup) -> list[tuple[str, str]]:
    inside = form.select("input[name], select[name], textarea[name]")
    if form.get("id"):
        inside += page.select(f'[form="{form["id"]}"][name]:not(button)')
    fields = []
    for tag in inside:
        kind = tag.get("type", "text")
        if kind in {"submit", "button", "image", "reset"} or tag.has_attr("disabled"):
            continue
        if kind in {"checkbox", "radio"} and not tag.has_attr("checked"):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            value = str(chosen.get("value", chosen.get_text())) if chosen else ""
        elif tag.name == "textarea":
            value = tag.get_text()
        else:
            value = str(tag.get("value", "on" if kind == "checkbox" else ""))
        fields.append((str(tag["name"]), value))
    return fields


def _name(tag: Tag) -> str:
    if tag.get("aria-label"):
        return _line(str(tag["aria-label"]))
    if tag.name == "input":
        return _line(str(tag.get("value", "")))
    pictures = " ".join(str(image.get("alt", "")) for image in tag.find_all("img"))
    return _line(f"{tag.get_text(' ')} {pictures}")


def _line(text: str) -> str:
    return " ".join(text.split())
