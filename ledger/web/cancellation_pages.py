"""Call a performance off, write to everybody, and give their money back as previewed.

Source: CAN1, MAI1.
"""

from collections.abc import Collection
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import (
    cancellations,
    catalogue,
    choices,
    evenings,
    mailings,
    paybacks,
    refund_plans,
    refund_progress,
    refund_runs,
    reports,
    rivals,
)
from ledger.choices import Offer
from ledger.clock import Means
from ledger.mail import called_off
from ledger.mailings import Letter
from ledger.refund_plans import Plan
from ledger.refund_progress import Progress
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow
from ledger.web import desk, downloads, letter_form, order_acts
from ledger.web.order_money import ROUTES
from ledger.web.window_cards import new_key

MOST_REPLACEMENTS = 40
bp = Blueprint("cancellations", __name__, url_prefix="/staff/performances")


@bp.get("/<performance>/cancellation")
@desk.needs(desk.SUPERVISOR)
def show(performance: str) -> ResponseReturnValue:
    """Show it; while money goes back, say how far that is, or 304 if no farther."""
    with desk.ledger().store.read() as session:
        run = refund_progress.newest(session, performance)
    if run is None or run.ended_ms is not None:
        return _page(performance, None, fees=True)
    # Only a page that shows a run asks with a tag, and nothing else on it changes.
    tag = f"{run.id}-{run.done}"
    if tag in request.if_none_match:
        return Response(status=304)
    answer = make_response(_page(performance, None, fees=True))
    answer.set_etag(tag)
    return answer


@bp.post("/<performance>/cancellation")
@desk.needs(desk.SUPERVISOR)
def call_off(performance: str) -> ResponseReturnValue:
    """Call it off; with words, everybody with a live ticket gets them by mail."""
    _known(performance)
    reason, me = desk.field("reason"), desk.me().id
    wanted = request.form.get("write") == "1"
    letter = letter_form.read() if wanted else None
    if wanted and letter is None:
        return _page(performance, None, fees=True)
    offer = _offer()
    if letter and offer.any:
        letter = _choosing(performance, letter)

    def use_case(session: Session, means: Means) -> Refused | Overtaken | int:
        done = cancellations.call_off(session, means, performance, reason=reason, by=me)
        if done is not None:
            return done
        choices.offer(session, means, performance, offer, by=me)
        return mailings.send(session, means, performance, letter, by=me) if letter else 0

    done = desk.write(use_case)
    if isinstance(done, int):
        desk.say(
            f"Called off. {letter_form.on_their_way(done)}" if letter else "Called off."
        )
    return _after(performance, done)


@bp.post("/<performance>/cancellation/choices")
@desk.needs(desk.SUPERVISOR)
def offer(performance: str) -> ResponseReturnValue:
    """Say what guests may choose by the link of their letter. Source: REP1."""
    _known(performance)
    desk.write(choices.offer, performance, _offer(), by=desk.me().id)
    desk.say("Guests may choose this from now on.")
    return redirect(url_for("cancellations.show", performance=performance), 303)


def _offer() -> Offer:
    """Read what is ticked; a performance that is not there is left out."""
    form = request.form
    with desk.ledger().store.read() as session:
        wanted = select(PerformanceRow.id).where(
            PerformanceRow.id.in_(form.getlist("replacement")[:MOST_REPLACEMENTS])
        )
        to = session.scalars(wanted.order_by(PerformanceRow.starts_ms)).all()
    ticked = {name: form.get(name) == "1" for name in ("refund", "credit", "donate")}
    return Offer(fees=form.get("with_fees") == "1", replacements=tuple(to), **ticked)


@bp.post("/<performance>/cancellation/end")
@desk.needs(desk.SUPERVISOR)
def call_on(performance: str) -> ResponseReturnValue:
    """Let it take place after all; what was given back stays given back."""
    _known(performance)
    done = desk.write(
        cancellations.call_on, performance, reason=desk.field("reason"), by=desk.me().id
    )
    if done is None:
        desk.say("It takes place. Public sale is still off.")
    return _after(performance, done)


def _after(performance: str, done: Refused | Overtaken | int | None) -> ResponseReturnValue:
    if isinstance(done, Refused):
        desk.refuse(done)
        return _page(performance, None, fees=True)
    if isinstance(done, Overtaken):
        order_acts.overtaken(done, thing="this performance")
    return redirect(url_for("cancellations.show", performance=performance), 303)


@bp.post("/<performance>/cancellation/refunds")
@desk.needs(desk.SUPERVISOR)
def refund(performance: str) -> ResponseReturnValue:
    """Count what goes back for what is ticked; or have the worker book exactly that."""
    _known(performance)
    fees, wanted = request.form.get("fees") == "1", set(request.form.getlist("ticket"))
    reason, me = desk.field("reason"), desk.me().id
    if desk.field("act") != "refund":
        return _page(performance, wanted, fees=fees)
    with desk.ledger().store.read() as session:
        found = _plan(session, performance, wanted, fees=fees)
        off = session.get_one(PerformanceRow, performance).cancelled_ms is not None
    if not off or found.token != desk.field("token") or not found.tickets:
        if found.tickets and off:
            desk.refuse(Refused(Code.PLAN_STALE))
        return _page(performance, wanted, fees=fees)
    if not reason:
        desk.refuse(Refused(Code.REASON_NEEDED))
        return _page(performance, wanted, fees=fees)
    done = desk.write(
        refund_runs.begin, performance, found, include_fees=fees, reason=reason, by=me
    )
    if isinstance(done, Refused):
        desk.refuse(done)
        return _page(performance, wanted, fees=fees)
    if not done:
        desk.refuse("A run goes on already: nothing was begun anew.")
    return redirect(url_for("cancellations.show", performance=performance), 303)


@bp.get("/<performance>/cancellation/refunds.<kind>")
@desk.needs(desk.SUPERVISOR)
def booked(performance: str, kind: str) -> Response:
    """Give what was booked back since it was called off: who pays whom, and how."""
    _known(performance)
    with desk.ledger().store.read() as session:
        rows = list(paybacks.rows(session, performance))
    return downloads.table("refunds", kind, paybacks.HEADER, rows)


def _alone(run: Progress) -> list[str]:
    """Say which orders a run did not touch, and why."""
    named = {
        "Changed since the plan, and left alone": run.changed,
        "Could not be booked: please look at the order": run.failed,
        "Left alone, because it was to take place after all": run.left,
    }
    return [f"{why}: {desk.some(orders)}." for why, orders in named.items() if orders]


def _known(performance: str) -> None:
    with desk.ledger().store.read() as session:
        if session.get(PerformanceRow, performance) is None:
            abort(404)


def _choosing(performance: str, letter: Letter) -> Letter:
    """Ask guests to choose, where nobody has worded the letter otherwise."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        assert evening is not None
        about = evening.title, evening.starts_ms, catalogue.house(session).zone
    usual = called_off.wordings(*about)
    asked = called_off.wordings(*about, called_off.CHOOSE)

    def said(language: str, words: tuple[str, str]) -> tuple[str, str]:
        same = words[1].split() == usual[language][1].split()
        return (words[0], asked[language][1]) if same else words

    others = {language: said(language, words) for language, words in letter.others.items()}
    first = said(mailings.FIRST, (letter.subject, letter.words))
    return replace(letter, subject=first[0], words=first[1], others=others)


def _others(session: Session, performance: str) -> list[reports.Performance]:
    """Give what can replace it, the same production's evenings first."""
    here = session.get_one(PerformanceRow, performance).production
    found = [
        one
        for one in reports.performances(session, desk.ledger().clock())
        if not one.cancelled_ms and one.id != performance
    ]
    of = dict(session.execute(select(PerformanceRow.id, PerformanceRow.production)).all())
    found.sort(key=lambda one: (of.get(one.id) != here, one.starts_ms))
    return found[:MOST_REPLACEMENTS]


def _plan(
    session: Session, performance: str, wanted: Collection[str] | None, *, fees: bool
) -> Plan:
    means = desk.ledger().means()
    return refund_plans.plan(session, means, performance, tickets=wanted, include_fees=fees)


def _page(
    performance: str, wanted: Collection[str] | None, *, fees: bool
) -> ResponseReturnValue:
    """Show where it stands. wanted: the tickets that are ticked; None, all."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        run = refund_progress.newest(session, performance)
        if run and run.begun_ms < (evening.cancelled_ms or 0):
            run = None  # Of an earlier time that it was called off.
        goes_on = run is not None and run.ended_ms is None
        off = evening.cancelled_ms is not None
        planned = off and not goes_on
        plan = _plan(session, performance, wanted, fees=fees) if planned else None
        zone = catalogue.house(session).zone
        readers = mailings.buyers(session, performance)
        usual = called_off.wordings(evening.title, evening.starts_ms, zone)
        return render_template(
            "staff/cancellation.html",
            evening=evening,
            zone=zone,
            off=off,
            run=run,
            alone=_alone(run) if run else (),
            plan=plan,
            wanted=wanted,
            fees=fees,
            routes=ROUTES,
            currency=evenings.prices_of(session, performance).currency,
            names=reports.seat_names(session, performance),
            readers=readers,
            friends=mailings.friends(session, performance),
            friends_hear=called_off.wordings(
                evening.title, evening.starts_ms, zone, called_off.FRIEND
            ),
            wordings=letter_form.fields(readers.values(), usual),
            by=rivals.last(session, performance, cancellations.CALL_OFF),
            given=next(paybacks.rows(session, performance), None) is not None,
            key=new_key(),
            typed=request.form,
            offer=choices.offered(session, performance),
            others=_others(session, performance),
        )
