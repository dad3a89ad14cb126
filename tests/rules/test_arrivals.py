"""Who may still come in: the list that is printed when the cameras fail."""

from dataclasses import replace

from boxoffice.answers import Answer
from boxoffice.arrivals import may_come_in
from boxoffice.door_facts import Facts
from boxoffice.entry_questions import Question
from boxoffice.scans import Scan
from tests.rules.doors import ADAS, BEAS, COPENHAGEN, FRIDAY, LEFT, SEVEN, went


def test_the_list_names_whoever_would_be_let_in_and_who_is_asked_something_first():
    """checkin.md 11."""
    coming = replace(ADAS, id="coming")
    asked = replace(ADAS, id="asked", questions=(Question("meal", required=True),))
    refunded = replace(ADAS, id="refunded", status="refunded")
    facts = Facts(
        COPENHAGEN,
        LEFT,
        {"friday": FRIDAY},
        [ADAS, BEAS, coming, asked, refunded],
        [
            went("in", "1"),
            went("in", "2", ticket="beas"),
            went("out", "3", "2", ticket="beas"),
        ],
    )
    listed = may_come_in(facts, Scan("list", SEVEN, "tom"))
    assert [(each.ticket, each.answer) for each in listed] == [
        ("beas", Answer.RE_ADMIT),
        ("coming", Answer.ADMIT),
        ("asked", Answer.QUESTIONS),
    ]
    assert all(each.record is None for each in listed)
