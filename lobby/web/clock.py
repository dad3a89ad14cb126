"""The demo's clocks, which all jump together."""

from flask import Blueprint
from werkzeug.wrappers import Response

from lobby.programs import DEVICES, SPARE
from lobby.web.answers import asked, done, hardware, number, refuse

bp = Blueprint("clock", __name__, url_prefix="/clock")

_UNITS_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}


@bp.post("")
def jump() -> Response:
    """{offset_ms} sets how far the clocks are ahead; {days, hours, minutes, seconds} jumps
    from where they are. `of` names the processes, without it all of them are meant."""
    wanted = asked()
    of = wanted.pop("of", [])
    known = {"ledger", *DEVICES, *SPARE}
    if not isinstance(of, list) or not known.issuperset(map(str, of)):
        refuse(f"of is a list of some of {', '.join(sorted(known))}.")
    if strange := wanted.keys() - {"offset_ms", *_UNITS_MS}:
        refuse(f"A clock has no {', '.join(sorted(strange))}.")
    offset = number(wanted, "offset_ms")
    if offset is None:
        jumped = sum((number(wanted, unit) or 0) * ms for unit, ms in _UNITS_MS.items())
        offset = hardware().clock_offset_ms + jumped
    hardware().set_clock(int(offset), of)
    return done({"offset_ms": hardware().clock_offset_ms})
