"""Staff menu: the link to the box office, and the seats that this kiosk owns."""

from flask import Blueprint, url_for

from kiosk import log, own_seats, wireless
from kiosk.own_seats import Own
from kiosk.web import formats, house
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext
from kiosk.web.staff import ROWS, Answer, Row, only, page, paged, person, shown
from kiosk.web.words import Button

bp = Blueprint("staff_link", __name__, url_prefix="/staff")

REFRESH_S = 5


@bp.get("/link")
@only("usher")
def link() -> Answer:
    """Say whether the ledger is heard, what waits for it, and what was wrong last."""
    here = device()
    zone = house.read(here).zone
    now = here.line.link
    since = formats.clock(now.since_ms, zone)
    with here.store.read() as session:
        unsent, oldest_ms = log.unsent(session), log.oldest_unsent_ms(session)
    heard = (
        _("heard since %(time)s", time=since)
        if now.up
        else _("not heard since %(time)s", time=since)
    )
    lines = [
        (_("Box office"), heard),
        (_("Events to send"), str(unsent)),
        (_("The oldest waits"), _age(oldest_ms)),
    ]
    trouble = here.line.trouble
    if trouble is None:
        lines.append((_("Last trouble"), _("none since the start")))
    else:
        at = formats.clock(trouble.at_ms, zone)
        lines.append((_("Last trouble, %(time)s", time=at), _meant(trouble.why)))
    lines += [(_("Address"), here.line.address), (_("Wi-Fi"), _wireless())]
    note = "" if now.up else _("This kiosk sells on with its own seats; nothing is lost.")
    return shown(_("Link"), lines, [], note=note, refresh_s=REFRESH_S)


@bp.get("/seats")
@only("usher")
def seats() -> Answer:
    """List what this kiosk owns of each performance."""
    return _seats("")


@bp.get("/seats/<performance>")
@only("box_office")
def ask(performance: str) -> Answer:
    """Ask whether all of it shall go back, or say why it cannot."""
    own = own_seats.find(device(), performance[:64])
    if own is None:
        return _seats("")
    no = own_seats.why_not(device(), own)
    if no is not None:
        return shown(_when(own), [], [], back=url_for("staff_link.seats"), note=_no(no))
    give = Button(
        _("Give back all"), url_for("staff_link.give", performance=own.performance), {}
    )
    return shown(
        _("Give back all?"),
        [(_when(own), _count(own.free))],
        [give],
        back=url_for("staff_link.seats"),
        note=_(
            "The box office and the other kiosks can sell them at once."
            " Without a link, this kiosk then sells nothing for this performance."
        ),
    )


@bp.post("/seats/<performance>")
@only("box_office")
def give(performance: str) -> Answer:
    """Give all of it back."""
    done = own_seats.give_all_back(device(), performance[:64], person().id)
    if isinstance(done, int):
        return _seats(ngettext("%(num)s seat went back.", "%(num)s seats went back.", done))
    return _seats(_no(done))


@bp.post("/seats/<performance>/keep")
@only("box_office")
def keep(performance: str) -> Answer:
    """Let this kiosk keep seats of its own again."""
    own_seats.keep_again(device(), performance[:64], person().id)
    return _seats("")


def _seats(note: str) -> str:
    some, at = paged(own_seats.every(device()), ROWS)
    return page(
        "kiosk/staff_rows.html",
        _("Own seats"),
        [],
        at,
        note=note,
        rows=[_row(own) for own in some],
        empty=_("No performance is known here yet."),
    )


def _row(own: Own) -> Row:
    words = _count(own.free)
    if own.in_orders:
        words += ", " + _("%(count)s being bought", count=own.in_orders)
    here = own.performance
    if own.given_back:
        words = _("given back, none are kept here")
        again = url_for("staff_link.keep", performance=here)
        buttons = [Button(_("Keep own seats again"), again, {})]
    else:
        back = url_for("staff_link.ask", performance=here)
        buttons = [Button(_("Give back all"), back)] if own.free or own.in_orders else []
    return {"name": _when(own), "words": words, "buttons": buttons}


def _when(own: Own) -> str:
    when = formats.when(own.starts_ms, own.zone, device().clock.now_ms())
    return f"{own.title} · {when}"


def _count(free: int) -> str:
    return ngettext("%(num)s own seat", "%(num)s own seats", free)


def _no(why: own_seats.No) -> str:
    return {
        "link": _(
            "The box office is not heard: the seats stay here, and this kiosk can sell"
            " them. Try again when the link is back."
        ),
        "purchase": _(
            "A guest is buying for this performance at this kiosk. Try again when that"
            " purchase has ended."
        ),
        "unknown": _("This performance is not known here."),
    }[why]


def _age(oldest_ms: int | None) -> str:
    if oldest_ms is None:
        return _("nothing waits")
    # Both by the device's own clock, which wrote it.
    minutes = max(0, device().clock.wall_ms() - oldest_ms) // 60_000
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)


def _wireless() -> str:
    found = wireless.signals()
    if not found:
        return _("none here, or the system does not say")
    return ", ".join(f"{one.name} {_strength(one.dbm)}" for one in found)


def _strength(dbm: int | None) -> str:
    if dbm is None:
        return _("joined; how strong is not said")
    if dbm >= wireless.STRONG_DBM:
        words = _("strong")
    else:
        words = _("fair") if dbm >= wireless.WEAK_DBM else _("weak")
    return f"{words} ({dbm} dBm)"


def _meant(why: str) -> str:
    if why.startswith("SSL") or why == "stranger":
        return _("somebody else answered at that address")
    return {
        "ConnectionRefusedError": _("nobody listens at that address"),
        "gaierror": _("the name was not found: check the network's name server"),
        "TimeoutError": _("no answer in time"),
        "ConnectionResetError": _("it hung up"),
        "BrokenPipeError": _("it hung up"),
        "RemoteDisconnected": _("it hung up"),
        "OSError": _("no way there: check the cable or the Wi-Fi"),
        "429": _("it is too busy"),
        "500": _("its program is in trouble"),
        "502": _("its program is not running"),
        "503": _("it cannot write its book at present"),
        "504": _("no answer in time"),
        "clock": _("the clocks differ"),
        "revoked": _("this device was revoked"),
    }.get(why, _("it was not understood (%(why)s)", why=why))
