"""Odd values in every address, query and form of shop and window, as Hypothesis finds them.

Routes and their parameters are the application's own; names of fields are those that the
sources ask for. `scripts/fuzz_shop` goes on for longer.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger import backup, pickups
from ledger.patrons import Patron
from ledger.tables.orders import OrderRow, TicketRow
from ledger.web.all import PAGES
from tests.catalogues import ROOT
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.hostile import EVIL, SPARED
from tests.parts.ledger.shopper import Shopper

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]

EXAMPLES = int(os.environ.get("FOH_ODD_REQUESTS", "250"))
ASKED = re.compile(
    r"""(?:form|args|values)\.(?:get|getlist)\(\s*"([\w-]+)"|(?:desk\.)?field\("([\w-]+)\""""
)
CODE = "K7Q4MX23ABCDEFGH"
ZAPHOD = Patron("Zaphod Quux", "zaphod@quux.example", phone="555 0199")
# A key of the ledger's own stays what it is, so that requests get past the first door.
OWN = {"csrf_token"}


@dataclass
class House:
    """What is real here. ours: may be asked for; theirs: tried, but shows nothing."""

    ours: dict[str, list[str]]
    theirs: list[str]
    secrets: list[str]

    def real(self) -> list[str]:
        """Values that mean something somewhere."""
        return [one for found in self.ours.values() for one in found] + self.theirs


def fields(folder: str) -> list[str]:
    """Give the names of fields that the sources of a folder ask for."""
    found = {
        name
        for file in (ROOT / folder).rglob("*.py")
        for pair in ASKED.findall(Path(file).read_text(encoding="utf-8"))
        for name in pair
        if name
    }
    return sorted(found | {"ticket", "seat", "count-adult", "type-0"} - OWN)


def routes(app, blueprints):
    """Give (rule, method) of each route of some blueprints."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & {"GET", "POST"})
        if rule.endpoint.split(".")[0] in blueprints and not SPARED.search(rule.rule)
    ]


def requests(app, blueprints, names, house):
    """Draw requests: a route, its arguments, a query, and a form where it takes one."""
    value = st.one_of(
        st.sampled_from(house.real()), st.sampled_from(EVIL), st.text(max_size=40)
    )
    said = st.lists(st.tuples(st.sampled_from(names), value), max_size=8)

    def filled(route):
        rule, method = route
        parts = {
            name: st.one_of(
                *[st.sampled_from(house.ours[name])] * 3 if name in house.ours else (),
                value.filter(bool),
            )
            for name in rule.arguments
        }
        form = said if method == "POST" else st.just([])
        return st.tuples(st.just(route), st.fixed_dictionaries(parts), said, form)

    return st.sampled_from(routes(app, blueprints)).flatmap(filled)


def ask(app, client, drawn, token):
    """Send what was drawn; give what was answered, as text."""
    (rule, method), parts, query, form = drawn
    with app.test_request_context():
        parts = {name: sendable(one) for name, one in parts.items()}
        try:
            address = rule.build(parts)[1]
        except (TypeError, ValueError, AttributeError):
            return None  # No address can hold that.
    pairs = [(name, sendable(one)) for name, one in query]
    data = {"csrf_token": token}
    for name, one in form:
        data.setdefault(name, []).append(sendable(one))
    sent = {"data": data} if method == "POST" else {}
    answer = client.open(address, method=method, query_string=pairs, **sent)
    text = answer.get_data(as_text=False).decode("utf-8", "replace")
    assert answer.status_code < 500, (method, address, answer.status_code)
    assert "Traceback (most recent" not in text, (method, address)
    return text


def sendable(text):
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


ODDLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FOH_ODD_REQUESTS" not in os.environ,
    # A request that broke something is said as it was: to make it smaller takes hours.
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def linked(session, means, code):
    """Let a letter's link show the order that we bought."""
    order = session.scalars(select(OrderRow.id).where(OrderRow.seller == "online")).one()
    hashes = [pickups.hash_of(pickups.LINK + code)]
    pickups.keep(session, order, hashes, now_ms=means.now_ms)
    return session.scalars(select(TicketRow.id).where(TicketRow.order == order)).all()


@pytest.fixture
def house(app, ledger, theatre):
    """Somebody else bought C2 and C3; we bought A4 and A5, and have B1 in a basket."""
    theirs = theatre.sell("C2", "C3", patron=ZAPHOD)
    us = Shopper(app)
    us.choose_seats(theatre.tonight, "A4", "A5")
    us.says_who()
    us.pays()
    bought = us.page.path.split("/")[3]
    us.choose_seats(theatre.tonight, "B1")
    own = ledger.store.write(linked, ledger.means(), CODE)
    ours = {
        "code": [CODE],
        "performance": [theatre.tonight, theatre.studio],
        "secret": [bought, us.page.path.split("/")[3]],
        "kind": ["csv", "xlsx", "json"],
        "order": [theirs.id],
        "ticket": [*own, theirs.tickets[1].id],
    }
    secrets = ["Zaphod", "quux.example", "555 0199", theirs.number]
    secrets += [one.payload for one in theirs.tickets]
    return House(ours, [theirs.id, theirs.tickets[0].id, "zaphod@quux.example"], secrets)


def test_the_shop_answers_whatever_is_asked_and_shows_nobody_elses_order(
    app, house, ledger
):
    guest = Shopper(app)
    page = guest.open(f"/shop/performances/{house.ours['performance'][0]}")
    token = page.soup.select_one("[name=csrf_token]")["value"]

    @ODDLY
    @given(requests(app, {"shop"}, fields("ledger/shop"), house))
    def odd(drawn):
        text = ask(app, guest._client, drawn, token)
        typed = {one for pair in (*drawn[2], *drawn[3]) for one in pair[1:]}
        typed |= set(drawn[1].values())
        for secret in house.secrets:
            # What somebody typed may stand in its field again.
            if text and not any(secret in one for one in typed):
                assert secret not in text, drawn

    odd()
    with ledger.store.read() as session:
        assert backup.faults(session) == []


def test_the_window_answers_whatever_is_asked(app, house, ledger, people):
    anna = clerk(app, "anna")
    token = anna.open("/staff/people/me").soup.select_one("[name=csrf_token]")["value"]
    blueprints = {page.bp.name for page in PAGES}

    @ODDLY
    @given(requests(app, blueprints, fields("ledger/web"), house))
    def odd(drawn):
        ask(app, anna._client, drawn, token)

    odd()
    with ledger.store.read() as session:
        assert backup.faults(session) == []
