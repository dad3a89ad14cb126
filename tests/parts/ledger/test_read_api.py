"""The read API says what its OpenAPI promises, to whoever has a key, and to nobody else."""

import json
from urllib.parse import quote

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ledger import read_keys
from ledger.patrons import Patron
from ledger.web.reading import OPENAPI
from tests.parts.ledger.clerk import clerk

DOCUMENT = json.loads(OPENAPI.read_text())
PATHS = sorted(DOCUMENT["paths"])
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def key(ledger, people, *, personal=False):
    return ledger.store.write(
        read_keys.issue,
        ledger.means(),
        name="Web site",
        personal=personal,
        by=people["anna"],
    )


def get(app, path, key, **query):
    headers = {"Authorization": f"Bearer {key}"}
    return app.test_client().get(path, headers=headers, query_string=query)


def promised(path, answer):
    """Check an answer against what the description says of it."""
    said = DOCUMENT["paths"][path]["get"]["responses"]
    assert str(answer.status_code) in said, answer.status_code
    schema = said[str(answer.status_code)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema.validate(answer.get_json(), whole)
    return answer.get_json()


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_as_described(app, ledger, people, theatre, path):
    theatre.sell("A2", patron=Patron("Grace Okafor", "g@example.org"))
    address = path.replace("{performance}", theatre.tonight)

    answer = get(app, address, key(ledger, people))

    assert answer.status_code == 200
    promised(path, answer)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_closed_without_a_key(app, people, path):
    for said in ("", "Bearer", "Bearer foh_read_wrong", "Basic YTpi", "Bearer \x7f"):
        answer = app.test_client().get(path, headers={"Authorization": said})
        assert answer.status_code == 401
        promised(path, answer)


@SETTINGS
@given(
    path=some.sampled_from(PATHS),
    after=some.text(max_size=60),
    limit=some.one_of(some.integers(), some.text(max_size=12)),
    place=some.text(min_size=1, max_size=40),
)
def test_whatever_is_asked_the_answer_is_one_of_those_described(
    app, ledger, people, theatre, path, after, limit, place
):
    kept = getattr(ledger, "read_key_of_test", None) or key(ledger, people)
    object.__setattr__(ledger, "read_key_of_test", kept)
    address = path.replace("{performance}", quote(place.replace("/", "-"), safe="") or "x")
    answer = get(app, address, kept, after=after, limit=limit)
    if answer.status_code != 404 or answer.mimetype == "application/json":
        promised(path, answer)


@pytest.mark.parametrize("path", PATHS)
def test_a_nul_is_refused_as_described(app, ledger, people, theatre, path):
    given = path.replace("{performance}", "%00")
    asked = {} if given != path else {"after": "\x00"}

    answer = get(app, given, key(ledger, people), **asked)

    assert answer.status_code == 400
    promised(path, answer)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/read/v1/orders", {"after": "x" * 101}),
        ("/read/v1/performances", {"after": "x" * 101}),
        ("/read/v1/sales", {"page": "two"}),
        ("/read/v1/sales", {"page": "-1"}),
    ],
)
def test_what_is_not_described_is_refused_in_words(
    app, ledger, people, theatre, path, asked
):
    answer = get(app, path, key(ledger, people), **asked)

    assert answer.status_code == 400
    assert next(iter(asked)) in promised(path, answer)["error"]


@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_told_which_there_are(app, path):
    address = path.replace("{performance}", "x")

    answer = app.test_client().delete(address)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_follow_one_another_to_the_end(app, ledger, people, theatre):
    made = {theatre.sell(f"A{n}").id for n in range(2, 7)}
    found, after, opened = set(), "", key(ledger, people)
    while after is not None:
        page = get(app, "/read/v1/orders", opened, after=after, limit=2).get_json()
        found |= {order["id"] for order in page["orders"]}
        after = page["next"]
    assert found == made


@pytest.mark.parametrize("personal", [True, False])
def test_patrons_are_named_to_keys_that_may_know(app, ledger, people, theatre, personal):
    theatre.sell("A2", patron=Patron("Grace Okafor", "g@example.org"))
    opened = key(ledger, people, personal=personal)
    (order,) = get(app, "/read/v1/orders", opened).get_json()["orders"]
    assert (order["patron"] or {}).get("name") == ("Grace Okafor" if personal else None)


def test_a_manager_gives_a_key_once_and_ends_it(app, ledger, people, theatre):
    anna = clerk(app, "anna")
    anna.open("/staff/people/keys")
    anna.type("For which program", "Web site")
    page = anna.press("Make it")
    made = page.soup.select_one(".said .number").get_text().strip()
    assert get(app, "/read/v1/sales", made).status_code == 200
    assert made not in anna.open("/staff/people/keys").html

    anna.press("End it")

    assert get(app, "/read/v1/sales", made).status_code == 401


def test_only_managers_give_keys(app, people):
    for login in ("vera", "bo", "tom"):
        assert clerk(app, login)._client.get("/staff/people/keys").status_code == 403


def test_the_read_api_changes_nothing(app, ledger, people):
    opened = key(ledger, people)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = app.test_client().open(
            "/read/v1/orders", method=method, headers={"Authorization": f"Bearer {opened}"}
        )
        assert answer.status_code == 405
