"""What every page stands in: the house's name, languages, time held, ways back and help."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import current_app, render_template, request, url_for
from flask import session as guest
from markupsafe import Markup

from kiosk import voice
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import alive, badge, hearing, house, look, newest
from kiosk.web.guest import device, language, order, wishes
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

# Languages under their own names, the house's first. A house chooses from these.
LANGUAGES = {"en": "English", "da": "Dansk"}
SHEETS = (
    "reset",
    "tokens",
    "base",
    "components/button",
    "components/bar",
    "components/notice",
    "components/pager",
    "components/dialog",
    "components/bill",
    "long",
)
FONTS = tuple(
    f"/static/fonts/fira-sans-condensed-latin-{weight}-normal.woff2"
    for weight in (500, 700)
)


@dataclass(frozen=True)
class Frame:
    """What frame.html draws around a page. Times in seconds."""

    venue: str
    language: str
    languages: Sequence[tuple[str, str]]
    classes: str
    sheets: Sequence[str]
    held_s: int | None
    held_words: str
    idle_s: int
    idle_url: str
    here: str
    listens: bool
    scans_url: str
    scanned: int
    demo: bool
    phones: bool = False
    staff_url: str = ""
    voice_url: str = ""
    aloud: bool = False
    alive_url: str = ""
    gone: str = ""
    gone_code: str = ""
    stopped: str = ""
    stopped_code: str = ""
    theme_url: str = ""
    logo_url: str = ""
    font_urls: Sequence[str] = FONTS

    @staticmethod
    def asset(path: str) -> str:
        """Give the address of a file of ours; it changes when the file does."""
        return _asset(current_app.static_folder or "static", path)


def page(
    template: str,
    *,
    sheets: Sequence[str] = (),
    idle_s: int | None = None,
    listens: bool = True,
    shown: OrderShown | None = None,
    paying: bool = False,
    **facts: Any,
) -> str:
    """Render a page in its frame.

    sheets: style sheets that only this page needs. idle_s: seconds until the guest is asked
    for more time, 0 for never. listens: a code shown to the camera takes the page over; one
    of staff always does.
    paying: nobody knows yet what became of a card.
    """
    return render_template(
        template,
        frame=_frame(
            sheets, idle_s, listens=listens, shown=shown or order(), paying=paying
        ),
        **facts,
    )


def _frame(
    sheets: Sequence[str],
    idle_s: int | None,
    *,
    listens: bool,
    shown: OrderShown | None,
    paying: bool,
) -> Frame:
    home = house.read(device())
    held_s = held(shown)
    classes = [name for name in ("contrast", "lowered") if guest.get(name)]
    if guest.get("text"):
        classes += ["larger", f"larger-{guest['text']}"]
    newest.newest().listening = listens
    idle = patience_s(idle_s)
    here = request.full_path.rstrip("?")
    phones = bool(current_app.config.get("FOH_PHONES"))
    return Frame(
        venue=home.name,
        language=language(),
        languages=[(code, LANGUAGES[code]) for code in home.languages if code in LANGUAGES],
        classes=" ".join(classes),
        sheets=[*SHEETS, *sheets],
        held_s=held_s,
        held_words="" if held_s is None else held_words(held_s),
        idle_s=idle,
        idle_url=url_for("leaving.still_there", to=here) if idle else "",
        here=here,
        listens=listens or _staff_may_come(),
        scans_url=url_for("scans.last"),
        scanned=newest.last_id(device()) if home.name else 0,
        demo=device().config.demo,
        phones=phones,
        voice_url=url_for("aloud.speak") if voice.here() else "",
        aloud=hearing.asked(),
        staff_url="" if house.is_door(device()) else url_for("staff.show"),
        # Phones say it themselves: they may have left the Wi-Fi.
        alive_url="" if phones else url_for("alive.here"),
        gone=alive.words(paying=paying),
        gone_code=alive.code(),
        stopped=alive.words(paying=paying, stopped=True),
        stopped_code=alive.code(stopped=True),
        theme_url=look.sheet_url(),
        logo_url=look.logo_url(),
        font_urls=look.font_urls() or FONTS,
    )


def _staff_may_come() -> bool:
    """Whether a staff code is heard here: wherever nobody of the staff is in already."""
    phones = current_app.config.get("FOH_PHONES")
    return not phones and not house.is_door(device()) and badge.person() is None


def patience_s(idle_s: int | None = None) -> int:
    """Say how long nobody may touch the screen: longer for whoever asked under Access.

    idle_s: what the page itself allows, 0 for ever; None: what the house has set.
    """
    idle = house.read(device()).idle_s if idle_s is None else idle_s
    asked = idle and wishes().keys() - {"language"}
    return max(idle, device().config.habits.access_s) if asked else idle


def long_s() -> int:
    """Say how long nobody may touch a page that asks for thought, or for typing."""
    return device().config.habits.long_s


def ask_s() -> int:
    """Say how long the question stands before the screen is cleared."""
    return device().config.habits.ask_s


def counted(left_s: int) -> Markup:
    """Give a figure that the page's scripts count down."""
    return Markup('<span class="number" data-left>{}</span>').format(left_s)


def held(shown: OrderShown | None) -> int | None:
    """Seconds that the guest's seats are still held, or None where none are."""
    if shown is None or shown.stage is not Stage.HELD or shown.held_until_ms is None:
        return None
    return max(0, (shown.held_until_ms - device().clock.now_ms()) // 1000)


def held_words(left_s: int) -> str:
    """Say how long: in minutes, and in seconds only in the last one."""
    if left_s < 60:
        return ngettext(
            "Held for you: %(num)s second", "Held for you: %(num)s seconds", left_s
        )
    return _("Held for you: %(minutes)s min", minutes=left_s // 60)


# A page names some two dozen files, and no file changes while the program runs.
@cache
def _asset(folder: str, path: str) -> str:
    version = blake2b((Path(folder) / path).read_bytes(), digest_size=6).hexdigest()
    return url_for("static", filename=path, v=version)
