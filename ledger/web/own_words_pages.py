"""The house's own words in its other languages: one list, one row a text."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import own_words
from ledger.rivals import Overtaken
from ledger.web import desk, order_acts

bp = Blueprint("own_words", __name__, url_prefix="/staff/settings/words")
LANGUAGES = {"en": "English", "da": "Danish"}
MOST = 500


@bp.get("")
@desk.needs(desk.MANAGER)
def show() -> ResponseReturnValue:
    return _page({})


@bp.post("")
@desk.needs(desk.MANAGER)
def change() -> ResponseReturnValue:
    """Keep what was typed. Fields: text-N, and N-LANGUAGE beside it."""
    wanted = _read()
    done = desk.write(own_words.change, wanted, seen=desk.field("seen"), by=desk.me().id)
    if isinstance(done, Overtaken):
        order_acts.overtaken(done, done="Nothing was changed", thing="these words")
        return _page(wanted)
    desk.say("Changed. Kiosks and the shop say it so at once.")
    return redirect(url_for("own_words.show"), 303)


def _read() -> dict[str, dict[str, str]]:
    with desk.ledger().store.read() as session:
        languages = own_words.others(session)
        # What no page uses just now is kept all the same.
        wanted = {one: dict(own_words.read(session).get(one, {})) for one in languages}
    for place in range(MOST):
        text = request.form.get(f"text-{place}", "")[: own_words.LONGEST]
        for language in languages:
            if text and f"{place}-{language}" in request.form:
                wanted[language][text] = desk.field(
                    f"{place}-{language}", most=own_words.LONGEST
                )
    return wanted


def _page(typed: dict[str, dict[str, str]]) -> ResponseReturnValue:
    ledger = desk.ledger()
    with ledger.store.read() as session:
        languages = own_words.others(session)
        known = typed or own_words.read(session)
        texts = own_words.used(session, ledger.means().now_ms)[:MOST]
        seen = own_words.mark(session)
    return render_template(
        "staff/own_words.html",
        languages=[(one, LANGUAGES.get(one, one)) for one in languages],
        rows=[
            (text, [known.get(one, {}).get(text, "") for one in languages])
            for text in texts
        ],
        seen=seen,
        most=own_words.LONGEST,
    )
