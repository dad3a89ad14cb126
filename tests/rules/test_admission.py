"""What the door says, and what it writes down. Rows are those of checkin.md 12."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from boxoffice.answers import Answer
from boxoffice.bad_input import OutOfRange
from boxoffice.door_facts import Door, Note
from boxoffice.entry_questions import Option, Question
from boxoffice.presented import Presented
from boxoffice.scans import Override
from tests.rules.doors import (
    ADAS,
    BEAS,
    BOX,
    KIOSK_SOLD,
    LEFT,
    SEVEN,
    SHOWN,
    STRIP,
    House,
    local,
    went,
)

SUPERVISOR = Override("Mrs Lund", "Knows the guest")
BOTH = Presented(form="foreign", tickets=("adas", "beas"))
THE_BOX = replace(SHOWN, tickets=("box",))


def answers(*verdicts):
    return [verdict.answer for verdict in verdicts]


# --- The first scan, and the same again ---------------------------------------------------


def test_the_first_scan_admits_and_says_what_to_write():
    verdict = House().scan(id="a")
    assert verdict.admit
    assert verdict.record == "admission"
    movement = verdict.movement
    assert (movement.id, movement.ticket, movement.kind) == ("a", "adas", "admission")
    assert (movement.after, movement.count, movement.issue) == (None, 1, 1)
    assert (movement.door, movement.space, movement.device) == ("Left", "auditorium", "tom")
    assert movement.verdict is Answer.ADMIT


def test_a_second_scan_is_told_when_and_where_the_first_was():
    house = House()
    house.scan()
    verdict = house.scan(at=local("19:05"))
    assert verdict.answer is Answer.ALREADY_ADMITTED
    assert (verdict.since, verdict.since_door) == (SEVEN, "Left")
    assert verdict.record == "scan.refused"
    assert verdict.movement is None


def test_a_repeat_gets_the_recorded_answer_and_writes_nothing():
    house = House()
    house.scan(id="a")
    again = house.scan(id="a", at=local("21:00"))
    assert (again.answer, again.repeat, again.record) == (Answer.ADMIT, True, None)
    assert (again.ticket, again.movement) == ("adas", None)
    assert len(house.facts.movements) == 1


def test_a_repeat_is_known_by_its_id_whatever_is_read():
    house = House()
    house.scan(id="a")
    assert house.scan(Presented(form="malformed"), id="a").answer is Answer.ADMIT


def test_a_refusal_does_not_use_up_its_scan_id():
    """Row 5."""
    house = House(replace(ADAS, paid=0))
    assert house.scan(id="a").answer is Answer.UNPAID
    house.facts = replace(house.facts, tickets=(ADAS,))
    assert house.scan(id="a").answer is Answer.ADMIT


def test_every_movement_follows_the_one_before():
    house = House()
    house.scan(id="a")
    house.scan(id="x", mode="exit")
    assert house.scan(id="b").movement.after == "x"


# --- What was read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "link", "answer"),
    [
        ("malformed", "alone", Answer.UNKNOWN),
        ("other", "hub", Answer.UNKNOWN),
        ("other", "alone", Answer.CANNOT_CHECK),
        ("unknown_key", "ledger", Answer.UNKNOWN),
        ("unknown_key", "alone", Answer.CANNOT_CHECK),
        ("bad_signature", "alone", Answer.FORGED),
    ],
)
def test_a_supervisor_makes_no_ticket_out_of_a_text(form, link, answer):
    verdict = House().scan(replace(SHOWN, form=form), link=link, override=SUPERVISOR)
    assert (verdict.answer, verdict.ticket) == (answer, None)
    assert verdict.record == "scan.refused"


@pytest.mark.parametrize(
    ("presented", "link", "answer"),
    [
        (None, "ledger", Answer.UNKNOWN),
        (replace(KIOSK_SOLD, form="revoked", seq_known=True), "hub", Answer.REVOKED),
        (replace(KIOSK_SOLD, form="foreign"), "hub", Answer.UNKNOWN),
        (replace(KIOSK_SOLD, form="foreign"), "alone", Answer.CANNOT_CHECK),
        (Presented(), "ledger", Answer.UNKNOWN),
    ],
)
def test_without_a_listed_ticket_only_a_genuine_code_stands(presented, link, answer):
    assert House().scan(presented, link=link, override=SUPERVISOR).answer is answer


@pytest.mark.parametrize(
    ("signer", "link", "owner", "answer"),
    [
        ("ledger", "ledger", None, Answer.UNKNOWN),
        ("ledger", "hub", None, Answer.ADMIT_UNVERIFIED),
        ("ledger", "alone", None, Answer.ADMIT_UNVERIFIED),
        ("device", "ledger", None, Answer.ADMIT_UNVERIFIED),
        ("device", "alone", "signer", Answer.ADMIT),
        ("device", "alone", "another", Answer.UNVERIFIED),
        ("foreign", "ledger", None, Answer.ADMIT_UNVERIFIED),
    ],
)
def test_an_unlisted_ticket_is_judged_by_who_signed_it_and_whose_seat_it_is(
    signer, link, owner, answer
):
    """DOR2."""
    presented = replace(KIOSK_SOLD, signer=signer, seat_owner=owner)
    verdict = House().scan(presented, link=link)
    assert verdict.answer is answer
    assert verdict.may_admit is (answer is Answer.UNVERIFIED)


def test_of_two_things_wrong_with_an_unlisted_seat_the_ledgers_word_comes_first():
    presented = replace(KIOSK_SOLD, signer="ledger", seat_owner="another")
    assert House().scan(presented).failed == (Answer.UNKNOWN,)


def test_the_usher_may_accept_a_ticket_that_nobody_can_verify():
    lounge = replace(LEFT, price_types=frozenset({"gala"}))
    presented = replace(KIOSK_SOLD, seat_owner="another")
    house = House(door=lounge)
    refused = house.scan(presented)
    assert refused.failed == (Answer.UNVERIFIED,)
    accepted = house.scan(presented, accept=frozenset({Answer.UNVERIFIED}))
    assert accepted.answer is Answer.ADMIT_UNVERIFIED
    assert accepted.marks == ("unlisted",)


def test_an_unlisted_ticket_with_a_price_type_can_be_of_the_wrong_one():
    lounge = replace(LEFT, price_types=frozenset({"gala"}))
    presented = replace(KIOSK_SOLD, price_type="adult")
    assert House(door=lounge).scan(presented).answer is Answer.WRONG_TYPE


@pytest.mark.parametrize(("seq_known", "answer"), [(False, "REVOKED"), (True, "ADMIT")])
def test_a_revoked_keys_code_counts_for_a_listed_sale_on_record(seq_known, answer):
    """Row 50."""
    presented = replace(SHOWN, form="revoked", seq_known=seq_known)
    assert House().scan(presented).answer == answer


def test_a_revoked_keys_code_can_be_overridden_if_its_ticket_is_listed():
    """Row 51."""
    verdict = House().scan(replace(SHOWN, form="revoked"), override=SUPERVISOR)
    assert (verdict.answer, verdict.overrode) == (Answer.ADMIT, (Answer.REVOKED,))


# --- Issues -------------------------------------------------------------------------------


def test_an_older_issue_is_replaced_and_a_newer_one_is_news():
    reprinted = replace(ADAS, issue=2)
    assert House(reprinted).scan().answer is Answer.REPLACED
    newer = House(reprinted).scan(replace(SHOWN, issue=3))
    assert (newer.answer, newer.marks) == (Answer.ADMIT, ("newer_issue",))


def test_an_issue_that_was_seen_here_replaces_older_ones_listed_or_not():
    seen = went("in", "a", issue=2)
    left = went("out", "x", "a", issue=2)
    assert House(movements=(seen, left)).scan().answer is Answer.REPLACED
    unseen = replace(seen, ticket="unseen"), replace(left, ticket="unseen")
    verdict = House(movements=unseen).scan(KIOSK_SOLD)
    assert verdict.answer is Answer.REPLACED


def test_an_issue_seen_at_another_space_or_taken_back_is_told_apart():
    """That somebody held it is true even if the entry was taken back."""
    elsewhere = went("in", "a", issue=2, space="bar")
    assert House(movements=(elsewhere,)).scan().answer is Answer.ADMIT
    undone = went("in", "a", issue=2, undone=True)
    assert House(movements=(undone,)).scan().answer is Answer.REPLACED


def test_picked_by_name_there_is_no_issue_to_compare():
    verdict = House(replace(ADAS, issue=2)).scan(None, ticket="adas")
    assert (verdict.answer, verdict.movement.issue) == (Answer.ADMIT, None)


@pytest.mark.parametrize("shown", [None, SHOWN])
def test_a_choice_that_is_not_listed_is_unknown_whatever_code_was_shown(shown):
    verdict = House().scan(shown, ticket="cyd", link="alone", override=SUPERVISOR)
    assert verdict.answer is Answer.UNKNOWN


# --- The life of a ticket, the night, money ----------------------------------------------


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"status": "exchanged"}, Answer.EXCHANGED),
        ({"status": "refunded"}, Answer.REFUNDED),
        ({"status": "cancelled"}, Answer.CANCELLED),
        ({"status": "unconfirmed"}, Answer.UNCONFIRMED),
        ({"blocked": True}, Answer.BLOCKED),
        ({"paid": 0}, Answer.UNPAID),
        ({"performance": "matinee"}, Answer.WRONG_PERFORMANCE),
        ({"valid_from": local("19:01")}, Answer.NOT_YET_VALID),
        ({"valid_until": SEVEN}, Answer.EXPIRED),
        ({"doors": ("Right",)}, Answer.WRONG_DOOR),
    ],
)
def test_a_supervisor_lifts_what_is_wrong_with_a_listed_ticket(change, answer):
    """Rows 18-36."""
    house = House(replace(ADAS, **change))
    refused = house.scan()
    assert (refused.answer, refused.failed) == (answer, (answer,))
    lifted = house.scan(override=SUPERVISOR)
    assert (lifted.answer, lifted.overrode) == (Answer.ADMIT, (answer,))
    assert "override" in lifted.marks


@pytest.mark.parametrize(
    "override", [Override(), Override("Mrs Lund"), Override(" ", "Yes")]
)
def test_an_override_needs_a_name_and_a_reason(override):
    assert House(replace(ADAS, paid=0)).scan(override=override).answer is Answer.UNPAID


def test_a_cancelled_performance_is_said_even_on_another_night():
    house = House(replace(ADAS, performance="matinee"))
    matinee = replace(house.facts.performances["matinee"], cancelled=True)
    house.facts = replace(
        house.facts, performances={**house.facts.performances, "matinee": matinee}
    )
    assert house.scan().answer is Answer.PERFORMANCE_CANCELLED


def test_a_door_for_several_performances_reports_the_right_one():
    """Row 15."""
    foyer = replace(LEFT, performances=("friday", "matinee"))
    house = House(ADAS, replace(BEAS, performance="matinee"), door=foyer)
    at_one = local("2026-03-07T13:30")
    verdict = house.scan(replace(SHOWN, tickets=("beas",)), at=at_one)
    assert (verdict.answer, verdict.ticket) == (Answer.ADMIT, "beas")


def test_a_pass_goes_by_the_times_of_what_the_door_is_open_for():
    house = House(STRIP)
    shown = replace(SHOWN, tickets=("strip",), performance=None)
    refused = house.scan(shown, at=local("18:44:59"))
    assert (refused.answer, refused.opens) == (Answer.NOT_OPEN_YET, local("18:45"))
    anywhere = replace(LEFT, performances=None)
    assert house.scan(shown, at=local("18:44:59"), door=anywhere).admit


def test_a_ticket_of_another_night_goes_by_this_doors_times():
    """Let in by a supervisor at seven: tonight's opening counts, not the matinee's."""
    house = House(replace(ADAS, performance="matinee"))
    matinee = replace(house.facts.performances["matinee"], doors_open=local("23:00"))
    house.facts = replace(
        house.facts, performances={**house.facts.performances, "matinee": matinee}
    )
    assert house.scan(override=SUPERVISOR).overrode == (Answer.WRONG_PERFORMANCE,)


def test_leaving_with_a_debt_is_no_admission_owing():
    house = House(replace(ADAS, paid=0, pays_later=True))
    assert house.scan().marks == ("unpaid",)
    assert house.scan(mode="exit").marks == ()


@pytest.mark.parametrize(
    ("door", "accept", "pays_later", "answer"),
    [
        ("refuse", {Answer.UNPAID}, False, Answer.UNPAID),
        ("ask", set(), False, Answer.UNPAID),
        ("ask", {Answer.UNPAID}, False, Answer.ADMIT),
        ("refuse", set(), True, Answer.ADMIT),
    ],
)
def test_a_debt_is_accepted_where_the_door_may_ask_or_the_customer_pays_later(
    door, accept, pays_later, answer
):
    """Rows 24-28."""
    house = House(
        replace(ADAS, paid=2000, pays_later=pays_later), door=replace(LEFT, unpaid=door)
    )
    verdict = house.scan(accept=frozenset(accept))
    assert verdict.answer is answer
    if answer is Answer.UNPAID:
        assert (verdict.due, verdict.may_admit) == (3000, door == "ask")
    else:
        assert verdict.marks == ("unpaid",)


# --- Time and place -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("18:44:59", Answer.NOT_OPEN_YET),
        ("18:45", Answer.ADMIT),
        ("19:39:59", Answer.ADMIT),
        ("19:40", Answer.CLOSED),
    ],
)
def test_every_window_includes_its_first_moment_and_excludes_its_last(at, answer):
    door = replace(LEFT, closes=local("19:40"))
    assert House(door=door).scan(at=local(at)).answer is answer


def test_a_doors_own_opening_goes_before_the_performances():
    door = replace(LEFT, opens=local("18:00"))
    assert House(door=door).scan(at=local("18:00")).admit


def test_a_clock_nobody_trusts_refuses_nobody():
    """Row 140, P17."""
    ticket = replace(ADAS, valid_from=local("18:00"), valid_until=local("23:00"))
    door = replace(LEFT, closes=local("19:40"))
    for at in ("1970-01-01T00:00", "2036-03-06T19:00"):
        verdict = House(ticket, door=door).scan(at=local(at), clock="untrusted")
        assert (verdict.answer, verdict.marks) == (Answer.ADMIT, ("clock",))
    plausible = House(ticket, door=door).scan(at=local("20:00"), clock="plausible")
    assert plausible.answer is Answer.CLOSED


def test_a_clock_nobody_trusts_is_only_marked_if_it_mattered():
    assert House().scan(clock="untrusted").marks == ()
    house = House(movements=(went("in", "a"),))
    assert house.scan(mode="exit", clock="untrusted", at=local("17:00")).marks == ()


@pytest.mark.parametrize("clock", ["trusted", "untrusted"])
def test_a_rule_that_is_met_only_because_no_clock_is_trusted_is_marked(clock):
    rule = {"after": [{"var": "now"}, {"time": ["starts"]}]}
    verdict = House(door=replace(LEFT, rule=rule)).scan(clock=clock)
    if clock == "trusted":
        assert (verdict.answer, verdict.why[0].limit) == (Answer.RULE, local("19:30"))
    else:
        assert (verdict.answer, verdict.marks) == (Answer.ADMIT, ("clock",))


@pytest.mark.parametrize(
    ("until", "at", "clock", "accept", "answer"),
    [
        (None, "20:00", "trusted", set(), Answer.LATE_HOLD),
        (None, "20:00", "trusted", {Answer.LATE_HOLD}, Answer.ADMIT),
        ("19:42", "19:41:59", "trusted", set(), Answer.LATE_HOLD),
        ("19:42", "19:42", "trusted", set(), Answer.ADMIT),
        ("19:42", "19:42", "untrusted", set(), Answer.LATE_HOLD),
    ],
)
def test_latecomers_wait_until_the_hold_is_over_lifted_or_touched(
    until, at, clock, accept, answer
):
    until = until and local(until)
    door = replace(LEFT, late_hold=True, hold_until=until)
    verdict = House(door=door).scan(at=local(at), clock=clock, accept=frozenset(accept))
    assert verdict.answer is answer
    if answer is Answer.LATE_HOLD:
        assert (verdict.may_admit, verdict.hold_until) == (True, until)


@pytest.mark.parametrize(
    ("doors", "home", "strict", "takes_all", "go_to"),
    [
        (("Right", "Left"), None, False, False, None),
        (("Right",), None, False, False, ("Right",)),
        (("Right", "Balcony"), None, False, False, ("Right", "Balcony")),
        (("Right",), None, False, True, None),
        (("Right",), None, True, True, ("Right",)),
        (("Right", "Left"), None, True, False, ("Right",)),
        (("Left", "Right"), "Right", True, False, None),
        ((), "Right", True, False, ("Right",)),
        ((), "Right", False, False, None),
        ((), None, True, False, None),
    ],
)
def test_a_wrong_door_says_where_to_go(doors, home, strict, takes_all, go_to):
    house = House(
        replace(ADAS, doors=doors), door=replace(LEFT, strict=strict, takes_all=takes_all)
    )
    friday = replace(house.facts.performances["friday"], home_door=home)
    house.facts = replace(house.facts, performances={"friday": friday})
    verdict = house.scan(link="alone")
    assert verdict.go_to == go_to
    assert verdict.answer is (Answer.ADMIT if go_to is None else Answer.WRONG_DOOR)


def test_being_checked_elsewhere_is_no_accusation():
    verdict = House().scan(claimed_by="Right")
    assert (verdict.answer, verdict.since_door) == (Answer.BEING_CHECKED, "Right")
    assert verdict.since is None


# --- In, out, and how many ----------------------------------------------------------------


def test_in_out_in():
    """Rows 40-45."""
    house = House()
    assert answers(
        house.scan(mode="exit"),
        house.scan(),
        house.scan(mode="exit"),
        house.scan(mode="exit"),
        house.scan(),
        house.scan(),
    ) == ["NOT_INSIDE", "ADMIT", "EXIT_OK", "NOT_INSIDE", "RE_ADMIT", "ALREADY_ADMITTED"]
    assert [movement.count for movement in house.facts.movements] == [0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("reentry", "expected"),
    [
        ("never", ["ADMIT", "EXIT_OK", "ALREADY_ADMITTED"]),
        ("after_exit", ["ADMIT", "EXIT_OK", "RE_ADMIT"]),
        ("free", ["ADMIT", "EXIT_OK", "RE_ADMIT"]),
    ],
)
def test_whether_guests_may_come_back(reentry, expected):
    house = House(door=replace(LEFT, reentry=reentry))
    seen = [house.scan(), house.scan(mode="exit"), house.scan()]
    assert answers(*seen) == expected


def test_one_ticket_in_two_spaces():
    """Row 38."""
    house = House()
    bar = Door("Bar", space="bar", performances=("friday",))
    assert answers(house.scan(), house.scan(door=bar), house.scan(door=bar)) == [
        "ADMIT",
        "ADMIT",
        "ALREADY_ADMITTED",
    ]


def test_a_party_comes_in_groups():
    """Row 148: 4 of 6, retry, then 2."""
    house = House(BOX)
    first = house.scan(THE_BOX, id="a", count=4)
    again = house.scan(THE_BOX, id="a", count=4)
    assert (first.inside, first.of, first.left, again.repeat) == (4, 6, 2, True)
    too_many = house.scan(THE_BOX, count=3)
    assert (too_many.answer, too_many.left) == (Answer.PARTY_FULL, 2)
    rest = house.scan(THE_BOX)
    assert (rest.count, rest.inside, rest.left) == (2, 6, 0)
    out = house.scan(THE_BOX, mode="exit")
    assert (out.count, out.inside) == (6, 0)
    nobody = house.scan(THE_BOX, mode="exit")
    assert (nobody.answer, nobody.count) == (Answer.NOT_INSIDE, 0)


def test_late_members_of_a_party_are_first_time_guests():
    house = House(BOX)
    seen = [
        house.scan(THE_BOX, count=4),
        house.scan(THE_BOX, count=1, mode="exit"),
        house.scan(THE_BOX, count=2),
        house.scan(THE_BOX, count=1),
    ]
    assert answers(*seen) == ["ADMIT", "EXIT_OK", "ADMIT", "RE_ADMIT"]


def test_where_re_entry_is_free_a_party_without_a_number_is_who_is_outside():
    house = House(BOX, door=replace(LEFT, reentry="free"))
    assert [house.scan(THE_BOX, count=4).count, house.scan(THE_BOX).count] == [4, 2]
    everybody_is_in = house.scan(THE_BOX)
    assert (everybody_is_in.count, everybody_is_in.left) == (1, None)


def test_a_pass_counts_its_visits_whatever_the_door_says():
    house = House(STRIP, door=replace(LEFT, reentry="free"))
    shown = replace(SHOWN, tickets=("strip",))
    seen = [house.scan(shown, count=2), house.scan(shown, count=2), house.scan(shown)]
    assert answers(*seen) == ["ADMIT", "PARTY_FULL", "RE_ADMIT"]
    assert [verdict.left for verdict in seen] == [1, 1, 0]
    used_up = house.scan(shown, at=local("19:09"))
    assert (used_up.answer, used_up.left) == (Answer.USED_UP, 0)
    assert (used_up.since, used_up.since_door) == (SEVEN, "Left")
    empty = House(replace(STRIP, entries=0)).scan(shown)
    assert (empty.answer, empty.since) == (Answer.USED_UP, None)


def test_fewer_than_one_person_is_no_scan():
    with pytest.raises(OutOfRange, match=r"scan\.count"):
        House().scan(count=0)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"issue": 2}, Answer.REPLACED),
        ({"status": "refunded"}, Answer.REFUNDED),
        ({"blocked": True}, Answer.BLOCKED),
        ({"performance": "matinee"}, Answer.WRONG_PERFORMANCE),
        ({"price_type": "child"}, Answer.WRONG_TYPE),
        ({"paid": 0}, Answer.UNPAID),
    ],
)
def test_whoever_leaves_has_left_whatever_became_of_the_ticket(change, answer):
    """Rows 22-23, 142."""
    door = replace(LEFT, price_types=frozenset({"adult"}))
    ticket = replace(ADAS, **{"price_type": "adult", **change})
    house = House(ticket, door=door, movements=(went("in", "a"),))
    first, second = house.scan(mode="exit"), house.scan(mode="exit")
    assert answers(first, second) == [answer, answer]
    assert [first.record, second.record] == ["exit", "scan.refused"]
    assert (first.count, first.inside, second.count) == (1, 0, None)
    assert house.scan(mode="exit", override=SUPERVISOR).answer is Answer.NOT_INSIDE


def test_a_supervisor_lets_out_without_a_fuss():
    """Row 23."""
    house = House(replace(ADAS, blocked=True), movements=(went("in", "a"),))
    verdict = house.scan(mode="exit", override=SUPERVISOR)
    assert (verdict.answer, verdict.record) == (Answer.EXIT_OK, "exit")
    assert (verdict.overrode, verdict.marks) == ((Answer.BLOCKED,), ("override",))


def test_an_override_sent_twice_is_one_admission():
    """Row 48."""
    house = House(movements=(went("in", "a"),))
    first = house.scan(id="again", override=SUPERVISOR)
    second = house.scan(id="again", override=SUPERVISOR)
    assert (first.overrode, first.repeat) == ((Answer.ALREADY_ADMITTED,), False)
    assert (second.answer, second.repeat, second.record) == (Answer.ADMIT, True, None)
    assert [movement.id for movement in house.facts.movements] == ["a", "again"]


def test_a_code_of_another_system_can_be_blocked_and_unblocked():
    """Row 95."""
    shown = Presented(form="foreign", tickets=("adas",))
    house = House(replace(ADAS, blocked=True))
    assert house.scan(shown).answer is Answer.BLOCKED
    house.facts = replace(house.facts, tickets=(ADAS,))
    assert house.scan(shown).answer is Answer.ADMIT


def test_a_rule_goes_by_the_times_of_the_tickets_own_performance():
    """Row 81: at six only the one that starts at half past six may come in."""
    rule = {"after": [{"var": "now"}, {"time": ["starts"]}, 30]}
    foyer = replace(
        LEFT, performances=("friday", "matinee"), opens=local("12:00"), rule=rule
    )
    house = House(ADAS, replace(BEAS, performance="matinee"), door=foyer)
    early = replace(house.facts.performances["matinee"], starts=local("18:30"))
    house.facts = replace(
        house.facts, performances={**house.facts.performances, "matinee": early}
    )
    six = local("18:00")
    assert house.scan(at=six).answer is Answer.RULE
    assert house.scan(replace(SHOWN, tickets=("beas",)), at=six).answer is Answer.ADMIT


def test_a_code_that_is_not_believed_counts_nobody_out():
    house = House(movements=(went("in", "a"),))
    verdict = house.scan(replace(SHOWN, form="revoked"), mode="exit")
    assert (verdict.answer, verdict.record) == (Answer.REVOKED, "scan.refused")


def test_leaving_is_asked_nothing():
    ticket = replace(ADAS, valid_until=SEVEN, questions=(Question("meal", required=True),))
    door = replace(LEFT, closes=SEVEN, late_hold=True, rule={"broken": []})
    house = House(ticket, door=door, movements=(went("in", "a"),))
    verdict = house.scan(mode="exit", claimed_by="Right")
    assert (verdict.answer, verdict.record, verdict.left) == (Answer.EXIT_OK, "exit", None)


def test_at_night_everybody_counts_as_out_and_has_still_been_in():
    """Row 88."""
    rule = {
        "and": [{"==": [{"var": "presence"}, "outside"]}, {"<": [{"var": "entries"}, 2]}]
    }
    door = replace(LEFT, performances=None, clears_at=time(3), rule=rule)
    house = House(replace(ADAS, performance=None), door=door)
    house.scan()
    assert house.scan(at=local("2026-03-07T02:59")).answer is Answer.RULE
    tomorrow = house.scan(at=local("2026-03-07T10:00"))
    assert (tomorrow.answer, tomorrow.inside) == (Answer.RE_ADMIT, 1)


# --- Undo ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "more", "why"),
    [
        (10, {}, None),
        (11, {}, "REASON_NEEDED"),
        (11, {"reason": " "}, "REASON_NEEDED"),
        (900, {"reason": "Wrong phone"}, None),
        (901, {"reason": "Wrong phone"}, "TOO_LATE"),
        (5, {"device": "right"}, "OTHER_DEVICE"),
        (9000, {"device": "office", "override": SUPERVISOR}, None),
        (9000, {"device": "office", "override": Override("Mrs Lund", "")}, "OTHER_DEVICE"),
        (-60, {}, None),
    ],
)
def test_who_may_take_a_scan_back_and_until_when(seconds, more, why):
    """Rows 109-111."""
    house = House()
    house.scan(id="a")
    verdict = house.takes_back("a", at=SEVEN + timedelta(seconds=seconds), **more)
    if why is None:
        assert (verdict.answer, verdict.record) == (Answer.UNDONE, "admission.undone")
        assert (verdict.ticket, verdict.movement.undone) == ("adas", True)
        assert house.scan().answer is Answer.ADMIT
    else:
        assert (verdict.answer, verdict.record) == (Answer.UNDO_REFUSED, "scan.refused")
        assert [(reason.what, reason.op) for reason in verdict.why] == [("undo", why)]
        assert house.scan().answer is Answer.ALREADY_ADMITTED


def test_taking_back_twice_is_harmless_and_the_scans_retry_lets_nobody_in():
    house = House()
    house.scan(id="a")
    house.takes_back("a")
    again = house.takes_back("a")
    assert (again.answer, again.repeat, again.record) == (Answer.UNDONE, True, None)
    retry = house.scan(id="a")
    assert (retry.answer, retry.admit, retry.repeat) == (Answer.UNDONE, False, True)


@pytest.mark.parametrize("scan", ["nobody's", None])
def test_what_nobody_scanned_cannot_be_taken_back(scan):
    assert House().takes_back(scan).why[0].op == "UNKNOWN_SCAN"


def test_undoing_an_exit_brings_the_guest_back_inside():
    house = House(movements=(went("in", "a"),))
    house.scan(id="x", mode="exit")
    house.takes_back("x")
    assert house.scan().answer is Answer.ALREADY_ADMITTED


def test_a_simulation_writes_nothing():
    """Row 108."""
    house = House()
    pretended = house.scan(simulate=True, id="a")
    assert (pretended.answer, pretended.record, pretended.movement) == ("ADMIT", None, None)
    assert (pretended.count, pretended.inside) == (1, 1)
    assert house.scan(id="a").record == "admission"
    pretended = house.takes_back("a", simulate=True)
    assert (pretended.answer, pretended.record, pretended.movement) == (
        "UNDONE",
        None,
        None,
    )
    assert house.scan(simulate=True).record is None


# --- Questions and notes ------------------------------------------------------------------

MEAL = Question("meal", "choice", required=True, options=(Option("o1", "veg"),))
ASKED = replace(ADAS, questions=(MEAL, Question("nick"), Question("age", answered=True)))


def test_questions_are_asked_once_and_saved_with_the_admission():
    """Rows 56-59."""
    house = House(ASKED)
    first = house.scan()
    assert (first.answer, first.ask, first.answers) == ("QUESTIONS", ("meal", "nick"), None)
    half = house.scan(answers={"meal": "veg"})
    assert (half.ask, half.answers) == (("nick",), None)
    done = house.scan(answers={"meal": "veg", "nick": ""})
    assert (done.answer, done.answers) == (Answer.ADMIT, {"meal": "o1"})
    assert done.settled == ("meal", "nick")
    house.scan(mode="exit")
    assert house.scan().answer is Answer.RE_ADMIT


def test_a_screen_that_cannot_ask_lets_in_and_the_question_stays_open():
    house = House(ASKED)
    assert house.scan(asks=False, answers={"meal": "veg"}).answers is None
    house.scan(mode="exit")
    assert house.scan().answer is Answer.QUESTIONS


def test_an_override_skips_questions_and_stores_nothing():
    verdict = House(ASKED).scan(override=SUPERVISOR, answers={"meal": "veg"})
    assert (verdict.overrode, verdict.answers) == ((Answer.QUESTIONS,), None)
    assert verdict.settled == ()


def test_an_override_of_something_else_keeps_the_answers():
    """Row 63: nobody answered in vain."""
    house = House(replace(ASKED, paid=0))
    said = {"meal": "veg", "nick": "Ada"}
    verdict = house.scan(override=SUPERVISOR, answers=said)
    assert verdict.answers == {"meal": "o1", "nick": "Ada"}


def test_notes_come_in_order_and_with_refusals_too():
    notes = (
        Note("price_type", "Show student card"),
        Note("order", "Birthday"),
        Note("order", "Wheelchair", attention=True),
    )
    verdict = House(replace(ADAS, notes=notes, paid=0)).scan()
    assert verdict.notes == ("Birthday", "Wheelchair", "Show student card")
    assert verdict.attention


def test_a_code_may_ask_for_a_look_at_this_guest():
    assert House().scan(replace(SHOWN, check=True)).attention
    assert not House().scan().attention
    assert not House().scan(None, ticket="adas").attention


# --- Several tickets on one code ----------------------------------------------------------


def test_an_order_of_two_leaves_the_choice_to_the_usher():
    """Row 100."""
    house = House(ADAS, BEAS)
    unclear = house.scan(BOTH, override=SUPERVISOR)
    assert (unclear.answer, unclear.candidates) == (Answer.AMBIGUOUS, ("adas", "beas"))
    assert (unclear.record, unclear.ticket) == ("scan.refused", None)
    assert house.scan(BOTH, ticket="beas").ticket == "beas"
    assert house.scan(BOTH).ticket == "adas"
    assert house.scan(BOTH).answer is Answer.ALREADY_ADMITTED


def test_leaving_several_of_one_order():
    house = House(ADAS, BEAS, movements=(went("in", "a", ticket="beas"),))
    left = house.scan(BOTH, mode="exit")
    assert (left.answer, left.ticket) == (Answer.EXIT_OK, "beas")
    nobody = house.scan(BOTH, mode="exit")
    assert (nobody.answer, nobody.ticket) == (Answer.NOT_INSIDE, "adas")


def test_a_ticket_that_only_nobody_is_inside_on_is_nearer_than_any_refused_one():
    house = House(replace(ADAS, paid=0), BEAS)
    assert house.scan(BOTH, mode="exit").ticket == "beas"


@pytest.mark.parametrize(
    ("adas", "beas", "shown"),
    [
        ({"status": "refunded"}, {"paid": 0}, "beas"),
        ({"paid": 0, "doors": ("Right",)}, {"paid": 0}, "beas"),
        ({"valid_from": local("21:00")}, {"valid_from": local("20:00")}, "beas"),
        (
            {"valid_from": local("17:00"), "valid_until": SEVEN},
            {"valid_from": local("20:00")},
            "beas",
        ),
        (
            {"valid_from": local("17:00"), "valid_until": SEVEN},
            {"valid_from": local("18:00"), "valid_until": SEVEN},
            "beas",
        ),
        ({"performance": "matinee"}, {"performance": "gone"}, "adas"),
        ({"performance": "gone"}, {"performance": "matinee"}, "beas"),
        ({"paid": 0}, {"paid": 0}, "adas"),
    ],
)
def test_of_several_refusals_the_nearest_to_an_admission_is_shown(adas, beas, shown):
    """Row 102: the next one, else the latest, else the first in the list."""
    house = House(replace(ADAS, **adas), replace(BEAS, **beas))
    assert house.scan(BOTH).ticket == shown


def test_a_card_for_two_nights_of_which_neither_is_tonight_tells_of_the_next():
    """Row 102: by the beginning of the performances themselves."""
    house = House(replace(ADAS, performance="later"), replace(BEAS, performance="matinee"))
    later = replace(house.facts.performances["matinee"], starts=local("2026-04-01T19:30"))
    house.facts = replace(
        house.facts, performances={**house.facts.performances, "later": later}
    )
    assert house.scan(BOTH).ticket == "beas"


DINNER = replace(ADAS, id="dinner", parent="adas", price_type="dinner")
DINING = Door("Dining", "dining", ("friday",), price_types=frozenset({"dinner"}))


@pytest.mark.parametrize(
    ("addons", "answer", "ticket"),
    [(False, Answer.WRONG_TYPE, "adas"), (True, Answer.ADMIT, "dinner")],
)
def test_a_tickets_code_stands_for_its_dinner_where_the_door_says_so(
    addons, answer, ticket
):
    """Rows 52-53."""
    verdict = House(ADAS, DINNER, door=replace(DINING, addons=addons)).scan()
    assert (verdict.answer, verdict.ticket) == (answer, ticket)


def test_an_add_on_of_a_ticket_that_was_not_shown_is_not_meant():
    house = House(BEAS, DINNER, door=replace(DINING, addons=True))
    assert house.scan(replace(SHOWN, tickets=("beas",))).answer is Answer.WRONG_TYPE


# --- Claims -------------------------------------------------------------------------------


def test_what_is_good_or_only_admitted_earlier_is_worth_a_claim():
    """Source: sync.md 5."""
    house = House()
    assert house.scan(id="a").worth_claiming
    assert house.scan().worth_claiming
    assert not house.scan(id="a").worth_claiming
    assert not house.scan(door=replace(LEFT, late_hold=True)).worth_claiming
    assert not house.scan(Presented(form="malformed")).worth_claiming


def test_everything_that_fails_is_named_in_order():
    house = House(replace(ADAS, paid=0, doors=("Right",)), movements=(went("in", "a"),))
    verdict = house.scan(door=replace(LEFT, late_hold=True))
    assert verdict.failed == ("UNPAID", "ALREADY_ADMITTED", "WRONG_DOOR", "LATE_HOLD")
