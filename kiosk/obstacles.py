"""What stands in the way of printing an order here and now, in the words of the rules.

Source: COL3, COL4, lobby.md §2.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from boxoffice import will_call
from boxoffice.moments import theatre_day
from boxoffice.refusals import Code
from kiosk import copies, told
from kiosk.device import Device
from kiosk.printing import jobs
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import CollectionRow

VOID: Final = frozenset({"cancelled", "lapsed", "released", "void"})


def now(
    device: Device, row: CollectionRow, performance: told.Performance | None
) -> Refusal | None:
    """Say why nothing of this order prints here today."""
    state = row.document["state"]
    if state in VOID:
        on_ms = int(row.document.get("cancelled_ms") or device.clock.now_ms())
        return Refusal("collect.void", facts={"on_ms": on_ms})
    if performance is None:
        return None
    if performance.cancelled:
        return Refusal("collect.off")
    zone = ZoneInfo(performance.zone)
    today = datetime.fromtimestamp(device.clock.now_ms() / 1000, UTC).astimezone(zone)
    night = datetime.fromtimestamp(performance.starts_ms / 1000, UTC).astimezone(zone)
    early = theatre_day(today) < theatre_day(night) - timedelta(days=1)
    if early and device.clock.trust != "untrusted":
        return Refusal("collect.later", facts={"starts_ms": performance.starts_ms})
    return None


def these(
    device: Device, row: CollectionRow, chosen: Sequence[str], *, pays: bool
) -> Refusal | None:
    """Ask the rule about the chosen tickets. Source: COL3, COL4."""
    document = row.document
    states = {t["ticket"]: t["print_state"] for t in document["tickets"]}
    wanted = [states[ticket] for ticket in chosen]
    with device.store.read() as session:
        here_ms = jobs.printed_here(session, chosen)
        copied = bool(document.get("copied"))
        begun = copies.at_work(session, row.order, chosen) if copied else None
    if here_ms is not None:
        # We know better than the ledger, which hears of it a moment later.
        return Refusal("collect.done", facts={"at_ms": here_ms, "place": device.me.name})
    if "uncertain" in (*wanted, begun):
        return Refusal("collect.uncertain")
    if begun == "busy" or (not row.ours and {"queued", "sending"} & set(wanted)):
        return Refusal("collect.busy")
    answer = will_call.collect(
        [
            will_call.Ticket(
                t["ticket"],
                t["price"],
                t["paid"],
                printed=t["print_state"] in {"printed", "phone"}
                or t["ticket"] in row.collected,
            )
            for t in document["tickets"]
        ],
        chosen,
        photo_id=document["photo_id"],
    )
    if isinstance(answer, will_call.Collected):
        return None
    if answer.code is Code.AMOUNT_DUE:
        if pays and device.up:
            return None
        facts = {"due": answer.due or 0, "currency": document["currency"]}
        return Refusal("collect.due" if device.up else "collect.due_offline", facts=facts)
    if answer.code is Code.SEE_STAFF_PHOTO_ID:
        return Refusal("collect.id")
    return Refusal(
        "collect.done",
        facts={
            "at_ms": int(document["collected_at_ms"] or device.clock.now_ms()),
            "place": document["collected_by"],
        },
    )
