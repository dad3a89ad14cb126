"""Members help themselves: credits, e-mail, address, password. Source: MEM8."""

from flask import abort, flash, redirect, request, url_for
from flask import session as patron
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from boxoffice import log
from ledger import member_service, passwords
from ledger.refused import Refused
from ledger.shop import frame, speech
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.words import sorry
from ledger.tables.members import MemberRow
from ledger.web.sale_form import plausible
from ledger.web.typed import Form

MOST = 200


@bp.get("/member")
def member() -> ResponseReturnValue:
    """Show a member's own page, or ask who it is."""
    with frame.ledger().store.read() as session:
        row = session.get(MemberRow, str(patron.get("member", "")))
        # Who changes the password is logged out everywhere else.
        if (
            row is None
            or row.left_ms
            or row.password is None
            or _mark(row) != patron.get("mark")
        ):
            return frame.page("member_login.html", session)
        form = Form({"email": row.email, "address": row.address})
        return frame.page(
            "member.html",
            session,
            member=row,
            credits=member_service.credits(session, row.id, frame.ledger().clock()),
            orders=member_service.orders(session, row.id),
            form=form,
            faults=form.faults,
        )


@bp.post("/member/log-in")
def log_in() -> ResponseReturnValue:
    """Let a member in by e-mail and password; guesses are counted by address."""
    email = request.form.get("email", "")[:MOST].strip()
    password = request.form.get("password", "")[:MOST]
    with frame.ledger().store.read() as session:
        found = session.execute(
            select(MemberRow.id, MemberRow.password)
            .where(
                func.lower(MemberRow.email) == email.casefold(),
                MemberRow.left_ms.is_(None),
            )
            .order_by(MemberRow.number)
            .limit(10)
        ).all()
    # Hashing takes a while, also where there is nobody: not in a transaction.
    tried: list[tuple[str | None, str | None]] = [(id, kept) for id, kept in found]
    tried = tried or [(None, None)]
    proved = next((id for id, stored in tried if passwords.fits(stored, password)), None)
    known = frame.write(member_service.welcome, email, member=proved)
    if isinstance(known, Refused):
        flash(sorry(known), "sorry")
    else:
        _enter(known)
    return redirect(url_for("shop.member"), 303)


@bp.post("/member/log-out")
def log_out() -> ResponseReturnValue:
    """Forget the member at this browser."""
    _leave()
    return redirect(url_for("shop.index"), 303)


@bp.post("/member")
def change_member() -> ResponseReturnValue:
    """Change e-mail, address, password; the password in use is asked for each time."""
    form = Form(request.form.to_dict())
    with frame.ledger().store.read() as session:
        row = session.get(MemberRow, str(patron.get("member", "")))
        if row is None or _mark(row) != patron.get("mark"):
            return redirect(url_for("shop.member"), 303)
        stored, id = row.password, row.id
        if not plausible(form.get("email")):
            form.faults["email"] = _("This is no e-mail address.")
        chosen = request.form.get("new", "")[:MOST]
        if chosen and len(chosen) < member_service.SHORTEST_PASSWORD:
            form.faults["new"] = _too_short()
    if not passwords.fits(stored, request.form.get("password", "")[:MOST]):
        form.faults["password"] = _("This is not your password.")
    if form.faults:
        with frame.ledger().store.read() as session:
            page = frame.page(
                "member.html",
                session,
                member=session.get_one(MemberRow, id),
                credits=member_service.credits(session, id, frame.ledger().clock()),
                orders=member_service.orders(session, id),
                form=form,
                faults=form.faults,
            )
        return page, 422
    changed = frame.write(
        member_service.change,
        id,
        email=form.get("email")[:MOST],
        address=form.get("address")[:400],
        hashed=passwords.hash_of(chosen) if chosen else None,
    )
    _enter(id)
    flash(_("Changed.") if changed else _("Nothing was changed."), "done")
    return redirect(url_for("shop.member"), 303)


@bp.post("/member/orders/<order>")
def own_order(order: str) -> ResponseReturnValue:
    """Lead a member to the page of their own order."""
    with frame.ledger().store.read() as session:
        row = session.get(MemberRow, str(patron.get("member", "")))
        if row is None or row.left_ms or _mark(row) != patron.get("mark"):
            return redirect(url_for("shop.member"), 303)
        member = row.id
    link = frame.write(member_service.open_order, member, order)
    return redirect(link, 303) if link else abort(404)


@bp.post("/member/links")
def ask_for_link() -> ResponseReturnValue:
    """Mail a link to choose a password; whether anybody has the address is not said."""
    email = request.form.get("email", "")[:MOST]
    frame.write(member_service.ask, email, speech.language())
    words = _("If this address belongs to a membership, a letter is on its way to it.")
    flash(words, "done")
    return redirect(url_for("shop.member"), 303)


@bp.get("/member/links/<token>")
def member_link(token: str) -> ResponseReturnValue:
    """Ask for a new password."""
    with frame.ledger().store.read() as session:
        row = member_service.by_link(session, token, frame.ledger().clock())
        if row is None:
            words = _("This link was used, or is over. Please ask for a new one.")
            title = _("Your membership")
            return frame.page("trouble.html", session, title=title, words=words), 410
        return frame.page("member_link.html", session, token=token, member=row, faults={})


@bp.post("/member/links/<token>")
def choose_password(token: str) -> ResponseReturnValue:
    """Set the password that was chosen, once, and let the member in."""
    chosen = request.form.get("new", "")[:MOST]
    if len(chosen) < member_service.SHORTEST_PASSWORD:
        with frame.ledger().store.read() as session:
            row = member_service.by_link(session, token, frame.ledger().clock())
            faults = {"new": _too_short()}
            if row is not None:
                page = frame.page(
                    "member_link.html", session, token=token, member=row, faults=faults
                )
                return page, 422
        return redirect(url_for("shop.member_link", token=token), 303)
    id = frame.write(member_service.choose, token, passwords.hash_of(chosen))
    if id is None:
        return redirect(url_for("shop.member_link", token=token), 303)
    _enter(id)
    flash(_("Your password is set."), "done")
    return redirect(url_for("shop.member"), 303)


def _too_short() -> str:
    least = member_service.SHORTEST_PASSWORD
    return _("Please take at least %(least)s characters.", least=least)


def _enter(id: str) -> None:
    with frame.ledger().store.read() as session:
        mark = _mark(session.get_one(MemberRow, id))
    _leave()
    patron["member"], patron["mark"] = id, mark


def _leave() -> None:
    language = patron.get("language")
    patron.clear()
    if language:
        patron["language"] = language


def _mark(row: MemberRow) -> str:
    """Tell one password from the next without telling anything of it."""
    return log.encoded(log.digest((row.password or "").encode()))[:16]
