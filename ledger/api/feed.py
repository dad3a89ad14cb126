"""What devices are told: news after a cursor, and snapshots."""

import gzip
from typing import Any

from flask import Response, json, request

from boxoffice import wire
from ledger import devices, news, recovery, waiting
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import BOTH, Request, signed
from ledger.app import running

MOST_STREAMS = 50
WORTH_PACKING = 2000
_Asked = list[tuple[str, wire.Position]]


@bp.get("/feed")
@signed(*BOTH)
def read_on(asked: Request) -> Response:
    """Give what follows the cursors; wait a little if nothing does."""
    ledger, timeline = running(), asked.book.timeline
    wanted = _wanted(asked)
    wait_s = request.args.get("wait", 0, type=int)
    _acknowledge(asked, wanted)
    note_heard(asked)
    answer = _read(wanted, timeline)
    poll_again_ms = 0
    if not any(_says_something(part) for part in answer) and wait_s > 0:
        stand = {stream: cursor.pos for stream, cursor in wanted}
        waited = ledger.waiting.until(lambda: news.moved(ledger.store.look, stand), wait_s)
        if waited:
            answer = _read(wanted, timeline)
        else:
            poll_again_ms = waiting.POLL_AGAIN_MS
    return _packed({"streams": answer, "poll_again_ms": poll_again_ms})


@bp.get("/snapshot")
@signed(*BOTH)
def snapshot(asked: Request) -> Response:
    """Give one page of a stream's live documents."""
    stream = request.args.get("s", "")
    page = request.args.get("page", 0, type=int)
    if not 0 <= page < 1 << 31:
        raise Failed(400, "malformed", "page must be a whole number.")
    _may(asked, stream)
    with running().store.read() as session:
        found = news.snapshot(session, stream, page, timeline=asked.book.timeline)
    return _packed(
        {
            "stream": stream,
            "from": str(found.start),
            "until": str(found.until),
            "docs": [news.as_document(row) for row in found.documents],
            "next": found.following,
        }
    )


def _wanted(asked: Request) -> _Asked:
    wanted = []
    for text in request.args.getlist("s"):
        stream, _, cursor = text.partition("@")
        wanted.append((stream, wire.position(cursor)))
    if not 1 <= len(wanted) <= MOST_STREAMS:
        raise Failed(400, "malformed", f"Ask for 1 to {MOST_STREAMS} streams.")
    for stream, _ in wanted:
        _may(asked, stream)
    return wanted


def _acknowledge(asked: Request, wanted: _Asked) -> None:
    """A device that reads on in this timeline has uploaded all that it had before."""
    timeline, device = asked.book.timeline, asked.device
    if device.timeline_acked < timeline and all(
        cursor.timeline == timeline for _, cursor in wanted
    ):
        running().store.write(
            recovery.acknowledge, running().means(), device.id, device.incarnation
        )


def note_heard(asked: Request) -> None:
    """Note now and then that a device is there, for the staff's list of devices."""
    ledger, seen_ms = running(), asked.device.seen_ms
    if seen_ms is None or ledger.clock() - seen_ms >= devices.HEARD_EVERY_MS:
        ledger.store.write(devices.heard_of, ledger.means(), asked.device.id)


def _may(asked: Request, stream: str) -> None:
    if not devices.may_read(running().store.look, asked.device.id, stream):
        raise Failed(403, "role", "This stream is not for this device.")


def _read(wanted: _Asked, timeline: int) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = []
    with running().store.read() as session:
        for stream, cursor in wanted:
            found = news.after(session, stream, cursor, timeline=timeline)
            if isinstance(found, news.Gone):
                answer.append({"stream": stream, "gone": found.why})
                continue
            rows = [wire.row_document(row) for row in found.rows]
            answer.append({"stream": stream, "rows": rows, "cursor": str(found.position)})
    return answer


def _says_something(part: dict[str, Any]) -> bool:
    return "gone" in part or bool(part["rows"])


def _packed(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    answer = Response(text, mimetype="application/json")
    if len(text) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.set_data(gzip.compress(text, compresslevel=4))
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    return answer
