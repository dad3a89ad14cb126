"""Guests are asked at the door, and the answers are kept, shown and not asked for twice."""

import io
import zipfile

import pytest

from ledger.tables.orders import TicketRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_doors import admitted


@pytest.fixture
def vera(app, people, theatre):
    return clerk(app, "vera")


@pytest.fixture
def meal(vera, theatre):
    """The supervisor has guests asked which meal they want."""
    vera.open(f"/staff/performances/{theatre.tonight}/doors")
    vera.type("Question", "Which meal?")
    vera.choose("Answered by", "one of these")
    vera.type("Answers to choose from, one a line", "Fish\nMushrooms")
    vera.tick("An answer is needed")
    vera.press("Ask it at the doors")
    return vera


def asked(door, theatre, ticket):
    return door.documents(f"perf:{theatre.tonight}", "ticket")[ticket]["questions"]


def test_a_question_travels_with_every_ticket_sold_before_and_after_it(
    door, theatre, ledger, vera, request
):
    before = theatre.sell("A2").tickets[0].id
    request.getfixturevalue("meal")
    after = theatre.sell("A3").tickets[0].id

    for ticket in (before, after):
        (question,) = asked(door, theatre, ticket)
        assert (question["words"], question["required"]) == ("Which meal?", True)
        assert [option["words"] for option in question["options"]] == ["Fish", "Mushrooms"]
        assert not question["answered"]


def test_an_answer_is_kept_shown_and_not_asked_for_again(door, theatre, ledger, meal):
    ticket = theatre.sell("A2").tickets[0].id
    (question,) = asked(door, theatre, ticket)
    answers = {question["id"]: "2"}
    admitted(door, theatre, ticket, answers=answers, settled=[question["id"]])
    door.upload().ok()

    assert asked(door, theatre, ticket)[0]["answered"]
    with ledger.store.read() as session:
        order = session.get(TicketRow, ticket).order
    meal.open(f"/staff/orders/{order}")
    assert "Which meal? Mushrooms" in meal.page.words
    assert "Mushrooms" in sheet(meal, theatre)
    assert "Which meal?" in sheet(meal, theatre)


def test_what_was_left_open_is_not_asked_again_and_shows_nothing(door, theatre, meal):
    ticket = theatre.sell("A2").tickets[0].id
    (question,) = asked(door, theatre, ticket)
    admitted(door, theatre, ticket, settled=[question["id"]])
    door.upload().ok()

    assert asked(door, theatre, ticket)[0]["answered"]
    assert "Mushrooms" not in sheet(meal, theatre)


def test_an_undone_admission_takes_its_answers_along(door, theatre, meal):
    ticket = theatre.sell("A2").tickets[0].id
    (question,) = asked(door, theatre, ticket)
    came = admitted(door, theatre, ticket, answers={question["id"]: "1"})
    door.happened("admission.undone", {"admission": came, "why": "a mistake"})
    door.upload().ok()

    assert not asked(door, theatre, ticket)[0]["answered"]
    assert "Fish" not in sheet(meal, theatre)


def test_a_question_is_asked_no_longer_and_its_answers_stay(door, theatre, meal):
    ticket = theatre.sell("A2").tickets[0].id
    (question,) = asked(door, theatre, ticket)
    admitted(door, theatre, ticket, answers={question["id"]: "1"})
    door.upload().ok()
    meal.open(f"/staff/performances/{theatre.tonight}/doors")
    meal.press("Ask no longer")

    assert asked(door, theatre, ticket) == []
    assert "Fish" in sheet(meal, theatre)


def test_an_answer_to_a_question_nobody_knows_is_kept_and_blocks_nothing(
    door, theatre, meal
):
    ticket = theatre.sell("A2").tickets[0].id
    admitted(door, theatre, ticket, answers={"of-a-newer-ledger": "yes"})
    door.upload().ok()

    told = door.documents(f"perf:{theatre.tonight}", "ticket")[ticket]
    assert len(told["movements"]) == 1


def test_only_the_price_types_it_is_for_are_asked(door, theatre, vera):
    vera.open(f"/staff/performances/{theatre.tonight}/doors")
    vera.type("Question", "How old are you?")
    vera.choose("Answered by", "a number")
    vera.type("Asked of (all price types if blank)", "child")
    vera.press("Ask it at the doors")

    ticket = theatre.sell("A2").tickets[0].id

    assert asked(door, theatre, ticket) == []


def test_a_choice_without_answers_is_refused_in_a_sentence(vera, theatre):
    vera.open(f"/staff/performances/{theatre.tonight}/doors")
    vera.type("Question", "Which meal?")
    vera.choose("Answered by", "one of these")
    vera.press("Ask it at the doors")

    assert "at least two answers to choose from" in vera.page.words


def sheet(guest, theatre) -> str:
    """The words of the door list as a sheet."""
    answer = guest._client.get(f"/staff/performances/{theatre.tonight}/door-list.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        return "".join(
            parts.read(name).decode() for name in parts.namelist() if "sheet1" in name
        )
