"""Members: a file taken after a dry run, records with credits, orders to verify."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, member_files, sorting
from ledger.rivals import Overtaken
from ledger.sorting import Sorting
from ledger.web import desk, downloads, order_acts

bp = Blueprint("members", __name__, url_prefix="/staff/members")
MOST_BYTES = 1_000_000
SHOWN = 100
USAGE = ("number", "name", "production", "used")


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def index() -> ResponseReturnValue:
    wanted, by = _wanted()
    with desk.ledger().store.read() as session:
        records = member_files.records(session, wanted, by, SHOWN + 1)
        return render_template(
            "staff/members.html",
            records=records[:SHOWN],
            more=len(records) > SHOWN,
            to_verify=member_files.to_verify(session),
            wanted=wanted,
            sorting=by,
            asked=downloads.asked(by, member_files.USUAL, q=wanted),
            zone=catalogue.house(session).zone,
        )


@bp.get("/list.<kind>")
@desk.needs(*desk.SELLERS, desk.READER)
def listed(kind: str) -> ResponseReturnValue:
    """Give the members of a search as a file. Source: lobby.md §7."""
    with desk.ledger().store.read() as session:
        found = member_files.table(session, *_wanted())
    return downloads.table("members", kind, member_files.COLUMNS, found)


def _wanted() -> tuple[str, Sorting]:
    said = request.args
    by = sorting.read(said.get("sort", ""), member_files.SORTS, member_files.USUAL)
    return said.get("q", "")[:100], by


@bp.post("/file")
@desk.needs(desk.SUPERVISOR)
def upload() -> ResponseReturnValue:
    """Look at a file and show every fault; the same text is taken by the next press."""
    file, text = request.files.get("file"), request.form.get("text", "")
    data = file.read(MOST_BYTES + 1) if file and file.filename else text.encode()
    if not data or len(data) > MOST_BYTES:
        desk.refuse(f"Please choose a file of up to {MOST_BYTES:,} bytes.")
        return redirect(url_for("members.index"), 303)
    if request.form.get("act") == "take":
        done = desk.write(member_files.take, data, by=desk.me().id, seen=desk.field("seen"))
        if isinstance(done, Overtaken):
            what = "the members"
            order_acts.overtaken(done, done="Nothing was taken", thing=what)
        elif not done.faults:
            new = sum(not entry.known for entry in done.entries)
            desk.say(f"{new} members are new, {len(done.entries) - new} up to date.")
            return redirect(url_for("members.index"), 303)
    with desk.ledger().store.read() as session:
        found = member_files.look(session, data)
    return render_template(
        "staff/members_look.html",
        look=found,
        shown=SHOWN,
        text=data.decode("utf-8-sig", "replace") if not found.faults else "",
    )


@bp.get("/usage.<kind>")
@desk.needs(desk.SUPERVISOR)
def usage(kind: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        used = member_files.usage(session)
    return downloads.table("credits", kind, USAGE, used)
