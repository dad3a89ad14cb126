"""How did you hear of us?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import questions
from boxoffice.bad_input import Repeated, UnknownWord

OPTIONS = ["friend", "poster", "web"]
option = st.sampled_from(OPTIONS)


@given(st.lists(st.one_of(st.none(), option, st.lists(option))))
def test_an_option_counts_once_per_respondent_and_skips_are_no_respondents(answers):
    """ORD8."""
    tally = questions.tally(OPTIONS, answers)
    assert tally.respondents == sum(bool(answer) for answer in answers)
    assert list(tally.counts) == OPTIONS
    for name, count in tally.counts.items():
        assert count == sum(
            name in ([a] if isinstance(a, str) else a or []) for a in answers
        )


def test_an_answer_that_is_no_option_is_an_error():
    with pytest.raises(UnknownWord, match="'radio' is no option"):
        questions.tally(OPTIONS, [["web", "radio"]])
    with pytest.raises(Repeated):
        questions.tally(["web", "web"], [])
