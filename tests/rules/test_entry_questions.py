"""Questions at the door: asked once, answered in one form, saved with the admission."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.entry_questions import Asked, Option, Question, ask, canonical

MEALS = (Option("o1", "veg"), Option("o2", "fish"), Option("o3"), Option("fish"))
MEAL = Question("meal", "choice", required=True, options=MEALS)
NICKNAME = Question("nick")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=4,
)
kinds = st.sampled_from(["text", "number", "yes_no", "date", "choice", "choices"])


@pytest.mark.parametrize(
    ("kind", "said", "stored"),
    [
        ("text", "  Vegetarian ", "Vegetarian"),
        ("text", "   ", None),
        ("text", 5, None),
        ("text", ["a"], None),
        ("number", "007", "7"),
        ("number", " 07.50 ", "7.5"),
        ("number", "-0.50", "-0.5"),
        ("number", "-0", "0"),
        ("number", "-0.0", "0"),
        ("number", "0", "0"),
        ("number", "100", "100"),
        ("number", "1.", None),
        ("number", ".5", None),
        ("number", "+5", None),
        ("number", "- 5", None),
        ("number", "1e3", None),
        ("number", "1,5", None),
        ("number", "٣", None),
        ("number", "five", None),
        ("number", 5, None),
        ("yes_no", "yes", "yes"),
        ("yes_no", " no ", "no"),
        ("yes_no", "Yes", None),
        ("yes_no", True, None),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2023-02-29", None),
        ("date", "20240229", None),
        ("date", "2024-2-9", None),
        ("date", "0000-01-01", None),
        ("choice", "o1", "o1"),
        ("choice", " veg ", "o1"),
        ("choice", "fish", "fish"),
        ("choice", "o9", None),
        ("choice", ["o1"], None),
        ("choices", ["veg"], ("o1",)),
        ("choices", ["o3", "veg", "o1"], ("o1", "o3")),
        ("choices", ["o1", "o9"], None),
        ("choices", ["o1", 3], None),
        ("choices", "o1", None),
        ("choices", [""], None),
    ],
)
def test_an_answer_has_one_form_or_is_none(kind, said, stored):
    assert canonical(Question("q", kind, options=MEALS), said) == stored


def test_a_kind_of_question_that_nobody_knows_yet_stays_open():
    """A newer ledger may ask for a photograph; an older door lets staff override."""
    photograph = Question("photo", "photograph")
    assert ask([photograph], {"photo": "a.jpeg"}) == Asked(open=("photo",))


@pytest.mark.parametrize("said", [None, "", "  ", [], ()])
def test_an_empty_answer_settles_what_is_optional_and_nothing_else(said):
    assert ask([NICKNAME], {"nick": said}) == Asked(settled=("nick",))
    assert ask([MEAL], {"meal": said}) == Asked(open=("meal",))


def test_what_was_not_asked_is_open_even_if_optional():
    assert ask([NICKNAME, MEAL], {}) == Asked(open=("nick", "meal"))


def test_as_long_as_one_is_open_nothing_is_stored():
    said = {"nick": "Ada", "meal": "soup"}
    assert ask([NICKNAME, MEAL], said) == Asked(open=("meal",))


def test_what_was_answered_before_is_not_asked():
    answered = Question("meal", required=True, answered=True)
    assert ask([answered], {"meal": "again"}) == Asked()


def test_answers_to_nothing_are_dropped():
    assert ask([NICKNAME], {"nick": "Ada", "shoe": "42"}).answers == {"nick": "Ada"}


@given(kinds, anything)
def test_a_stored_answer_is_its_own_canonical_form(kind, said):
    question = Question("q", kind, options=MEALS)
    stored = canonical(question, said)
    if stored is not None:
        assert canonical(question, stored) == stored


@given(st.lists(st.builds(Question, st.sampled_from("abc"), kinds)), anything)
def test_any_answer_is_taken_without_trouble(questions, said):
    asked = ask(questions, dict.fromkeys("abc", said))
    assert not (asked.open and (asked.answers or asked.settled))
